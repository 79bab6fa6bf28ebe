//! Which line of which template wrote which part of an output.

use std::rc::Rc;

use crate::tree::{Node, Tree};

/// More parts than this are not kept: a note costs more than the byte that it is about.
const MOST_PARTS: usize = 1 << 20;

/// A line of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The name that the template's text was parsed under.
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// What stands on it.
    pub text: String,
}

/// The origins of one output, kept while it was written.
#[derive(Debug, Default)]
pub struct Origins {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    start: usize,
    tree: Rc<Tree>,
    writer: Writer,
}

/// What wrote a part: plain text, from this place of the template's text on, or an action.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writer {
    Text(usize),
    Action(Node),
}

impl Origins {
    pub(crate) fn note(&mut self, start: usize, tree: &Rc<Tree>, writer: Writer) {
        if self.parts.len() < MOST_PARTS {
            self.parts.push(Part { start, tree: Rc::clone(tree), writer });
        }
    }

    /// The line of a template that wrote the byte at `at` of the output; nothing where it is not known.
    pub fn of(&self, at: usize) -> Option<Origin> {
        if self.parts.len() >= MOST_PARTS {
            return None;
        }
        let behind = self.parts.partition_point(|part| part.start <= at);
        let part = self.parts.get(behind.checked_sub(1)?)?;
        let source = &part.tree.source;
        let line = match part.writer {
            Writer::Action(node) => part.tree.place(node).line,
            Writer::Text(start) => {
                let before = source.text.get(..start + (at - part.start))?;
                before.iter().filter(|byte| **byte == b'\n').count() + 1
            }
        };
        let text = source.text.split(|byte| *byte == b'\n').nth(line.checked_sub(1)?)?;
        Some(Origin { name: source.name.to_string(), line, text: String::from_utf8_lossy(text).into_owned() })
    }
}
