//! Exit codes.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Done,
    /// Something failed; the error was printed.
    Failed,
    /// Everything was done, and something is not as it should be: `--detailed-exitcode`.
    Differs,
    /// A plugin failed: its own exit code.
    Code(u8),
    /// Nobody reads the output any more: what a shell reports for a program that SIGPIPE ended.
    BrokenPipe,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Differs => 2,
            Exit::Code(code) => code,
            Exit::BrokenPipe => 141,
        })
    }
}
