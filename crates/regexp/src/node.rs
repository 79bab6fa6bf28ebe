//! What the parser builds: parts of an expression, with the measures that Go's limits look at.

use regex_syntax::hir::{Capture, Hir, Repetition};

use crate::class::RuneSet;

/// A part of an expression.
#[derive(Debug)]
pub(crate) struct Node {
    hir: Hir,
    /// How deep it nests. Go: `calcHeight`.
    pub(crate) height: u32,
    /// The greatest product of nested counts. Go: `repeatIsValid`.
    pub(crate) product: u32,
    /// How many instructions Go needs for it. Go: `calcSize`.
    pub(crate) size: u64,
}

/// How often a part may repeat; `max` is nothing for "without end".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeat {
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
    pub(crate) greedy: bool,
    /// Written with braces.
    pub(crate) counted: bool,
}

impl Node {
    pub(crate) fn leaf(hir: Hir) -> Node {
        Node { hir, height: 1, product: 1, size: 1 }
    }

    pub(crate) fn literal(text: &str) -> Node {
        Node { size: text.chars().count().max(1) as u64, ..Node::leaf(Hir::literal(text.as_bytes())) }
    }

    pub(crate) fn class(set: RuneSet) -> Node {
        Node::leaf(set.into_hir())
    }

    pub(crate) fn concat(nodes: Vec<Node>) -> Node {
        Node::join(nodes, 0, Hir::concat)
    }

    pub(crate) fn alternate(nodes: Vec<Node>) -> Node {
        Node::join(nodes, 1, Hir::alternation)
    }

    fn join(mut nodes: Vec<Node>, between: u64, make: fn(Vec<Hir>) -> Hir) -> Node {
        if nodes.len() < 2 {
            return nodes.pop().unwrap_or_else(|| Node::leaf(Hir::empty()));
        }
        let height = nodes.iter().map(|node| node.height).max().unwrap_or(0) + 1;
        let product = nodes.iter().map(|node| node.product).max().unwrap_or(1);
        let size = nodes.iter().map(|node| node.size + between).sum::<u64>() - between;
        Node { hir: make(nodes.into_iter().map(|node| node.hir).collect()), height, product, size }
    }

    pub(crate) fn capture(self, index: u32) -> Node {
        let Node { hir, height, product, size } = self;
        let hir = Hir::capture(Capture { index, name: None, sub: Box::new(hir) });
        Node { hir, height: height + 1, product, size: size.saturating_add(2) }
    }

    pub(crate) fn repeat(self, repeat: Repeat) -> Node {
        let Node { hir, height, product, size } = self;
        let (min, max) = (u64::from(repeat.min), repeat.max.map(u64::from));
        let size = match (repeat.counted, max) {
            (false, Some(_)) => size + 1,
            (_, None) if min == 0 => size + 2,
            (_, None) => size.saturating_mul(min) + 1,
            (true, Some(max)) => size.saturating_mul(max).saturating_add(max.saturating_sub(min)).max(1),
        };
        let product = match repeat {
            Repeat { counted: true, max: Some(0), .. } => 1,
            Repeat { counted: true, min, max, .. } => product.saturating_mul(max.unwrap_or(min).max(1)),
            _ => product,
        };
        let Repeat { min, max, greedy, .. } = repeat;
        let hir = Hir::repetition(Repetition { min, max, greedy, sub: Box::new(hir) });
        Node { hir, height: height + 1, product, size }
    }

    pub(crate) fn into_hir(self) -> Hir {
        self.hir
    }
}
