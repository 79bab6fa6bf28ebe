//! Go's `string`: immutable bytes, by convention UTF-8.

use std::{borrow::Borrow, borrow::Cow, fmt, ops::Deref, rc::Rc};

/// A Go string: any bytes, by convention UTF-8. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Rc<[u8]>);

impl Str {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, or nothing where the bytes are not UTF-8.
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The text with every invalid byte replaced by U+FFFD, one for each byte as Go does.
    pub fn to_text(&self) -> Cow<'_, str> {
        if let Ok(text) = std::str::from_utf8(&self.0) {
            return Cow::Borrowed(text);
        }
        let mut text = String::with_capacity(self.0.len());
        let mut rest: &[u8] = &self.0;
        while let Some((rune, size)) = decode_rune(rest) {
            text.push(rune);
            rest = rest.get(size..).unwrap_or_default();
        }
        Cow::Owned(text)
    }

    /// The runes as Go's `range` over a string gives them: an invalid byte is U+FFFD.
    pub fn runes(&self) -> impl Iterator<Item = char> + '_ {
        let mut rest: &[u8] = &self.0;
        std::iter::from_fn(move || {
            let (rune, size) = decode_rune(rest)?;
            rest = rest.get(size..).unwrap_or_default();
            Some(rune)
        })
    }
}

/// The first rune of `bytes` and its size, as Go's `utf8.DecodeRune`: U+FFFD and 1 for an invalid byte.
/// Nothing where `bytes` is empty.
pub fn decode_rune(bytes: &[u8]) -> Option<(char, usize)> {
    let first = *bytes.first()?;
    if first < 0x80 {
        return Some((char::from(first), 1));
    }
    let want = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((char::REPLACEMENT_CHARACTER, 1)),
    };
    let rune = bytes.get(..want).and_then(|head| std::str::from_utf8(head).ok()).and_then(|text| text.chars().next());
    Some(rune.map_or((char::REPLACEMENT_CHARACTER, 1), |rune| (rune, want)))
}

impl Deref for Str {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl Default for Str {
    fn default() -> Str {
        Str(Rc::from(&b""[..]))
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Str {
        Str(Rc::from(text.as_bytes()))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Str {
        Str(Rc::from(text.into_bytes()))
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Str {
        Str(Rc::from(bytes))
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Str {
        Str(Rc::from(bytes))
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Str {
        Str(Rc::from(text.as_bytes()))
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_text(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
