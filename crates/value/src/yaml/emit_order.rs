//! The order of keys: numbers by value, letters after everything else.

use super::emit::Dialect;
use crate::{
    Str, Value, decode_rune,
    unicode::{is_digit, is_letter},
};

/// Sorts entries as go-yaml's `keyList` does, stably.
///
/// The order is not transitive in version 2 (`a1b` < `a2` < `a10` < `a1b`), where Go's result changes from run to
/// run; for the same reason the standard library's sort, which may panic then, is not used.
pub(super) fn sort(entries: Vec<(Str, Value)>, dialect: Dialect) -> Vec<(Str, Value)> {
    let sorted = entries.is_sorted_by(|(a, _), (b, _)| !precedes(b, a, dialect));
    if sorted { entries } else { merge_sort(entries, dialect) }
}

fn merge_sort(mut entries: Vec<(Str, Value)>, dialect: Dialect) -> Vec<(Str, Value)> {
    if entries.len() < 2 {
        return entries;
    }
    let count = entries.len();
    let right = merge_sort(entries.split_off(count / 2), dialect);
    let left = merge_sort(entries, dialect);
    let mut merged = Vec::with_capacity(count);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some((a, _)), Some((b, _))) = (left.peek(), right.peek()) {
        let next = if precedes(b, a, dialect) { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

/// Whether key `a` comes before key `b` (go-yaml: `keyList.Less`).
fn precedes(a: &[u8], b: &[u8], dialect: Dialect) -> bool {
    let Some(Difference { before, runes: (one, two), tails }) = difference(a, b) else { return a.len() < b.len() };
    let after_digit = dialect == Dialect::V3 && last_rune(before).is_some_and(is_digit);
    match (is_letter(one), is_letter(two)) {
        (true, true) => return one < two,
        (true, false) => return after_digit,
        (false, true) => return !after_digit,
        (false, false) => {}
    }
    let within_number = (one == '0' || two == '0') && ends_with_number(before);
    let (a_number, a_digits) = number(tails.0, within_number);
    let (b_number, b_digits) = number(tails.1, within_number);
    (a_number, a_digits, one) < (b_number, b_digits, two)
}

/// Where two keys part.
struct Difference<'a> {
    before: &'a [u8],
    runes: (char, char),
    /// The keys from the differing rune on.
    tails: (&'a [u8], &'a [u8]),
}

/// The first difference; nothing where one key begins with the other.
fn difference<'a>(a: &'a [u8], b: &'a [u8]) -> Option<Difference<'a>> {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let at = same - unfinished(a.get(..same)?);
    let mut tails = (a.get(at..)?, b.get(at..)?);
    loop {
        let ((one, size), (two, other)) = (decode_rune(tails.0)?, decode_rune(tails.1)?);
        if one != two {
            let before = a.get(..a.len() - tails.0.len())?;
            return Some(Difference { before, runes: (one, two), tails });
        }
        // Unlike bytes may be equal runes where they are no UTF-8.
        tails = (tails.0.get(size..)?, tails.1.get(other..)?);
    }
}

/// How many bytes at the end may belong to a rune that goes on.
fn unfinished(text: &[u8]) -> usize {
    let continuations = text.iter().rev().take(3).take_while(|byte| matches!(byte, 0x80..=0xbf)).count();
    let lead = text.iter().rev().nth(continuations);
    if lead.is_some_and(|byte| *byte >= 0xc0) { continuations + 1 } else { 0 }
}

fn last_rune(text: &[u8]) -> Option<char> {
    let continuations = text.iter().rev().take(3).take_while(|byte| matches!(byte, 0x80..=0xbf)).count();
    let start = text.len().checked_sub(continuations + 1)?;
    let (rune, size) = decode_rune(text.get(start..)?)?;
    Some(if size == continuations + 1 { rune } else { char::REPLACEMENT_CHARACTER })
}

/// Whether the digits at the end have one that is no zero.
fn ends_with_number(text: &[u8]) -> bool {
    let mut text = text;
    while let Some(rune) = last_rune(text).filter(|rune| is_digit(*rune)) {
        if rune != '0' {
            return true;
        }
        text = text.get(..text.len() - 1).unwrap_or_default();
    }
    false
}

/// The value of the digits that the text starts with, and how many they are.
fn number(text: &[u8], within_number: bool) -> (i64, usize) {
    let mut number = i64::from(within_number);
    let mut rest = text;
    let mut count = 0;
    while let Some((rune, size)) = decode_rune(rest).filter(|(rune, _)| is_digit(*rune)) {
        number = number.wrapping_mul(10).wrapping_add(i64::from(u32::from(rune)) - 0x30);
        rest = rest.get(size..).unwrap_or_default();
        count += 1;
    }
    (number, count)
}
