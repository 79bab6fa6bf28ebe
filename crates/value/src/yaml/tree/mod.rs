//! Writes trees as go-yaml v3's encoder writes `yaml.Node`s, with `CompactSeqIndent` and an indent of two.
//!
//! Nodes become events, as there; an emitter with a state for each place writes them. Where comments go depends on
//! what was written before them, so that the order in which things happen is kept.

mod analysis;
mod emit;
mod marks;
mod output;
mod scalar;

use self::emit::Emitter;
use super::{Tree, TreeKind, TreeNode, TreeStyle};

/// What happens next.
#[derive(Clone, Debug)]
struct Event<'t> {
    kind: EventKind<'t>,
    anchor: &'t [u8],
    tag: &'t [u8],
    head: &'t [u8],
    line: &'t [u8],
    foot: &'t [u8],
    /// The foot of what stands before it.
    tail: &'t [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventKind<'t> {
    DocumentStart,
    DocumentEnd,
    Alias,
    Scalar(&'t [u8], TreeStyle),
    SequenceStart(TreeStyle),
    SequenceEnd,
    MappingStart(TreeStyle),
    MappingEnd,
}

impl<'t> Event<'t> {
    fn new(kind: EventKind<'t>) -> Event<'t> {
        Event { kind, anchor: b"", tag: b"", head: b"", line: b"", foot: b"", tail: b"" }
    }
}

/// See [`super::write_trees`].
pub(super) fn write(trees: &[Tree]) -> Vec<u8> {
    let mut events = Vec::new();
    for tree in trees {
        events.push(Event { head: &tree.head, ..Event::new(EventKind::DocumentStart) });
        node_events(&tree.root, b"", &mut events);
        events.push(Event { foot: &tree.foot, ..Event::new(EventKind::DocumentEnd) });
    }
    Emitter::new(&events).write()
}

fn node_events<'t>(node: &'t TreeNode, tail: &'t [u8], events: &mut Vec<Event<'t>>) {
    let TreeNode { anchor, tag, head, line, foot, .. } = node;
    let start = |kind: EventKind<'t>| Event { anchor, tag, head, tail, ..Event::new(kind) };
    match node.kind {
        TreeKind::Scalar => {
            let kind = EventKind::Scalar(&node.text, node.style);
            events.push(Event { line, foot, ..start(kind) });
        }
        TreeKind::Alias => {
            events.push(Event { anchor: &node.text, tag: b"", line, foot, tail: b"", ..start(EventKind::Alias) })
        }
        TreeKind::Sequence => {
            // go-yaml gives a sequence no tail.
            events.push(Event { tail: b"", ..start(EventKind::SequenceStart(node.style)) });
            node.children.iter().for_each(|child| node_events(child, b"", events));
            events.push(Event { line, foot, ..Event::new(EventKind::SequenceEnd) });
        }
        TreeKind::Mapping => {
            events.push(start(EventKind::MappingStart(node.style)));
            let mut tail: &[u8] = b"";
            for (key, value) in node.entries() {
                let first = events.len();
                node_events(key, tail, events);
                // The foot of a key is written once its value is.
                let last = if key.children.is_empty() { first } else { events.len() - 1 };
                if let Some(event) = events.get_mut(last) {
                    event.foot = b"";
                }
                tail = &key.foot;
                node_events(value, b"", events);
            }
            events.push(Event { line, foot, tail, ..Event::new(EventKind::MappingEnd) });
        }
    }
}
