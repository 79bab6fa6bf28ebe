//! URLs as Go's `net/url` reads, resolves and writes them; bytes that are not UTF-8 are kept.

mod escape;
mod parse;
mod resolve;

pub use escape::{Encoding, escape, unescape};

/// Why a text is no URL; displays as Go words it (`parse ":x": missing protocol scheme`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

/// A parsed URL: Go's `url.URL`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    /// The scheme in lower case, empty where there is none.
    pub scheme: Vec<u8>,
    /// What follows the scheme where that is no slash, as it is written.
    pub opaque: Vec<u8>,
    /// User and password, decoded.
    pub user: Option<User>,
    /// Host and port, decoded.
    pub host: Vec<u8>,
    /// The path, decoded.
    pub path: Vec<u8>,
    /// The path as it was written, where the usual encoding of `path` is another one.
    pub raw_path: Vec<u8>,
    /// The query, as it is written.
    pub raw_query: Vec<u8>,
    /// The fragment, decoded.
    pub fragment: Vec<u8>,
    /// The fragment as it was written, where the usual encoding of `fragment` is another one.
    pub raw_fragment: Vec<u8>,
    /// Whether there is a `?` with nothing behind it.
    pub force_query: bool,
    /// Whether there is a scheme and no `//`.
    pub omit_host: bool,
}

/// The part of a URL before `@`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The name, decoded.
    pub name: Vec<u8>,
    /// The password, decoded; nothing where there is no colon.
    pub password: Option<Vec<u8>>,
}

impl User {
    /// `name:password`, encoded.
    pub fn encoded(&self) -> Vec<u8> {
        let mut text = escape(&self.name, Encoding::UserPassword);
        if let Some(password) = &self.password {
            text.push(b':');
            text.extend(escape(password, Encoding::UserPassword));
        }
        text
    }
}

impl Url {
    /// Reads a URL as `url.Parse` does: it may be relative.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Url, Error> {
        parse::parse(text.as_ref())
    }

    /// Reads a URL as `url.ParseRequestURI` does: absolute, or an absolute path; `#` is nothing special.
    pub fn parse_request_uri(text: impl AsRef<[u8]>) -> Result<Url, Error> {
        parse::parse_request_uri(text.as_ref())
    }

    /// Whether there is a scheme.
    pub fn is_absolute(&self) -> bool {
        !self.scheme.is_empty()
    }

    /// The host without its port and without the brackets of an IPv6 address.
    pub fn hostname(&self) -> &[u8] {
        let host = match self.host.iter().rposition(|byte| *byte == b':').and_then(|at| self.host.split_at_checked(at))
        {
            Some((host, port)) if parse::is_optional_port(port) => host,
            _ => &self.host,
        };
        match host {
            [b'[', inner @ .., b']'] => inner,
            _ => host,
        }
    }

    /// The path, encoded: as it was written where that is an encoding of `path`.
    pub fn escaped_path(&self) -> Vec<u8> {
        if self.path == b"*" && !written(&self.raw_path, &self.path, Encoding::Path) {
            return b"*".to_vec();
        }
        escaped(&self.raw_path, &self.path, Encoding::Path)
    }

    /// The fragment, encoded: as it was written where that is an encoding of `fragment`.
    pub fn escaped_fragment(&self) -> Vec<u8> {
        escaped(&self.raw_fragment, &self.fragment, Encoding::Fragment)
    }

    /// The URL as a text, as Go's `String` method gives it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = Vec::new();
        if !self.scheme.is_empty() {
            text.extend_from_slice(&self.scheme);
            text.push(b':');
        }
        if self.opaque.is_empty() {
            self.write_hierarchy(&mut text);
        } else {
            text.extend_from_slice(&self.opaque);
        }
        if self.force_query || !self.raw_query.is_empty() {
            text.push(b'?');
            text.extend_from_slice(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            text.push(b'#');
            text.extend(self.escaped_fragment());
        }
        text
    }

    fn write_hierarchy(&self, text: &mut Vec<u8>) {
        let bare = self.host.is_empty() && self.user.is_none();
        if !(bare && (self.scheme.is_empty() || self.omit_host)) {
            if !bare || !self.path.is_empty() {
                text.extend_from_slice(b"//");
            }
            if let Some(user) = &self.user {
                text.extend(user.encoded());
                text.push(b'@');
            }
            text.extend(escape(&self.host, Encoding::Host));
        }
        let path = self.escaped_path();
        if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
            text.push(b'/');
        }
        // A first segment with a colon would be taken for a scheme (RFC 3986, 4.2).
        if text.is_empty() && path.split(|byte| *byte == b'/').next().is_some_and(|segment| segment.contains(&b':')) {
            text.extend_from_slice(b"./");
        }
        text.extend(path);
    }

    /// Sets `path` from its written form, and `raw_path` where the usual encoding is another one.
    ///
    /// Fails where a percent sign is not followed by two hexadecimal digits.
    pub fn set_path(&mut self, written: &[u8]) -> Result<(), Error> {
        self.path = unescape(written, Encoding::Path)?;
        self.raw_path = if escape(&self.path, Encoding::Path) == written { Vec::new() } else { written.to_vec() };
        Ok(())
    }

    fn set_fragment(&mut self, written: &[u8]) -> Result<(), Error> {
        self.fragment = unescape(written, Encoding::Fragment)?;
        let usual = escape(&self.fragment, Encoding::Fragment);
        self.raw_fragment = if usual == written { Vec::new() } else { written.to_vec() };
        Ok(())
    }
}

fn written(raw: &[u8], decoded: &[u8], encoding: Encoding) -> bool {
    !raw.is_empty()
        && escape::is_encoded(raw, encoding)
        && unescape(raw, encoding).is_ok_and(|unescaped| unescaped == decoded)
}

fn escaped(raw: &[u8], decoded: &[u8], encoding: Encoding) -> Vec<u8> {
    if written(raw, decoded, encoding) { raw.to_vec() } else { escape(decoded, encoding) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    /// Each line of the case files: a base, a reference, and what Go's net/url and net/netip make of them.
    #[test]
    fn urls_are_read_resolved_and_written_as_go_does() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/value/url/urls.jsonl");
        let cases = std::fs::read_to_string(path).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let show = |url: Result<Url, Error>| match url {
            Ok(url) => format!(
                "{}|{}|{}|{}|{}|{}|{}|{}|{}",
                text(&url.scheme),
                text(&url.opaque),
                url.user.as_ref().map(|user| text(&user.encoded())).unwrap_or_default(),
                text(&url.host),
                text(&url.path),
                text(&url.raw_query),
                text(&url.fragment),
                text(url.hostname()),
                text(&url.to_bytes())
            ),
            Err(error) => format!("error {error}"),
        };
        for line in cases.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| case[name].as_str().unwrap().to_owned();
            let (base, reference) = (field("base"), field("reference"));
            assert_eq!(show(Url::parse(&reference)), field("parsed"), "{reference}");
            assert_eq!(show(Url::parse_request_uri(&reference)), field("request"), "request {reference}");
            let resolved = match (Url::parse(&base), Url::parse(&reference)) {
                (Ok(base), Ok(reference)) => text(&base.resolve(&reference).to_bytes()),
                _ => String::new(),
            };
            assert_eq!(resolved, field("resolved"), "{reference} on {base}");
            let address = Address::parse(&reference).map_or_else(|error| error.to_string(), |_| String::new());
            assert_eq!(address, field("address"), "{reference}");
        }
    }
}
