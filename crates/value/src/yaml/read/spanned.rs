//! A document with the places where its keys and values stand.

use std::collections::HashMap;

use super::{
    decode::Options,
    input::Input,
    json_limits, json_scalar,
    node::{Document, NodeId, Shape},
    parse, read_document,
    token::Mark,
};
use crate::{Str, Value, yaml::Error};

/// A place in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, in characters.
    pub column: usize,
}

/// A value, and where it stands. One that an alias stands for stands where the alias does, and what is in it where
/// the anchor is.
#[derive(Clone, Debug)]
pub struct Spanned {
    /// Where it begins, its anchor and tag included.
    pub position: Position,
    /// What it is.
    pub content: Content,
}

/// What stands at a place.
#[derive(Clone, Debug)]
pub enum Content {
    /// Neither a list nor a map.
    Scalar(Value),
    /// A list.
    List(Vec<Spanned>),
    /// A map, in the order of the document. Of duplicate keys only the last one is there, and merge keys are replaced
    /// by what they merge.
    Map(Vec<SpannedEntry>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub struct SpannedEntry {
    /// The key, as a string.
    pub key: Str,
    /// Where the key stands.
    pub position: Position,
    /// The value.
    pub value: Spanned,
}

impl Spanned {
    /// The entry of this key, where it is a map that has one.
    pub fn entry(&self, key: impl AsRef<[u8]>) -> Option<&SpannedEntry> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key.as_bytes() == key.as_ref()),
            _ => None,
        }
    }

    /// The item of this index, where it is a list that is long enough.
    pub fn item(&self, index: usize) -> Option<&Spanned> {
        match &self.content {
            Content::List(items) => items.get(index),
            _ => None,
        }
    }

    /// The value without the places.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(items) => Value::list(items.iter().map(Spanned::to_value).collect()),
            Content::Map(entries) => {
                Value::map(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_value())))
            }
        }
    }
}

/// See [`crate::yaml::spanned`].
pub(super) fn spanned(bytes: &[u8]) -> Result<Option<Spanned>, Error> {
    let input = Input::new(bytes);
    let document = parse::parse(&input).map_err(super::syntax_error)?;
    let Some(document) = document else { return Ok(None) };
    // Whatever is wrong with the document is found here, excessive aliases included.
    let value = read_document(&document, Options::default())?;
    if json_limits::deeper_than(&value, Value::MAX_DEPTH).is_some() {
        let message = format!("the document is nested deeper than {} levels", Value::MAX_DEPTH);
        return Err(Error { message, line: None });
    }
    Ok(Some(Walk { document: &document }.node(0, Value::MAX_DEPTH)))
}

struct Walk<'d> {
    document: &'d Document<'d>,
}

impl Walk<'_> {
    fn position(&self, id: NodeId) -> Position {
        let Mark { line, column, .. } = self.document.node(id).map(|node| node.mark).unwrap_or_default();
        Position { line: line as usize + 1, column: column as usize + 1 }
    }

    /// What an alias stands for; anything else is itself.
    fn target(&self, id: NodeId) -> NodeId {
        self.document.node(id).filter(|node| node.shape == Shape::Alias).map_or(id, |node| node.link)
    }

    fn node(&self, id: NodeId, depth: usize) -> Spanned {
        let target = self.target(id);
        let nil = Content::Scalar(Value::Nil);
        let content = match self.document.node(target) {
            Some(node) if depth > 0 => match node.shape {
                Shape::Scalar => Content::Scalar(json_scalar::scalar(self.document, node)),
                Shape::Sequence => {
                    Content::List(self.document.children(target).map(|item| self.node(item, depth - 1)).collect())
                }
                Shape::Mapping => {
                    let mut entries = Entries::default();
                    self.entries(target, depth - 1, &mut entries);
                    Content::Map(entries.list)
                }
                Shape::Alias => nil,
            },
            _ => nil,
        };
        Spanned { position: self.position(id), content }
    }

    fn entries(&self, id: NodeId, depth: usize, entries: &mut Entries) {
        let mut children = self.document.children(id);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            let Some(node) = self.document.node(self.target(key)) else { continue };
            if self.document.node(key).is_some_and(|node| self.document.is_merge(node)) {
                self.merge(value, depth, entries);
            } else if let Some(text) = json_scalar::key(self.document, node) {
                let value = self.node(value, depth);
                entries.insert(SpannedEntry { key: text, position: self.position(key), value });
            }
        }
    }

    fn merge(&self, id: NodeId, depth: usize, entries: &mut Entries) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let is_list = self.document.node(id).is_some_and(|node| node.shape == Shape::Sequence);
        let mappings: Vec<NodeId> = if is_list { self.document.children(id).collect() } else { vec![id] };
        for mapping in mappings.into_iter().rev() {
            self.entries(self.target(mapping), depth, entries);
        }
    }
}

/// Entries in their order, of which each key is there once.
#[derive(Default)]
struct Entries {
    list: Vec<SpannedEntry>,
    index: HashMap<Str, usize>,
}

impl Entries {
    fn insert(&mut self, entry: SpannedEntry) {
        let next = self.list.len();
        let index = *self.index.entry(entry.key.clone()).or_insert(next);
        match self.list.get_mut(index) {
            Some(place) => *place = entry,
            None => self.list.push(entry),
        }
    }
}
