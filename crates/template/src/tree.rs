//! A parsed template: flat code for what it does, and the expressions in it.
//!
//! Everything lies in tables and refers to other things by index, so that neither running nor dropping
//! a deeply nested template needs a deep stack.

use std::rc::Rc;

use value::{Str, Value};

use crate::{Function, builtin::Builtin, lex::Span};

/// The text that templates were parsed from.
#[derive(Debug)]
pub(crate) struct Source {
    /// The name that error messages give as the location.
    pub(crate) name: Str,
    pub(crate) text: Str,
}

/// A range of indices into one of the tables.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Run {
    /// The entries that this run covers.
    pub(crate) fn of<T>(self, table: &[T]) -> &[T] {
        table.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A template.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The name that it is called by.
    pub(crate) name: Str,
    pub(crate) source: Rc<Source>,
    /// Nothing but space and comments, so that it does not replace another template of its name.
    pub(crate) is_empty: bool,
    /// Variables are looked for by name: some declaration may be skipped, so their places are not known.
    pub(crate) searches: bool,
    pub(crate) code: Vec<Op>,
    pub(crate) pipes: Vec<Pipe>,
    pub(crate) commands: Vec<Command>,
    pub(crate) operands: Vec<Operand>,
    /// Names of fields and variables.
    pub(crate) names: Vec<Span>,
    pub(crate) declarations: Vec<Declaration>,
    pub(crate) numbers: Vec<Number>,
    pub(crate) strings: Vec<Text>,
    pub(crate) callees: Vec<Callee>,
    pub(crate) invocations: Vec<Invocation>,
}

impl Tree {
    pub(crate) fn new(name: Str, source: Rc<Source>, searches: bool) -> Tree {
        Tree {
            name,
            source,
            is_empty: false,
            searches,
            code: Vec::new(),
            pipes: Vec::new(),
            commands: Vec::new(),
            operands: Vec::new(),
            names: Vec::new(),
            declarations: Vec::new(),
            numbers: Vec::new(),
            strings: Vec::new(),
            callees: Vec::new(),
            invocations: Vec::new(),
        }
    }

    /// The bytes of a part of the text.
    pub(crate) fn text(&self, span: Span) -> &[u8] {
        span.of(&self.source.text)
    }
}

/// One step of a template. Jumps go to an index of the code.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// Writes plain text.
    Text(Span),
    /// Evaluates the pipeline and prints its value.
    Print(u32),
    /// Evaluates a pipeline that declares or assigns.
    Eval(u32),
    Jump(u32),
    If {
        pipe: u32,
        otherwise: u32,
    },
    /// As `If`, but the value becomes dot until `EndWith`.
    With {
        pipe: u32,
        otherwise: u32,
    },
    EndWith,
    /// Starts a loop; what follows is its body, down to `Next`.
    Range {
        pipe: u32,
        otherwise: u32,
    },
    /// Goes on with the next element, at `body`, or leaves the loop.
    Next {
        body: u32,
    },
    Break(u32),
    Continue(u32),
    /// Executes another template.
    Invoke(u32),
    /// Remembers how many variables there are (only where they are searched by name).
    Mark,
    /// Forgets the variables declared since the last `Mark`.
    Release,
}

/// `$a, $b := command | command`
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pipe {
    pub(crate) at: u32,
    pub(crate) assigns: bool,
    pub(crate) declarations: Run,
    pub(crate) commands: Run,
}

/// A variable on the left of `:=` or `=`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declaration {
    pub(crate) name: Span,
    /// Its place among the variables of the template, unless it is assigned without having been declared.
    pub(crate) slot: Option<u32>,
}

/// A value, or a function with its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    pub(crate) at: u32,
    pub(crate) operands: Run,
}

/// A part of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand {
    pub(crate) at: u32,
    /// Its own index.
    pub(crate) id: u32,
    pub(crate) kind: OperandKind,
}

/// What an operand is; numbers are indices into the tables of the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Number(u32),
    String(u32),
    Function(u32),
    /// `.a.b`
    Field(Run),
    /// `$x.a.b`: the first name is the variable's.
    Variable {
        slot: Option<u32>,
        names: Run,
    },
    /// `(…).a.b`
    Chain {
        operand: u32,
        names: Run,
    },
    /// A pipeline in parentheses.
    Pipe(u32),
}

/// A string constant.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// With its quotes.
    pub(crate) quoted: Span,
    pub(crate) value: Value,
}

/// A numeric constant: every form that it fits.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    pub(crate) text: Span,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) ideal: Ideal,
}

/// The value of a number where no type is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Ideal {
    Value(Value),
    /// It does not fit `int`.
    Overflow,
}

/// A function that the template calls.
#[derive(Clone)]
pub(crate) struct Callee {
    pub(crate) name: Span,
    pub(crate) target: Target,
}

/// What runs when a function is called.
#[derive(Clone)]
pub(crate) enum Target {
    Builtin(Builtin),
    Function(Rc<Function>),
}

impl std::fmt::Debug for Callee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callee").field("name", &self.name).finish_non_exhaustive()
    }
}

/// `{{template "name" pipeline}}`
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) at: u32,
    pub(crate) name: Str,
    pub(crate) pipe: Option<u32>,
}

/// A node that an error can point at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    Pipe(u32),
    Command(u32),
    Operand(u32),
    Invocation(u32),
}
