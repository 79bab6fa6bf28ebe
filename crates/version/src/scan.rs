//! The shape that versions and constraints share: `v1.2.3-pre+metadata`, with parts left out.

/// The parts of a version as they are written, nothing checked but the characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) major: &'a [u8],
    /// Without its dot; empty where it is absent.
    pub(crate) minor: &'a [u8],
    /// Without its dot; empty where it is absent.
    pub(crate) patch: &'a [u8],
    /// Without its dash; empty where it is absent.
    pub(crate) pre: &'a [u8],
    /// Without its plus; empty where it is absent.
    pub(crate) metadata: &'a [u8],
}

/// Which characters a number may be made of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Numbers {
    /// Digits.
    Digits,
    /// Digits and wildcards; the Go library's character class also lets `|` through.
    Wildcards,
}

impl Numbers {
    fn allows(self, byte: u8) -> bool {
        match self {
            Numbers::Digits => byte.is_ascii_digit(),
            Numbers::Wildcards => byte.is_ascii_digit() || matches!(byte, b'|' | b'x' | b'X' | b'*'),
        }
    }
}

/// The longest version at the start of `text`, and what follows it.
///
/// The expression it stands for never has two ways to match: what may follow a part is not allowed inside it.
pub(crate) fn version(text: &[u8], numbers: Numbers) -> Option<(Parts<'_>, &[u8])> {
    let text = text.strip_prefix(b"v").unwrap_or(text);
    let (major, rest) = run(text, |byte| numbers.allows(byte));
    if major.is_empty() {
        return None;
    }
    let (minor, rest) = number(rest, numbers);
    let (patch, rest) = if minor.is_empty() { (minor, rest) } else { number(rest, numbers) };
    let (pre, rest) = identifiers(rest, b'-');
    let (metadata, rest) = identifiers(rest, b'+');
    Some((Parts { major, minor, patch, pre, metadata }, rest))
}

/// The text without leading blanks, as `\s` knows them.
pub(crate) fn skip_blanks(text: &[u8]) -> &[u8] {
    run(text, is_blank).1
}

/// Whether the byte is one of `\s`.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0c | b'\r')
}

/// Text that is known to be ASCII.
pub(crate) fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Whether the byte may occur in an identifier of a pre-release or of metadata.
pub(crate) fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn run(text: &[u8], allowed: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let size = text.iter().position(|&byte| !allowed(byte)).unwrap_or(text.len());
    text.split_at_checked(size).unwrap_or((text, b""))
}

/// A dot and a number, or nothing.
fn number(text: &[u8], numbers: Numbers) -> (&[u8], &[u8]) {
    match text.strip_prefix(b".").map(|text| run(text, |byte| numbers.allows(byte))) {
        Some((number, rest)) if !number.is_empty() => (number, rest),
        _ => (b"", text),
    }
}

/// `lead` and identifiers with dots between them, or nothing.
fn identifiers(text: &[u8], lead: u8) -> (&[u8], &[u8]) {
    let Some(body) = text.strip_prefix(&[lead]) else { return (b"", text) };
    let (first, mut rest) = run(body, is_identifier);
    if first.is_empty() {
        return (b"", text);
    }
    while let Some((next, after)) = rest.strip_prefix(b".").map(|text| run(text, is_identifier)) {
        if next.is_empty() {
            break;
        }
        rest = after;
    }
    let size = body.len() - rest.len();
    body.split_at_checked(size).unwrap_or((body, b""))
}
