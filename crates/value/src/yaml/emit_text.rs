//! What becomes of a text on its way through JSON and go-yaml's reader.

use std::borrow::Cow;

use crate::decode_rune;

/// How many characters of JSON a key may take, quotes included, to be known as a key.
const KEY_LIMIT: usize = 1024;

/// The text cannot be read back, so that `yaml.Marshal` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// The text that the reader makes of a string: bytes that are no UTF-8 become U+FFFD, and lines that end with
/// U+0085 are folded, being the only line breaks that JSON leaves unescaped.
pub(super) fn read_back(text: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let text = valid(text)?;
    if !text.is_ascii() && text.contains('\u{85}') { fold(&text).map(Cow::Owned) } else { Ok(text) }
}

/// The text that the reader makes of a key, which must be on one line and not too long.
pub(super) fn read_key_back(text: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    // A byte takes at most six characters.
    let long = text.len() > (KEY_LIMIT - 2) / 6 && json_length(text) > KEY_LIMIT;
    let text = valid(text)?;
    if long || text.contains('\u{85}') { Err(Unreadable) } else { Ok(text) }
}

fn valid(text: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let text = match std::str::from_utf8(text) {
        Ok(ascii) if ascii.is_ascii() => {
            return if text.contains(&0x7f) { Err(Unreadable) } else { Ok(Cow::Borrowed(ascii)) };
        }
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(runes(text).collect()),
    };
    let refused = |rune| matches!(rune, '\x7f'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(refused) { Err(Unreadable) } else { Ok(text) }
}

fn runes(text: &[u8]) -> impl Iterator<Item = char> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (rune, size) = decode_rune(rest)?;
        rest = rest.get(size..)?;
        Some(rune)
    })
}

/// The characters of the text as a JSON string.
fn json_length(text: &[u8]) -> usize {
    let mut rest = text;
    let mut length = 2;
    while let Some((rune, size)) = decode_rune(rest) {
        length += match rune {
            '"' | '\\' | '\x08' | '\x0c' | '\n' | '\r' | '\t' => 2,
            '<' | '>' | '&' | '\0'..='\x1f' | '\u{2028}' | '\u{2029}' => 6,
            char::REPLACEMENT_CHARACTER if size == 1 => 6,
            _ => 1,
        };
        rest = rest.get(size..).unwrap_or_default();
    }
    length
}

/// Folds lines as the scanner of double-quoted text does: one break becomes a blank, more become one `\n` less than
/// they are, and the blanks around them go.
fn fold(text: &str) -> Result<String, Unreadable> {
    let is_blank = |rune| matches!(rune, ' ' | '\u{85}');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((content, after)) = rest.find(is_blank).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(content);
        let end = after.find(|rune| !is_blank(rune)).unwrap_or(after.len());
        let (blanks, after) = after.split_at_checked(end).unwrap_or((after, ""));
        match blanks.chars().filter(|rune| *rune == '\u{85}').count() {
            0 => out.push_str(blanks),
            1 => out.push(' '),
            breaks => out.extend(std::iter::repeat_n('\n', breaks - 1)),
        }
        if blanks.ends_with('\u{85}') && is_document_indicator(after) {
            return Err(Unreadable);
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Whether a line that starts so ends the document.
fn is_document_indicator(line: &str) -> bool {
    let after = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
    after.is_some_and(|after| after.starts_with([' ', '\u{85}']))
}
