//! Percent-encoding, which each part of a URL has its own rules for.

use super::Error;

/// Which part of a URL a text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Encoding {
    Path,
    PathSegment,
    Host,
    /// The zone of an IPv6 address.
    Zone,
    UserPassword,
    QueryComponent,
    Fragment,
}

impl Encoding {
    /// Whether `byte` has to be written as `%XX`.
    fn escapes(self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() {
            return false;
        }
        if matches!(self, Encoding::Host | Encoding::Zone) && b"!$&'()*+,;=:[]<>\"".contains(&byte) {
            return false;
        }
        match byte {
            b'-' | b'_' | b'.' | b'~' => false,
            b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' => match self {
                Encoding::Path => byte == b'?',
                Encoding::PathSegment => matches!(byte, b'/' | b';' | b',' | b'?'),
                Encoding::UserPassword => matches!(byte, b'@' | b'/' | b'?' | b':'),
                Encoding::Fragment => false,
                Encoding::QueryComponent | Encoding::Host | Encoding::Zone => true,
            },
            b'!' | b'(' | b')' | b'*' => self != Encoding::Fragment,
            _ => true,
        }
    }
}

/// Encodes a text for its part of a URL; a blank in a query becomes `+`.
pub fn escape(text: &[u8], encoding: Encoding) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if !encoding.escapes(byte) {
            out.push(byte);
        } else if byte == b' ' && encoding == Encoding::QueryComponent {
            out.push(b'+');
        } else {
            let digit = |nibble: u8| b"0123456789ABCDEF".get(usize::from(nibble)).copied().unwrap_or(b'0');
            out.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

/// Decodes a part of a URL.
///
/// Fails with `invalid URL escape "…"` or `invalid character "…" in host name`.
pub fn unescape(text: &[u8], encoding: Encoding) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let byte = unhex(*high) << 4 | unhex(*low);
                let plain = byte == b'%' && [*high, *low] == *b"25";
                let refused = match encoding {
                    // Only what is not ASCII may be encoded in a host name; %25 begins the zone of an address.
                    Encoding::Host => byte < 0x80 && !plain,
                    Encoding::Zone => !plain && byte != b' ' && Encoding::Host.escapes(byte),
                    _ => false,
                };
                if refused {
                    return Err(bad_escape(rest));
                }
                out.push(byte);
                rest = after;
            }
            (b'%', _) => return Err(bad_escape(rest)),
            (b'+', _) => {
                out.push(if encoding == Encoding::QueryComponent { b' ' } else { b'+' });
                rest = tail;
            }
            _ => {
                if matches!(encoding, Encoding::Host | Encoding::Zone) && *first < 0x80 && encoding.escapes(*first) {
                    return Err(Error(format!("invalid character {} in host name", crate::quote::quote(&[*first]))));
                }
                out.push(*first);
                rest = tail;
            }
        }
    }
    Ok(out)
}

fn bad_escape(rest: &[u8]) -> Error {
    Error(format!("invalid URL escape {}", crate::quote::quote(rest.get(..3).unwrap_or(rest))))
}

fn unhex(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
}

/// Whether a text can be an encoded path or fragment.
pub(super) fn is_encoded(text: &[u8], encoding: Encoding) -> bool {
    text.iter().all(|byte| b"!$&'()*+,;=:@[]%".contains(byte) || !encoding.escapes(*byte))
}
