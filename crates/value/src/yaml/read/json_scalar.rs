//! What the round trip through JSON makes of scalars.

use std::borrow::Cow;

use super::{
    node::{Document, Node},
    resolve::{Resolved, resolve},
};
use crate::{Str, Value, number};

/// A float as a key (sigs.k8s.io/yaml: `convertToJSONableObject`).
fn float_key(number: f64) -> String {
    match number {
        _ if number.is_nan() => ".nan".into(),
        _ if number.is_infinite() => if number > 0.0 { ".inf" } else { "-.inf" }.into(),
        // As Go converts to float32, which may come to infinity.
        _ => match number::format_float(number, b'g', None, 32).as_str() {
            "+Inf" => ".inf".into(),
            "-Inf" => "-.inf".into(),
            text => text.into(),
        },
    }
}

/// A decoded string; only binary data is owned, and JSON replaces each invalid byte of it.
pub(super) fn string(text: Cow<'_, [u8]>) -> Str {
    match text {
        Cow::Borrowed(text) => Str::from(text),
        Cow::Owned(bytes) => Str::from(Str::from(bytes).to_text()),
    }
}

/// A scalar's value after the round trip through JSON, where every number is a float.
pub(super) fn plain_value(resolved: Resolved<'_>) -> Value {
    match resolved {
        Resolved::Nil => Value::Nil,
        Resolved::Bool(flag) => Value::Bool(flag),
        Resolved::Int(number) => Value::float(number as f64),
        Resolved::Uint(number) => Value::float(number as f64),
        Resolved::Float(number) => Value::float(number),
        Resolved::String(text) => Value::String(string(text)),
    }
}

/// The key in JSON; nothing where it cannot be one.
pub(super) fn key_text(resolved: Resolved<'_>) -> Option<Str> {
    Some(match resolved {
        Resolved::String(text) => string(text),
        Resolved::Int(number) => Str::from(number.to_string()),
        Resolved::Float(number) => Str::from(float_key(number)),
        Resolved::Bool(flag) => Str::from(if flag { "true" } else { "false" }),
        Resolved::Nil | Resolved::Uint(_) => return None,
    })
}

/// The value of a scalar node that has been decoded without an error.
pub(super) fn scalar(document: &Document<'_>, node: &Node) -> Value {
    resolve(document, node).map_or(Value::Nil, plain_value)
}

/// The key that a scalar node is, if JSON can have it.
pub(super) fn key(document: &Document<'_>, node: &Node) -> Option<Str> {
    resolve(document, node).ok().and_then(key_text)
}

/// Short strings that were read before, of which each is likely to come again.
pub(super) struct Repeated(Vec<Option<Str>>);

impl Repeated {
    /// How many are kept at most; a power of two, as any other number of them is.
    const MOST: usize = 256;

    /// Longer strings are not kept.
    const LENGTH: usize = 24;
}

impl Repeated {
    /// For a document with this many nodes.
    pub(super) fn new(nodes: usize) -> Repeated {
        Repeated(vec![None; nodes.next_power_of_two().min(Repeated::MOST)])
    }

    /// The string of these bytes.
    #[inline]
    pub(super) fn string(&mut self, text: &[u8]) -> Str {
        let ([first, ..], [.., last]) = (text, text) else { return Str::default() };
        if text.len() > Repeated::LENGTH {
            return Str::from(text);
        }
        let middle = text.get(text.len() / 2).copied().unwrap_or(0);
        let hash = usize::from(*first)
            .wrapping_mul(31)
            .wrapping_add(usize::from(*last).wrapping_mul(7))
            .wrapping_add(usize::from(middle).wrapping_mul(131))
            .wrapping_add(text.len().wrapping_mul(17));
        let slot = hash & self.0.len().wrapping_sub(1);
        match self.0.get_mut(slot) {
            Some(Some(known)) if known.as_bytes() == text => known.clone(),
            Some(slot) => {
                let string = Str::from(text);
                *slot = Some(string.clone());
                string
            }
            None => Str::from(text),
        }
    }
}
