//! Runs templates.
//!
//! Blocks and calls of other templates keep their state in lists here, so only expressions recurse.
//! Source of the rules: Go `text/template/exec.go`.

mod builtins;
mod call;
mod field;
mod frame;
mod methods;
mod pipeline;
mod reflected;

use std::rc::Rc;

use value::{Str, Value, quote::quote};

use self::frame::{Invoked, Loop, Variable};
pub(crate) use self::reflected::Reflected;
use crate::{
    Budget, Error, Executor, Failure, Surroundings, Templates, fmt,
    lex::has_action,
    origins::{Origins, Writer},
    stack,
    templates::Layer,
    tree::{Node, Op, Tree},
};

/// Go: text/template `maxExecDepth`.
const MAX_DEPTH: usize = 100_000;

/// How deep functions may execute templates that call functions again. Go overflows its stack somewhere beyond.
const MAX_NESTED: u32 = 10_000;

/// The state of a render.
pub(crate) struct Machine<'r> {
    templates: &'r Templates,
    budget: &'r Budget,
    surroundings: &'r dyn Surroundings,
    out: Vec<u8>,
    /// What the next execution writes to: empty, and where its size was guessed, with room.
    next_out: Vec<u8>,
    dot: Reflected,
    /// All variables; those of the current template begin at `base`.
    variables: Vec<Variable>,
    base: usize,
    /// What dot was outside each `with`.
    dots: Vec<Reflected>,
    loops: Vec<Loop>,
    invoked: Vec<Invoked>,
    marks: Vec<usize>,
    /// What is being evaluated, for errors.
    at: Node,
    /// The texts of the `tpl` calls that are running.
    layers: Vec<Rc<Layer>>,
    nested: u32,
    /// Emptied argument lists, for use again.
    spare: Vec<Vec<Value>>,
    /// What wrote which part of the outermost output, where that is wanted.
    origins: Option<Origins>,
}

impl<'r> Machine<'r> {
    pub(crate) fn new(templates: &'r Templates, budget: &'r Budget, surroundings: &'r dyn Surroundings) -> Machine<'r> {
        Machine {
            templates,
            budget,
            surroundings,
            out: Vec::new(),
            next_out: Vec::new(),
            dot: Reflected::invalid(),
            variables: Vec::new(),
            base: 0,
            dots: Vec::new(),
            loops: Vec::new(),
            invoked: Vec::new(),
            marks: Vec::new(),
            at: Node::Pipe(0),
            layers: Vec::new(),
            nested: 0,
            spare: Vec::new(),
            origins: None,
        }
    }

    /// Has the first execution write to a buffer that was used before.
    pub(crate) fn reuse(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.next_out = buffer;
    }

    /// From now on keeps what writes which part of the output.
    pub(crate) fn trace(&mut self) {
        self.origins = Some(Origins::default());
    }

    /// What was kept.
    pub(crate) fn origins(self) -> Origins {
        self.origins.unwrap_or_default()
    }

    /// Only the outermost output is followed: what functions make of the others is not known.
    fn note(&mut self, tree: &Rc<Tree>, writer: Writer) {
        if self.nested == 1
            && let Some(origins) = &mut self.origins
        {
            origins.note(self.out.len(), tree, writer);
        }
    }

    /// Go's `ExecuteTemplate`.
    pub(crate) fn execute_named(&mut self, name: &[u8], data: &Value) -> Result<Vec<u8>, Error> {
        match self.lookup(name) {
            Some(tree) => self.execute_tree(tree, data),
            None => {
                let name = Str::from(name);
                Err(Error::no_template(&name.to_text(), &self.templates.root().to_text()))
            }
        }
    }

    /// The template of this name: the innermost text's that has one which is not empty.
    fn lookup(&self, name: &[u8]) -> Option<Rc<Tree>> {
        let base = self.templates.tree(name);
        let Some(innermost) = self.layers.last() else {
            return base.cloned();
        };
        if name == self.templates.root().as_bytes() {
            return Some(Rc::clone(&innermost.main));
        }
        let layered = self.layers.iter().rev().filter_map(|layer| layer.defined.get(name));
        let mut outermost = None;
        for tree in layered.chain(base) {
            if !tree.is_empty {
                return Some(Rc::clone(tree));
            }
            outermost = Some(tree);
        }
        outermost.cloned()
    }

    fn execute_tree(&mut self, tree: Rc<Tree>, data: &Value) -> Result<Vec<u8>, Error> {
        if self.nested >= MAX_NESTED {
            let message = format!("templates are executed inside one another more than {MAX_NESTED} times");
            return Err(Error::exhausted_at(&tree, Node::Pipe(0), Failure::exhausted(message)));
        }
        self.nested += 1;
        let outer = std::mem::replace(&mut self.out, std::mem::take(&mut self.next_out));
        let result = stack::grow(|| self.run(tree, Reflected::of_interface(data)));
        let out = std::mem::replace(&mut self.out, outer);
        self.nested -= 1;
        result.map(|()| out)
    }

    /// Runs one template to its end, and puts everything but the output back as it was.
    fn run(&mut self, tree: Rc<Tree>, data: Reflected) -> Result<(), Error> {
        let outer = Invoked::here(self, Rc::clone(&tree), 0);
        let at = self.at;
        let depths = [self.loops.len(), self.dots.len(), self.marks.len(), self.invoked.len()];
        self.enter(data);
        let result = self.steps(tree);
        let [loops, dots, marks, invoked] = depths;
        self.loops.truncate(loops);
        self.dots.truncate(dots);
        self.marks.truncate(marks);
        self.invoked.truncate(invoked);
        self.leave(outer);
        self.at = at;
        result
    }

    fn steps(&mut self, mut tree: Rc<Tree>) -> Result<(), Error> {
        let outermost = self.invoked.len();
        let mut next = 0;
        loop {
            let Some(&op) = tree.code.get(next) else {
                if self.invoked.len() == outermost {
                    return Ok(());
                }
                if let Some(invoked) = self.invoked.pop() {
                    (tree, next) = self.leave(invoked);
                }
                continue;
            };
            next += 1;
            self.step(&tree)?;
            match op {
                Op::Text(span) => {
                    self.note(&tree, Writer::Text(span.start as usize));
                    self.write(&tree, tree.text(span))?;
                }
                Op::Print(pipe) => {
                    let value = self.pipeline(&tree, pipe)?;
                    self.note(&tree, Writer::Action(Node::Pipe(pipe)));
                    self.print(&tree, &value.value)?;
                }
                Op::Eval(pipe) => {
                    self.pipeline(&tree, pipe)?;
                }
                Op::Jump(to) => next = to as usize,
                Op::If { pipe, otherwise } => {
                    if !self.pipeline(&tree, pipe)?.is_true() {
                        next = otherwise as usize;
                    }
                }
                Op::With { pipe, otherwise } => {
                    let value = self.pipeline(&tree, pipe)?;
                    if value.is_true() {
                        self.dots.push(std::mem::replace(&mut self.dot, value));
                    } else {
                        next = otherwise as usize;
                    }
                }
                Op::EndWith => {
                    if let Some(dot) = self.dots.pop() {
                        self.dot = dot;
                    }
                }
                Op::Range { pipe, otherwise } => {
                    if !self.start_loop(&tree, pipe)? {
                        next = otherwise as usize;
                    }
                }
                Op::Next { body } => {
                    if self.next_turn(&tree)? {
                        next = body as usize;
                    } else {
                        self.end_loop();
                    }
                }
                Op::Break(to) => {
                    self.end_loop();
                    next = to as usize;
                }
                Op::Continue(to) => next = to as usize,
                Op::Invoke(id) => {
                    let callee = self.invoke(&tree, id, next)?;
                    (tree, next) = (callee, 0);
                }
                Op::Mark => self.marks.push(self.variables.len()),
                Op::Release => {
                    if let Some(mark) = self.marks.pop() {
                        self.variables.truncate(mark);
                    }
                }
            }
        }
    }

    /// `{{template}}`: evaluates its pipeline and makes the other template the current one.
    fn invoke(&mut self, tree: &Rc<Tree>, id: u32, next: usize) -> Result<Rc<Tree>, Error> {
        self.at = Node::Invocation(id);
        let Some(invocation) = tree.invocations.get(id as usize) else {
            return Err(self.error(tree, "unknown node"));
        };
        let Some(callee) = self.lookup(&invocation.name) else {
            return Err(self.error(tree, format!("template {} not defined", quote(&invocation.name))));
        };
        if self.invoked.len() >= MAX_DEPTH {
            return Err(self.error(tree, format!("exceeded maximum template depth ({MAX_DEPTH})")));
        }
        let dot = match invocation.pipe {
            Some(pipe) => self.pipeline(tree, pipe)?,
            None => Reflected::invalid(),
        };
        let invoked = Invoked::here(self, Rc::clone(tree), next);
        self.invoked.push(invoked);
        self.enter(dot);
        Ok(callee)
    }

    fn step(&mut self, tree: &Tree) -> Result<(), Error> {
        self.budget.step(1).map_err(|failure| Error::exhausted_at(tree, self.at, failure))
    }

    fn write(&mut self, tree: &Tree, text: &[u8]) -> Result<(), Error> {
        self.budget.bytes(text.len()).map_err(|failure| Error::exhausted_at(tree, self.at, failure))?;
        self.out.extend_from_slice(text);
        Ok(())
    }

    fn print(&mut self, tree: &Tree, value: &Value) -> Result<(), Error> {
        match value {
            Value::String(text) => self.write(tree, text),
            other => fmt::append_in_place(&mut self.out, other, self.budget)
                .map_err(|failure| Error::exhausted_at(tree, self.at, failure)),
        }
    }

    fn error(&self, tree: &Tree, message: impl Into<String>) -> Error {
        Error::execute(tree, self.at, message.into())
    }
}

impl Executor for Machine<'_> {
    fn execute(&mut self, name: &str, data: &Value) -> Result<Vec<u8>, Error> {
        self.execute_named(name.as_bytes(), data)
    }

    fn execute_text(&mut self, text: &Str, data: &Value) -> Result<Result<Vec<u8>, Error>, Error> {
        let root = self.templates.root().to_text();
        if !has_action(text) {
            let paid = self.budget.step(1).and_then(|()| self.budget.bytes(text.len()));
            return paid.map(|()| Ok(text.to_vec())).map_err(|failure| Error::out_of_budget(&root, failure));
        }
        let layer =
            self.templates.layer(text, self.budget).map_err(|failure| Error::out_of_budget(&root, failure))??;
        let main = Rc::clone(&layer.main);
        self.layers.push(layer);
        let result = self.execute_tree(main, data);
        self.layers.pop();
        Ok(result)
    }
}
