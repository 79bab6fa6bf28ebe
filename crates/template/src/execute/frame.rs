//! Loops and calls of other templates: the state that a recursive evaluator would keep on its stack.

use std::rc::Rc;

use value::{IntKind, List, MapType, Str, UintKind, Value};

use super::{Machine, Reflected};
use crate::{
    Error, fmt,
    lex::Span,
    tree::{Pipe, Tree},
};

/// A variable of a template.
pub(super) struct Variable {
    /// Where its name stands; used only where variables are searched by name.
    pub(super) name: Span,
    pub(super) value: Reflected,
}

/// A template that waits for the one it called.
pub(super) struct Invoked {
    tree: Rc<Tree>,
    next: usize,
    base: usize,
    dot: Reflected,
}

/// A running `range`.
pub(super) struct Loop {
    items: Items,
    pipe: Pipe,
    /// What dot is outside.
    dot: Reflected,
    /// How many variables, dots and marks there are at the start of a turn.
    variables: usize,
    dots: usize,
    marks: usize,
}

/// What is left to iterate over.
enum Items {
    Ints { next: i64, end: i64, kind: IntKind },
    Uints { next: u64, end: u64, kind: UintKind },
    List { list: List, next: usize },
    Bytes { bytes: Str, next: usize },
    Entries { entries: std::vec::IntoIter<(Str, Value)>, map_type: MapType },
}

impl Items {
    /// What `range` goes through. Nothing for what it can go through but is empty; the value itself as an error.
    fn of(value: &Value) -> Result<Option<Items>, ()> {
        let items = match value {
            Value::Nil => return Ok(None),
            Value::Int(end, kind) => (*end > 0).then_some(Items::Ints { next: 0, end: *end, kind: *kind }),
            Value::Uint(end, kind) => (*end > 0).then_some(Items::Uints { next: 0, end: *end, kind: *kind }),
            Value::List(list) => (!list.is_empty()).then(|| Items::List { list: list.clone(), next: 0 }),
            Value::Bytes(bytes) => (!bytes.is_empty()).then(|| Items::Bytes { bytes: bytes.clone(), next: 0 }),
            Value::Map(map) => (!map.is_empty())
                .then(|| Items::Entries { entries: map.entries().into_iter(), map_type: map.map_type() }),
            Value::Object(object) => match object.underlying() {
                Some(plain) => return Items::of(&plain),
                None => return Err(()),
            },
            Value::Bool(_) | Value::Float(..) | Value::String(_) => return Err(()),
        };
        Ok(items)
    }

    /// The next index and element.
    fn advance(&mut self) -> Option<(Reflected, Reflected)> {
        match self {
            Items::Ints { next, end, kind } => {
                let number = *next;
                *next += 1;
                (number < *end).then(|| (Reflected::invalid(), Reflected::concrete(Value::Int(number, *kind))))
            }
            Items::Uints { next, end, kind } => {
                let number = *next;
                *next = number.saturating_add(1);
                (number < *end).then(|| (Reflected::invalid(), Reflected::concrete(Value::Uint(number, *kind))))
            }
            Items::List { list, next } => {
                let item = Reflected::item(list, list.get(*next)?.clone());
                *next += 1;
                Some((Reflected::concrete(Value::int(*next as i64 - 1)), item))
            }
            Items::Bytes { bytes, next } => {
                let byte = u64::from(*bytes.get(*next)?);
                *next += 1;
                let item = Value::Uint(byte, UintKind::Uint8);
                Some((Reflected::concrete(Value::int(*next as i64 - 1)), Reflected::concrete(item)))
            }
            Items::Entries { entries, map_type } => {
                let (key, value) = entries.next()?;
                Some((Reflected::concrete(Value::String(key)), Reflected::entry(*map_type, value)))
            }
        }
    }
}

impl Invoked {
    /// Remembers where the machine is.
    pub(super) fn here(machine: &Machine<'_>, tree: Rc<Tree>, next: usize) -> Invoked {
        Invoked { tree, next, base: machine.base, dot: machine.dot.clone() }
    }
}

impl Machine<'_> {
    /// Starts a template on its data.
    pub(super) fn enter(&mut self, dot: Reflected) {
        self.base = self.variables.len();
        self.variables.push(Variable { name: Span::default(), value: dot.clone() });
        self.dot = dot;
    }

    /// Goes back to a template that waited; gives it and its next step.
    pub(super) fn leave(&mut self, invoked: Invoked) -> (Rc<Tree>, usize) {
        self.variables.truncate(self.base);
        self.base = invoked.base;
        self.dot = invoked.dot;
        (invoked.tree, invoked.next)
    }

    /// Starts a `range`. False where there is nothing to go through.
    pub(super) fn start_loop(&mut self, tree: &Tree, pipe: u32) -> Result<bool, Error> {
        let value = self.pipeline(tree, pipe)?.value;
        let Some(pipe) = tree.pipes.get(pipe as usize).copied() else {
            return Ok(false);
        };
        let Ok(items) = Items::of(&value) else {
            return Err(self.error(tree, format!("range can't iterate over {}", show(&value))));
        };
        let wants_two = pipe.declarations.end - pipe.declarations.start > 1;
        if wants_two && is_integer(&value) {
            let message = format!("can't use {} to iterate over more than one variable", show(&value));
            return Err(self.error(tree, message));
        }
        let Some(items) = items else {
            return Ok(false);
        };
        if let Items::Entries { entries, .. } = &items {
            // The entries were copied, so that the loop may change the map.
            let paid = self.budget.step(entries.len() as u64 / 16);
            paid.map_err(|failure| Error::exhausted_at(tree, self.at, failure))?;
        }
        self.loops.push(Loop {
            items,
            pipe,
            dot: self.dot.clone(),
            variables: self.variables.len(),
            dots: self.dots.len(),
            marks: self.marks.len(),
        });
        self.next_turn(tree)
    }

    /// Takes the next element of the innermost loop. False where there is none.
    pub(super) fn next_turn(&mut self, tree: &Tree) -> Result<bool, Error> {
        let Some(current) = self.loops.last_mut() else {
            return Ok(false);
        };
        let Some((index, element)) = current.items.advance() else {
            return Ok(false);
        };
        let (pipe, top) = (current.pipe, current.variables);
        self.variables.truncate(top);
        self.dots.truncate(current.dots);
        self.marks.truncate(current.marks);
        self.dot = element.clone();
        match (pipe.declarations.of(&tree.declarations), pipe.assigns) {
            ([], _) => {}
            ([only], true) => self.assign(tree, *only, element)?,
            ([first, second, ..], true) => {
                self.assign(tree, *first, index)?;
                self.assign(tree, *second, element)?;
            }
            ([_], false) => self.set_at(top, 1, element),
            ([_, _, ..], false) => {
                self.set_at(top, 1, element);
                self.set_at(top, 2, index);
            }
        }
        Ok(true)
    }

    /// Sets the variable that is `count`th from the top.
    fn set_at(&mut self, top: usize, count: usize, value: Reflected) {
        if let Some(variable) = top.checked_sub(count).and_then(|place| self.variables.get_mut(place)) {
            variable.value = value;
        }
    }

    pub(super) fn end_loop(&mut self) {
        if let Some(ended) = self.loops.pop() {
            self.variables.truncate(ended.variables);
            self.dots.truncate(ended.dots);
            self.marks.truncate(ended.marks);
            self.dot = ended.dot;
        }
    }
}

fn is_integer(value: &Value) -> bool {
    match value {
        Value::Int(..) | Value::Uint(..) => true,
        Value::Object(object) => matches!(object.underlying(), Some(Value::Int(..) | Value::Uint(..))),
        _ => false,
    }
}

/// The value as `%v` prints it, what a pointer points to for the pointer.
fn show(value: &Value) -> String {
    String::from_utf8_lossy(&fmt::display_in_place(value)).into_owned()
}
