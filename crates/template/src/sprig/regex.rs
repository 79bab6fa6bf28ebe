//! Regular expressions. Sprig: `regex.go`.

use std::{ops::Range, rc::Rc};

use value::{Elem, List, Signature, Type, Value, quote::quote};

use super::arguments::{int, text};
use crate::{
    Call, Failure, Function, Native,
    regex::{Error, Regex, quote_meta},
};

const TEXT: Signature = Signature::fixed(&[Type::String]);
const PATTERN_TEXT: Signature = Signature::fixed(&[Type::String, Type::String]);
const PATTERN_TEXT_LIMIT: Signature = Signature::fixed(&[Type::String, Type::String, Type::Int]);
const PATTERN_TEXT_REPLACEMENT: Signature = Signature::fixed(&[Type::String, Type::String, Type::String]);

pub(crate) fn functions() -> Vec<Function> {
    [
        ("regexMatch", PATTERN_TEXT, regex_match as Native),
        ("mustRegexMatch", PATTERN_TEXT, must_regex_match),
        ("regexFindAll", PATTERN_TEXT_LIMIT, |call, arguments| find_all(call, arguments, panics)),
        ("mustRegexFindAll", PATTERN_TEXT_LIMIT, |call, arguments| find_all(call, arguments, fails)),
        ("regexFind", PATTERN_TEXT, |call, arguments| find(call, arguments, panics)),
        ("mustRegexFind", PATTERN_TEXT, |call, arguments| find(call, arguments, fails)),
        ("regexReplaceAll", PATTERN_TEXT_REPLACEMENT, |call, arguments| replace_all(call, arguments, panics)),
        ("mustRegexReplaceAll", PATTERN_TEXT_REPLACEMENT, |call, arguments| replace_all(call, arguments, fails)),
        ("regexReplaceAllLiteral", PATTERN_TEXT_REPLACEMENT, |call, arguments| {
            replace_all_literal(call, arguments, panics)
        }),
        ("mustRegexReplaceAllLiteral", PATTERN_TEXT_REPLACEMENT, |call, arguments| {
            replace_all_literal(call, arguments, fails)
        }),
        ("regexSplit", PATTERN_TEXT_LIMIT, |call, arguments| split(call, arguments, panics)),
        ("mustRegexSplit", PATTERN_TEXT_LIMIT, |call, arguments| split(call, arguments, fails)),
        ("regexQuoteMeta", TEXT, regex_quote_meta),
    ]
    .map(|(name, signature, native)| Function::native(name, signature, native))
    .into()
}

/// What a bad pattern makes of a call.
type BadPattern = fn(&[u8], &Error) -> Failure;

/// Go: `regexp.MustCompile` panics.
fn panics(pattern: &[u8], error: &Error) -> Failure {
    let plain = |rune| rune == '\t' || !matches!(rune, '\0'..' ' | '`' | '\u{7f}' | '\u{feff}');
    let quoted = match std::str::from_utf8(pattern) {
        Ok(text) if text.chars().all(plain) => format!("`{text}`"),
        _ => quote(pattern),
    };
    Failure::new(format!("regexp: Compile({quoted}): {error}"))
}

fn fails(_: &[u8], error: &Error) -> Failure {
    Failure::new(error.to_string())
}

fn compile(call: &Call<'_>, pattern: &[u8], bad: BadPattern) -> Result<Rc<Regex>, Failure> {
    Regex::cached(pattern, call.budget)?.map_err(|error| bad(pattern, &error))
}

fn regex_match(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    match Regex::cached(text(arguments, 0), call.budget)? {
        Ok(regex) => Ok(Value::Bool(regex.is_match(text(arguments, 1), call.budget)?)),
        Err(_) => Ok(Value::Bool(false)),
    }
}

fn must_regex_match(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let regex = compile(call, text(arguments, 0), fails)?;
    Ok(Value::Bool(regex.is_match(text(arguments, 1), call.budget)?))
}

fn find_all(call: &mut Call<'_>, arguments: &[Value], bad: BadPattern) -> Result<Value, Failure> {
    let regex = compile(call, text(arguments, 0), bad)?;
    let text = text(arguments, 1);
    let ranges = regex.find_all(text, int(arguments, 2), call.budget)?;
    let elem = if ranges.is_empty() { Elem::NilString } else { Elem::String };
    slices(call, text, ranges, elem)
}

fn find(call: &mut Call<'_>, arguments: &[Value], bad: BadPattern) -> Result<Value, Failure> {
    let regex = compile(call, text(arguments, 0), bad)?;
    let text = text(arguments, 1);
    let range = regex.find(text, call.budget)?.unwrap_or(0..0);
    call.budget.bytes(range.len())?;
    Ok(Value::string(text.get(range).unwrap_or_default()))
}

fn replace_all(call: &mut Call<'_>, arguments: &[Value], bad: BadPattern) -> Result<Value, Failure> {
    let regex = compile(call, text(arguments, 0), bad)?;
    Ok(Value::string(regex.replace_all(text(arguments, 1), text(arguments, 2), call.budget)?))
}

fn replace_all_literal(call: &mut Call<'_>, arguments: &[Value], bad: BadPattern) -> Result<Value, Failure> {
    let regex = compile(call, text(arguments, 0), bad)?;
    Ok(Value::string(regex.replace_all_literal(text(arguments, 1), text(arguments, 2), call.budget)?))
}

fn split(call: &mut Call<'_>, arguments: &[Value], bad: BadPattern) -> Result<Value, Failure> {
    let regex = compile(call, text(arguments, 0), bad)?;
    let text = text(arguments, 1);
    match regex.split(text, int(arguments, 2), call.budget)? {
        Some(ranges) => slices(call, text, ranges, Elem::String),
        None => slices(call, text, Vec::new(), Elem::NilString),
    }
}

fn regex_quote_meta(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let text = text(arguments, 0);
    call.budget.bytes(text.len() * 2)?;
    Ok(Value::string(quote_meta(text)))
}

/// The parts of a text as a `[]string`.
fn slices(call: &Call<'_>, text: &[u8], ranges: Vec<Range<usize>>, elem: Elem) -> Result<Value, Failure> {
    let mut items = Vec::with_capacity(ranges.len());
    for range in ranges {
        call.budget.bytes(range.len() + size_of::<Value>() + 32)?;
        items.push(Value::string(text.get(range).unwrap_or_default()));
    }
    Ok(Value::List(List::new(elem, items)))
}
