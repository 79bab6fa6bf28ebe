//! Go slices. Nothing in a template changes one in place, so they are immutable here.

use std::{ops::Deref, rc::Rc};

use crate::{Value, dismantle::Pending};

/// The element type of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elem {
    /// `[]interface {}`
    Any,
    /// `[]string`
    String,
    /// `[]int`
    Int,
    /// A nil `[]interface {}`: empty, and null in JSON and YAML.
    NilAny,
    /// A nil `[]string`.
    NilString,
    /// A slice whose `%T` is this name without the leading `[]`.
    Named(&'static str),
}

/// A Go slice: immutable, shared when cloned. Dereferences to its items.
#[derive(Clone, Debug)]
pub struct List(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    elem: Elem,
    items: Vec<Value>,
}

impl List {
    /// A slice with this element type; the caller sees to it that the items have it.
    pub fn new(elem: Elem, items: Vec<Value>) -> List {
        List(Rc::new(Inner { elem, items }))
    }

    /// The element type.
    pub fn elem(&self) -> Elem {
        self.0.elem
    }

    /// Go's `%T`, such as `[]interface {}`.
    pub fn go_type(&self) -> String {
        match self.0.elem {
            Elem::Any | Elem::NilAny => "[]interface {}".into(),
            Elem::String | Elem::NilString => "[]string".into(),
            Elem::Int => "[]int".into(),
            Elem::Named(name) => format!("[]{name}"),
        }
    }

    /// Whether it is a nil slice, which JSON and YAML write as null.
    pub fn is_nil(&self) -> bool {
        matches!(self.0.elem, Elem::NilAny | Elem::NilString)
    }

    /// A list of the same type with each item changed by `change`.
    pub fn map(&self, change: impl FnMut(&Value) -> Value) -> List {
        List::new(self.0.elem, self.0.items.iter().map(change).collect())
    }

    /// Where the list lies: the same for handles that share it.
    pub(crate) fn address(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// Whether two handles share one list.
    pub fn same(&self, other: &List) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl List {
    /// The items, where this is the only handle on them.
    pub(crate) fn into_items(self) -> Option<Vec<Value>> {
        Rc::try_unwrap(self.0).ok().map(|mut inner| std::mem::take(&mut inner.items))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let mut pending = Pending::default();
        std::mem::take(&mut self.items).into_iter().for_each(|item| pending.push(item));
        pending.dismantle();
    }
}

impl Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.0.items
    }
}
