//! What is wrong with a template, or went wrong in one.

use std::fmt;

use value::quote::quote;

use crate::{
    Failure,
    tree::{Node, Tree},
};

/// An error of parsing or executing, worded as Go words it.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    /// The name under which the text was parsed.
    name: String,
    line: usize,
    column: usize,
    executing: String,
    context: String,
    line_text: String,
    /// The message without that of the cause.
    message: String,
    /// What a failed function put before the text of its cause, or all it said.
    failed_call: Option<String>,
    source: Option<Error>,
    exhausted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `template: name:line: message`
    Parse,
    /// `template: name:line:column: executing "x" at <context>: message`
    Execute,
    /// `template: message`
    Lookup,
}

impl Error {
    fn new(kind: Kind, name: &str, message: String) -> Error {
        Error(Box::new(Inner {
            kind,
            name: name.to_owned(),
            line: 0,
            column: 0,
            executing: String::new(),
            context: String::new(),
            line_text: String::new(),
            message,
            failed_call: None,
            source: None,
            exhausted: false,
        }))
    }

    pub(crate) fn parse(name: &str, line: usize, message: String) -> Error {
        let mut error = Error::new(Kind::Parse, name, message);
        error.0.line = line;
        error
    }

    pub(crate) fn no_template(name: &str, root: &str) -> Error {
        let quoted = |text: &str| quote(text.as_bytes());
        let message = format!("no template {} associated with template {}", quoted(name), quoted(root));
        Error::new(Kind::Lookup, name, message)
    }

    pub(crate) fn execute(tree: &Tree, node: Node, message: String) -> Error {
        let place = tree.place(node);
        let mut error = Error::new(Kind::Execute, &tree.source.name.to_text(), message);
        error.0.line = place.line;
        error.0.column = place.column;
        error.0.line_text = place.text;
        error.0.executing = quote(&tree.name);
        error.0.context = tree.describe(node);
        error
    }

    /// A function failed. Go wraps its error with `%w`.
    pub(crate) fn call(tree: &Tree, node: Node, function: &str, failure: Failure) -> Error {
        let Failure { mut message, source, exhausted } = failure;
        let mut source = source.map(|source| *source);
        if let Some(cause) = &source {
            let text = cause.to_string();
            if message.ends_with(&text) {
                message.truncate(message.len() - text.len());
            } else {
                // A cause that is not part of the text would be printed twice.
                source = None;
            }
        }
        let mut error = Error::execute(tree, node, format!("error calling {function}: {message}"));
        error.0.failed_call = Some(message);
        error.0.source = source;
        error.0.exhausted = exhausted;
        error
    }

    pub(crate) fn exhausted_at(tree: &Tree, node: Node, failure: Failure) -> Error {
        let mut error = Error::execute(tree, node, failure.message);
        error.0.exhausted = true;
        error
    }

    /// The budget ran out outside of any template.
    pub(crate) fn out_of_budget(name: &str, failure: Failure) -> Error {
        let mut error = Error::new(Kind::Lookup, name, failure.message);
        error.0.exhausted = true;
        error
    }

    /// Whether the budget ran out.
    pub fn exhausted(&self) -> bool {
        self.0.exhausted
    }

    /// Whether it is about the text of a template, not about executing one.
    pub fn is_parse(&self) -> bool {
        self.0.kind == Kind::Parse
    }

    /// The name of the text that the error is in, as it was parsed under; for an unknown template, its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The line, from 1; nothing where a template is not there.
    pub fn line(&self) -> Option<usize> {
        (self.0.kind != Kind::Lookup).then_some(self.0.line)
    }

    /// The bytes before it on its line; nothing for errors of parsing.
    pub fn column(&self) -> Option<usize> {
        (self.0.kind == Kind::Execute).then_some(self.0.column)
    }

    /// The text of the line, for showing it; empty where it is not known.
    pub fn line_text(&self) -> &str {
        &self.0.line_text
    }

    /// `name:line:column`, or `name:line` for errors of parsing; nothing where a template is not there.
    pub fn location(&self) -> Option<String> {
        match self.0.kind {
            Kind::Parse => Some(format!("{}:{}", self.0.name, self.0.line)),
            Kind::Execute => Some(format!("{}:{}:{}", self.0.name, self.0.line, self.0.column)),
            Kind::Lookup => None,
        }
    }

    /// The name, quoted as Go does, of the template that was executed.
    pub fn executing(&self) -> Option<&str> {
        (self.0.kind == Kind::Execute).then_some(&self.0.executing)
    }

    /// The part of the template that failed: what stands in `at <…>`.
    pub fn context(&self) -> Option<&str> {
        (self.0.kind == Kind::Execute).then_some(&self.0.context)
    }

    /// The message without place and without the text of [`Error::cause`].
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where a function failed: what it said before the text of [`Error::cause`]. Empty where it handed on the error of
    /// a template as it was, as `include` does. Go sees an error of its own behind a text that is not empty.
    pub fn failed_call(&self) -> Option<&str> {
        self.0.failed_call.as_deref()
    }

    /// The error of another template that this one was caused by.
    pub fn cause(&self) -> Option<&Error> {
        self.0.source.as_ref()
    }

    /// This error, its cause, the cause of that, and so on.
    pub fn chain(&self) -> impl Iterator<Item = &Error> {
        std::iter::successors(Some(self), |error| error.cause())
    }

    fn write_own(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match inner.kind {
            Kind::Parse => write!(f, "template: {}:{}: {}", inner.name, inner.line, inner.message),
            Kind::Lookup => write!(f, "template: {}", inner.message),
            Kind::Execute => write!(
                f,
                "template: {}:{}:{}: executing {} at <{}>: {}",
                inner.name, inner.line, inner.column, inner.executing, inner.context, inner.message
            ),
        }
    }
}

impl Drop for Inner {
    /// A chain of causes may be longer than the stack is deep.
    fn drop(&mut self) {
        let mut next = self.source.take();
        while let Some(mut error) = next {
            next = error.0.source.take();
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chain().try_for_each(|error| error.write_own(f))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
