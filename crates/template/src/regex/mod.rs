//! Go's `regexp`: its syntax, its error texts, its rules for empty matches and replacements.
//!
//! A parser of Go's syntax feeds the matcher of `regex-automata`, whose leftmost-first rule is Go's. Matching is
//! linear in the text, and paid for from the [`Budget`](crate::Budget).

mod class;
mod engine;
mod error;
mod expand;
mod node;
mod parse;
mod text;
mod unicode;

pub use self::{engine::Regex, error::Error};

/// Escapes what has a meaning in patterns. Go: `regexp.QuoteMeta`.
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len());
    for &byte in text {
        if b"\\.+*?()|[]{}^$".contains(&byte) {
            quoted.push(b'\\');
        }
        quoted.push(byte);
    }
    quoted
}
