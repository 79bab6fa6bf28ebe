//! Functions on strings that look at bytes: searching, cutting, joining, quoting.

use bstr::ByteSlice;
use value::{Elem, List, Map, MapType, Signature, Str, Type, Value, decode_rune, quote};

use super::{
    arguments::{Outcome, int, made, string, text, value},
    lists::{as_texts, items},
    text::{append_display, strval},
};
use crate::{Budget, Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Any, Int, String};
    const TEXT: Signature = Signature::fixed(&[String]);
    const TEXTS: Signature = Signature::fixed(&[String, String]);
    const ANYTHING: Signature = Signature::variadic(&[], Any);
    const INT_TEXT: Signature = Signature::fixed(&[Int, String]);
    vec![
        Function::native("hello", Signature::fixed(&[]), |_, _| Ok(Value::from("Hello!"))),
        Function::native("contains", TEXTS, |_, args| Ok(text(args, 1).contains_str(text(args, 0)).into())),
        Function::native("hasPrefix", TEXTS, |_, args| Ok(text(args, 1).starts_with(text(args, 0)).into())),
        Function::native("hasSuffix", TEXTS, |_, args| Ok(text(args, 1).ends_with(text(args, 0)).into())),
        Function::native("trim", TEXT, trim),
        Function::native("trimAll", TEXTS, trim_all),
        Function::native("trimall", TEXTS, trim_all),
        Function::native("trimPrefix", TEXTS, trim_prefix),
        Function::native("trimSuffix", TEXTS, trim_suffix),
        Function::native("trunc", INT_TEXT, trunc),
        Function::native("substr", Signature::fixed(&[Int, Int, String]), substr),
        Function::native("repeat", INT_TEXT, repeat),
        Function::native("replace", Signature::fixed(&[String, String, String]), replace),
        Function::native("indent", INT_TEXT, |call, args| indent(call, args, b"")),
        Function::native("nindent", INT_TEXT, |call, args| indent(call, args, b"\n")),
        Function::native("plural", Signature::fixed(&[String, String, Int]), plural),
        Function::native("quote", ANYTHING, quote_all),
        Function::native("squote", ANYTHING, squote_all),
        Function::native("cat", ANYTHING, cat),
        Function::native("toString", Signature::fixed(&[Any]), to_string),
        Function::native("toStrings", Signature::fixed(&[Any]), to_strings),
        Function::native("join", Signature::fixed(&[String, Any]), join),
        Function::native("split", TEXTS, split),
        Function::native("splitn", Signature::fixed(&[String, Int, String]), splitn),
        Function::native("splitList", TEXTS, split_list),
        Function::native("fail", TEXT, |_, args| Err(Failure::new(string(args, 0).to_text()))),
        Function::native("env", TEXT, |_, _| Ok(Value::from(""))),
        Function::native("expandenv", TEXT, expand_env),
    ]
}

/// A part of the argument at `index`: the argument itself where nothing was cut away.
fn part(args: &[Value], index: usize, part: &[u8]) -> Outcome {
    match args.get(index) {
        Some(Value::String(whole)) if whole.len() == part.len() => Ok(Value::String(whole.clone())),
        _ => Ok(Value::string(part)),
    }
}

fn trim(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    part(args, 0, trim_runes(text(args, 0), char::is_whitespace))
}

fn trim_all(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let cutset: Vec<char> = string(args, 0).runes().collect();
    part(args, 1, trim_runes(text(args, 1), |rune| cutset.contains(&rune)))
}

/// The text without the characters at both ends that `drop` names; an invalid byte is U+FFFD to it.
fn trim_runes(text: &[u8], drop: impl Fn(char) -> bool) -> &[u8] {
    let mut rest = text;
    while let Some((_, size)) = decode_rune(rest).filter(|(rune, _)| drop(*rune)) {
        rest = rest.get(size..).unwrap_or_default();
    }
    while let Some((_, size)) = decode_last_rune(rest).filter(|(rune, _)| drop(*rune)) {
        rest = rest.get(..rest.len() - size).unwrap_or_default();
    }
    rest
}

/// Go's `utf8.DecodeLastRune`.
fn decode_last_rune(text: &[u8]) -> Option<(char, usize)> {
    let last = text.len().checked_sub(1)?;
    for size in 2..=4 {
        let Some(tail) = text.len().checked_sub(size).and_then(|start| text.get(start..)) else { break };
        match decode_rune(tail) {
            Some((rune, found)) if found == size => return Some((rune, size)),
            _ => {}
        }
    }
    decode_rune(text.get(last..)?)
}

fn trim_prefix(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let whole = text(args, 1);
    part(args, 1, whole.strip_prefix(text(args, 0)).unwrap_or(whole))
}

fn trim_suffix(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let whole = text(args, 1);
    part(args, 1, whole.strip_suffix(text(args, 0)).unwrap_or(whole))
}

fn trunc(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (count, whole) = (int(args, 0), text(args, 1));
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    match whole.len().checked_sub(size) {
        Some(start) if count < 0 && start > 0 => part(args, 1, whole.get(start..).unwrap_or(whole)),
        Some(_) if count >= 0 => part(args, 1, whole.get(..size).unwrap_or(whole)),
        _ => part(args, 1, whole),
    }
}

fn substr(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (start, end, whole) = (int(args, 0), int(args, 1), text(args, 2));
    let length = whole.len() as i64;
    let (from, to) = match (start, end) {
        (..0, _) => (0, end),
        (_, end) if end < 0 || end > length => (start, length),
        bounds => bounds,
    };
    if to < 0 {
        return Err(Failure::new(format!("runtime error: slice bounds out of range [:{to}]")));
    }
    if to > length {
        return Err(Failure::new(format!("runtime error: slice bounds out of range [:{to}] with length {length}")));
    }
    let cut = usize::try_from(from).ok().zip(usize::try_from(to).ok()).and_then(|(from, to)| whole.get(from..to));
    match cut {
        Some(cut) => part(args, 2, cut),
        None => Err(Failure::new(format!("runtime error: slice bounds out of range [{from}:{to}]"))),
    }
}

/// Go's `strings.Repeat`, and its panics.
fn repeated(budget: &Budget, unit: &[u8], count: i64) -> Result<Vec<u8>, Failure> {
    let count = usize::try_from(count).map_err(|_| Failure::new("strings: negative Repeat count"))?;
    match unit.len().checked_mul(count).filter(|&size| size <= isize::MAX as usize) {
        Some(size) => budget.bytes(size)?,
        None => return Err(Failure::new("strings: Repeat output length overflow")),
    }
    Ok(unit.repeat(count))
}

fn repeat(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::string(repeated(call.budget, text(args, 1), int(args, 0))?))
}

fn replace(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (old, new, source) = (text(args, 0), text(args, 1), text(args, 2));
    if old == new {
        return part(args, 2, source);
    }
    if old.is_empty() {
        return interleave(call, new, source);
    }
    let count = source.find_iter(old).count();
    if count == 0 {
        return part(args, 2, source);
    }
    let size = (source.len() - count * old.len()).saturating_add(count.saturating_mul(new.len()));
    call.budget.bytes(size)?;
    let mut out = Vec::with_capacity(size);
    source.replace_into(old, new, &mut out);
    Ok(Value::string(out))
}

/// Replacing nothing puts `new` before every character and at the end.
fn interleave(call: &mut Call<'_>, new: &[u8], source: &[u8]) -> Outcome {
    let pieces = explode(source, usize::MAX);
    let size = (pieces.len() + 1).saturating_mul(new.len()).saturating_add(source.len());
    call.budget.bytes(size)?;
    let mut out = Vec::with_capacity(size);
    for piece in pieces {
        out.extend_from_slice(new);
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(new);
    Ok(Value::string(out))
}

fn indent(call: &mut Call<'_>, args: &[Value], lead: &[u8]) -> Outcome {
    let (width, source) = (int(args, 0), text(args, 1));
    let pad = repeated(call.budget, b" ", width)?;
    let breaks = source.find_iter("\n").count();
    let size = (breaks + 1).saturating_mul(pad.len()).saturating_add(source.len() + lead.len());
    call.budget.bytes(size)?;
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(lead);
    out.extend_from_slice(&pad);
    let mut rest = source;
    while let Some(line) = rest.find_byte(b'\n').and_then(|end| rest.split_at_checked(end + 1)) {
        out.extend_from_slice(line.0);
        out.extend_from_slice(&pad);
        rest = line.1;
    }
    out.extend_from_slice(rest);
    Ok(Value::string(out))
}

fn plural(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::String(string(args, if int(args, 2) == 1 { 0 } else { 1 })))
}

/// Joins what `append` makes of each argument that is not nil with blanks.
fn spaced(
    args: &[Value],
    mut append: impl FnMut(&mut Vec<u8>, &Value) -> Result<(), Failure>,
) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    for (index, argument) in args.iter().filter(|argument| !argument.is_nil()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        append(&mut out, argument)?;
    }
    Ok(out)
}

fn quote_all(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let out = spaced(args, |out, argument| {
        let quoted = quote::quote(&strval(call.budget, argument)?);
        call.budget.bytes(quoted.len())?;
        out.extend_from_slice(quoted.as_bytes());
        Ok(())
    })?;
    Ok(Value::string(out))
}

fn squote_all(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let out = spaced(args, |out, argument| {
        out.push(b'\'');
        append_display(call.budget, out, argument)?;
        out.push(b'\'');
        Ok(())
    })?;
    Ok(Value::string(out))
}

fn cat(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::string(spaced(args, |out, argument| append_display(call.budget, out, argument))?))
}

fn to_string(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::String(strval(call.budget, value(args, 0))?))
}

fn to_strings(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::List(as_texts(call.budget, value(args, 0))?))
}

fn join(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (separator, source) = (text(args, 0), value(args, 1));
    let Some(items) = items(source) else {
        return if source.is_nil() { Ok(Value::from("")) } else { Ok(Value::String(strval(call.budget, source)?)) };
    };
    let mut out = Vec::new();
    for (index, item) in items.iter().filter(|item| !item.is_nil()).enumerate() {
        if index > 0 {
            call.budget.bytes(separator.len())?;
            out.extend_from_slice(separator);
        }
        match item {
            Value::String(text) => {
                call.budget.bytes(text.len())?;
                out.extend_from_slice(text);
            }
            other => out.extend_from_slice(&strval(call.budget, other)?),
        }
    }
    Ok(Value::string(out))
}

/// The characters of a text, at most `limit` pieces, of which the last is the rest; an invalid byte is a character.
fn explode(text: &[u8], limit: usize) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((_, size)) = decode_rune(rest) {
        if pieces.len() + 1 == limit {
            pieces.push(rest);
            break;
        }
        let Some((piece, after)) = rest.split_at_checked(size) else { break };
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Go's `strings.SplitN`, with a negative `limit` for no limit.
fn pieces<'a>(call: &Call<'_>, separator: &[u8], limit: i64, text: &'a [u8]) -> Result<Vec<&'a [u8]>, Failure> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    call.budget.step(text.len() as u64)?;
    Ok(match (limit, separator) {
        (0, _) => Vec::new(),
        (_, b"") => explode(text, limit),
        (usize::MAX, _) => text.split_str(separator).collect(),
        _ => text.splitn_str(limit, separator).collect(),
    })
}

fn numbered(call: &Call<'_>, pieces: Vec<&[u8]>) -> Outcome {
    call.budget.bytes(pieces.len().saturating_mul(size_of::<(Str, Value)>() + 64))?;
    let entries = pieces.into_iter().enumerate().map(|(index, piece)| (format!("_{index}"), Value::string(piece)));
    Ok(Value::Map(Map::from_entries(MapType::String, entries)))
}

fn split(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let pieces = pieces(call, text(args, 0), -1, text(args, 1))?;
    numbered(call, pieces)
}

fn splitn(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let pieces = pieces(call, text(args, 0), int(args, 1), text(args, 2))?;
    numbered(call, pieces)
}

fn split_list(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let pieces = pieces(call, text(args, 0), -1, text(args, 1))?;
    // Each text lies somewhere, too.
    call.budget.bytes(pieces.len().saturating_mul(size_of::<Value>() + 32))?;
    Ok(Value::List(List::new(Elem::String, pieces.into_iter().map(Value::string).collect())))
}

/// Go's `os.ExpandEnv` in an empty environment: every variable is replaced by nothing.
fn expand_env(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let mut rest = text(args, 0);
    let mut out = Vec::new();
    while let Some((before, after)) = rest.split_once_str("$") {
        out.extend_from_slice(before);
        let size = shell_name(after);
        if size == 0 {
            out.push(b'$');
        }
        rest = after.get(size..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    made(call, out)
}

/// How many bytes after a dollar belong to the variable; nothing where none is named.
fn shell_name(text: &[u8]) -> usize {
    let is_special = |byte: u8| byte.is_ascii_digit() || b"*#$@!?-".contains(&byte);
    match text {
        [b'{', special, b'}', ..] if is_special(*special) => 3,
        // Without a closing brace the opening one is dropped.
        [b'{', name @ ..] => name.find_byte(b'}').map_or(1, |end| end + 2),
        [special, ..] if is_special(*special) => 1,
        _ => text.iter().take_while(|&&byte| byte == b'_' || byte.is_ascii_alphanumeric()).count(),
    }
}
