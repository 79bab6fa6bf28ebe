//! The text that replaces a match: `$1`, `${name}`, `$$`. Go: `Regexp.expand`.

use std::ops::Range;

use value::{Str, decode_rune};

use regexp::is_letter_or_digit;

use super::text::Text;
use crate::{Budget, Failure};

/// A part of a replacement.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'r> {
    Text(&'r [u8]),
    /// The group of this number.
    Group(usize),
    /// The first group of this name that took part in the match.
    Named(&'r [u8]),
}

/// Takes a replacement apart.
pub(super) fn parts(replacement: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = replacement;
    while let Some(dollar) = rest.iter().position(|&byte| byte == b'$') {
        let (before, after) = rest.split_at_checked(dollar).unwrap_or((rest, b""));
        parts.push(Part::Text(before));
        let after = after.strip_prefix(b"$").unwrap_or_default();
        (rest, parts) = match (after.strip_prefix(b"$"), reference(after)) {
            (Some(after), _) => (after, with(parts, Part::Text(b"$"))),
            (None, Some((part, after))) => (after, with(parts, part)),
            (None, None) => (after, with(parts, Part::Text(b"$"))),
        };
    }
    with(parts, Part::Text(rest))
}

fn with<'r>(mut parts: Vec<Part<'r>>, part: Part<'r>) -> Vec<Part<'r>> {
    parts.push(part);
    parts
}

/// Reads `name` or `{name}`. Go: `regexp.extract`.
fn reference(text: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let braced = text.strip_prefix(b"{");
    let text = braced.unwrap_or(text);
    let mut rest = text;
    while let Some((rune, size)) = decode_rune(rest) {
        if rune != '_' && !is_letter_or_digit(rune) {
            break;
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    let name = text.get(..text.len() - rest.len()).filter(|name| !name.is_empty())?;
    if braced.is_some() {
        rest = rest.strip_prefix(b"}")?;
    }
    let number = match name {
        [b'0', _, ..] => None,
        // Go gives up on longer numbers, and takes them for names.
        digits if digits.len() < 10 && digits.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(digits).ok()?.parse().ok()
        }
        _ => None,
    };
    Some((number.map_or(Part::Named(name), Part::Group), rest))
}

/// A match.
pub(super) struct Match<'m> {
    pub(super) text: &'m Text<'m>,
    /// The names of the groups.
    pub(super) names: &'m [Str],
    /// Where they are in what is seen of the text.
    pub(super) groups: &'m [Option<Range<usize>>],
}

/// Adds the replacement of one match.
pub(super) fn expand(out: &mut Vec<u8>, parts: &[Part<'_>], found: &Match<'_>, budget: &Budget) -> Result<(), Failure> {
    let Match { text, names, groups } = found;
    let taken = |index: usize| groups.get(index).cloned().flatten();
    for part in parts {
        let range = match part {
            Part::Text(literal) => {
                budget.bytes(literal.len())?;
                out.extend_from_slice(literal);
                continue;
            }
            Part::Group(index) => taken(*index),
            Part::Named(wanted) => {
                let mut named = names.iter().enumerate().filter(|(_, name)| name.as_bytes() == *wanted);
                named.find_map(|(index, _)| taken(index))
            }
        };
        if let Some(range) = range {
            budget.bytes(range.len())?;
            out.extend_from_slice(text.slice(range));
        }
    }
    Ok(())
}
