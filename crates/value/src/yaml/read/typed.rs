//! Go's own view of a decoded document, which only error messages show: `%#v` of keys and values, and the keys that
//! JSON cannot have.

use std::collections::HashMap;

use super::{
    node::{Document, NodeId, Shape},
    resolve::{Resolved, resolve},
};
use crate::{Str, number, quote, yaml::Error};

/// How deep a value is looked into for a message.
const MAX_DEPTH: usize = 500;

/// How long the text of a value in a message may become; Go knows no limit.
const MAX_LENGTH: usize = 1 << 20;

/// A key as Go compares it in a `map[interface {}]interface {}`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum TypedKey {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(FloatKey),
    String(Str),
}

/// A float by its bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FloatKey(u64);

impl TypedKey {
    pub(super) fn new(resolved: &Resolved<'_>) -> TypedKey {
        match resolved {
            Resolved::Nil => TypedKey::Nil,
            Resolved::Bool(flag) => TypedKey::Bool(*flag),
            Resolved::Int(number) => TypedKey::Int(*number),
            Resolved::Uint(number) => TypedKey::Uint(*number),
            // Both zeros are one key.
            Resolved::Float(number) => TypedKey::Float(FloatKey((number + 0.0).to_bits())),
            Resolved::String(text) => TypedKey::String(Str::from(&**text)),
        }
    }

    /// Whether a second such key is another one, which only NaN is.
    pub(super) fn is_never_equal(&self) -> bool {
        matches!(self, TypedKey::Float(FloatKey(bits)) if f64::from_bits(*bits).is_nan())
    }

    /// The key as `%#v` prints it.
    pub(super) fn go_syntax(&self) -> String {
        match self {
            TypedKey::Nil => "<nil>".into(),
            TypedKey::Bool(flag) => flag.to_string(),
            TypedKey::Int(number) => number.to_string(),
            TypedKey::Uint(number) => format!("{number:#x}"),
            TypedKey::Float(FloatKey(bits)) => number::format_float(f64::from_bits(*bits), b'g', None, 64),
            TypedKey::String(text) => quote::quote(text),
        }
    }

    /// Go's `%s` of the key's type.
    fn go_type(&self) -> &'static str {
        match self {
            TypedKey::Nil => "%!s(<nil>)",
            TypedKey::Bool(_) => "bool",
            TypedKey::Int(_) => "int",
            TypedKey::Uint(_) => "uint64",
            TypedKey::Float(_) => "float64",
            TypedKey::String(_) => "string",
        }
    }
}

/// A decoded value.
enum Typed {
    Scalar(TypedKey),
    List(Vec<Typed>),
    Map(Vec<(TypedKey, Typed)>),
}

/// The value of a node that has been decoded without an error, as `%#v` prints it.
///
/// Where duplicate keys are errors, it is the first one that go-yaml keeps.
pub(super) fn go_syntax(document: &Document<'_>, id: NodeId, strict: bool) -> String {
    let mut out = String::new();
    print(&Reader { document, strict }.value(id, MAX_DEPTH), &mut out, true);
    out
}

/// The error for the first key that JSON cannot have, if one is left after duplicates have been replaced
/// (sigs.k8s.io/yaml: `convertToJSONableObject`; Go looks at maps in no order).
pub(super) fn unsupported_key(document: &Document<'_>) -> Option<Error> {
    let message = find_unsupported(&Reader { document, strict: false }.value(0, MAX_DEPTH))?;
    Some(Error { message, line: None })
}

fn find_unsupported(value: &Typed) -> Option<String> {
    match value {
        Typed::Scalar(_) => None,
        Typed::List(items) => items.iter().find_map(find_unsupported),
        Typed::Map(entries) => entries.iter().find_map(|(key, value)| match key {
            TypedKey::Nil | TypedKey::Uint(_) => {
                let mut text = String::new();
                print(value, &mut text, true);
                let (kind, key) = (key.go_type(), key.go_syntax());
                Some(format!("unsupported map key of type: {kind}, key: {key}, value: {text}"))
            }
            _ => find_unsupported(value),
        }),
    }
}

/// Decodes nodes again; what is too deep is nil.
struct Reader<'d> {
    document: &'d Document<'d>,
    strict: bool,
}

impl Reader<'_> {
    fn value(&self, id: NodeId, depth: usize) -> Typed {
        let nil = Typed::Scalar(TypedKey::Nil);
        let Some(node) = self.document.node(id).filter(|_| depth > 0) else { return nil };
        match node.shape {
            Shape::Scalar => resolve(self.document, node).map_or(nil, |value| Typed::Scalar(TypedKey::new(&value))),
            Shape::Alias => self.value(node.link, depth - 1),
            Shape::Sequence => {
                Typed::List(self.document.children(id).map(|item| self.value(item, depth - 1)).collect())
            }
            Shape::Mapping => {
                let mut entries = Entries::default();
                self.entries(id, depth, &mut entries);
                Typed::Map(entries.list)
            }
        }
    }

    fn entries(&self, id: NodeId, depth: usize, entries: &mut Entries) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let mut children = self.document.children(id);
        while let (Some(key_id), Some(value_id)) = (children.next(), children.next()) {
            let Some(key_node) = self.document.node(key_id) else { continue };
            if self.document.is_merge(key_node) {
                self.merge(value_id, depth, entries);
                continue;
            }
            let Typed::Scalar(key) = self.value(key_id, depth) else { continue };
            let value = self.value(value_id, depth);
            entries.insert(key, value, self.strict);
        }
    }

    fn merge(&self, id: NodeId, depth: usize, entries: &mut Entries) {
        let target = |id| match self.document.node(id) {
            Some(node) if node.shape == Shape::Alias => node.link,
            _ => id,
        };
        let is_sequence = self.document.node(id).is_some_and(|node| node.shape == Shape::Sequence);
        let mappings: Vec<NodeId> = if is_sequence { self.document.children(id).collect() } else { vec![id] };
        for mapping in mappings.into_iter().rev() {
            self.entries(target(mapping), depth, entries);
        }
    }
}

/// The entries of a map, of which each key is there once.
#[derive(Default)]
struct Entries {
    list: Vec<(TypedKey, Typed)>,
    index: HashMap<TypedKey, usize>,
}

impl Entries {
    fn insert(&mut self, key: TypedKey, value: Typed, keep_first: bool) {
        let next = self.list.len();
        let index = if key.is_never_equal() { next } else { *self.index.entry(key.clone()).or_insert(next) };
        match self.list.get_mut(index) {
            Some(_) if keep_first => {}
            Some(entry) => entry.1 = value,
            None => self.list.push((key, value)),
        }
    }
}

/// Prints as `%#v`; `bare` where the static type is not an interface's.
fn print(value: &Typed, out: &mut String, bare: bool) {
    if out.len() > MAX_LENGTH {
        return;
    }
    match value {
        Typed::Scalar(TypedKey::Nil) => out.push_str(if bare { "<nil>" } else { "interface {}(nil)" }),
        Typed::Scalar(scalar) => out.push_str(&scalar.go_syntax()),
        Typed::List(items) => {
            out.push_str("[]interface {}{");
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                print(item, out, false);
            }
            out.push('}');
        }
        Typed::Map(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|one, other| order(&one.0).cmp(&order(&other.0)).then_with(|| compare(&one.0, &other.0)));
            out.push_str("map[interface {}]interface {}{");
            for (index, (key, value)) in sorted.into_iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                match key {
                    TypedKey::Nil => out.push_str("interface {}(nil)"),
                    _ => out.push_str(&key.go_syntax()),
                }
                out.push(':');
                print(value, out, false);
            }
            out.push('}');
        }
    }
}

/// The order of Go's types in a printed map: nil, then by the place of the type's descriptor in the program, which
/// is the same in Helm 3 and 4.
fn order(key: &TypedKey) -> u8 {
    match key {
        TypedKey::Nil => 0,
        TypedKey::String(_) => 1,
        TypedKey::Uint(_) => 2,
        TypedKey::Int(_) => 3,
        TypedKey::Float(_) => 4,
        TypedKey::Bool(_) => 5,
    }
}

fn compare(one: &TypedKey, other: &TypedKey) -> std::cmp::Ordering {
    match (one, other) {
        (TypedKey::Float(FloatKey(one)), TypedKey::Float(FloatKey(other))) => {
            let (one, other) = (f64::from_bits(*one), f64::from_bits(*other));
            other.is_nan().cmp(&one.is_nan()).then_with(|| one.total_cmp(&other))
        }
        _ => one.cmp(other),
    }
}
