//! Why a plugin cannot be used.

/// A plugin that cannot be read or run; displays as Helm words it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    message: String,
    hint: Option<String>,
}

impl Error {
    /// A failure with this message.
    pub fn new(message: impl Into<String>) -> Error {
        Error { message: message.into(), hint: None }
    }

    /// The same with a sentence on what to do.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The same with what was being done in front.
    #[must_use]
    pub fn during(mut self, doing: &str) -> Error {
        self.message = format!("{doing}: {}", self.message);
        self
    }
}
