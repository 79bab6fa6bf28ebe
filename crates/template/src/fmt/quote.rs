//! Quoted strings and runes in the forms that `%q` needs beyond `strconv.Quote`.

use unicode_general_category::{GeneralCategory as Category, get_general_category};
use value::decode_rune;

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub(crate) fn is_print(rune: char) -> bool {
    if rune.is_ascii() {
        return (' '..='~').contains(&rune);
    }
    !matches!(
        get_general_category(rune),
        Category::Control
            | Category::Format
            | Category::Surrogate
            | Category::PrivateUse
            | Category::Unassigned
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::SpaceSeparator
    )
}

/// Go's `strconv.CanBackquote`.
pub(super) fn can_backquote(mut text: &[u8]) -> bool {
    while let Some((rune, size)) = decode_rune(text) {
        if size == 1 && rune == char::REPLACEMENT_CHARACTER {
            return false;
        }
        if rune == '\u{feff}' || (rune < ' ' && rune != '\t') || rune == '`' || rune == '\u{7f}' {
            return false;
        }
        text = text.get(size..).unwrap_or_default();
    }
    true
}

/// Go's `strconv.Quote`, or `QuoteToASCII`.
pub(crate) fn quote_bytes(mut text: &[u8], ascii: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b'"');
    while let Some((rune, size)) = decode_rune(text) {
        if size == 1 && rune == char::REPLACEMENT_CHARACTER {
            let byte = text.first().copied().unwrap_or_default();
            out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        } else {
            push_escaped(&mut out, rune, '"', ascii);
        }
        text = text.get(size..).unwrap_or_default();
    }
    out.push(b'"');
    out
}

/// Go's `strconv.QuoteRune`, or `QuoteRuneToASCII`.
pub(crate) fn quote_rune(rune: char, ascii: bool) -> Vec<u8> {
    let mut out = vec![b'\''];
    push_escaped(&mut out, rune, '\'', ascii);
    out.push(b'\'');
    out
}

fn push_escaped(out: &mut Vec<u8>, rune: char, quote: char, ascii: bool) {
    if rune == quote || rune == '\\' {
        out.push(b'\\');
        push_rune(out, rune);
        return;
    }
    if (rune.is_ascii() || !ascii) && is_print(rune) {
        push_rune(out, rune);
        return;
    }
    let escape = match rune {
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        _ if rune < ' ' || rune == '\u{7f}' => format!("\\x{:02x}", u32::from(rune)),
        _ if u32::from(rune) < 0x10000 => format!("\\u{:04x}", u32::from(rune)),
        _ => format!("\\U{:08x}", u32::from(rune)),
    };
    out.extend_from_slice(escape.as_bytes());
}

/// Appends the UTF-8 form of a rune.
pub(super) fn push_rune(out: &mut Vec<u8>, rune: char) {
    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}
