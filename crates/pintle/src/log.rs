//! Lines for the user's log, as values: the library never prints.

/// How loud a line is. Helm prints Warn and Error always, Debug with `--debug`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
    /// No line of the log: text for standard output, as it stands, which Helm prints while it fetches a chart.
    Output,
}

/// A line as Helm's log handler prints it: `level=WARN msg="this chart is deprecated" key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How loud it is.
    pub level: Level,
    /// The message.
    pub message: String,
    /// The attributes, in order.
    pub attributes: Vec<(String, String)>,
}

impl LogLine {
    /// A line without attributes.
    pub fn new(level: Level, message: impl Into<String>) -> LogLine {
        LogLine { level, message: message.into(), attributes: Vec::new() }
    }

    /// The same line with one attribute more.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> LogLine {
        self.attributes.push((key.to_owned(), value.into()));
        self
    }
}

impl From<chart::Warning> for LogLine {
    fn from(warning: chart::Warning) -> LogLine {
        let level = match warning.level {
            chart::Level::Debug => Level::Debug,
            chart::Level::Info => Level::Info,
            chart::Level::Warn => Level::Warn,
        };
        let attributes = warning.attributes.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        LogLine { level, message: warning.message, attributes }
    }
}

impl From<source::Note> for LogLine {
    fn from(note: source::Note) -> LogLine {
        match note {
            source::Note::Print(text) => LogLine::new(Level::Output, text),
            source::Note::Log { loudness, message, attributes } => {
                let level = match loudness {
                    source::Loudness::Debug => Level::Debug,
                    source::Loudness::Info => Level::Info,
                    source::Loudness::Warn => Level::Warn,
                    source::Loudness::Error => Level::Error,
                };
                let attributes = attributes.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
                LogLine { level, message, attributes }
            }
        }
    }
}
