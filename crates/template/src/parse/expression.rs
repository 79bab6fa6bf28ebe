//! Pipelines, commands and operands.

use value::{Value, quote::quote};

use super::{
    Parser,
    literal::{number, unquote},
};
use crate::{
    Error,
    lex::{Item, Kind, Span},
    stack,
    tree::{Callee, Command, Declaration, Node, Operand, OperandKind, Pipe, Run, Text},
};

/// Go: text/template/parse `maxStackDepth`.
const MAX_PAREN_DEPTH: u32 = 10_000;

const IN_PARENS: &str = "parenthesized pipeline";

/// The left side of a pipeline.
#[derive(Default)]
struct LeftSide {
    variables: Vec<Span>,
    assigns: bool,
}

impl<'t> Parser<'t> {
    /// Whether the pipeline declares or assigns.
    pub(super) fn declares(&self, pipe: u32) -> bool {
        self.current.tree.pipes.get(pipe as usize).is_some_and(|pipe| pipe.declarations.start < pipe.declarations.end)
    }

    /// A pipeline up to its end; gives its index.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<u32, Error> {
        let at = self.peek_non_space().span.start;
        let left = self.left_side(context)?;
        let first = self.commands.len();
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.commands.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
        self.check(self.commands.get(first..).unwrap_or_default(), context)?;
        let declarations = self.declare(&left, context);
        let tree = &mut self.current.tree;
        let commands = append(&mut tree.commands, self.commands.drain(first..));
        tree.pipes.push(Pipe { at, assigns: left.assigns, declarations, commands });
        Ok(tree.pipes.len() as u32 - 1)
    }

    fn left_side(&mut self, context: &str) -> Result<LeftSide, Error> {
        let mut left = LeftSide::default();
        loop {
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok(left);
            }
            self.next();
            // A space behind the variable has to be put back, too, where this is no declaration.
            let behind = self.peek();
            let next = self.peek_non_space();
            let is_comma = next.kind == Kind::Char && self.text(next) == b",";
            if matches!(next.kind, Kind::Assign | Kind::Declare) || is_comma {
                self.next_non_space();
                left.variables.push(variable.span);
                let name = self.text(variable);
                self.current.scope.know(name);
            }
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    left.assigns = next.kind == Kind::Assign;
                    return Ok(left);
                }
                _ if is_comma && context == "range" && left.variables.len() < 2 => match self.peek_non_space().kind {
                    Kind::Variable | Kind::RightDelim | Kind::RightParen => {}
                    _ => return Err(self.error("range can only initialize variables")),
                },
                _ if is_comma => return Err(self.error(format!("too many declarations in {context}"))),
                _ => {
                    if behind.kind == Kind::Space {
                        self.backup_three(variable, behind);
                    } else {
                        self.backup_two(variable);
                    }
                    return Ok(left);
                }
            }
        }
    }

    fn check(&self, commands: &[Command], context: &str) -> Result<(), Error> {
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            let first = command.operands.of(&self.current.tree.operands).first().map(|operand| operand.kind);
            if let Some(
                OperandKind::Bool(_)
                | OperandKind::Dot
                | OperandKind::Nil
                | OperandKind::Number(_)
                | OperandKind::String(_),
            ) = first
            {
                return Err(self.error(format!("non executable command in pipeline stage {}", index + 1)));
            }
        }
        Ok(())
    }

    fn declare(&mut self, left: &LeftSide, context: &str) -> Run {
        if !left.assigns && !left.variables.is_empty() && context == IN_PARENS {
            // `and` and `or` may never get to it.
            self.unsure = true;
        }
        let text = &self.source.text;
        let scope = &mut self.current.scope;
        let declarations = left.variables.iter().map(|&name| {
            let slot = if left.assigns { scope.slot(name.of(text)) } else { Some(scope.declare(name.of(text))) };
            Declaration { name, slot }
        });
        append(&mut self.current.tree.declarations, declarations)
    }

    fn command(&mut self) -> Result<Command, Error> {
        let at = self.peek_non_space().span.start;
        let first = self.operands.len();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                self.operands.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(token, "operand")),
            }
            break;
        }
        if self.operands.len() == first {
            return Err(self.error("empty command"));
        }
        let start = self.current.tree.operands.len() as u32;
        let operands = self.operands.drain(first..).zip(start..).map(|(operand, id)| Operand { id, ..operand });
        Ok(Command { at, operands: append(&mut self.current.tree.operands, operands) })
    }

    /// A term and the fields behind it; nothing where no term is next.
    fn operand(&mut self) -> Result<Option<Operand>, Error> {
        let Some(mut operand) = self.term()? else {
            return Ok(None);
        };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(operand));
        }
        let start = self.current.tree.names.len() as u32;
        while self.peek().kind == Kind::Field {
            let field = self.next();
            self.current.tree.names.push(behind_dot(field));
        }
        let end = self.current.tree.names.len() as u32;
        operand.at = match operand.kind {
            // The names of a field or variable lie right before these.
            OperandKind::Field(ref mut names) | OperandKind::Variable { ref mut names, .. } => {
                names.end = end;
                first.span.start
            }
            OperandKind::Function(_) | OperandKind::Pipe(_) | OperandKind::Chain { .. } => {
                let id = self.keep(operand);
                operand.kind = OperandKind::Chain { operand: id, names: Run { start, end } };
                first.span.start
            }
            _ => {
                let id = self.keep(operand);
                let term = self.current.tree.describe(Node::Operand(id));
                let term = quote(term.as_bytes());
                return Err(self.error(format!("unexpected . after term {term}")));
            }
        };
        Ok(Some(operand))
    }

    /// Puts an operand that belongs to no command into the table.
    fn keep(&mut self, operand: Operand) -> u32 {
        let id = self.current.tree.operands.len() as u32;
        self.current.tree.operands.push(Operand { id, ..operand });
        id
    }

    fn term(&mut self) -> Result<Option<Operand>, Error> {
        let token = self.next_non_space();
        let kind = match token.kind {
            Kind::Identifier => self.function(token)?,
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Bool => OperandKind::Bool(self.text(token) == b"true"),
            Kind::Variable => {
                let name = self.text(token);
                if !self.current.scope.knows(name) {
                    return Err(self.error(format!("undefined variable {}", quote(name))));
                }
                OperandKind::Variable { slot: self.current.scope.slot(name), names: self.name(token.span) }
            }
            Kind::Field => OperandKind::Field(self.name(behind_dot(token))),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let number = number(self.text(token), token.span, token.kind).map_err(|message| self.error(message))?;
                self.current.tree.numbers.push(number);
                OperandKind::Number(self.current.tree.numbers.len() as u32 - 1)
            }
            Kind::String | Kind::RawString => {
                let text = unquote(self.text(token)).map_err(|message| self.error(message))?;
                self.current.tree.strings.push(Text { quoted: token.span, value: Value::String(text) });
                OperandKind::String(self.current.tree.strings.len() as u32 - 1)
            }
            Kind::LeftParen => {
                if self.current.paren_depth >= MAX_PAREN_DEPTH {
                    return Err(self.error("max expression depth exceeded"));
                }
                self.current.paren_depth += 1;
                let pipe = stack::grow(|| self.pipeline(IN_PARENS, Kind::RightParen))?;
                self.current.paren_depth -= 1;
                // The node is the pipeline itself, which begins behind the parenthesis.
                let at = self.current.tree.pipes.get(pipe as usize).map_or(0, |pipe| pipe.at);
                return Ok(Some(Operand { at, id: 0, kind: OperandKind::Pipe(pipe) }));
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Operand { at: token.span.start, id: 0, kind }))
    }

    fn function(&mut self, token: Item) -> Result<OperandKind, Error> {
        let name = self.text(token);
        let Some(target) = self.target(name) else {
            return Err(self.error(format!("function {} not defined", quote(name))));
        };
        self.current.tree.callees.push(Callee { name: token.span, target });
        Ok(OperandKind::Function(self.current.tree.callees.len() as u32 - 1))
    }

    fn name(&mut self, span: Span) -> Run {
        let start = self.current.tree.names.len() as u32;
        self.current.tree.names.push(span);
        Run { start, end: start + 1 }
    }
}

fn behind_dot(field: Item) -> Span {
    Span { start: field.span.start + 1, end: field.span.end }
}

/// Moves the items to the end of the table.
fn append<T>(table: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Run {
    let start = table.len() as u32;
    table.extend(items);
    Run { start, end: table.len() as u32 }
}
