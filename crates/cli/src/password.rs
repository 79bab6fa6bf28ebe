//! Passwords from the standard input and from the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use crate::{error::Failure, output::Output};

/// More than this is no password.
const MAX_PASSWORD: u64 = 1 << 20;

/// What stands on the standard input, without the end of its last line.
pub(crate) fn from_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_PASSWORD).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(pintle::path_error("read", "/dev/stdin", &error)))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

/// Asks on the terminal, where what is typed is not shown.
///
/// Fails where the standard input is no terminal, as Go's `term.ReadPassword` does.
pub(crate) fn asked(output: &mut Output, prompt: &str) -> Result<String, Failure> {
    output.print(prompt)?;
    output.finish()?;
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::new("inappropriate ioctl for device"));
    }
    let answer = hidden_line(&stdin);
    output.print("\n")?;
    answer.map_err(Failure::new)
}

/// Asks for a line that is shown while it is typed.
pub(crate) fn asked_openly(output: &mut Output, prompt: &str) -> Result<String, Failure> {
    output.print(prompt)?;
    output.finish()?;
    line(&io::stdin()).map_err(Failure::new)
}

/// The passphrase of a key: the first line of a file, of the standard input where that is a pipe, or what is typed.
///
/// Helm: pkg/action/package.go `passphraseFileFetcher` and `promptUser`.
pub(crate) fn of_key(output: &mut Output, file: &str, key: &str) -> Result<String, pintle::Error> {
    let failed = |text: String| pintle::Error::new(pintle::ErrorKind::Usage, text);
    let first = |text: &str| text.lines().next().map(str::to_owned).ok_or_else(|| failed("EOF".to_owned()));
    match file {
        "" => {
            let prompt = format!("Password for key {} >  ", value::quote::quote(key.as_bytes()));
            let answer = asked(output, &prompt);
            if answer.is_err() {
                // Helm ends the line of the prompt here, whatever comes.
                let _ = output.print("\n");
            }
            answer.map_err(|failure| failed(failure.told.line))
        }
        "-" if !is_pipe() => Err(failed("specified reading passphrase from stdin, without input on stdin".to_owned())),
        "-" => line(&io::stdin()).map_err(failed),
        file => {
            let text =
                std::fs::read_to_string(file).map_err(|error| failed(pintle::path_error("open", file, &error)))?;
            first(&text)
        }
    }
}

/// Whether the standard input is a pipe.
fn is_pipe() -> bool {
    rustix::fs::fstat(io::stdin())
        .is_ok_and(|kind| rustix::fs::FileType::from_raw_mode(kind.st_mode) == rustix::fs::FileType::Fifo)
}

fn line(stdin: &io::Stdin) -> Result<String, String> {
    let mut line = String::new();
    match stdin.lock().take(MAX_PASSWORD).read_line(&mut line) {
        Ok(0) => Err("EOF".to_owned()),
        Ok(_) => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        Err(error) => Err(pintle::path_error("read", "/dev/stdin", &error)),
    }
}

fn hidden_line(stdin: &io::Stdin) -> Result<String, String> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let failed = |error: rustix::io::Errno| io::Error::from(error).to_string();
    let shown = tcgetattr(stdin).map_err(failed)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(stdin, OptionalActions::Now, &hidden).map_err(failed)?;
    let answer = line(stdin);
    let _ = tcsetattr(stdin, OptionalActions::Now, &shown);
    answer
}
