//! The documents of a manifest file, which may be YAML or JSON. Kubernetes: apimachinery, util/yaml.

use value::{Value, yaml};

use crate::{
    schema::json::{Json, ParseError},
    shape::{self, Fields, Record, Unknown},
};

/// Reads the documents one after the other; nothing stands for a document that is empty or null.
pub(super) struct Documents<'a> {
    rest: &'a [u8],
    record: &'static Record,
    /// Whether JSON is still tried first.
    json: bool,
    /// How many documents were read.
    count: usize,
    /// How many bytes were read as JSON.
    consumed: usize,
}

type Document = Result<Option<Fields>, String>;

impl<'a> Documents<'a> {
    pub(super) fn new(text: &'a [u8], record: &'static Record) -> Documents<'a> {
        let json = trim_start(text).starts_with(b"{");
        Documents { rest: text, record, json, count: 0, consumed: 0 }
    }

    /// The next document; nothing at the end. After an error nothing more is to be read.
    pub(super) fn next(&mut self) -> Option<Document> {
        let mut first_error = None;
        if self.json {
            match self.json() {
                Ok(document) => {
                    self.count += 1;
                    return document.map(Ok);
                }
                // More than one object before it, and it is JSON beyond doubt.
                Err((_, plain)) if self.count > 1 => return Some(Err(plain)),
                Err((reason, _)) => first_error = Some(reason),
            }
            self.json = false;
            match after_blank_line(self.rest) {
                Some(rest) => self.rest = rest,
                None => return Some(Err(first_error.unwrap_or_default())),
            }
        }
        let document = self.yaml()?;
        self.count += 1;
        Some(document.map_err(|reason| first_error.unwrap_or(reason)))
    }

    /// The next JSON value; of an error both forms that messages may take.
    fn json(&mut self) -> Result<Option<Option<Fields>>, (String, String)> {
        let (value, size) = match Json::parse_first(self.rest) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(ParseError { message, offset }) => {
                let shown = match offset {
                    Some(offset) => format!("json: offset {}: {message}", self.consumed + offset),
                    None => message.clone(),
                };
                return Err((shown, message));
            }
        };
        let fields = shape::fit_json(&value.to_value(), self.record).map_err(|reason| (reason.clone(), reason))?;
        self.consumed += size;
        self.rest = self.rest.get(size..).unwrap_or_default();
        Ok(Some(fields))
    }

    /// The next YAML document; nothing at the end.
    fn yaml(&mut self) -> Option<Document> {
        let mut document: Vec<u8> = Vec::new();
        loop {
            let Some((line, rest)) = next_line(self.rest) else {
                return if document.is_empty() { None } else { Some(self.read(&document)) };
            };
            self.rest = rest;
            if let Some(after) = line.strip_prefix(b"---") {
                let after = String::from_utf8_lossy(after);
                let after = after.trim();
                if !after.is_empty() && !after.starts_with('#') {
                    return Some(Err(format!("invalid Yaml document separator: {after}")));
                }
                if !document.is_empty() {
                    return Some(self.read(&document));
                }
            }
            document.extend_from_slice(line);
            document.push(b'\n');
        }
    }

    fn read(&self, document: &[u8]) -> Document {
        let value: Value = yaml::from_slice_typed(document).map_err(|error| error.to_string())?;
        shape::fit(&value, self.record, Unknown::Skip)
    }
}

fn trim_start(text: &[u8]) -> &[u8] {
    // What people write before a brace is ASCII.
    text.trim_ascii_start()
}

/// What follows the blanks up to the end of the first line.
fn after_blank_line(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        match rest {
            [] => return None,
            [b'\n', after @ ..] => return Some(after),
            [blank, after @ ..] if blank.is_ascii_whitespace() => rest = after,
            _ => return Some(rest),
        }
    }
}

/// The first line without its end, as Go's `bufio.ReadLine`, and what follows it.
fn next_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default()),
        None => (text, &[][..]),
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}
