//! Nodes as they are written, with their lines: for whoever fills a struct as go-yaml v3 does.

use super::{
    input::Input,
    node::{Document, Node, NodeId, Shape, Tag},
    parse,
    resolve::{Resolved, resolve_plain},
};
use crate::{Str, yaml::Error};

/// More nodes than this, aliases followed, are none that anybody wrote.
const MAX_NODES: usize = 100_000;

/// A node and where it stands.
#[derive(Clone, Debug)]
pub struct RawNode {
    /// The line that it begins in, counted from 1.
    pub line: usize,
    /// What it is.
    pub content: RawContent,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum RawContent {
    /// A scalar with the text that stands there, quotes and escapes resolved.
    Scalar {
        /// The text.
        text: Str,
        /// Its tag as messages write it: `!!str`, `!!int` and such.
        tag: &'static str,
    },
    /// A list.
    List(Vec<RawNode>),
    /// Keys and values in the order of the document, duplicates included.
    Map(Vec<(RawNode, RawNode)>),
}

/// See [`crate::yaml::raw`].
pub(super) fn raw(bytes: &[u8]) -> Result<Option<RawNode>, Error> {
    let input = Input::new(bytes);
    let Some(document) = parse::parse(&input).map_err(super::plain_error)? else { return Ok(None) };
    let mut left = MAX_NODES;
    let node = Walk { document: &document, left: &mut left }.node(0, crate::Value::MAX_DEPTH);
    match node {
        Some(node) => Ok(Some(node)),
        None => Err(Error { message: "yaml: document contains excessive aliasing".into(), line: None }),
    }
}

struct Walk<'d> {
    document: &'d Document<'d>,
    left: &'d mut usize,
}

impl Walk<'_> {
    /// Nothing where there are too many nodes, or where they lie too deep.
    fn node(&mut self, id: NodeId, depth: usize) -> Option<RawNode> {
        *self.left = self.left.checked_sub(1)?;
        let depth = depth.checked_sub(1)?;
        let node = *self.document.node(id)?;
        let line = node.mark.line as usize + 1;
        let content = match node.shape {
            Shape::Alias => return self.node(node.link, depth).map(|target| RawNode { line, ..target }),
            Shape::Scalar => self.scalar(&node),
            Shape::Sequence => {
                let children: Vec<NodeId> = self.document.children(id).collect();
                RawContent::List(children.into_iter().map(|child| self.node(child, depth)).collect::<Option<_>>()?)
            }
            Shape::Mapping => {
                let children: Vec<NodeId> = self.document.children(id).collect();
                let mut entries = Vec::with_capacity(children.len() / 2);
                for pair in children.chunks_exact(2) {
                    if let [key, value] = pair {
                        entries.push((self.node(*key, depth)?, self.node(*value, depth)?));
                    }
                }
                RawContent::Map(entries)
            }
        };
        Some(RawNode { line, content })
    }

    fn scalar(&self, node: &Node) -> RawContent {
        let text = self.document.text_of(node);
        let tag = match node.tag {
            Tag::None if node.implicit => plain_tag(text),
            Tag::None | Tag::Other => "!!str",
            tag => tag.short_name(),
        };
        RawContent::Scalar { text: Str::from(text), tag }
    }
}

/// The tag that version 3 gives a plain scalar: `yes` and its like are texts there.
fn plain_tag(text: &[u8]) -> &'static str {
    match resolve_plain(text) {
        Resolved::Nil => "!!null",
        Resolved::Bool(_) if matches!(text.to_ascii_lowercase().as_slice(), b"true" | b"false") => "!!bool",
        Resolved::Int(_) | Resolved::Uint(_) => "!!int",
        Resolved::Float(_) => "!!float",
        Resolved::Bool(_) | Resolved::String(_) => "!!str",
    }
}
