//! What went wrong in a render, worded as Helm words it. Helm: `pkg/engine/engine.go`, `cleanupParseError` and
//! `reformatExecErrorMsg`.

use std::fmt;

use crate::{Warning, hint::hint, snippet::snippet};

/// What Helm puts around the message of `required` and `fail`, so that it finds it again in Go's text.
const MARK_START: &str = "HELM_ERR_START";
const MARK_END: &str = "HELM_ERR_END";

/// The message of `required` or `fail`, as it travels through Go's error texts.
pub(crate) fn mark(message: &value::Str) -> String {
    format!("{MARK_START}{message}{MARK_END}")
}

/// A template that cannot be parsed or executed. Displays as Helm's message, which may span lines.
#[derive(Debug)]
pub struct Error {
    message: String,
    location: Option<Location>,
    snippet: Option<Box<str>>,
    hints: Box<[String]>,
    warnings: Box<[Warning]>,
}

/// Where in a template something went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The template's path, such as `demo/templates/service.yaml`.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The bytes before it on the line; nothing for a template that cannot be parsed.
    pub column: Option<usize>,
}

impl Error {
    /// The template `path` cannot be parsed.
    pub(crate) fn parse(path: &str, error: template::Error) -> Error {
        let message = match error.location() {
            Some(location) => {
                // Helm keeps what stands behind the last colon.
                let last = error.message().rsplit(": ").next().unwrap_or_default();
                format!("parse error at ({location}): {last}")
            }
            None => format!("parse error in ({path}): {error}"),
        };
        Error::with_source(message, &error)
    }

    /// The template could not be executed.
    pub(crate) fn execute(error: template::Error) -> Error {
        let message = marked(&error).or_else(|| traced(&error)).unwrap_or_else(|| error.to_string());
        Error::with_source(message, &error)
    }

    fn with_source(message: String, error: &template::Error) -> Error {
        let innermost = error.chain().filter(|error| error.line().is_some()).last();
        let location = innermost.and_then(|error| {
            Some(Location { path: error.name().to_owned(), line: error.line()?, column: error.column() })
        });
        let snippet = innermost.and_then(snippet).map(String::into_boxed_str);
        let hints = innermost.and_then(hint).into_iter().collect();
        Error { message, location, snippet, hints, warnings: Box::default() }
    }

    /// Where it went wrong, innermost.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// The line of the template, with a mark under the place.
    pub fn snippet(&self) -> Option<&str> {
        self.snippet.as_deref()
    }

    /// The same with what the render had noticed until it failed.
    pub(crate) fn noticed(self, warnings: Vec<Warning>) -> Error {
        Error { warnings: warnings.into(), ..self }
    }

    /// What the render had noticed until it failed.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What to do about it.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

/// The message of `required` or `fail`, where one of them ended the render: one line, placed where the outermost
/// template called what led to it.
fn marked(error: &template::Error) -> Option<String> {
    let text = error.to_string();
    let (_, rest) = text.split_once(MARK_START)?;
    let (message, _) = rest.rsplit_once(MARK_END)?;
    Some(format!("execution error at ({}): {message}", error.location()?))
}

/// The chain of templates, three lines each; nothing where a function failed by itself or `tpl` stands between, where
/// Helm gives up and prints Go's text.
fn traced(error: &template::Error) -> Option<String> {
    let mut traces: Vec<String> = Vec::new();
    for error in error.chain() {
        let handed_on = error.failed_call().is_none_or(|text| text.is_empty() && error.cause().is_some());
        if !handed_on {
            return None;
        }
        let trace = trace(error);
        if traces.last() != Some(&trace) {
            traces.push(trace);
        }
    }
    Some(traces.concat().trim().to_owned())
}

fn trace(error: &template::Error) -> String {
    let (Some(location), Some(executing), Some(context)) = (error.location(), error.executing(), error.context())
    else {
        return format!("template: {}\n", error.message());
    };
    // What the cause says follows as a trace of its own.
    let message = match (error.message().split_once(" template:"), error.cause()) {
        (Some((own, _)), _) => own,
        (None, Some(_)) => error.message().trim_end_matches(' '),
        (None, None) => error.message(),
    };
    format!("{location}\n  executing {executing} at <{context}>:\n    {message}\n")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
