//! Addresses, host names, mail addresses and URLs.

use value::{
    address::Address,
    url::{Encoding, Url, unescape},
};

use super::{atoi, quoted_rune};

pub(super) fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return Err("expected four decimals".into());
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return Err("leading zeros".into());
        }
        if !(0..=255).contains(&atoi(group)?) {
            return Err("decimal must be between 0 and 255".into());
        }
    }
    Ok(())
}

pub(super) fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return Err("missing colon".into());
    }
    match Address::parse(text) {
        Err(error) => Err(error.to_string()),
        Ok(Address::V6 { zone, .. }) if !zone.is_empty() => Err("zone id is not a part of ipv6 address".into()),
        Ok(_) => Ok(()),
    }
}

pub(super) fn hostname(text: &str) -> Result<(), String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.len() > 253 {
        return Err("more than 253 characters long".into());
    }
    for label in name.split('.') {
        if label.is_empty() || label.len() > 63 {
            return Err("label must be 1 to 63 characters long".into());
        }
        if label.starts_with('-') {
            return Err("label starts with hyphen".into());
        }
        if label.ends_with('-') {
            return Err("label ends with hyphen".into());
        }
        if let Some(rune) = label.chars().find(|rune| !rune.is_ascii_alphanumeric() && *rune != '-') {
            return Err(format!("invalid character {}", quoted_rune(rune)));
        }
    }
    Ok(())
}

pub(super) fn email(text: &str) -> Result<(), String> {
    if text.len() > 254 {
        return Err("more than 255 characters long".into());
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return Err("missing @".into()) };
    if local.len() > 64 {
        return Err("local part more than 64 characters long".into());
    }
    if local.len() > 1 && local.starts_with('"') {
        // The library cuts the last byte off whatever it is.
        let inner = local.as_bytes().get(1..local.len() - 1).unwrap_or_default();
        if inner.iter().any(|byte| matches!(byte, b'\\' | b'"')) {
            return Err("backslash and quote are not allowed within quoted local part".into());
        }
    } else {
        if local.starts_with('.') {
            return Err("starts with dot".into());
        }
        if local.ends_with('.') {
            return Err("ends with dot".into());
        }
        if local.contains("..") {
            return Err("consecutive dots".into());
        }
        let allowed = |rune: char| rune.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(rune);
        if let Some(rune) = local.chars().find(|rune| !allowed(*rune)) {
            return Err(format!("invalid character {}", quoted_rune(rune)));
        }
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|reason| format!("invalid ipv6 address: {reason}")),
            None => ipv4(address).map_err(|reason| format!("invalid ipv4 address: {reason}")),
        };
    }
    hostname(domain).map_err(|reason| format!("invalid domain: {reason}"))
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let host = String::from_utf8_lossy(url.hostname()).into_owned();
    if host.contains(':') {
        if !url.host.contains(&b'[') || !url.host.contains(&b']') {
            return Err("ipv6 address not enclosed in brackets".into());
        }
        ipv6(&host).map_err(|reason| format!("invalid ipv6 address: {reason}"))?;
    }
    Ok(url)
}

pub(super) fn uri(text: &str) -> Result<(), String> {
    if parse_url(text)?.is_absolute() { Ok(()) } else { Err("relative url".into()) }
}

pub(super) fn uri_reference(text: &str) -> Result<(), String> {
    if text.contains('\\') {
        return Err("contains \\".into());
    }
    parse_url(text).map(|_| ())
}

pub(super) fn uri_template(text: &str) -> Result<(), String> {
    let url = parse_url(text)?;
    for part in url.raw_path.split(|byte| *byte == b'/') {
        let part = unescape(part, Encoding::PathSegment).map_err(|error| format!("percent decode failed: {error}"))?;
        let mut open = false;
        for byte in part.iter().filter(|byte| matches!(byte, b'{' | b'}')) {
            if (*byte == b'{') == open {
                return Err("nested curly braces".into());
            }
            open = !open;
        }
        if open {
            return Err("no matching closing brace".into());
        }
    }
    Ok(())
}
