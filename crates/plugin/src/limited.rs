//! A program that may run for a while only.

use std::{
    io,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often a program is asked whether it has ended.
const EVERY: Duration = Duration::from_millis(20);

/// Runs a program without input, and gives its exit code, -1 where a signal ended it. What it says is not kept.
///
/// # Errors
/// Where it cannot be started, and where it has not ended in time; it is killed then.
pub fn run_within(program: &str, arguments: &[&str], time: Duration) -> io::Result<i32> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code().unwrap_or(-1));
        }
        if start.elapsed() >= time {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("it has not ended after {time:?}")));
        }
        thread::sleep(EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_so_long() {
        assert_eq!(run_within("sh", &["-c", "exit 3"], Duration::from_secs(10)).unwrap(), 3);
        let late = run_within("sleep", &["30"], Duration::from_millis(50)).unwrap_err();
        assert_eq!((late.kind(), late.to_string().as_str()), (io::ErrorKind::TimedOut, "it has not ended after 50ms"));
    }
}
