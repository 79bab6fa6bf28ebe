//! The textual form of keys and certificates. Go: `encoding/pem`.

use crate::sprig::{base_64, from_base_64};

/// A block of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pem {
    /// What stands behind `BEGIN`.
    pub(crate) label: String,
    /// What is between the lines.
    pub(crate) bytes: Vec<u8>,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

impl Pem {
    /// The first block of a text. Go: `pem.Decode`.
    pub(crate) fn decode(text: &[u8]) -> Option<Pem> {
        let mut rest = text;
        loop {
            let end = find(rest, END)?;
            let (head, tail) = rest.split_at_checked(end)?;
            let after = tail.get(END.len()..)?;
            rest = match block(head, after) {
                Some(pem) => return Some(pem),
                None => after,
            };
        }
    }

    /// The text of a block.
    pub(crate) fn encode(label: &str, bytes: &[u8]) -> String {
        let encoded = base_64(bytes);
        let mut text = format!("-----BEGIN {label}-----\n");
        let mut rest = encoded.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
            text.push_str(line);
            text.push('\n');
            rest = after;
        }
        text.push_str(&format!("-----END {label}-----\n"));
        text
    }
}

/// The block that starts last in `head`; `after` follows its `END`.
fn block(head: &[u8], after: &[u8]) -> Option<Pem> {
    let begin = find_last(head, BEGIN)?;
    if begin > 0 && head.get(begin - 1) != Some(&b'\n') {
        return None;
    }
    // A block of no lines shares the line break before its end.
    let body = head.get(begin + BEGIN.len()..)?;
    let (first, mut body) = line(body);
    let label = first.strip_suffix(DASHES)?;
    loop {
        let (header, next) = line(body);
        if !header.contains(&b':') {
            break;
        }
        body = next;
    }
    let trailer = after.strip_prefix(label)?.strip_prefix(DASHES)?;
    if !line(trailer).0.is_empty() {
        return None;
    }
    let coded: Vec<u8> = body.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t')).collect();
    let bytes = from_base_64(&coded).ok()?;
    Some(Pem { label: String::from_utf8_lossy(label).into_owned(), bytes })
}

/// The first line without blanks at its end, and what follows it.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default()),
        None => (text, &b""[..]),
    };
    let line = line.strip_suffix(b"\r").filter(|_| end.is_some()).unwrap_or(line);
    let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (line.get(..line.len() - blanks).unwrap_or_default(), rest)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    bstr::ByteSlice::find(text, wanted)
}

fn find_last(text: &[u8], wanted: &[u8]) -> Option<usize> {
    bstr::ByteSlice::rfind(text, wanted)
}
