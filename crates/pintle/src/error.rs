//! What an operation can fail with.

use std::fmt;

use crate::reasons::{Notes, REASON_ANNOTATION};

/// What kind of failure it is; exit codes and hints depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Arguments or flags that do not go together.
    Usage,
    /// A chart, file or repository that cannot be found or read.
    Source,
    /// A chart that is malformed.
    Chart,
    /// A chart without the subcharts that it declares.
    MissingDependencies,
    /// Values that cannot be read or merged, or that the chart's schema refuses.
    Values,
    /// A template that cannot be parsed or executed, or whose output is no YAML.
    Render,
    /// A server that does not answer, or not with what was asked for.
    Network,
    /// A signature that is missing or does not fit.
    Provenance,
    /// A file that cannot be written.
    Output,
    /// A cluster that cannot be reached, refuses, or does not become what it should.
    Cluster,
    /// A gate that was not passed.
    Gate,
    /// A release that is not there, is there already, or is in a state that forbids the operation.
    Release,
    /// A plugin that is missing, malformed, or failed.
    Plugin,
    /// A part of Helm that is not built yet.
    NotBuilt,
}

/// A failed operation.
///
/// Displays as the one message that Helm prints behind `Error: ` (some of Helm's span lines); what pintle adds
/// to it, hints and a look at the source, is kept apart.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hints: Vec<String>,
    snippet: Option<String>,
    why: Option<Box<Why>>,
}

/// What is wrong with the objects that an error is about.
#[derive(Debug, Default)]
struct Why {
    explanations: Vec<Vec<String>>,
    reason: Option<String>,
    notes: Notes,
}

impl Error {
    /// A failure with Helm's message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), hints: Vec::new(), snippet: None, why: None }
    }

    /// The same with a sentence on what to do.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// The same with the lines of the source that it is about.
    #[must_use]
    pub fn with_snippet(mut self, snippet: Option<String>) -> Error {
        self.snippet = snippet;
        self
    }

    /// The same with Helm's message changed by `change` (a prefix such as `INSTALLATION FAILED: `).
    #[must_use]
    pub fn map_message(mut self, change: impl FnOnce(String) -> String) -> Error {
        self.message = change(self.message);
        self
    }

    /// The same with what was being done in front of Helm's message.
    #[must_use]
    pub fn during(self, doing: impl fmt::Display) -> Error {
        self.map_message(|message| format!("{doing}: {message}"))
    }

    /// The same with lines on what is wrong with an object: the first names it.
    #[must_use]
    pub fn explained(mut self, lines: Vec<String>) -> Error {
        self.why.get_or_insert_default().explanations.push(lines);
        self
    }

    /// The same with the reason in one line.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Error {
        self.why.get_or_insert_default().reason = Some(reason.into());
        self
    }

    /// The same with something that is to be kept beside the record.
    #[must_use]
    pub(crate) fn noted(mut self, name: &str, note: String) -> Error {
        self.why.get_or_insert_default().notes.insert(name.to_owned(), note);
        self
    }

    /// What is to be kept beside the record of the revision that failed: the reason, and more.
    pub(crate) fn notes(&self) -> Notes {
        let mut notes = self.why.as_deref().map(|why| why.notes.clone()).unwrap_or_default();
        notes.extend(self.reason().map(|reason| (REASON_ANNOTATION.to_owned(), reason.to_owned())));
        notes
    }

    /// What is wrong with objects that it is about, lines for each.
    pub fn explanations(&self) -> &[Vec<String>] {
        self.why.as_deref().map_or(&[], |why| &why.explanations)
    }

    /// The reason in one line, where more is known than the message says.
    pub fn reason(&self) -> Option<&str> {
        self.why.as_deref()?.reason.as_deref()
    }

    /// The same with lines above those that it shows.
    #[must_use]
    pub(crate) fn below(mut self, lines: String) -> Error {
        self.snippet = Some(match self.snippet.take() {
            Some(snippet) => format!("{lines}\n{snippet}"),
            None => lines,
        });
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

    /// The lines of the template, values or manifest that it is about, with a mark under the place.
    pub fn snippet(&self) -> Option<&str> {
        self.snippet.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<source::Error> for Error {
    fn from(error: source::Error) -> Error {
        let kind = match error.kind() {
            source::ErrorKind::Chart => ErrorKind::Chart,
            source::ErrorKind::NotBuilt => ErrorKind::NotBuilt,
            source::ErrorKind::Network => ErrorKind::Network,
            source::ErrorKind::Provenance => ErrorKind::Provenance,
            _ => ErrorKind::Source,
        };
        let converted = Error::new(kind, error.to_string());
        error.hints().iter().fold(converted, |converted, hint| converted.hinted(hint.as_str()))
    }
}

impl From<cluster::Error> for Error {
    fn from(error: cluster::Error) -> Error {
        let of_release = matches!(
            error,
            cluster::Error::ReleaseNotFound | cluster::Error::ReleaseExists | cluster::Error::NoDeployedReleases(_)
        );
        Error::new(if of_release { ErrorKind::Release } else { ErrorKind::Cluster }, error.to_string())
    }
}

impl From<chart::Error> for Error {
    fn from(error: chart::Error) -> Error {
        Error::new(ErrorKind::Chart, error.to_string())
    }
}

impl From<render::Error> for Error {
    fn from(error: render::Error) -> Error {
        let converted = Error::new(ErrorKind::Render, error.to_string());
        let converted = converted.with_snippet(error.snippet().map(str::to_owned));
        error.hints().iter().fold(converted, |converted, hint| converted.hinted(hint.as_str()))
    }
}

impl From<release::Error> for Error {
    fn from(error: release::Error) -> Error {
        let snippet = crate::rendered::snippet(&error.content, error.source.line);
        let hint = "the template renders, but not to YAML: `helm template --debug` prints all of it";
        Error::new(ErrorKind::Render, error.to_string()).with_snippet(snippet).hinted(hint)
    }
}
