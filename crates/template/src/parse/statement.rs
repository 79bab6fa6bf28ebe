//! Texts, actions and blocks.
//!
//! Where Go recurses, this keeps a list of open blocks and of templates around the current one.

use std::rc::Rc;

use value::{Str, quote::quote};

use super::{Builder, Parser, literal::unquote, scope::ScopeMark};
use crate::{
    Error,
    lex::{Item, Kind},
    tree::{Invocation, Op, Tree},
};

/// Where a template that is being parsed belongs.
pub(super) enum Role {
    /// The text itself.
    Main,
    /// `{{define}}`
    Define,
    /// `{{block}}`: what the template around it does with it.
    Block(Invocation),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    If,
    With,
    Range,
}

/// An `if`, `with` or `range` that has not ended.
pub(super) struct Block {
    kind: BlockKind,
    /// Stands behind an `else`, and ends with the block around it.
    chained: bool,
    in_else: bool,
    /// The op that decides.
    start: usize,
    /// Ops that jump to the end.
    to_end: Vec<usize>,
    /// Ops that jump to the next turn.
    to_next: Vec<usize>,
    scope: ScopeMark,
    /// The scope behind the pipeline.
    body: ScopeMark,
}

impl Parser<'_> {
    /// Parses all of the text.
    pub(super) fn run(&mut self) -> Result<Vec<Rc<Tree>>, Error> {
        loop {
            let at_top = matches!(self.current.role, Role::Main) && self.current.blocks.is_empty();
            if !at_top {
                if self.peek_non_space().kind == Kind::Eof {
                    return Err(self.error("unexpected EOF"));
                }
                self.text_or_action()?;
                continue;
            }
            match self.peek().kind {
                Kind::Eof => break,
                Kind::LeftDelim => {
                    let delim = self.next();
                    if self.next_non_space().kind == Kind::Define {
                        self.define()?;
                        continue;
                    }
                    self.backup_two(delim);
                }
                _ => {}
            }
            self.text_or_action()?;
        }
        self.finish_tree()?;
        Ok(std::mem::take(&mut self.finished))
    }

    fn define(&mut self) -> Result<(), Error> {
        self.enter(Role::Define);
        let name = self.next_non_space();
        if !matches!(name.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(name, "define clause"));
        }
        self.current.tree.name = unquote(self.text(name)).map_err(|message| self.error(message))?;
        self.expect(Kind::RightDelim, "define clause")?;
        Ok(())
    }

    fn enter(&mut self, role: Role) {
        let tree = Tree::new(Str::default(), Rc::clone(self.source), self.searches);
        let inner = Builder::new(tree, role);
        self.outer.push(std::mem::replace(&mut self.current, inner));
    }

    /// Puts the current tree among the finished ones. Fails where the text has defined its name before.
    fn finish_tree(&mut self) -> Result<(), Error> {
        let mut tree =
            std::mem::replace(&mut self.current.tree, Tree::new(Str::default(), Rc::clone(self.source), false));
        tree.is_empty = tree.code.iter().all(|op| match op {
            Op::Text(span) => is_blank(tree.text(*span)),
            _ => false,
        });
        tree.code.shrink_to_fit();
        let (name, is_empty) = (tree.name.clone(), tree.is_empty);
        let before = self.by_name.get(&name).and_then(|&index| self.finished.get_mut(index));
        match before {
            None => {
                self.by_name.insert(name, self.finished.len());
                self.finished.push(Rc::new(tree));
            }
            Some(before) if before.is_empty => *before = Rc::new(tree),
            Some(_) if is_empty => {}
            Some(_) => {
                let name = quote(&name);
                return Err(self.error(format!("template: multiple definition of template {name}")));
            }
        }
        Ok(())
    }

    fn text_or_action(&mut self) -> Result<(), Error> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => {
                self.emit(Op::Text(token.span));
                Ok(())
            }
            Kind::LeftDelim => {
                self.current.action_line = token.line;
                self.action()
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    fn action(&mut self) -> Result<(), Error> {
        let token = self.next_non_space();
        match token.kind {
            Kind::If => return self.open(BlockKind::If, false),
            Kind::With => return self.open(BlockKind::With, false),
            Kind::Range => return self.open(BlockKind::Range, false),
            Kind::Block => return self.block(),
            Kind::Else => return self.otherwise(),
            Kind::End => self.end()?,
            Kind::Break => self.leave_turn("break")?,
            Kind::Continue => self.leave_turn("continue")?,
            Kind::Template => self.invocation()?,
            _ => {
                self.backup();
                self.peek();
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                let declares = self.declares(pipe);
                self.emit(if declares { Op::Eval(pipe) } else { Op::Print(pipe) });
            }
        }
        self.current.action_line = 0;
        Ok(())
    }

    /// `{{break}}` and `{{continue}}`.
    fn leave_turn(&mut self, word: &str) -> Result<(), Error> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(token, &format!("{{{{{word}}}}}")));
        }
        if self.current.range_depth == 0 {
            return Err(self.error(format!("{{{{{word}}}}} outside {{{{range}}}}")));
        }
        let breaks = word == "break";
        let op = self.emit(if breaks { Op::Break(0) } else { Op::Continue(0) });
        let range = self.current.blocks.iter_mut().rev().find(|block| block.kind == BlockKind::Range && !block.in_else);
        if let Some(range) = range {
            if breaks { &mut range.to_end } else { &mut range.to_next }.push(op);
        }
        Ok(())
    }

    /// Behind `if`, `with` or `range`.
    fn open(&mut self, kind: BlockKind, chained: bool) -> Result<(), Error> {
        let scope = self.current.scope.mark();
        if self.searches {
            self.emit(Op::Mark);
        }
        let context = match kind {
            BlockKind::If => "if",
            BlockKind::With => "with",
            BlockKind::Range => "range",
        };
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        let start = self.emit(match kind {
            BlockKind::If => Op::If { pipe, otherwise: 0 },
            BlockKind::With => Op::With { pipe, otherwise: 0 },
            BlockKind::Range => Op::Range { pipe, otherwise: 0 },
        });
        self.current.range_depth += u32::from(kind == BlockKind::Range);
        let body = self.current.scope.mark();
        let (to_end, to_next) = (Vec::new(), Vec::new());
        let block = Block { kind, chained, in_else: false, start, to_end, to_next, scope, body };
        self.current.blocks.push(block);
        Ok(())
    }

    /// `{{else}}`, `{{else if …}}`, `{{else with …}}`
    fn otherwise(&mut self) -> Result<(), Error> {
        let peeked = self.peek_non_space().kind;
        if !matches!(peeked, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        self.current.action_line = 0;
        let Some(mut block) = self.current.blocks.pop() else {
            return Err(self.unexpected_clause("{{else}}"));
        };
        if block.in_else {
            return Err(self.error("expected end; found {{else}}"));
        }
        self.finish_list(&mut block);
        let jump = self.emit(Op::Jump(0));
        block.to_end.push(jump);
        self.patch_otherwise(&block);
        self.current.scope.release_declared(block.body);
        block.in_else = true;
        let kind = block.kind;
        self.current.blocks.push(block);
        let chains = match kind {
            BlockKind::If => self.peek().kind == Kind::If,
            BlockKind::With => self.peek().kind == Kind::With,
            BlockKind::Range => false,
        };
        if chains {
            self.next();
            self.open(kind, true)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        self.expect(Kind::RightDelim, "end")?;
        if self.current.blocks.is_empty() {
            return self.end_tree();
        }
        while let Some(mut block) = self.current.blocks.pop() {
            if !block.in_else {
                self.finish_list(&mut block);
                self.patch_otherwise(&block);
            }
            let end = self.current.tree.code.len();
            for &op in &block.to_end {
                self.patch(op, end);
            }
            if self.searches {
                self.emit(Op::Release);
            }
            self.current.scope.release(block.scope);
            if !block.chained {
                break;
            }
        }
        Ok(())
    }

    /// `{{end}}` of a `define` or a `block`.
    fn end_tree(&mut self) -> Result<(), Error> {
        if matches!(self.current.role, Role::Main) {
            return Err(self.unexpected_clause("{{end}}"));
        }
        self.finish_tree()?;
        if let Some(outer) = self.outer.pop() {
            let inner = std::mem::replace(&mut self.current, outer);
            if let Role::Block(invocation) = inner.role {
                self.emit_invocation(invocation);
            }
        }
        Ok(())
    }

    fn unexpected_clause(&self, clause: &str) -> Error {
        match self.current.role {
            Role::Main => self.error(format!("unexpected {clause}")),
            Role::Define => self.error(format!("unexpected {clause} in define clause")),
            // The template around the block complains, on the line that it has read up to.
            Role::Block(_) => {
                let outer = self.outer.last().unwrap_or(&self.current);
                self.error_in(outer, format!("unexpected {clause} in block clause"))
            }
        }
    }

    /// The end of the first list of a block.
    fn finish_list(&mut self, block: &mut Block) {
        match block.kind {
            BlockKind::If => {}
            BlockKind::With => {
                self.emit(Op::EndWith);
            }
            BlockKind::Range => {
                self.current.range_depth -= 1;
                let next = self.emit(Op::Next { body: block.start as u32 + 1 });
                for op in std::mem::take(&mut block.to_next) {
                    self.patch(op, next);
                }
            }
        }
    }

    fn patch_otherwise(&mut self, block: &Block) {
        let target = self.current.tree.code.len();
        self.patch(block.start, target);
    }

    /// Sets where an op jumps to.
    fn patch(&mut self, op: usize, to: usize) {
        let to = to as u32;
        match self.current.tree.code.get_mut(op) {
            Some(Op::Jump(target) | Op::Break(target) | Op::Continue(target)) => *target = to,
            Some(Op::If { otherwise, .. } | Op::With { otherwise, .. } | Op::Range { otherwise, .. }) => {
                *otherwise = to;
            }
            _ => {}
        }
    }

    fn block(&mut self) -> Result<(), Error> {
        let token = self.next_non_space();
        let name = self.template_name(token, "block clause")?;
        let pipe = self.pipeline("block clause", Kind::RightDelim)?;
        self.enter(Role::Block(Invocation { at: token.span.start, name: name.clone(), pipe: Some(pipe) }));
        self.current.tree.name = name;
        Ok(())
    }

    fn invocation(&mut self) -> Result<(), Error> {
        let token = self.next_non_space();
        let name = self.template_name(token, "template clause")?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline("template clause", Kind::RightDelim)?);
        }
        self.emit_invocation(Invocation { at: token.span.start, name, pipe });
        Ok(())
    }

    fn emit_invocation(&mut self, invocation: Invocation) {
        let id = self.current.tree.invocations.len() as u32;
        self.current.tree.invocations.push(invocation);
        self.emit(Op::Invoke(id));
    }

    fn template_name(&mut self, token: Item, context: &str) -> Result<Str, Error> {
        match token.kind {
            Kind::String | Kind::RawString => unquote(self.text(token)).map_err(|message| self.error(message)),
            _ => Err(self.unexpected(token, context)),
        }
    }

    fn emit(&mut self, op: Op) -> usize {
        self.current.tree.code.push(op);
        self.current.tree.code.len() - 1
    }
}

/// Whether Go's `bytes.TrimSpace` leaves nothing.
fn is_blank(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.chars().all(char::is_whitespace))
}
