//! Writes parts of a template the way Go's `Node.String` does, for error messages.

use value::{Str, quote::quote};

use crate::{
    lex::Span,
    stack,
    tree::{Node, Operand, OperandKind, Pipe, Run, Tree},
};

/// Where a node is in its text.
pub(crate) struct Place {
    pub(crate) line: usize,
    /// Bytes before it on its line.
    pub(crate) column: usize,
    /// The whole line.
    pub(crate) text: String,
}

/// A snippet is not longer than this.
const LONGEST_LINE: usize = 4_096;

impl Tree {
    /// Where the node is.
    pub(crate) fn place(&self, node: Node) -> Place {
        let at = match node {
            Node::Pipe(id) => self.pipes.get(id as usize).map(|pipe| pipe.at),
            Node::Command(id) => self.commands.get(id as usize).map(|command| command.at),
            Node::Operand(id) => self.operands.get(id as usize).map(|operand| operand.at),
            Node::Invocation(id) => self.invocations.get(id as usize).map(|invocation| invocation.at),
        };
        let text: &[u8] = &self.source.text;
        let (before, after) = text.split_at_checked(at.unwrap_or(0) as usize).unwrap_or((text, b""));
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        let line_end = after.iter().position(|&byte| byte == b'\n').unwrap_or(after.len()) + before.len();
        let line = text.get(line_start..line_end.min(line_start + LONGEST_LINE)).unwrap_or_default();
        Place {
            line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(),
            column: before.len() - line_start,
            text: String::from_utf8_lossy(line).into_owned(),
        }
    }

    /// The node as text.
    pub(crate) fn describe(&self, node: Node) -> String {
        let mut out = Vec::new();
        match node {
            Node::Pipe(id) => self.write_pipe_id(&mut out, id),
            Node::Command(id) => {
                if let Some(command) = self.commands.get(id as usize) {
                    self.write_operands(&mut out, command.operands);
                }
            }
            Node::Operand(id) => self.write_operand_id(&mut out, id),
            Node::Invocation(id) => {
                if let Some(invocation) = self.invocations.get(id as usize) {
                    out.extend_from_slice(b"{{template ");
                    out.extend_from_slice(quote(&invocation.name).as_bytes());
                    if let Some(pipe) = invocation.pipe {
                        out.push(b' ');
                        self.write_pipe_id(&mut out, pipe);
                    }
                    out.extend_from_slice(b"}}");
                }
            }
        }
        Str::from(out).to_text().into_owned()
    }

    fn write_pipe_id(&self, out: &mut Vec<u8>, id: u32) {
        if let Some(pipe) = self.pipes.get(id as usize) {
            stack::grow(|| self.write_pipe(out, pipe));
        }
    }

    fn write_pipe(&self, out: &mut Vec<u8>, pipe: &Pipe) {
        let declarations = pipe.declarations.of(&self.declarations);
        for (index, declaration) in declarations.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(self.text(declaration.name));
        }
        if !declarations.is_empty() {
            out.extend_from_slice(if pipe.assigns { b" = " } else { b" := " });
        }
        for (index, command) in pipe.commands.of(&self.commands).iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b" | ");
            }
            self.write_operands(out, command.operands);
        }
    }

    fn write_operands(&self, out: &mut Vec<u8>, operands: Run) {
        for (index, operand) in operands.of(&self.operands).iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            self.write_in_parens(out, operand);
        }
    }

    fn write_in_parens(&self, out: &mut Vec<u8>, operand: &Operand) {
        if let OperandKind::Pipe(id) = operand.kind {
            out.push(b'(');
            self.write_pipe_id(out, id);
            out.push(b')');
        } else {
            self.write_operand(out, operand);
        }
    }

    fn write_operand_id(&self, out: &mut Vec<u8>, id: u32) {
        if let Some(operand) = self.operands.get(id as usize) {
            self.write_operand(out, operand);
        }
    }

    fn write_operand(&self, out: &mut Vec<u8>, operand: &Operand) {
        let literal = |span: Option<Span>| span.map(|span| self.text(span)).unwrap_or_default();
        match operand.kind {
            OperandKind::Dot => out.push(b'.'),
            OperandKind::Nil => out.extend_from_slice(b"nil"),
            OperandKind::Bool(true) => out.extend_from_slice(b"true"),
            OperandKind::Bool(false) => out.extend_from_slice(b"false"),
            OperandKind::Number(id) => {
                out.extend_from_slice(literal(self.numbers.get(id as usize).map(|number| number.text)));
            }
            OperandKind::String(id) => {
                out.extend_from_slice(literal(self.strings.get(id as usize).map(|text| text.quoted)));
            }
            OperandKind::Function(id) => {
                out.extend_from_slice(literal(self.callees.get(id as usize).map(|callee| callee.name)));
            }
            OperandKind::Field(names) => self.write_names(out, names, true),
            OperandKind::Variable { names, .. } => self.write_names(out, names, false),
            OperandKind::Chain { operand, names } => {
                if let Some(operand) = self.operands.get(operand as usize) {
                    self.write_in_parens(out, operand);
                }
                self.write_names(out, names, true);
            }
            OperandKind::Pipe(id) => self.write_pipe_id(out, id),
        }
    }

    fn write_names(&self, out: &mut Vec<u8>, names: Run, mut dot: bool) {
        for &name in names.of(&self.names) {
            if std::mem::replace(&mut dot, true) {
                out.push(b'.');
            }
            out.extend_from_slice(self.text(name));
        }
    }
}
