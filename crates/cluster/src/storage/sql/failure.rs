//! Words for what a database refuses, as lib/pq has them.

use std::{fmt, io};

use crate::{Error, connect};

/// What a server says when it refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The five letters of SQL's standard.
    pub(super) code: String,
    message: String,
    position: Option<usize>,
    /// Where the position is, in the words of lib/pq.
    place: String,
}

impl Refusal {
    /// Reads fields: a letter, a text, a zero.
    pub(super) fn read(content: &[u8]) -> Refusal {
        let mut refusal = Refusal::default();
        for field in content.split(|byte| *byte == 0) {
            let Some((letter, text)) = field.split_first() else { break };
            let text = String::from_utf8_lossy(text).into_owned();
            match letter {
                b'C' => refusal.code = text,
                b'M' => refusal.message = text,
                b'P' => refusal.position = text.parse().ok(),
                _ => {}
            }
        }
        refusal
    }

    /// The same as the refusal of a statement. lib/pq: `Error.Error`.
    pub(super) fn of(mut self, query: &str) -> Refusal {
        let Some(position) = self.position else { return self };
        let before: String = query.chars().take(position.saturating_sub(1)).collect();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.place = match query.lines().count() {
            0 | 1 => format!(" at column {column}"),
            _ => format!(" at position {}:{column}", before.matches('\n').count() + 1),
        };
        self
    }

    /// Whether what was to be made is there already.
    pub(super) fn is_duplicate(&self) -> bool {
        self.code == "23505"
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pq: {}{} ({})", self.message, self.place, self.code)
    }
}

/// Why a statement was not carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection broke.
    Broken(io::Error),
    /// The server refused.
    Refused(Refusal),
    /// What it says makes no sense, or is more than we know.
    Text(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Broken(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Broken(error) => f.write_str(&connect::io_text(error)),
            Failure::Refused(refusal) => refusal.fmt(f),
            Failure::Text(text) => f.write_str(text),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::Connection(failure.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn refusals_read_as_lib_pq_words_them() {
        let refusal = Refusal::read(b"SERROR\0C42P01\0Mrelation \"x\" does not exist\0P15\0\0");
        let text = refusal.clone().of("SELECT a FROM x").to_string();
        assert_eq!(text, "pq: relation \"x\" does not exist at column 15 (42P01)");
        assert_eq!(
            refusal.of("SELECT a\nFROM x").to_string(),
            "pq: relation \"x\" does not exist at position 2:6 (42P01)"
        );
    }
}
