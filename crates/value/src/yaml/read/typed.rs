//! Go's own view of a decoded document, which only error messages show: `%#v` of keys and values, and the keys that
//! JSON cannot have.

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
pub(super) fn go_syntax(document: &Document<'_>, id: NodeId) -> String {
    let mut out = String::new();
    print(&typed(document, id, MAX_DEPTH), &mut out, true);
    out
}

/// The error for the first key that JSON cannot have, if one is left after duplicates have been replaced
/// (sigs.k8s.io/yaml: `convertToJSONableObject`; Go looks at maps in no order).
pub(super) fn unsupported_key(document: &Document<'_>) -> Option<Error> {
    let message = find_unsupported(&typed(document, 0, MAX_DEPTH))?;
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

/// Decodes a node again; what is too deep is nil.
fn typed(document: &Document<'_>, id: NodeId, depth: usize) -> Typed {
    let nil = Typed::Scalar(TypedKey::Nil);
    let Some(node) = document.node(id).filter(|_| depth > 0) else { return nil };
    match node.shape {
        Shape::Scalar => resolve(document, node).map_or(nil, |resolved| Typed::Scalar(TypedKey::new(&resolved))),
        Shape::Alias => typed(document, node.link, depth - 1),
        Shape::Sequence => Typed::List(document.children(id).map(|item| typed(document, item, depth - 1)).collect()),
        Shape::Mapping => {
            let mut entries = Vec::new();
            add_entries(document, id, depth, &mut entries);
            Typed::Map(entries)
        }
    }
}

fn add_entries(document: &Document<'_>, id: NodeId, depth: usize, entries: &mut Vec<(TypedKey, Typed)>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let mut children = document.children(id);
    while let (Some(key_id), Some(value_id)) = (children.next(), children.next()) {
        let Some(key_node) = document.node(key_id) else { continue };
        if document.is_merge(key_node) {
            merge_entries(document, value_id, depth, entries);
            continue;
        }
        let Typed::Scalar(key) = typed(document, key_id, depth) else { continue };
        let value = typed(document, value_id, depth);
        match entries.iter_mut().find(|entry| entry.0 == key && !key.is_never_equal()) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
    }
}

fn merge_entries(document: &Document<'_>, id: NodeId, depth: usize, entries: &mut Vec<(TypedKey, Typed)>) {
    let target = |id| match document.node(id) {
        Some(node) if node.shape == Shape::Alias => node.link,
        _ => id,
    };
    let is_sequence = document.node(id).is_some_and(|node| node.shape == Shape::Sequence);
    let mappings: Vec<NodeId> = if is_sequence { document.children(id).collect() } else { vec![id] };
    for mapping in mappings.into_iter().rev() {
        add_entries(document, target(mapping), depth, entries);
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

/// The order of Go's types in a printed map, which is that of their descriptors in Helm's binary; nil comes first.
fn order(key: &TypedKey) -> u8 {
    match key {
        TypedKey::Nil => 0,
        TypedKey::Bool(_) => 1,
        TypedKey::Int(_) => 2,
        TypedKey::Uint(_) => 3,
        TypedKey::Float(_) => 4,
        TypedKey::String(_) => 5,
    }
}

fn compare(one: &TypedKey, other: &TypedKey) -> std::cmp::Ordering {
    match (one, other) {
        (TypedKey::Float(FloatKey(one)), TypedKey::Float(FloatKey(other))) => {
            f64::from_bits(*one).total_cmp(&f64::from_bits(*other))
        }
        _ => one.cmp(other),
    }
}
