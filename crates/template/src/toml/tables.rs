//! The tables of a TOML document as they grow, and which of their keys may be written once more.

use std::{collections::BTreeMap, rc::Rc};

use value::{Elem, List, Map, MapType, Str, Value};

use super::{scan::Fault, write::bare_or_quoted};

/// A value while its document is being read.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Plain(Value),
    Array(Rc<Vec<Node>>),
    /// A table, by its place among all.
    Table(usize),
    /// The tables of `[[…]]`.
    Tables(Vec<usize>),
}

/// What is known about a key apart from its value; the tables of a list have their keys in common.
#[derive(Default)]
struct Mark {
    children: BTreeMap<Str, usize>,
    /// It stands for a table that nothing but the names of others implies.
    implicit: bool,
    array: bool,
}

pub(super) struct Tables {
    tables: Vec<BTreeMap<Str, Node>>,
    marks: Vec<Mark>,
    /// The table that values are set in.
    pub(super) context: Vec<Str>,
    /// The line in which the present key began.
    pub(super) line: usize,
}

impl Tables {
    pub(super) fn new() -> Tables {
        let marks = vec![Mark::default()];
        Tables { tables: vec![BTreeMap::new()], marks, context: Vec::new(), line: 0 }
    }

    pub(super) fn new_table(&mut self) -> usize {
        self.tables.push(BTreeMap::new());
        self.tables.len() - 1
    }

    pub(super) fn get(&self, table: usize, key: &Str) -> Option<&Node> {
        self.tables.get(table)?.get(key)
    }

    pub(super) fn insert(&mut self, table: usize, key: Str, node: Node) {
        if let Some(table) = self.tables.get_mut(table) {
            table.insert(key, node);
        }
    }

    /// The mark of a key, below that of its table.
    fn mark(&mut self, path: &[Str], last: Option<&Str>) -> Option<&mut Mark> {
        let mut at = 0;
        for name in path.iter().chain(last) {
            let next = self.marks.len();
            let child = *self.marks.get_mut(at)?.children.entry(name.clone()).or_insert(next);
            if child == next {
                self.marks.push(Mark::default());
            }
            at = child;
        }
        self.marks.get_mut(at)
    }

    /// Remembers whether a key of the present table is a list; without a name the table itself.
    pub(super) fn set_array(&mut self, key: &Str, array: bool) {
        let path = self.context.clone();
        // A table without any name is known by the empty one.
        let last = (!key.is_empty() || path.is_empty()).then_some(key);
        if let Some(mark) = self.mark(&path, last) {
            mark.array = array;
        }
    }

    pub(super) fn set_implicit(&mut self, path: &[Str]) {
        if let Some(mark) = self.mark(path, None) {
            mark.implicit = true;
        }
    }

    /// Goes into the table of this name, and makes it where it is not there; the next table of a list of them where
    /// `array`.
    pub(super) fn enter(&mut self, path: &[Str], array: bool) -> Result<(), Fault> {
        let Some((last, parents)) = path.split_last() else { return Ok(()) };
        let mut table = 0;
        for (index, name) in parents.iter().enumerate() {
            let so_far = path.get(..=index).unwrap_or_default();
            table = match self.get(table, name) {
                None => {
                    self.set_implicit(so_far);
                    let new = self.new_table();
                    self.insert(table, name.clone(), Node::Table(new));
                    new
                }
                Some(Node::Table(next)) => *next,
                Some(Node::Tables(list)) => list.last().copied().unwrap_or_default(),
                Some(_) => return Err(self.fault(format!("Key '{}' was already created as a hash.", dotted(so_far)))),
            };
        }
        self.context = parents.to_vec();
        let new = self.new_table();
        if array {
            let slot = self.tables.get_mut(table).map(|table| table.entry(last.clone()));
            match slot.map(|slot| slot.or_insert_with(|| Node::Tables(Vec::new()))) {
                Some(Node::Tables(list)) => list.push(new),
                _ => {
                    let name = dotted(path);
                    return Err(self.fault(format!("Key '{name}' was already created and cannot be used as an array.")));
                }
            }
        } else {
            self.set(last.clone(), Node::Table(new))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Sets a value in the present table; where only other names implied the key, what it has stays.
    pub(super) fn set(&mut self, key: Str, node: Node) -> Result<(), Fault> {
        let mut table = 0;
        for (index, name) in self.context.iter().enumerate() {
            table = match self.get(table, name) {
                Some(Node::Table(next)) => *next,
                Some(Node::Tables(list)) => list.last().copied().unwrap_or_default(),
                _ => return Err(self.defined(self.context.get(..=index).unwrap_or_default(), None)),
            };
        }
        if self.get(table, &key).is_none() {
            self.insert(table, key, node);
            return Ok(());
        }
        let context = self.context.clone();
        let Some(mark) = self.mark(&context, Some(&key)) else { return Ok(()) };
        if !std::mem::take(&mut mark.implicit) {
            return Err(self.defined(&context, Some(&key)));
        }
        if mark.array {
            self.insert(table, key, node);
        }
        Ok(())
    }

    pub(super) fn fault(&self, message: String) -> Fault {
        Fault { line: self.line, message }
    }

    fn defined(&self, path: &[Str], last: Option<&Str>) -> Fault {
        let path: Vec<Str> = path.iter().chain(last).cloned().collect();
        self.fault(format!("Key '{}' has already been defined.", dotted(&path)))
    }

    /// The whole document.
    pub(super) fn finish(&mut self) -> Map {
        self.map(0)
    }

    fn map(&mut self, table: usize) -> Map {
        let entries = self.tables.get_mut(table).map(std::mem::take).unwrap_or_default();
        let entries: Vec<(Str, Value)> = entries.into_iter().map(|(key, node)| (key, self.value(node))).collect();
        Map::from_entries(MapType::Any, entries)
    }

    fn value(&mut self, node: Node) -> Value {
        crate::stack::grow(|| match node {
            Node::Plain(value) => value,
            Node::Table(table) => Value::Map(self.map(table)),
            Node::Array(items) => {
                Value::List(List::new(Elem::Any, items.iter().map(|item| self.value(item.clone())).collect()))
            }
            Node::Tables(tables) => {
                let tables = tables.into_iter().map(|table| Value::Map(self.map(table))).collect();
                Value::List(List::new(Elem::Named("map[string]interface {}"), tables))
            }
        })
    }
}

/// A name of several parts as messages show it.
pub(super) fn dotted(path: &[Str]) -> String {
    let parts: Vec<String> =
        path.iter().map(|part| String::from_utf8_lossy(&bare_or_quoted(part)).into_owned()).collect();
    parts.join(".")
}
