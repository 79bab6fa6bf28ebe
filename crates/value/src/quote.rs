//! Go's `strconv` for quoted strings.

use crate::{decode_rune, unicode::is_print};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Quotes as `strconv.Quote` does (`%q`): bytes that are no UTF-8 become `\x..`.
pub fn quote(text: &[u8]) -> String {
    quoted(text, Keep::Printable)
}

/// Quotes as `strconv.QuoteToASCII` does (`%+q`).
pub fn quote_to_ascii(text: &[u8]) -> String {
    quoted(text, Keep::Ascii)
}

/// Quotes a rune in single quotes as `strconv.QuoteRune` does (`%q` of a number); what is no rune becomes U+FFFD.
pub fn quote_rune(rune: u32) -> String {
    quoted_rune(rune, Keep::Printable)
}

/// Quotes a rune as `strconv.QuoteRuneToASCII` does (`%+q` of a number); what is no rune becomes U+FFFD.
pub fn quote_rune_to_ascii(rune: u32) -> String {
    quoted_rune(rune, Keep::Ascii)
}

/// `strconv.CanBackquote` (`%#q`): whether the text may stand between backquotes on one line.
pub fn can_backquote(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some((rune, size)) = decode_rune(rest) {
        rest = rest.get(size..).unwrap_or_default();
        let allowed = match rune {
            '\u{feff}' | '`' | '\x7f' => false,
            char::REPLACEMENT_CHARACTER => size > 1,
            _ => rune >= ' ' || rune == '\t',
        };
        if !allowed {
            return false;
        }
    }
    true
}

/// `strconv.Unquote`: the value of a Go string or rune literal, in double, single or back quotes.
/// Nothing where it is no such literal.
pub fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    let (&mark, rest) = literal.split_first()?;
    match mark {
        b'`' => {
            let (last, inner) = rest.split_last()?;
            let closed = *last == b'`' && !inner.contains(&b'`');
            closed.then(|| inner.iter().copied().filter(|byte| *byte != b'\r').collect())
        }
        b'"' => unquote_all(rest, mark),
        // Go takes the empty rune literal.
        b'\'' if rest == b"'" => Some(Vec::new()),
        b'\'' => {
            let (unit, rest) = unquote_unit(rest, mark)?;
            let mut out = Vec::new();
            unit.append_to(&mut out);
            (rest == b"'").then_some(out)
        }
        _ => None,
    }
}

/// What one step of [`unquote_char`] reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A byte, from `\x..`, an octal or a simple escape, or ASCII as it stands.
    Byte(u8),
    /// A rune, from `\u....`, `\U........` or text as it stands (U+FFFD for a byte that is no UTF-8).
    Rune(char),
}

impl Unit {
    /// The number of the byte or rune.
    pub fn value(self) -> u32 {
        match self {
            Unit::Byte(byte) => u32::from(byte),
            Unit::Rune(rune) => u32::from(rune),
        }
    }

    fn append_to(self, out: &mut Vec<u8>) {
        match self {
            Unit::Byte(byte) => out.push(byte),
            Unit::Rune(rune) => out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// `strconv.UnquoteChar`: the first character of the inside of a literal in `mark` quotes, and what follows it.
/// Nothing where it is malformed, or is the closing mark.
pub fn unquote_char(text: &[u8], mark: u8) -> Option<(Unit, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first == mark && matches!(mark, b'\'' | b'"') {
        return None;
    }
    if first >= 0x80 {
        let (rune, size) = decode_rune(text)?;
        return Some((Unit::Rune(rune), text.get(size..)?));
    }
    if first != b'\\' {
        return Some((Unit::Byte(first), rest));
    }
    let (&letter, rest) = rest.split_first()?;
    let byte = match letter {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' => b'\\',
        b'\'' | b'"' if letter == mark => letter,
        b'x' => {
            let (number, rest) = digits(rest, 2, 16)?;
            return Some((Unit::Byte(u8::try_from(number).ok()?), rest));
        }
        b'u' | b'U' => {
            let (number, rest) = digits(rest, if letter == b'u' { 4 } else { 8 }, 16)?;
            return Some((Unit::Rune(char::from_u32(number)?), rest));
        }
        b'0'..=b'7' => {
            let (number, rest) = digits(text.get(1..)?, 3, 8)?;
            return Some((Unit::Byte(u8::try_from(number).ok()?), rest));
        }
        _ => return None,
    };
    Some((Unit::Byte(byte), rest))
}

fn unquote_all(text: &[u8], mark: u8) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while *rest.first()? != mark {
        let (unit, after) = unquote_unit(rest, mark)?;
        unit.append_to(&mut out);
        rest = after;
    }
    (rest.len() == 1).then_some(out)
}

/// As [`unquote_char`], where a line may not end inside the literal.
fn unquote_unit(text: &[u8], mark: u8) -> Option<(Unit, &[u8])> {
    if text.first() == Some(&b'\n') { None } else { unquote_char(text, mark) }
}

fn digits(text: &[u8], count: usize, radix: u32) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(count)?;
    let number = digits
        .iter()
        .try_fold(0_u32, |number, digit| number.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?))?;
    Some((number, rest))
}

/// Which runes are left as they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Printable,
    Ascii,
}

fn quoted(text: &[u8], keep: Keep) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text;
    loop {
        let plain = rest.iter().position(|byte| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\'));
        let (run, after) = rest.split_at_checked(plain.unwrap_or(rest.len())).unwrap_or_default();
        out.push_str(std::str::from_utf8(run).unwrap_or_default());
        rest = after;
        let Some((rune, size)) = decode_rune(rest) else { break };
        match rest.first() {
            Some(byte) if size == 1 && rune == char::REPLACEMENT_CHARACTER => push_hex_byte(&mut out, *byte),
            _ => push_escaped(&mut out, rune, '"', keep),
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    out.push('"');
    out
}

fn quoted_rune(rune: u32, keep: Keep) -> String {
    let mut out = String::from("'");
    push_escaped(&mut out, char::from_u32(rune).unwrap_or(char::REPLACEMENT_CHARACTER), '\'', keep);
    out.push('\'');
    out
}

fn push_escaped(out: &mut String, rune: char, mark: char, keep: Keep) {
    match rune {
        '\\' => out.push_str("\\\\"),
        _ if rune == mark => {
            out.push('\\');
            out.push(rune);
        }
        _ if is_print(rune) && (keep == Keep::Printable || rune.is_ascii()) => out.push(rune),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        '\0'..='\x7f' => push_hex_byte(out, rune as u8),
        '\u{80}'..='\u{ffff}' => {
            out.push_str("\\u");
            push_hex(out, u32::from(rune), 4);
        }
        _ => {
            out.push_str("\\U");
            push_hex(out, u32::from(rune), 8);
        }
    }
}

fn push_hex_byte(out: &mut String, byte: u8) {
    out.push_str("\\x");
    push_hex(out, u32::from(byte), 2);
}

fn push_hex(out: &mut String, number: u32, digits: u32) {
    for digit in (0..digits).rev() {
        let nibble = (number >> (4 * digit)) & 0xf;
        out.push(HEX.get(nibble as usize).copied().map_or('0', char::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_go_does() {
        assert_eq!(quote(b"a\"b\\c\n\x00\xff\xc2\xad\xf0\x9f\x98\x80"), r#""a\"b\\c\n\x00\xff\u00ad😀""#);
        assert_eq!(quote_to_ascii("é😀".as_bytes()), r#""\u00e9\U0001f600""#);
        assert_eq!(quote_rune(0x27), r"'\''");
        assert_eq!(quote_rune(0x11_0000), "'\u{fffd}'");
        assert!(can_backquote(b"a\tb") && !can_backquote(b"a`b") && !can_backquote(b"a\nb"));
    }

    #[test]
    fn literals_are_read_as_go_does() {
        assert_eq!(unquote(br#""a\x41\u00e9\101\n""#).as_deref(), Some("aA\u{e9}A\n".as_bytes()));
        assert_eq!(unquote(b"`a\\n\r`").as_deref(), Some(&b"a\\n"[..]));
        assert_eq!(unquote(b"'a'").as_deref(), Some(&b"a"[..]));
        for literal in [&b"'ab'"[..], b"\"a", b"\"\\'\"", b"\"\\ud800\"", b"\"\\777\"", b"\"a\nb\"", b"`a`b`"] {
            assert_eq!(unquote(literal), None, "{literal:?}");
        }
    }
}
