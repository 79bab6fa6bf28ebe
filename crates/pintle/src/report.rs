//! What an operation that only prints gives back.

use crate::{Error, LogLine};

/// The bytes for stdout, the lines for the log, and how it ended; a failed operation may have printed before.
#[derive(Debug)]
#[must_use]
pub struct Report {
    /// What belongs on stdout, byte for byte.
    pub stdout: Vec<u8>,
    /// What Helm logs on the way.
    pub log: Vec<LogLine>,
    /// How it ended.
    pub outcome: Result<(), Error>,
}

impl Report {
    /// The report of an operation that fails at once.
    pub fn failed(error: Error) -> Report {
        Report { stdout: Vec::new(), log: Vec::new(), outcome: Err(error) }
    }
}
