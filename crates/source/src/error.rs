//! Why a chart or a file cannot be had.

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such chart, file or repository.
    NotFound,
    /// It is there and cannot be read, or is no chart.
    Unreadable,
    /// The chart is malformed.
    Chart,
    /// A server that does not answer, or not with what was asked for.
    Network,
    /// A signature that is missing or does not fit.
    Provenance,
    /// It lies where pintle cannot fetch from yet.
    NotBuilt,
}

/// A chart or a file that cannot be had; displays as Helm words it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hints: Vec<String>,
}

impl Error {
    /// A failure with this message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), hints: Vec::new() }
    }

    /// The same with a sentence on what to do.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do about it, a sentence each.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The same with Helm's message changed by `change`.
    #[must_use]
    pub fn map_message(mut self, change: impl FnOnce(String) -> String) -> Error {
        self.message = change(self.message);
        self
    }

    pub(crate) fn network(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Network, message)
    }

    pub(crate) fn unreadable(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Unreadable, message)
    }
}

impl From<chart::Error> for Error {
    fn from(error: chart::Error) -> Error {
        Error::new(ErrorKind::Chart, error.to_string())
    }
}
