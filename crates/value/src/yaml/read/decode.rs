//! From nodes to values: aliases, merge keys, duplicate keys, and what the round trip through JSON does to them.
//!
//! Walks as go-yaml v2 does (`decode.go`), with a stack of its own, so that the order of errors is Go's and the depth
//! of a document costs no stack.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use super::{
    alias_limit::Counts,
    json_limits,
    json_scalar::{Repeated, key_text, plain_value, string},
    node::{Document, Node, NodeId, Shape, Tag},
    resolve::{Resolved, resolve},
    typed::{self, TypedKey},
};
use crate::{Map, MapType, Str, UintKind, Value, yaml::Error};

/// Strings longer than this are shared where there are aliases, which may repeat them.
const SHARED_LENGTH: usize = 64;

/// How a document is decoded.
#[derive(Clone, Copy, Default)]
pub(super) struct Options {
    /// A duplicate key is an error; else the last one wins.
    pub(super) strict: bool,
    /// Numbers stay what go-yaml reads them as, and do not all become floats.
    pub(super) typed_numbers: bool,
    /// Of the outermost mapping only these keys are wanted, whatever their case: all else is checked, and nil.
    pub(super) only: Option<&'static [&'static str]>,
}

/// A collection that is being decoded, or what stands between it and its parent.
enum Frame {
    Sequence {
        next: NodeId,
        end: NodeId,
        /// Where its items begin among the decoder's.
        start: usize,
    },
    /// Entries of the innermost mapping: its own, or those of a mapping that is merged into it.
    Entries { next: NodeId, end: NodeId, merged: bool, state: Entry },
    /// Waits for the target of an alias.
    Alias(NodeId),
    /// Mappings that are still to be merged, the next one last.
    Merges(Vec<NodeId>),
}

/// Which part of an entry is decoded.
enum Entry {
    Idle,
    /// The key of this node.
    Key(NodeId),
    /// A value, once the key is known.
    Value(Key, NodeId),
}

/// A decoded key.
#[derive(Default)]
struct Key {
    /// The key in JSON; nothing where it cannot be one.
    text: Option<Str>,
    /// The key as Go compares it, where duplicates are errors.
    typed: Option<TypedKey>,
}

impl Key {
    /// Whether it is one of these but for its case.
    fn is_any_of(&self, names: &[&str]) -> bool {
        let text = self.text.as_ref().map_or(&b""[..], Str::as_bytes);
        names.iter().any(|name| text.eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// A mapping that is being decoded.
struct Building {
    /// Where its entries begin among the decoder's.
    start: usize,
    /// The keys so far, where duplicates are errors.
    seen: HashSet<TypedKey>,
}

/// What decoding a node has come to.
enum Outcome<'d> {
    /// More is to be done first.
    Pending,
    Scalar(Resolved<'d>, NodeId),
    Collection(Value),
    /// A mapping has been merged.
    Merged,
}

pub(super) struct Decoder<'d> {
    document: &'d Document<'d>,
    options: Options,
    frames: Vec<Frame>,
    mappings: Vec<Building>,
    /// The items of all sequences that are being decoded, those of the innermost last.
    items: Vec<Value>,
    /// The entries of all mappings that are being decoded, those of the innermost last.
    entries: Vec<(Str, Value)>,
    /// Whether what is being decoded is only checked.
    skipping: bool,
    counts: Counts,
    /// The aliases that are being decoded.
    active: HashSet<NodeId>,
    /// Long strings, which aliases may repeat.
    shared: HashMap<NodeId, Str>,
    /// Errors that do not end the decoding, each with its line counted from 1.
    duplicates: Vec<(String, usize)>,
    depth: usize,
    remarks: Remarks,
    repeated: Repeated,
}

/// What must be looked at once the document is decoded.
#[derive(Clone, Copy, Default)]
pub(super) struct Remarks {
    /// There is a key that JSON cannot have.
    odd_key: bool,
    /// There is a NaN or an infinity.
    pub(super) non_finite: bool,
    /// Something is nested deeper than JSON may be.
    pub(super) too_deep: bool,
}

/// Decodes a document.
pub(super) fn decode(document: &Document<'_>, options: Options) -> Result<(Value, Remarks), Error> {
    let mut decoder = Decoder {
        document,
        options,
        frames: Vec::new(),
        mappings: Vec::new(),
        items: Vec::new(),
        entries: Vec::new(),
        skipping: false,
        counts: Counts::default(),
        active: HashSet::new(),
        shared: HashMap::new(),
        duplicates: Vec::new(),
        depth: 0,
        remarks: Remarks::default(),
        repeated: Repeated::new(document.nodes.len()),
    };
    let value = decoder.run()?;
    decoder.check(value)
}

impl<'d> Decoder<'d> {
    fn run(&mut self) -> Result<Value, Error> {
        // go-yaml counts the document itself.
        self.counts.count(0);
        let mut outcome = self.enter(0)?;
        loop {
            outcome = match (outcome, self.frames.last_mut()) {
                (Outcome::Pending | Outcome::Merged, None) => return Ok(Value::Nil),
                (Outcome::Scalar(resolved, node), None) => return Ok(self.value(resolved, node)),
                (Outcome::Collection(value), None) => return Ok(value),
                (Outcome::Pending, Some(_)) => self.proceed()?,
                (done, Some(Frame::Alias(_))) => {
                    if let Some(Frame::Alias(alias)) = self.frames.pop() {
                        self.active.remove(&alias);
                        self.counts.alias_depth = self.counts.alias_depth.saturating_sub(1);
                    }
                    done
                }
                (Outcome::Merged, Some(_)) => Outcome::Pending,
                (Outcome::Collection(_) | Outcome::Scalar(..), Some(Frame::Sequence { .. })) if self.skipping => {
                    Outcome::Pending
                }
                (Outcome::Collection(value), Some(Frame::Sequence { .. })) => {
                    self.items.push(value);
                    Outcome::Pending
                }
                (Outcome::Scalar(resolved, node), Some(Frame::Sequence { .. })) => {
                    let value = self.value(resolved, node);
                    self.items.push(value);
                    Outcome::Pending
                }
                (done, Some(_)) => {
                    self.accept(done)?;
                    Outcome::Pending
                }
            };
        }
    }

    /// Begins to decode a node.
    fn enter(&mut self, id: NodeId) -> Result<Outcome<'d>, Error> {
        let document = self.document;
        let Some(node) = document.node(id) else { return Ok(Outcome::Scalar(Resolved::Nil, id)) };
        if self.counts.count(1) {
            return Err(self.error("yaml: document contains excessive aliasing", node));
        }
        match node.shape {
            Shape::Scalar => match resolve(document, node) {
                Ok(resolved) => Ok(Outcome::Scalar(resolved, id)),
                Err(message) => Err(self.error(&message, node)),
            },
            Shape::Alias => {
                self.enter_alias(id, node)?;
                self.enter_target(node.link)
            }
            Shape::Sequence => {
                self.go_down();
                self.frames.push(Frame::Sequence { next: id + 1, end: node.link, start: self.items.len() });
                Ok(Outcome::Pending)
            }
            Shape::Mapping => {
                self.go_down();
                self.mappings.push(Building { start: self.entries.len(), seen: HashSet::new() });
                self.frames.push(Frame::Entries { next: id + 1, end: node.link, merged: false, state: Entry::Idle });
                Ok(Outcome::Pending)
            }
        }
    }

    fn enter_alias(&mut self, id: NodeId, node: &Node) -> Result<(), Error> {
        if !self.active.insert(id) {
            let name = String::from_utf8_lossy(self.document.text_of(node));
            return Err(self.error(&format!("yaml: anchor '{name}' value contains itself"), node));
        }
        self.counts.alias_depth += 1;
        self.frames.push(Frame::Alias(id));
        Ok(())
    }

    /// Begins to decode an item or a value of the innermost collection.
    fn enter_item(&mut self, id: NodeId) -> Result<Outcome<'d>, Error> {
        // Only a tag can make a scalar wrong.
        if self.skipping
            && let Some(node) = self.document.node(id)
            && (node.shape, node.tag) == (Shape::Scalar, Tag::None)
            && !self.counts.count(1)
        {
            return Ok(Outcome::Scalar(Resolved::Nil, id));
        }
        self.enter(id)
    }

    /// Begins to decode an alias's target, which is no alias itself.
    fn enter_target(&mut self, id: NodeId) -> Result<Outcome<'d>, Error> {
        match self.document.node(id) {
            Some(node) if node.shape != Shape::Alias => self.enter(id),
            _ => Ok(Outcome::Scalar(Resolved::Nil, id)),
        }
    }

    fn go_down(&mut self) {
        self.depth += 1;
        self.remarks.too_deep |= self.depth > json_limits::MAX_DEPTH;
    }

    /// Goes on with the innermost frame.
    fn proceed(&mut self) -> Result<Outcome<'d>, Error> {
        let document = self.document;
        match self.frames.last_mut() {
            Some(Frame::Sequence { next, end, start }) => {
                if *next < *end {
                    let id = *next;
                    *next = document.after(id);
                    return self.enter_item(id);
                }
                let start = *start;
                self.frames.pop();
                self.depth -= 1;
                if self.skipping {
                    return Ok(Outcome::Collection(Value::Nil));
                }
                Ok(Outcome::Collection(Value::list(self.items.drain(start..).collect())))
            }
            Some(Frame::Entries { next, end, merged, state }) => {
                if *next < *end {
                    let id = *next;
                    *next = document.after(id);
                    if let Entry::Value(key, node) = state {
                        *node = id;
                        if let (Some(only), [_]) = (self.options.only, &*self.mappings) {
                            self.skipping = !key.is_any_of(only);
                        }
                        return self.enter_item(id);
                    }
                    if document.node(id).is_some_and(|node| document.is_merge(node)) {
                        let mapping = *next;
                        *next = document.after(mapping);
                        return self.merge(mapping);
                    }
                    *state = Entry::Key(id);
                    return self.enter(id);
                }
                let merged = *merged;
                self.frames.pop();
                if merged {
                    return Ok(Outcome::Merged);
                }
                self.depth -= 1;
                let start = self.mappings.pop().map_or(self.entries.len(), |mapping| mapping.start);
                if self.skipping {
                    return Ok(Outcome::Collection(Value::Nil));
                }
                let entries = self.entries.drain(start..);
                Ok(Outcome::Collection(Value::Map(Map::from_entries(MapType::Any, entries))))
            }
            Some(Frame::Merges(left)) => match left.pop() {
                Some(id) => self.merge_one(id),
                None => {
                    self.frames.pop();
                    Ok(Outcome::Merged)
                }
            },
            Some(Frame::Alias(_)) | None => Ok(Outcome::Merged),
        }
    }

    /// Takes a key or a value of the innermost mapping.
    fn accept(&mut self, done: Outcome<'d>) -> Result<(), Error> {
        let Some(Frame::Entries { state, .. }) = self.frames.last_mut() else { return Ok(()) };
        match std::mem::replace(state, Entry::Idle) {
            Entry::Key(key) => {
                let key = self.key(done, key)?;
                if let Some(Frame::Entries { state, .. }) = self.frames.last_mut() {
                    *state = Entry::Value(key, 0);
                }
            }
            Entry::Value(key, node) => {
                let value = match done {
                    Outcome::Scalar(resolved, node) => self.value(resolved, node),
                    Outcome::Collection(value) => value,
                    Outcome::Pending | Outcome::Merged => Value::Nil,
                };
                self.insert(key, value, node);
                if self.mappings.len() == 1 {
                    self.skipping = false;
                }
            }
            Entry::Idle => {}
        }
        Ok(())
    }

    /// The key that a node has come to.
    fn key(&mut self, done: Outcome<'d>, id: NodeId) -> Result<Key, Error> {
        let Outcome::Scalar(resolved, _) = done else {
            let text = typed::go_syntax(self.document, id, self.options.strict);
            let message = format!("yaml: invalid map key: {text}");
            return Err(match self.document.node(id) {
                Some(node) => self.error(&message, node),
                None => Error { message, line: None },
            });
        };
        let typed = self.options.strict.then(|| TypedKey::new(&resolved));
        self.remarks.odd_key |= matches!(resolved, Resolved::Nil | Resolved::Uint(_));
        let text = match resolved {
            _ if self.skipping => None,
            Resolved::String(Cow::Borrowed(text)) => Some(self.repeated.string(text)),
            other => key_text(other),
        };
        Ok(Key { text, typed })
    }

    fn insert(&mut self, key: Key, value: Value, node: NodeId) {
        let Some(mapping) = self.mappings.last_mut() else { return };
        if let Some(typed) = key.typed.filter(|typed| !typed.is_never_equal()) {
            if mapping.seen.contains(&typed) {
                let line = self.document.node(node).map_or(0, |node| node.mark.line as usize + 1);
                let text = format!("line {line}: key {} already set in map", typed.go_syntax());
                self.duplicates.push((text, line));
                return;
            }
            mapping.seen.insert(typed);
        }
        if let Some(text) = key.text {
            self.entries.push((text, value));
        }
    }

    /// The value of a scalar after the round trip through JSON.
    fn value(&mut self, resolved: Resolved<'d>, id: NodeId) -> Value {
        match resolved {
            _ if self.skipping => Value::Nil,
            Resolved::Int(number) if self.options.typed_numbers => Value::int(number),
            Resolved::Uint(number) if self.options.typed_numbers => Value::Uint(number, UintKind::Uint64),
            Resolved::String(text) if self.document.has_aliases && text.len() > SHARED_LENGTH => {
                let shared = self.shared.entry(id).or_insert_with(|| string(text));
                Value::String(shared.clone())
            }
            Resolved::String(Cow::Borrowed(text)) => Value::String(self.repeated.string(text)),
            Resolved::Float(number) => {
                self.remarks.non_finite |= !number.is_finite();
                Value::float(number)
            }
            other => plain_value(other),
        }
    }

    /// Merges what stands behind a merge key into the innermost mapping.
    fn merge(&mut self, id: NodeId) -> Result<Outcome<'d>, Error> {
        let document = self.document;
        match document.node(id).map(|node| node.shape) {
            Some(Shape::Sequence) => {
                self.frames.push(Frame::Merges(document.children(id).collect()));
                Ok(Outcome::Pending)
            }
            _ => self.merge_one(id),
        }
    }

    fn merge_one(&mut self, id: NodeId) -> Result<Outcome<'d>, Error> {
        let document = self.document;
        let Some(node) = document.node(id) else { return Ok(Outcome::Merged) };
        let target = if node.shape == Shape::Alias { node.link } else { id };
        let Some(mapping) = document.node(target).filter(|node| node.shape == Shape::Mapping) else {
            return Err(self.error("yaml: map merge requires map or sequence of maps as the value", node));
        };
        let excessive = |decoder: &Self| decoder.error("yaml: document contains excessive aliasing", node);
        if self.counts.count(1) {
            return Err(excessive(self));
        }
        if node.shape == Shape::Alias {
            self.enter_alias(id, node)?;
            if self.counts.count(1) {
                return Err(excessive(self));
            }
        }
        self.frames.push(Frame::Entries { next: target + 1, end: mapping.link, merged: true, state: Entry::Idle });
        Ok(Outcome::Pending)
    }

    fn error(&self, message: &str, node: &Node) -> Error {
        Error { message: message.into(), line: Some(node.mark.line as usize + 1) }
    }

    /// Reports what is known only once the document is decoded.
    fn check(self, value: Value) -> Result<(Value, Remarks), Error> {
        if let Some(&(_, line)) = self.duplicates.first() {
            let texts: Vec<&str> = self.duplicates.iter().map(|(text, _)| text.as_str()).collect();
            let message = format!("yaml: unmarshal errors:\n  {}", texts.join("\n  "));
            return Err(Error { message, line: Some(line) });
        }
        if self.remarks.odd_key
            && let Some(error) = typed::unsupported_key(self.document)
        {
            return Err(error);
        }
        Ok((value, self.remarks))
    }
}
