//! A program that is run to its end.

use std::{
    io::{self, Read, Write as _},
    process::{Command, Stdio},
    thread,
};

/// How much of a program's output is kept.
const MAX_OUTPUT: u64 = 64 << 20;

/// What a program said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The exit code; -1 where a signal ended it.
    pub exit: i32,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

/// Runs a program with this input, and reads what it says.
///
/// Fails where it cannot be started, and where it says more than can be kept.
pub fn run(program: &str, arguments: &[&str], input: &[u8]) -> io::Result<Ran> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = thread::scope(|scope| {
        scope.spawn(move || {
            // A program that does not read its input may be gone already.
            stdin.map(|mut pipe| pipe.write_all(input))
        });
        let stderr = scope.spawn(move || read(stderr, MAX_OUTPUT));
        (read(stdout, MAX_OUTPUT), stderr.join().unwrap_or_else(|_| Ok(Vec::new())))
    });
    let status = child.wait()?;
    Ok(Ran { exit: status.code().unwrap_or(-1), stdout: stdout?, stderr: stderr? })
}

/// All that a pipe gives; an error where that is more than `limit` bytes.
pub(crate) fn read(pipe: Option<impl Read>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let read = pipe.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if read as u64 > limit {
            return Err(io::Error::other(format!("it says more than {limit} bytes")));
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_run_to_its_end() {
        let ran = run("sh", &["-c", "cat; echo no >&2; exit 3"], b"given").unwrap();
        assert_eq!(ran, Ran { exit: 3, stdout: b"given".to_vec(), stderr: b"no\n".to_vec() });
        assert_eq!(run("no-such-program", &[], b"").unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
