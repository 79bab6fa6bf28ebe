//! What Helm logs while it loads a chart and merges its values.

use std::fmt;

/// How loud Helm logs a [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `level=DEBUG`
    Debug,
    /// `level=INFO`, which is also where Go's plain `log.Printf` ends.
    Info,
    /// `level=WARN`
    Warn,
}

/// One line that Helm logs: its message and its attributes in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The level.
    pub level: Level,
    /// slog's `msg`.
    pub message: String,
    /// slog's attributes: name and value.
    pub attributes: Vec<(&'static str, String)>,
}

impl Warning {
    /// A line of `slog.Debug`.
    pub(crate) fn debug(message: &str, attributes: Vec<(&'static str, String)>) -> Warning {
        Warning { level: Level::Debug, message: message.into(), attributes }
    }

    /// A line of `log.Printf`.
    pub(crate) fn log(message: impl Into<String>) -> Warning {
        Warning { level: Level::Info, message: message.into(), attributes: Vec::new() }
    }

    /// A line of `slog.Warn`.
    pub(crate) fn warn(message: &str, attributes: Vec<(&'static str, String)>) -> Warning {
        Warning { level: Level::Warn, message: message.into(), attributes }
    }
}

impl fmt::Display for Warning {
    /// The message alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
