//! IP addresses as Go's `net/netip` reads them.

use std::net::{Ipv4Addr, Ipv6Addr};

use bstr::ByteSlice;

use crate::quote::quote;

/// Why a text is no address; displays as Go words it (`ParseAddr("x"): unable to parse IP`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(pub String);

/// An IP address: Go's `netip.Addr`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address with its zone, which is empty where there is none.
    V6 {
        /// The address.
        address: Ipv6Addr,
        /// What follows `%`.
        zone: Vec<u8>,
    },
}

impl Address {
    /// Reads an address as `netip.ParseAddr` does.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Address, AddressError> {
        let text = text.as_ref();
        let parser = Parser { text };
        match text.iter().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
            Some(b'.') => Ok(Address::V4(Ipv4Addr::from(parser.v4(text)?))),
            Some(b':') => parser.v6(),
            Some(_) => Err(parser.failed("missing IPv6 address", b"")),
            None => Err(parser.failed("unable to parse IP", b"")),
        }
    }
}

struct Parser<'a> {
    text: &'a [u8],
}

impl Parser<'_> {
    fn failed(&self, reason: &str, at: &[u8]) -> AddressError {
        let place = if at.is_empty() { String::new() } else { format!(" (at {})", quote(at)) };
        AddressError(format!("ParseAddr({}): {reason}{place}", quote(self.text)))
    }

    fn v4(&self, part: &[u8]) -> Result<[u8; 4], AddressError> {
        let mut fields = [0_u8; 4];
        let (mut value, mut digits, mut field) = (0_u32, 0, 0);
        let mut before = b'.';
        for (at, &byte) in part.iter().enumerate() {
            let rest = part.get(at..).unwrap_or_default();
            match byte {
                b'0'..=b'9' => {
                    if digits == 1 && value == 0 {
                        return Err(self.failed("IPv4 field has octet with leading zero", b""));
                    }
                    value = value * 10 + u32::from(byte - b'0');
                    digits += 1;
                    if value > 255 {
                        return Err(self.failed("IPv4 field has value >255", b""));
                    }
                }
                b'.' => {
                    if before == b'.' || rest.len() == 1 {
                        return Err(self.failed("IPv4 field must have at least one digit", rest));
                    }
                    match fields.get_mut(field).filter(|_| field < 3) {
                        Some(slot) => *slot = value as u8,
                        None => return Err(self.failed("IPv4 address too long", b"")),
                    }
                    field += 1;
                    (value, digits) = (0, 0);
                }
                _ => return Err(self.failed("unexpected character", rest)),
            }
            before = byte;
        }
        if field < 3 {
            return Err(self.failed("IPv4 address too short", b""));
        }
        if let Some(last) = fields.last_mut() {
            *last = value as u8;
        }
        Ok(fields)
    }

    fn v6(&self) -> Result<Address, AddressError> {
        let (mut rest, zone) = match self.text.split_once_str(b"%") {
            Some((_, b"")) => return Err(self.failed("zone must be a non-empty string", b"")),
            Some((address, zone)) => (address, zone.to_vec()),
            None => (self.text, Vec::new()),
        };
        let mut bytes: Vec<u8> = Vec::with_capacity(16);
        let mut ellipsis = None;
        if let Some(after) = rest.strip_prefix(b"::") {
            ellipsis = Some(0);
            rest = after;
            if rest.is_empty() {
                return Ok(Address::V6 { address: Ipv6Addr::UNSPECIFIED, zone });
            }
        }
        while bytes.len() < 16 {
            let (group, size) = self.group(rest)?;
            let after = rest.get(size..).unwrap_or_default();
            if after.starts_with(b".") {
                if ellipsis.is_none() && bytes.len() != 12 {
                    let reason = "embedded IPv4 address must replace the final 2 fields of the address";
                    return Err(self.failed(reason, rest));
                }
                if bytes.len() + 4 > 16 {
                    let reason = "too many hex fields to fit an embedded IPv4 at the end of the address";
                    return Err(self.failed(reason, rest));
                }
                bytes.extend(self.v4(rest)?);
                rest = b"";
                break;
            }
            bytes.extend(group.to_be_bytes());
            rest = match after {
                [] => {
                    rest = b"";
                    break;
                }
                [b':'] => return Err(self.failed("colon must be followed by more characters", after)),
                [b':', after @ ..] => after,
                _ => return Err(self.failed("unexpected character, want colon", after)),
            };
            if let Some(after) = rest.strip_prefix(b":") {
                if ellipsis.is_some() {
                    return Err(self.failed("multiple :: in address", rest));
                }
                ellipsis = Some(bytes.len());
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
        }
        if !rest.is_empty() {
            return Err(self.failed("trailing garbage after address", rest));
        }
        let address = match (bytes.len() < 16, ellipsis) {
            (true, None) => return Err(self.failed("address string too short", b"")),
            (true, Some(at)) => {
                let tail = bytes.split_off(at);
                bytes.resize(16 - tail.len(), 0);
                bytes.extend(tail);
                bytes
            }
            (false, Some(_)) => return Err(self.failed("the :: must expand to at least one field of zeros", b"")),
            (false, None) => bytes,
        };
        let address: [u8; 16] = address.try_into().unwrap_or_default();
        Ok(Address::V6 { address: Ipv6Addr::from(address), zone })
    }

    fn group(&self, rest: &[u8]) -> Result<(u16, usize), AddressError> {
        let mut value = 0_u16;
        let mut size = 0;
        for &byte in rest {
            let Some(digit) = char::from(byte).to_digit(16) else { break };
            if size > 3 {
                return Err(self.failed("each group must have 4 or less digits", rest));
            }
            value = value << 4 | digit as u16;
            size += 1;
        }
        if size == 0 {
            return Err(self.failed("each colon-separated field must have at least one digit", rest));
        }
        Ok((value, size))
    }
}
