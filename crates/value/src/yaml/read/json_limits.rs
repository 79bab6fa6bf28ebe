//! What JSON cannot say, and so a YAML document may not either.

use crate::{Value, number};

/// How deep JSON may be nested (Go: `encoding/json`'s `maxNestingDepth`).
pub(super) const MAX_DEPTH: usize = 10_000;

/// What is wrong with a value for JSON.
pub(super) enum Offence {
    /// A NaN or an infinity, as Go prints it.
    NonFinite(String),
    /// A list or map deeper than [`MAX_DEPTH`]; the bracket that begins it.
    TooDeep(char),
}

/// The first NaN or infinity, in the order in which JSON is written.
pub(super) fn non_finite(value: &Value) -> Option<Offence> {
    find(value, |value, _| match value {
        Value::Float(number, _) if !number.is_finite() => {
            Some(Offence::NonFinite(number::format_float(*number, b'g', None, 64)))
        }
        _ => None,
    })
}

/// The first list or map that is too deep, in the order in which JSON is written.
pub(super) fn too_deep(value: &Value) -> Option<Offence> {
    deeper_than(value, MAX_DEPTH)
}

/// The first list or map that lies in this many others.
pub(super) fn deeper_than(value: &Value, limit: usize) -> Option<Offence> {
    find(value, |value, depth| match value {
        Value::List(_) if depth >= limit => Some(Offence::TooDeep('[')),
        Value::Map(_) if depth >= limit => Some(Offence::TooDeep('{')),
        _ => None,
    })
}

/// Walks over a value with a stack of its own; `test` is given each value and how many others it lies in.
fn find(root: &Value, test: impl Fn(&Value, usize) -> Option<Offence>) -> Option<Offence> {
    let mut left = vec![(root.clone(), 0)];
    while let Some((value, depth)) = left.pop() {
        if let Some(offence) = test(&value, depth) {
            return Some(offence);
        }
        match value {
            Value::List(list) => left.extend(list.iter().rev().map(|item| (item.clone(), depth + 1))),
            Value::Map(map) => left.extend(map.entries().into_iter().rev().map(|(_, item)| (item, depth + 1))),
            _ => {}
        }
    }
    None
}
