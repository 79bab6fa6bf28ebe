//! Functions on strings that look at words: letter case, wrapping, abbreviating.

mod compound;
mod layout;

use value::{Signature, Str, Type, Value};

use super::{
    arguments::{Outcome, made, string, text},
    unicode,
};
use crate::{Call, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Int, String};
    const TEXT: Signature = Signature::fixed(&[String]);
    vec![
        Function::native("upper", TEXT, |call, args| mapped(call, string(args, 0), unicode::to_upper)),
        Function::native("lower", TEXT, |call, args| mapped(call, string(args, 0), unicode::to_lower)),
        Function::native("title", TEXT, title),
        Function::native("untitle", TEXT, untitle),
        Function::native("swapcase", TEXT, swap_case),
        Function::native("camelcase", TEXT, |call, args| made(call, compound::pascal_case(text(args, 0)))),
        Function::native("snakecase", TEXT, |call, args| made(call, compound::connected_case(text(args, 0), '_'))),
        Function::native("kebabcase", TEXT, |call, args| made(call, compound::connected_case(text(args, 0), '-'))),
        Function::native("initials", TEXT, |call, args| made(call, initials(text(args, 0)))),
        Function::native("nospace", TEXT, no_space),
        Function::native("wrap", Signature::fixed(&[Int, String]), layout::wrap),
        Function::native("wrapWith", Signature::fixed(&[Int, String, String]), layout::wrap_with),
        Function::native("abbrev", Signature::fixed(&[Int, String]), layout::abbrev),
        Function::native("abbrevboth", Signature::fixed(&[Int, Int, String]), layout::abbrev_both),
    ]
}

/// Go's `strings.Map`: an invalid byte becomes U+FFFD.
fn mapped(call: &Call<'_>, text: Str, mut map: impl FnMut(char) -> char) -> Outcome {
    let mut out = Vec::with_capacity(text.len());
    for rune in text.runes() {
        append_rune(&mut out, map(rune));
    }
    if *out == *text.as_bytes() { Ok(Value::String(text)) } else { made(call, out) }
}

/// Appends a character in UTF-8.
fn append_rune(out: &mut Vec<u8>, rune: char) {
    match u8::try_from(rune) {
        Ok(byte) if byte.is_ascii() => out.push(byte),
        _ => out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Go's `strings.Title`.
fn title(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let mut previous = ' ';
    mapped(call, string(args, 0), |rune| {
        let starts = separates(std::mem::replace(&mut previous, rune));
        if starts { unicode::to_title(rune) } else { rune }
    })
}

/// Go's `strings.isSeparator`.
fn separates(rune: char) -> bool {
    match rune {
        _ if rune.is_ascii() => !rune.is_ascii_alphanumeric() && rune != '_',
        _ => unicode::is_space(rune),
    }
}

/// goutils' `Uncapitalize`.
fn untitle(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let mut starts = true;
    mapped(call, string(args, 0), |rune| {
        if unicode::is_space(rune) {
            starts = true;
            return rune;
        }
        if std::mem::take(&mut starts) { unicode::to_lower(rune) } else { rune }
    })
}

/// goutils' `SwapCase`: a small letter that starts a word becomes a title-case one.
fn swap_case(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let mut after_space = true;
    mapped(call, string(args, 0), |rune| {
        let starts = std::mem::take(&mut after_space);
        if unicode::is_upper(rune) || unicode::is_title(rune) {
            unicode::to_lower(rune)
        } else if unicode::is_lower(rune) {
            if starts { unicode::to_title(rune) } else { unicode::to_upper(rune) }
        } else {
            after_space = unicode::is_space(rune);
            rune
        }
    })
}

/// goutils takes each byte for a character of Latin-1.
fn initials(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_space = true;
    for rune in text.iter().map(|&byte| char::from(byte)) {
        let is_space = unicode::is_space(rune);
        if after_space && !is_space {
            append_rune(&mut out, rune);
        }
        after_space = is_space;
    }
    out
}

/// goutils takes each byte for a character of Latin-1, unless there is nothing to delete.
fn no_space(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let text = string(args, 0);
    let is_space = |byte: &u8| unicode::is_space(char::from(*byte));
    if !text.iter().any(is_space) {
        return Ok(Value::String(text));
    }
    let mut out = Vec::with_capacity(text.len());
    for byte in text.iter().filter(|byte| !is_space(byte)) {
        append_rune(&mut out, char::from(*byte));
    }
    made(call, out)
}
