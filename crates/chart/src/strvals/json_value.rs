//! The first JSON value of a text that goes on: Go's `json.Decoder.Decode`.

use value::{Value, json};

/// Reads the value that the text begins with, and gives its length too.
///
/// The error is Go's; a text that ends inside of the value is an `unexpected EOF`.
pub(super) fn read_first(text: &str) -> Result<(Value, usize), String> {
    let bytes = text.as_bytes();
    let Some(length) = length(bytes) else { return Err(fault_before_end(bytes)) };
    let value = bytes.get(..length).unwrap_or_default();
    json::from_slice(value).map(|value| (value, length)).map_err(|error| error.to_string())
}

/// What is wrong with a text in which no value ends: the text breaks off, or something is wrong before that.
fn fault_before_end(bytes: &[u8]) -> String {
    // A byte that may stand nowhere marks the end: a complaint about it is one about the end.
    let mark = (1..=6).find(|mark| !bytes.contains(mark)).unwrap_or_default();
    let error = json::from_slice(&[bytes, &[mark]].concat()).err();
    let message = error.map_or_else(String::new, |error| error.to_string());
    if message.starts_with(&format!("invalid character '\\x{mark:02x}'")) {
        return "unexpected EOF".into();
    }
    message
}

/// Where the first value ends. Nothing where it does not.
fn length(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'{' | b'[' => container(bytes),
        b'"' => string(bytes),
        b'-' | b'0'..=b'9' => number(bytes),
        b't' | b'n' => literal(bytes, 4),
        b'f' => literal(bytes, 5),
        _ => None,
    }
}

/// Up to the bracket that closes the first one; strings are skipped.
fn container(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += string(bytes.get(at..)?)? - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn string(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// The longest number; where it breaks off in the middle, the byte that breaks it is taken too, to be complained of.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    match digits(at) {
        0 => return broken(bytes, at),
        _ if bytes.get(at) == Some(&b'0') => at += 1,
        more => at += more,
    }
    if bytes.get(at) == Some(&b'.') {
        match digits(at + 1) {
            0 => return broken(bytes, at + 1),
            more => at += 1 + more,
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        match digits(at + 1 + sign) {
            0 => return broken(bytes, at + 1 + sign),
            more => at += 1 + sign + more,
        }
    }
    Some(at)
}

fn broken(bytes: &[u8], at: usize) -> Option<usize> {
    (at < bytes.len()).then_some(at + 1)
}

/// A literal ends where it is complete, or at the byte that is wrong.
fn literal(bytes: &[u8], length: usize) -> Option<usize> {
    let word: &[u8] = match bytes.first() {
        Some(b't') => b"true",
        Some(b'f') => b"false",
        _ => b"null",
    };
    let same = bytes.iter().zip(word).take_while(|(got, want)| got == want).count();
    if same == length { Some(length) } else { broken(bytes, same) }
}
