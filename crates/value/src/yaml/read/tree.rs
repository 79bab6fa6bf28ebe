//! A document as a tree that keeps how it was written: go-yaml v3's `yaml.Node`.

use super::{
    comments::{Around, Extras},
    input::Input,
    node::{Document, NodeId, Shape},
    parse,
};
use crate::{Value, yaml::Error};

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// What it holds.
    pub root: TreeNode,
    /// The comment above it, with an empty line between.
    pub head: Vec<u8>,
    /// The comment below it.
    pub foot: Vec<u8>,
}

/// A node of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    /// What it is.
    pub kind: TreeKind,
    /// How it was written.
    pub style: TreeStyle,
    /// The text of a scalar, the name that an alias has.
    pub text: Vec<u8>,
    /// The tag in full; empty where none was written.
    pub tag: Vec<u8>,
    /// The anchor; empty for none.
    pub anchor: Vec<u8>,
    /// The comment above it.
    pub head: Vec<u8>,
    /// The comment behind it.
    pub line: Vec<u8>,
    /// The comment below it.
    pub foot: Vec<u8>,
    /// Entries; of a mapping keys and values, alternating.
    pub children: Vec<TreeNode>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TreeKind {
    Scalar,
    Sequence,
    Mapping,
    Alias,
}

/// How a node was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TreeStyle {
    /// A plain scalar, a collection in block style.
    #[default]
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
    Flow,
}

impl TreeNode {
    /// A node of this kind, plain and without comments.
    pub fn new(kind: TreeKind, text: &[u8]) -> TreeNode {
        TreeNode {
            kind,
            style: TreeStyle::Plain,
            text: text.to_vec(),
            tag: Vec::new(),
            anchor: Vec::new(),
            head: Vec::new(),
            line: Vec::new(),
            foot: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Keys and values, where it is a mapping.
    pub fn entries(&self) -> impl Iterator<Item = (&TreeNode, &TreeNode)> {
        let children = if self.kind == TreeKind::Mapping { self.children.as_slice() } else { &[] };
        children.chunks_exact(2).filter_map(|pair| match pair {
            [key, value] => Some((key, value)),
            _ => None,
        })
    }

    /// The number of the value of this key among the children.
    pub fn position(&self, key: &str) -> Option<usize> {
        let at = self.entries().position(|(name, _)| name.text == key.as_bytes())?;
        Some(at * 2 + 1)
    }

    /// The value of this key.
    pub fn get(&self, key: &str) -> Option<&TreeNode> {
        self.children.get(self.position(key)?)
    }

    /// The value of this key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut TreeNode> {
        let at = self.position(key)?;
        self.children.get_mut(at)
    }

    /// Takes this key and its value out.
    pub fn remove(&mut self, key: &str) {
        if let Some(at) = self.position(key) {
            self.children.drain(at - 1..=at);
        }
    }

    /// Whether it is null: written so, or nothing at all.
    pub fn is_null(&self) -> bool {
        let plain = self.kind == TreeKind::Scalar && self.style == TreeStyle::Plain;
        plain && self.tag.is_empty() && matches!(self.text.as_slice(), b"" | b"~" | b"null" | b"Null" | b"NULL")
    }
}

/// See [`crate::yaml::tree()`].
pub(super) fn tree(bytes: &[u8]) -> Result<Option<Tree>, Error> {
    let input = Input::new(bytes);
    let Some((document, mut extras)) = parse::parse_whole(&input).map_err(super::plain_error)? else {
        return Ok(None);
    };
    let around = std::mem::take(&mut extras.document);
    let root = Walk { document: &document, extras }.node(0, Value::MAX_DEPTH).ok_or_else(|| {
        let message = format!("the document is nested deeper than {} levels", Value::MAX_DEPTH);
        Error { message, line: None }
    })?;
    Ok(Some(Tree { root, head: around.head, foot: around.foot }))
}

struct Walk<'d> {
    document: &'d Document<'d>,
    extras: Extras,
}

impl Walk<'_> {
    fn node(&mut self, id: NodeId, depth: usize) -> Option<TreeNode> {
        let depth = depth.checked_sub(1)?;
        let node = *self.document.node(id)?;
        let kind = match node.shape {
            Shape::Scalar => TreeKind::Scalar,
            Shape::Alias => TreeKind::Alias,
            Shape::Sequence => TreeKind::Sequence,
            Shape::Mapping => TreeKind::Mapping,
        };
        let is_leaf = matches!(kind, TreeKind::Scalar | TreeKind::Alias);
        let mut tree = TreeNode::new(kind, if is_leaf { self.document.text_of(&node) } else { b"" });
        tree.style = match self.extras.styles.get(&id) {
            Some(b'\'') => TreeStyle::SingleQuoted,
            Some(b'"') => TreeStyle::DoubleQuoted,
            Some(b'|') => TreeStyle::Literal,
            Some(b'>') => TreeStyle::Folded,
            Some(b'[' | b'{') => TreeStyle::Flow,
            _ => TreeStyle::Plain,
        };
        tree.anchor = self.extras.anchors.remove(&id).unwrap_or_default();
        // What `!` stands for is told by the node itself.
        tree.tag = self.extras.tags.remove(&id).filter(|tag| tag != b"!").unwrap_or_default();
        let Around { head, line, foot } = self.extras.around.remove(&id).unwrap_or_default();
        tree.head = head;
        if is_leaf {
            (tree.line, tree.foot) = (line, foot);
            return Some(tree);
        }
        let children: Vec<NodeId> = self.document.children(id).collect();
        for child in children {
            let child = self.node(child, depth)?;
            tree.children.push(child);
            if kind == TreeKind::Mapping {
                settle_feet(&mut tree);
            }
        }
        let Around { line, foot, .. } = self.extras.ends.remove(&id).unwrap_or_default();
        (tree.line, tree.foot) = (line, foot);
        let count = tree.children.len();
        if kind == TreeKind::Mapping
            && tree.style != TreeStyle::Flow
            && !tree.foot.is_empty()
            && let Some(key) = count.checked_sub(2).and_then(|at| tree.children.get_mut(at))
        {
            key.foot = std::mem::take(&mut tree.foot);
        }
        Some(tree)
    }
}

/// A comment below a value belongs to its key; one below a key of a block to the key before. go-yaml v3: `mapping`.
fn settle_feet(tree: &mut TreeNode) {
    let block = tree.style != TreeStyle::Flow;
    let last = tree.children.len() - 1;
    if last.is_multiple_of(2) {
        if block && last >= 2 {
            let foot = tree.children.get_mut(last).map(|key| std::mem::take(&mut key.foot)).unwrap_or_default();
            if !foot.is_empty()
                && let Some(before) = tree.children.get_mut(last - 2)
            {
                before.foot = foot;
            }
        }
        return;
    }
    let (keys, values) = tree.children.split_at_mut(last);
    if let (Some(key), Some(value)) = (keys.last_mut(), values.first_mut())
        && key.foot.is_empty()
    {
        key.foot = std::mem::take(&mut value.foot);
    }
}
