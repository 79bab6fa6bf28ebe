//! Splitting a stream of documents at its `---` lines, as apimachinery's `NewYAMLReader` does.

use std::borrow::Cow;

use crate::yaml::Error;

/// One document of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamDocument<'s> {
    /// Its text. Every line ends with a line feed, and there is no carriage return before it.
    pub text: Cow<'s, [u8]>,
    /// The line of the stream that it begins with, counted from 1.
    pub line: usize,
}

/// The documents of a stream; see [`split_documents`].
#[derive(Clone, Debug)]
pub struct Documents<'s> {
    rest: &'s [u8],
    line: usize,
}

/// Splits a stream at lines that begin with `---` (apimachinery: `pkg/util/yaml`, `YAMLReader.Read`; Helm reads values
/// files so). A `---` before the first line of a document stays in it.
///
/// An item is an error where something but a comment follows the `---`
/// (`invalid Yaml document separator: x`); nothing comes after it.
pub fn split_documents(stream: &[u8]) -> Documents<'_> {
    Documents { rest: stream, line: 1 }
}

impl<'s> Iterator for Documents<'s> {
    type Item = Result<StreamDocument<'s>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let stream = self.rest;
        let first_line = self.line;
        let mut length = 0;
        loop {
            let rest = stream.get(length..).unwrap_or_default();
            if rest.is_empty() {
                self.rest = rest;
                break;
            }
            let line_length = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
            let (line, after) = rest.split_at_checked(line_length).unwrap_or((rest, b""));
            let line_number = self.line;
            self.line += 1;
            if let Some(remark) = line.strip_prefix(b"---") {
                if let Some(text) = foreign_text(remark) {
                    self.rest = b"";
                    let message = format!("invalid Yaml document separator: {text}");
                    return Some(Err(Error { message, line: Some(line_number) }));
                }
                if length > 0 {
                    self.rest = after;
                    break;
                }
            }
            length += line_length;
        }
        let text = stream.get(..length).filter(|text| !text.is_empty())?;
        Some(Ok(StreamDocument { text: with_line_feeds(text), line: first_line }))
    }
}

/// What follows a `---`, unless that is nothing or a comment.
fn foreign_text(remark: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(remark);
    let text = text.trim();
    (!text.is_empty() && !text.starts_with('#')).then(|| text.to_string())
}

/// Ends each line with a line feed and nothing else.
fn with_line_feeds(text: &[u8]) -> Cow<'_, [u8]> {
    let complete = text.ends_with(b"\n");
    if complete && !text.windows(2).any(|pair| pair == b"\r\n") {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 1);
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => {
                out.extend_from_slice(line);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    if !complete {
        out.push(b'\n');
    }
    Cow::Owned(out)
}
