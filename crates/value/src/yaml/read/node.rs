//! A parsed document: its nodes in the order in which they stand in the text.

use super::token::{Mark, Text};

/// What kind of node it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Scalar,
    Sequence,
    /// Its children are keys and values, alternating.
    Mapping,
    /// Its text is the name of the anchor.
    Alias,
}

/// A scalar's tag, as far as it makes a difference; those of collections make none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    None,
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
    /// Any other, which makes the scalar a string.
    Other,
}

impl Tag {
    /// The tag that is written so in full.
    pub(super) fn from_name(name: &[u8]) -> Tag {
        match name.strip_prefix(b"tag:yaml.org,2002:") {
            Some(b"str") => Tag::Str,
            Some(b"bool") => Tag::Bool,
            Some(b"int") => Tag::Int,
            Some(b"float") => Tag::Float,
            Some(b"null") => Tag::Null,
            Some(b"timestamp") => Tag::Timestamp,
            Some(b"binary") => Tag::Binary,
            Some(b"merge") => Tag::Merge,
            _ => Tag::Other,
        }
    }

    /// The tag as messages write it.
    pub(super) fn short_name(self) -> &'static str {
        match self {
            Tag::None | Tag::Other => "",
            Tag::Str => "!!str",
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Null => "!!null",
            Tag::Timestamp => "!!timestamp",
            Tag::Binary => "!!binary",
            Tag::Merge => "!!merge",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) shape: Shape,
    pub(super) tag: Tag,
    /// Whether a scalar is plain and has no tag, or has the tag `!`: only then may it be a merge key, and without
    /// a tag only then may it be anything but a string.
    pub(super) implicit: bool,
    pub(super) mark: Mark,
    pub(super) folded: bool,
    pub(super) start: u32,
    pub(super) len: u32,
    /// Of a collection the number of the node after its last child; of an alias its target.
    pub(super) link: u32,
}

impl Node {
    pub(super) fn new(shape: Shape, mark: Mark) -> Node {
        Node { shape, tag: Tag::None, implicit: true, mark, folded: false, start: 0, len: 0, link: 0 }
    }

    pub(super) fn with_text(self, text: Text) -> Node {
        Node { folded: text.folded, start: text.start, len: text.len, ..self }
    }
}

/// The number of a node in its document.
pub(super) type NodeId = u32;

/// The nodes of a document; the first one is the root.
pub(super) struct Document<'t> {
    pub(super) text: &'t [u8],
    pub(super) folded: Vec<u8>,
    pub(super) nodes: Vec<Node>,
    /// Whether any of them is an alias.
    pub(super) has_aliases: bool,
}

impl<'t> Document<'t> {
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// The text of a scalar, or the name that an alias has.
    #[inline]
    pub(super) fn text_of(&self, node: &Node) -> &[u8] {
        let source = if node.folded { &self.folded } else { self.text };
        let start = node.start as usize;
        source.get(start..start + node.len as usize).unwrap_or_default()
    }

    /// The number of the node after this one and all that is in it.
    #[inline]
    pub(super) fn after(&self, id: NodeId) -> NodeId {
        match self.node(id) {
            Some(node) if matches!(node.shape, Shape::Sequence | Shape::Mapping) => node.link,
            _ => id.saturating_add(1),
        }
    }

    /// The children of a collection.
    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.after(id);
        let mut next = id.saturating_add(1);
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.after(child);
                child
            })
        })
    }

    /// Whether a key is `<<`.
    pub(super) fn is_merge(&self, node: &Node) -> bool {
        node.len == 2
            && node.shape == Shape::Scalar
            && (node.implicit || node.tag == Tag::Merge)
            && self.text_of(node) == b"<<"
    }
}
