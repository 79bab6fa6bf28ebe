//! Reading YAML as go-yaml v2 does, and what `sigs.k8s.io/yaml` makes of it.
//!
//! The way of a document: [`input`] (characters) to [`scan`] (tokens) to [`parse`] (nodes) to [`decode`] (values).

mod alias_limit;
mod comments;
mod cursor;
mod decode;
mod input;
mod json_limits;
mod json_scalar;
mod node;
mod parse;
mod raw;
mod resolve;
mod scan;
mod scan_block;
mod scan_scalar;
mod scan_tag;
mod spanned;
mod split;
mod timestamp;
mod token;
mod tree;
mod typed;

use self::{decode::Options, input::Input, json_limits::Offence, node::Document, token::Problem};
pub use self::{
    raw::{RawContent, RawNode},
    spanned::{Content, Position, Spanned, SpannedEntry},
    split::{Documents, StreamDocument, split_documents},
    tree::{Tree, TreeKind, TreeNode, TreeStyle},
};
pub(super) use self::{
    resolve::{Resolved, resolve_plain},
    timestamp::is_timestamp,
};
use super::Error;
use crate::{Map, Value};

/// What `sigs.k8s.io/yaml` puts before the problems of a document.
const CONVERTING: &str = "error converting YAML to JSON: ";

/// What it puts before those of the JSON that it makes of one.
const DECODING: &str = "error unmarshaling JSON: while decoding JSON: ";

/// See [`super::from_slice`].
pub(super) fn from_slice(bytes: &[u8]) -> Result<Value, Error> {
    read(bytes, Options::default())
}

/// See [`super::from_slice_strict`].
pub(super) fn from_slice_strict(bytes: &[u8]) -> Result<Value, Error> {
    read(bytes, Options { strict: true, ..Options::default() })
}

/// See [`super::map_from_slice`].
pub(super) fn map_from_slice(bytes: &[u8], go_type: &str) -> Result<Map, Error> {
    let kind = match from_slice(bytes)? {
        Value::Map(map) => return Ok(map),
        Value::Nil => return Ok(Map::default()),
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::List(_) => "array",
        _ => "number",
    };
    let message = format!("{DECODING}json: cannot unmarshal {kind} into Go value of type {go_type}");
    Err(Error { message, line: None })
}

/// See [`super::spanned`].
pub(super) fn spanned(bytes: &[u8]) -> Result<Option<Spanned>, Error> {
    spanned::spanned(bytes)
}

/// See [`super::tree()`].
pub(super) fn tree(bytes: &[u8]) -> Result<Option<Tree>, Error> {
    tree::tree(bytes)
}

/// See [`super::raw`].
pub(super) fn raw(bytes: &[u8]) -> Result<Option<RawNode>, Error> {
    raw::raw(bytes)
}

/// See [`super::from_slice_typed`].
pub(super) fn from_slice_typed(bytes: &[u8]) -> Result<Value, Error> {
    read(bytes, Options { typed_numbers: true, ..Options::default() })
}

/// See [`super::from_slice_typed_strict`].
pub(super) fn from_slice_typed_strict(bytes: &[u8]) -> Result<Value, Error> {
    read(bytes, Options { typed_numbers: true, strict: true, ..Options::default() })
}

/// See [`super::head_from_slice`].
pub(super) fn head_from_slice(bytes: &[u8], keys: &'static [&'static str]) -> Result<Value, Error> {
    read(bytes, Options { typed_numbers: true, only: Some(keys), ..Options::default() })
}

fn read(bytes: &[u8], options: Options) -> Result<Value, Error> {
    let input = Input::new(bytes);
    match parse::parse(&input).map_err(syntax_error)? {
        Some(document) => read_document(&document, options),
        None => Ok(Value::Nil),
    }
}

fn converting(error: Error) -> Error {
    Error { message: format!("{CONVERTING}{}", error.message), line: error.line }
}

fn syntax_error(problem: Problem) -> Error {
    let (message, line) = problem.describe();
    converting(Error { message, line })
}

fn read_document(document: &Document<'_>, options: Options) -> Result<Value, Error> {
    let (value, remarks) = decode::decode(document, options).map_err(converting)?;
    // A struct's field may still take an infinity as a text.
    if remarks.non_finite
        && !options.typed_numbers
        && let Some(Offence::NonFinite(number)) = json_limits::non_finite(&value)
    {
        return Err(converting(Error { message: format!("json: unsupported value: {number}"), line: None }));
    }
    if remarks.too_deep && options.only.is_some() {
        return read_document(document, Options { only: None, ..options });
    }
    if remarks.too_deep
        && let Some(Offence::TooDeep(bracket)) = json_limits::too_deep(&value)
    {
        let message = format!("{DECODING}invalid character '{bracket}' exceeded max depth");
        return Err(Error { message, line: None });
    }
    Ok(value)
}

/// A problem with a document's syntax, as go-yaml itself words it.
fn plain_error(problem: Problem) -> Error {
    let (message, line) = problem.describe();
    Error { message, line }
}
