//! The distinguished encoding rules of ASN.1.

use num_bigint::BigUint;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// A tag whose meaning depends on its place; `CONSTRUCTED` where it has parts.
pub(super) const CONTEXT: u8 = 0x80;
pub(super) const CONSTRUCTED: u8 = 0x20;

/// A value with its tag and length.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    out.push(tag);
    match content.len() {
        length @ ..0x80 => out.push(length as u8),
        length => {
            let bytes = length.to_be_bytes();
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let bytes = bytes.get(zeros..).unwrap_or_default();
            out.push(0x80 | bytes.len() as u8);
            out.extend_from_slice(bytes);
        }
    }
    out.extend_from_slice(content);
    out
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

pub(super) fn integer(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|byte| *byte >= 0x80) {
        bytes.insert(0, 0);
    }
    element(INTEGER, &bytes)
}

pub(super) fn small_integer(number: u8) -> Vec<u8> {
    element(INTEGER, &[number])
}

/// A string of whole bytes of bits.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

pub(super) fn octet_string(bytes: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, bytes)
}

/// An object identifier, given in its encoded form.
pub(super) fn oid(encoded: &[u8]) -> Vec<u8> {
    element(OID, encoded)
}

/// What is left to be read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'d>(pub(super) &'d [u8]);

/// Go: `asn1.SyntaxError`.
const TRUNCATED: &str = "asn1: syntax error: data truncated";

impl<'d> Reader<'d> {
    /// Takes an element: its tag, its content, and both together.
    pub(super) fn any(&mut self) -> Result<(u8, &'d [u8], &'d [u8]), &'static str> {
        let [tag, length, rest @ ..] = self.0 else { return Err(TRUNCATED) };
        let (length, rest) = match *length {
            short @ ..0x80 => (usize::from(short), rest),
            0x80 => return Err("asn1: syntax error: indefinite length found (not DER)"),
            long => {
                let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f)).ok_or(TRUNCATED)?;
                if bytes.len() > 4 {
                    return Err("asn1: structure error: length too large");
                }
                match bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)) {
                    _ if bytes.first() == Some(&0) => {
                        return Err("asn1: structure error: superfluous leading zeros in length");
                    }
                    ..0x80 => return Err("asn1: structure error: non-minimal length"),
                    length => (length, rest),
                }
            }
        };
        let (content, rest) = rest.split_at_checked(length).ok_or(TRUNCATED)?;
        let whole = self.0.get(..self.0.len() - rest.len()).unwrap_or_default();
        self.0 = rest;
        Ok((*tag, content, whole))
    }

    /// Takes an element of this tag.
    pub(super) fn read(&mut self, wanted: u8) -> Result<&'d [u8], String> {
        let mut ahead = *self;
        let (tag, content, _) = ahead.any()?;
        if tag != wanted {
            let class = tag >> 6;
            let compound = tag & CONSTRUCTED != 0;
            let (wanted, tag, length) = (wanted & 0x1f, tag & 0x1f, content.len());
            return Err(format!(
                "asn1: structure error: tags don't match ({wanted} vs {{class:{class} tag:{tag} length:{length} \
                 isCompound:{compound}}})"
            ));
        }
        *self = ahead;
        Ok(content)
    }

    /// Takes an element of this tag, if that is what comes next.
    pub(super) fn optional(&mut self, wanted: u8) -> Option<&'d [u8]> {
        self.0.first().filter(|tag| **tag == wanted)?;
        self.read(wanted).ok()
    }

    /// Takes a number; a negative one is read as 0.
    pub(super) fn integer(&mut self) -> Result<BigUint, String> {
        match self.read(INTEGER)? {
            [] => Err("asn1: structure error: empty integer".into()),
            [0, second, ..] if *second < 0x80 => Err("asn1: structure error: integer not minimally-encoded".into()),
            [first, ..] if *first >= 0x80 => Ok(BigUint::default()),
            bytes => Ok(BigUint::from_bytes_be(bytes)),
        }
    }

    /// Takes a string of bits, which must be whole bytes.
    pub(super) fn bits(&mut self) -> Result<&'d [u8], String> {
        match self.read(BIT_STRING)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err("asn1: syntax error: invalid padding bits in BIT STRING".into()),
        }
    }

    /// Fails where something is left.
    pub(super) fn end(&self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err("asn1: syntax error: trailing data".into()) }
    }
}
