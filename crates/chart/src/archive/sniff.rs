//! What a file that is no archive seems to be: Go's `http.DetectContentType`.

use crate::Error;

/// How many bytes Helm looks at; what a shorter file lacks is taken as zeros.
const HEAD: usize = 512;

/// Checks that a file begins like a gzip stream, and says what it seems to be otherwise.
/// Helm: pkg/chart/loader/archive/archive.go, `EnsureArchive`.
pub(crate) fn check_magic(name: &str, bytes: &[u8]) -> Result<(), Error> {
    if bytes.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    if name.ends_with(".yml") || name.ends_with(".yaml") {
        return Err(Error::YamlInsteadOfArchive(name.into()));
    }
    let mut head = [0; HEAD];
    head.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Err(Error::NotAnArchive { name: name.into(), content_type: content_type(&head) })
}

/// A pattern of bytes, where `?` in the mask stands for any byte.
struct Signature(&'static [u8], &'static str, &'static str);

/// Tags that make a text HTML where a blank or `>` follows.
const TAGS: [&str; 17] = [
    "<!DOCTYPE HTML",
    "<HTML",
    "<HEAD",
    "<SCRIPT",
    "<IFRAME",
    "<H1",
    "<DIV",
    "<FONT",
    "<TABLE",
    "<A",
    "<STYLE",
    "<TITLE",
    "<B",
    "<BODY",
    "<BR",
    "<P",
    "<!--",
];

const SIGNATURES: [Signature; 20] = [
    Signature(b"%PDF-", "", "application/pdf"),
    Signature(b"%!PS-Adobe-", "", "application/postscript"),
    Signature(b"\xfe\xff\0\0", "..??", "text/plain; charset=utf-16be"),
    Signature(b"\xff\xfe\0\0", "..??", "text/plain; charset=utf-16le"),
    Signature(b"\xef\xbb\xbf\0", "...?", "text/plain; charset=utf-8"),
    Signature(b"\0\0\x01\0", "", "image/x-icon"),
    Signature(b"\0\0\x02\0", "", "image/x-icon"),
    Signature(b"BM", "", "image/bmp"),
    Signature(b"GIF87a", "", "image/gif"),
    Signature(b"GIF89a", "", "image/gif"),
    Signature(b"RIFF\0\0\0\0WEBPVP", "....????......", "image/webp"),
    Signature(b"\x89PNG\r\n\x1a\n", "", "image/png"),
    Signature(b"\xff\xd8\xff", "", "image/jpeg"),
    Signature(b"FORM\0\0\0\0AIFF", "....????....", "audio/aiff"),
    Signature(b"ID3", "", "audio/mpeg"),
    Signature(b"OggS\0", "", "application/ogg"),
    Signature(b"MThd\0\0\0\x06", "", "audio/midi"),
    Signature(b"RIFF\0\0\0\0AVI ", "....????....", "video/avi"),
    Signature(b"RIFF\0\0\0\0WAVE", "....????....", "audio/wave"),
    Signature(b"\x1aE\xdf\xa3", "", "video/webm"),
];

const LATE_SIGNATURES: [Signature; 10] = [
    Signature(b"\0\x01\0\0", "", "font/ttf"),
    Signature(b"OTTO", "", "font/otf"),
    Signature(b"ttcf", "", "font/collection"),
    Signature(b"wOFF", "", "font/woff"),
    Signature(b"wOF2", "", "font/woff2"),
    Signature(b"\x1f\x8b\x08", "", "application/x-gzip"),
    Signature(b"PK\x03\x04", "", "application/zip"),
    Signature(b"Rar!\x1a\x07\0", "", "application/x-rar-compressed"),
    Signature(b"Rar!\x1a\x07\x01\0", "", "application/x-rar-compressed"),
    Signature(b"\0asm", "", "application/wasm"),
];

fn content_type(head: &[u8; HEAD]) -> &'static str {
    let blank = |byte: &u8| matches!(*byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ');
    let text = head.iter().position(|byte| !blank(byte)).and_then(|first| head.get(first..)).unwrap_or_default();
    if TAGS.iter().any(|tag| starts_with_tag(text, tag.as_bytes())) {
        return "text/html; charset=utf-8";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    if let Some(found) = find(&SIGNATURES, head) {
        return found;
    }
    if is_mp4(head) {
        return "video/mp4";
    }
    if head.get(34..36) == Some(b"LP") {
        return "application/vnd.ms-fontobject";
    }
    if let Some(found) = find(&LATE_SIGNATURES, head) {
        return found;
    }
    let binary = |byte: &u8| matches!(*byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if text.iter().any(binary) { "application/octet-stream" } else { "text/plain; charset=utf-8" }
}

fn find(signatures: &[Signature], head: &[u8]) -> Option<&'static str> {
    let matches = |Signature(pattern, mask, _): &&Signature| {
        let mask = mask.bytes().chain(std::iter::repeat(b'.'));
        !pattern.is_empty() && pattern.iter().zip(head).zip(mask).all(|((want, got), mask)| mask == b'?' || want == got)
    };
    signatures.iter().find(matches).map(|Signature(_, _, name)| *name)
}

fn starts_with_tag(text: &[u8], tag: &[u8]) -> bool {
    let Some((head, rest)) = text.split_at_checked(tag.len()) else { return false };
    let same = |(want, got): (&u8, &u8)| {
        let got = if want.is_ascii_uppercase() { got & 0xdf } else { *got };
        *want == got
    };
    tag.iter().zip(head).all(same) && matches!(rest.first(), Some(b' ' | b'>'))
}

fn is_mp4(head: &[u8; HEAD]) -> bool {
    let Some((size, rest)) = head.split_first_chunk::<4>() else { return false };
    let size = u32::from_be_bytes(*size) as usize;
    if size > HEAD || !size.is_multiple_of(4) || !rest.starts_with(b"ftyp") {
        return false;
    }
    (8..size).step_by(4).any(|at| at != 12 && head.get(at..at + 3) == Some(b"mp4"))
}
