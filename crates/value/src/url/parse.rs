//! Reads a URL apart.

use bstr::ByteSlice;

use super::{Encoding, Error, Url, User, unescape};
use crate::{address::Address, quote::quote};

pub(super) fn parse(text: &[u8]) -> Result<Url, Error> {
    let (main, fragment) = cut(text, b'#');
    let mut url = split(main, false).map_err(|reason| failed(main, &reason))?;
    if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
        url.set_fragment(fragment).map_err(|error| failed(text, &error.0))?;
    }
    Ok(url)
}

pub(super) fn parse_request_uri(text: &[u8]) -> Result<Url, Error> {
    split(text, true).map_err(|reason| failed(text, &reason))
}

fn failed(text: &[u8], reason: &str) -> Error {
    Error(format!("parse {}: {reason}", quote(text)))
}

fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.split_once_str(&[separator]) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn split(text: &[u8], request: bool) -> Result<Url, String> {
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return Err("net/url: invalid control character in URL".into());
    }
    if text.is_empty() && request {
        return Err("empty url".into());
    }
    let mut url = Url::default();
    if text == b"*" {
        url.path = text.to_vec();
        return Ok(url);
    }
    let (scheme, rest) = scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let mut rest = match cut(rest, b'?') {
        (before, Some(b"")) => {
            url.force_query = true;
            before
        }
        (before, query) => {
            url.raw_query = query.unwrap_or_default().to_vec();
            before
        }
    };
    if !rest.starts_with(b"/") {
        if !scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if request {
            return Err("invalid URI for request".into());
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".into());
        }
    }
    let may_have_host = !scheme.is_empty() || !request && !rest.starts_with(b"///");
    if let Some(authority) = rest.strip_prefix(b"//").filter(|_| may_have_host) {
        let (authority, path) = authority.split_at(authority.find_byte(b'/').unwrap_or(authority.len()));
        rest = path;
        (url.user, url.host) = parse_authority(&url.scheme, authority)?;
    } else if !scheme.is_empty() {
        url.omit_host = true;
    }
    url.set_path(rest).map_err(|error| error.0)?;
    Ok(url)
}

fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".into()),
            b':' => return Ok((text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default())),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn parse_authority(scheme: &[u8], authority: &[u8]) -> Result<(Option<User>, Vec<u8>), String> {
    let (user, host) = match authority.rsplit_once_str(b"@") {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let host = parse_host(scheme, host)?;
    let Some(user) = user else { return Ok((None, host)) };
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !user.iter().all(allowed) {
        return Err("net/url: invalid userinfo".into());
    }
    let decode = |part: &[u8]| unescape(part, Encoding::UserPassword).map_err(|error| error.0);
    let (name, password) = cut(user, b':');
    let user = User { name: decode(name)?, password: password.map(decode).transpose()? };
    Ok((Some(user), host))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    let decode = |part: &[u8], encoding| unescape(part, encoding).map_err(|error| error.0);
    match host.rfind_byte(b'[') {
        Some(0) => {}
        Some(_) => return Err("invalid IP-literal".into()),
        None => {
            let colon = match (host.find_byte(b':'), host.rfind_byte(b':')) {
                (Some(first), Some(last)) if first != last && scheme != b"http" && scheme != b"https" => Some(last),
                (first, _) => first,
            };
            let port = colon.and_then(|colon| host.get(colon..)).unwrap_or_default();
            check_port(port)?;
            return decode(host, Encoding::Host);
        }
    }
    let Some((name, port)) = host.rsplit_once_str(b"]") else { return Err("missing ']' in host".into()) };
    check_port(port)?;
    let name = name.get(1..).unwrap_or_default();
    let mut address = Vec::with_capacity(name.len());
    match name.find(b"%25") {
        Some(zone) => {
            let (name, zone) = name.split_at(zone);
            address.extend(decode(name, Encoding::Host)?);
            address.extend(decode(zone, Encoding::Zone)?);
        }
        None => address.extend(decode(name, Encoding::Host)?),
    }
    match Address::parse(&address) {
        Ok(Address::V4(_)) => return Err("invalid IP-literal".into()),
        Ok(Address::V6 { .. }) => {}
        Err(error) => return Err(format!("invalid host: {error}")),
    }
    let port = decode(port, Encoding::Host)?;
    Ok([b"[", address.as_slice(), b"]", port.as_slice()].concat())
}

fn check_port(port: &[u8]) -> Result<(), String> {
    if is_optional_port(port) { Ok(()) } else { Err(format!("invalid port {} after host", quote(port))) }
}

/// Whether a text is empty, or a colon and digits.
pub(super) fn is_optional_port(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
