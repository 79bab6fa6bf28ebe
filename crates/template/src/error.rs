//! What is wrong with a template, or went wrong in one.

use std::fmt;

/// An error of parsing or executing, worded as Go words it.
#[derive(Debug)]
pub struct Error {
    message: String,
    exhausted: bool,
}

impl Error {
    /// Whether the budget ran out.
    pub fn exhausted(&self) -> bool {
        self.exhausted
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
