//! What go-yaml lets in: the encoding, the characters that are forbidden, and how far ahead it has read.
//!
//! go-yaml decodes its input in pieces of 512 bytes. Two things show where the pieces end: a forbidden character is
//! reported when its piece is decoded, and a byte order mark is skipped only where the decoded text begins with one.

use std::borrow::Cow;

/// The size of the pieces (go-yaml v2: `input_raw_buffer_size`).
const PIECE: usize = 512;

/// A document's text as UTF-8, and the pieces in which it becomes known.
pub(super) struct Input<'a> {
    /// The text, without the byte order mark, up to the end of the last piece without a forbidden character.
    pub(super) text: Cow<'a, [u8]>,
    /// Where each piece of `text` ends; the last one is the end of `text`.
    pub(super) pieces: Vec<usize>,
    /// What go-yaml says when it reads beyond `text`, where that is not the end of the input.
    pub(super) failure: Option<&'static str>,
}

/// The first thing in a text that is forbidden.
struct Fault {
    at: usize,
    message: &'static str,
}

impl<'a> Input<'a> {
    /// Looks through a document's bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Input<'a> {
        match bytes {
            [] => Input { text: Cow::Borrowed(b"\n"), pieces: vec![1], failure: None },
            [0xff, 0xfe, rest @ ..] => from_utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => from_utf16(rest, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] => from_utf8(rest, PIECE - 3),
            _ => from_utf8(bytes, PIECE),
        }
    }
}

fn from_utf8(bytes: &[u8], first_piece: usize) -> Input<'_> {
    let (fault, has_mark) = inspect(bytes);
    let whole = Input { text: Cow::Borrowed(bytes), pieces: vec![bytes.len()], failure: None };
    if fault.is_none() && !has_mark {
        return whole;
    }
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut size = first_piece;
    while start < bytes.len() {
        let end = piece_end(bytes, start, (start + size).min(bytes.len()));
        if fault.as_ref().is_some_and(|fault| fault.at < end) || end == start {
            break;
        }
        pieces.push(end);
        start = end;
        size = PIECE;
    }
    if pieces.is_empty() {
        pieces.push(0);
    }
    let text = bytes.get(..start).unwrap_or(bytes);
    Input { text: Cow::Borrowed(text), pieces, failure: fault.map(|fault| fault.message) }
}

/// The end of the last character that lies wholly within `start..limit`.
fn piece_end(bytes: &[u8], start: usize, limit: usize) -> usize {
    let mut at = start;
    while at < limit {
        let width = bytes.get(at).map_or(0, |&byte| width(byte));
        if width == 0 {
            return limit;
        }
        if at + width > limit {
            break;
        }
        at += width;
    }
    at
}

/// How many bytes a character takes that begins with this byte; zero where none begins so.
pub(super) fn width(byte: u8) -> usize {
    match byte {
        0x00..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 0,
    }
}

/// Finds the first forbidden character, and whether there is a byte order mark before it.
fn inspect(bytes: &[u8]) -> (Option<Fault>, bool) {
    let mut at = 0;
    let mut has_mark = false;
    loop {
        let Some(rest) = bytes.get(at..) else { return (None, has_mark) };
        at += plain_prefix(rest);
        let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) else { return (None, has_mark) };
        match decode(rest) {
            Ok((character, width)) => {
                if !is_allowed(character) {
                    return (Some(Fault { at, message: CONTROL }), has_mark);
                }
                has_mark |= character == 0xfeff;
                at += width;
            }
            Err(message) => return (Some(Fault { at, message }), has_mark),
        }
    }
}

const CONTROL: &str = "control characters are not allowed";

/// How many bytes at the front are ASCII and allowed.
fn plain_prefix(bytes: &[u8]) -> usize {
    // Without branches, so that the compiler takes many bytes at once.
    let is_odd = |byte: u8| (byte.wrapping_sub(0x20) > 0x5e) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
    let blocks = bytes.chunks_exact(64);
    let head = 64 * blocks.take_while(|block| !block.iter().fold(false, |odd, &byte| odd | is_odd(byte))).count();
    head + bytes.get(head..).unwrap_or_default().iter().take_while(|&&byte| !is_odd(byte)).count()
}

fn is_allowed(character: u32) -> bool {
    matches!(character, 0x09 | 0x0a | 0x0d | 0x20..=0x7e | 0x85 | 0xa0..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff)
}

/// The first character and its width, or what go-yaml says of it (go-yaml v2: `yaml_parser_update_buffer`).
fn decode(bytes: &[u8]) -> Result<(u32, usize), &'static str> {
    let first = bytes.first().copied().unwrap_or(0);
    let width = width(first);
    let lead = match width {
        1 => return Ok((u32::from(first), 1)),
        2 => first & 0x1f,
        3 => first & 0x0f,
        4 => first & 0x07,
        _ => return Err("invalid leading UTF-8 octet"),
    };
    let Some(tail) = bytes.get(1..width) else { return Err("incomplete UTF-8 octet sequence") };
    let mut character = u32::from(lead);
    for byte in tail {
        if byte & 0xc0 != 0x80 {
            return Err("invalid trailing UTF-8 octet");
        }
        character = character << 6 | u32::from(byte & 0x3f);
    }
    let least = match width {
        2 => 0x80,
        3 => 0x800,
        _ => 0x10000,
    };
    if character < least {
        return Err("invalid length of a UTF-8 sequence");
    }
    if matches!(character, 0xd800..=0xdfff) || character > 0x10ffff {
        return Err("invalid Unicode character");
    }
    Ok((character, width))
}

/// Transcodes UTF-16; `bytes` has no byte order mark any more.
fn from_utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Input<'a> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut pieces = Vec::new();
    let mut failure = None;
    let mut at = 0;
    let mut limit = PIECE - 2;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        match decode_utf16(rest, unit) {
            Ok((character, width)) => {
                if at + width > limit {
                    pieces.push(text.len());
                    limit = at + PIECE;
                }
                let mut buffer = [0; 4];
                text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                at += width;
            }
            Err(message) => {
                failure = Some(message);
                // go-yaml decodes no character that a piece ends within, and tells only at the end of the input
                // that one is incomplete.
                let needed = if message == EXPECTED_LOW { 4 } else { 2 };
                if message.starts_with("incomplete") || at + needed > limit {
                    pieces.push(text.len());
                } else {
                    text.truncate(pieces.last().copied().unwrap_or(0));
                }
                break;
            }
        }
    }
    if failure.is_none() || pieces.is_empty() {
        pieces.push(text.len());
    }
    Input { text: Cow::Owned(text), pieces, failure }
}

const EXPECTED_LOW: &str = "expected low surrogate area";

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<(char, usize), &'static str> {
    let [first, second, rest @ ..] = bytes else { return Err("incomplete UTF-16 character") };
    let high = u32::from(unit([*first, *second]));
    let (character, width) = match high & 0xfc00 {
        0xdc00 => return Err("unexpected low surrogate area"),
        0xd800 => {
            let [third, fourth, ..] = rest else { return Err("incomplete UTF-16 surrogate pair") };
            let low = u32::from(unit([*third, *fourth]));
            if low & 0xfc00 != 0xdc00 {
                return Err(EXPECTED_LOW);
            }
            (0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff), 4)
        }
        _ => (high, 2),
    };
    match char::from_u32(character) {
        Some(decoded) if is_allowed(character) => Ok((decoded, width)),
        _ => Err(CONTROL),
    }
}
