//! Parses template texts into trees.
//!
//! Source of the rules and of the messages: Go `text/template/parse/parse.go`.

mod expression;
mod literal;
mod scope;
mod statement;

use std::{collections::HashMap, rc::Rc};

use value::Str;

use self::{
    scope::Scope,
    statement::{Block, Role},
};
use crate::{
    Error, Functions,
    builtin::Builtin,
    lex::{Item, Kind, Lexer, LoopWords},
    tree::{Command, Operand, Source, Target, Tree},
};

/// Parses `text`. Gives the template `name` and those that the text defines.
/// Fails with what Go says about the first mistake.
pub(crate) fn parse(name: &Str, text: &Str, functions: &Functions) -> Result<Vec<Rc<Tree>>, Error> {
    if u32::try_from(text.len()).is_err() {
        return Err(Error::parse(&name.to_text(), 1, "the template is larger than 4 GiB".into()));
    }
    let source = Rc::new(Source { name: name.clone(), text: text.clone() });
    let mut parser = Parser::new(&source, functions, false);
    let trees = parser.run()?;
    if !parser.unsure {
        return Ok(trees);
    }
    Parser::new(&source, functions, true).run()
}

/// A template while it is parsed; Go's `parse.Tree`.
pub(super) struct Builder<'t> {
    tree: Tree,
    role: Role,
    /// The item read last, and up to two that were put back.
    tokens: [Item; 3],
    peeked: usize,
    scope: Scope<'t>,
    blocks: Vec<Block>,
    /// The line on which the current action began; 0 outside.
    action_line: u32,
    range_depth: u32,
    paren_depth: u32,
}

impl<'t> Builder<'t> {
    fn new(tree: Tree, role: Role) -> Builder<'t> {
        Builder {
            tree,
            role,
            tokens: [Item::NONE; 3],
            peeked: 0,
            scope: Scope::new(),
            blocks: Vec::new(),
            action_line: 0,
            range_depth: 0,
            paren_depth: 0,
        }
    }
}

pub(super) struct Parser<'t> {
    source: &'t Rc<Source>,
    functions: &'t Functions,
    lexer: Lexer<'t>,
    /// The template that is being parsed, and those around it.
    current: Builder<'t>,
    outer: Vec<Builder<'t>>,
    finished: Vec<Rc<Tree>>,
    by_name: HashMap<Str, usize>,
    /// The commands and operands of what is being read, those of outer expressions first.
    commands: Vec<Command>,
    operands: Vec<Operand>,
    /// Variables are to be searched by name.
    searches: bool,
    /// A declaration may be skipped, so that slots would be wrong.
    unsure: bool,
}

impl<'t> Parser<'t> {
    fn new(source: &'t Rc<Source>, functions: &'t Functions, searches: bool) -> Parser<'t> {
        let words =
            LoopWords { break_ok: functions.get("break").is_none(), continue_ok: functions.get("continue").is_none() };
        let main = Tree::new(source.name.clone(), Rc::clone(source), searches);
        Parser {
            source,
            functions,
            lexer: Lexer::new(&source.text, words),
            current: Builder::new(main, Role::Main),
            outer: Vec::new(),
            finished: Vec::new(),
            by_name: HashMap::new(),
            commands: Vec::new(),
            operands: Vec::new(),
            searches,
            unsure: false,
        }
    }

    fn text(&self, item: Item) -> &'t [u8] {
        item.span.of(&self.source.text)
    }

    fn next(&mut self) -> Item {
        let current = &mut self.current;
        if current.peeked > 0 {
            current.peeked -= 1;
        } else if let Some(first) = current.tokens.first_mut() {
            *first = self.lexer.next_item();
        }
        current.tokens.get(current.peeked).copied().unwrap_or(Item::NONE)
    }

    fn backup(&mut self) {
        self.current.peeked += 1;
    }

    /// Puts back `before`, and the item read after it.
    fn backup_two(&mut self, before: Item) {
        let [_, second, _] = &mut self.current.tokens;
        *second = before;
        self.current.peeked = 2;
    }

    /// Puts back `first` and `second`, and the item read after them.
    fn backup_three(&mut self, first: Item, second: Item) {
        let [_, middle, last] = &mut self.current.tokens;
        (*middle, *last) = (second, first);
        self.current.peeked = 3;
    }

    fn peek(&mut self) -> Item {
        let item = self.next();
        self.backup();
        item
    }

    fn next_non_space(&mut self) -> Item {
        loop {
            let item = self.next();
            if item.kind != Kind::Space {
                return item;
            }
        }
    }

    fn peek_non_space(&mut self) -> Item {
        let item = self.next_non_space();
        self.backup();
        item
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Item, Error> {
        let item = self.next_non_space();
        if item.kind == kind { Ok(item) } else { Err(self.unexpected(item, context)) }
    }

    fn error(&self, message: impl Into<String>) -> Error {
        self.error_in(&self.current, message)
    }

    fn error_in(&self, builder: &Builder<'_>, message: impl Into<String>) -> Error {
        let [last, ..] = builder.tokens;
        Error::parse(&self.source.name.to_text(), last.line as usize, message.into())
    }

    fn unexpected(&self, item: Item, context: &str) -> Error {
        let shown = self.lexer.show(item);
        if item.kind != Kind::Error {
            return self.error(format!("unexpected {shown} in {context}"));
        }
        let line = self.current.action_line;
        if line == 0 || line == item.line {
            return self.error(shown);
        }
        let action = if shown.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{shown}{action} started at {}:{line}", self.source.name.to_text()))
    }

    fn target(&self, name: &[u8]) -> Option<Target> {
        let name = std::str::from_utf8(name).ok()?;
        match self.functions.get(name) {
            Some(function) => Some(Target::Function(Rc::clone(function))),
            None => Builtin::named(name).map(Target::Builtin),
        }
    }
}
