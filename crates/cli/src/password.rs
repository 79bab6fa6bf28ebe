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
    let answer = match stdin.is_terminal() {
        true => hidden_line(&stdin),
        false => Err("inappropriate ioctl for device".to_owned()),
    };
    output.print("\n")?;
    answer.map_err(Failure::new)
}

/// Asks for a line that is shown while it is typed.
pub(crate) fn asked_openly(output: &mut Output, prompt: &str) -> Result<String, Failure> {
    output.print(prompt)?;
    output.finish()?;
    line(&io::stdin()).map_err(Failure::new)
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
