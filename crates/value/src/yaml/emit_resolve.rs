//! Whether a text, written plain, would be read back as something else than a string.

use super::{
    emit::Dialect,
    read::{Resolved, is_timestamp, resolve_plain},
};
use crate::number;

/// Whether the plain text would be a number, a boolean, a null, a timestamp or one of the forms that are quoted
/// for the sake of YAML 1.1 readers (go-yaml: `resolve`, `isBase60Float`, `isOldBool`).
///
/// This says nothing about text that cannot be written plain at all.
pub(super) fn needs_quotes(text: &[u8], dialect: Dialect) -> bool {
    let numeric = matches!(text.first(), Some(b'0'..=b'9' | b'+' | b'-'));
    // Quantities, addresses and the like: no number or time has a letter beyond these.
    if numeric && text.iter().any(|byte| byte.is_ascii_alphabetic() && !b"aAbBcCdDeEfFxXoOtTzZiInN".contains(byte)) {
        return false;
    }
    // The words that version 3 no longer reads as booleans are the ones that it quotes for old readers.
    if !matches!(resolve_plain(text), Resolved::String(_)) {
        return true;
    }
    numeric && (is_timestamp(text) || is_base_60(text) || (dialect == Dialect::V3 && is_signed_octal(text)))
}

/// `0o-17`, which version 3 reads as a number by a quirk, as both versions read `0b-11`.
fn is_signed_octal(text: &[u8]) -> bool {
    let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'_').collect();
    plain.strip_prefix(b"0o").is_some_and(|digits| number::signed(digits, 8, 64).is_ok())
}

/// `[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?`
fn is_base_60(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    if !text.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let (_, mut rest) = split_while(text, |byte| byte.is_ascii_digit() || byte == b'_');
    let mut groups = 0;
    while let [b':', after @ ..] = rest {
        rest = match after {
            [b'0'..=b'5', b'0'..=b'9', rest @ ..] | [b'0'..=b'9', rest @ ..] => rest,
            _ => return false,
        };
        groups += 1;
    }
    let rest = match rest {
        [b'.', rest @ ..] => split_while(rest, |byte| byte.is_ascii_digit() || byte == b'_').1,
        _ => rest,
    };
    groups > 0 && rest.is_empty()
}

fn split_while(text: &[u8], accept: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !accept(*byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}
