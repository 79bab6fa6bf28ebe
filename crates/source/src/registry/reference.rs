//! References such as `host:5000/charts/nginx:1.2.3`. Helm: pkg/registry/reference.go; oras: registry/reference.go.

use std::fmt;

use value::{quote::quote, url::Url};

use crate::{Error, ErrorKind};

/// A chart in a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryReference {
    /// The host, with its port where it has one.
    pub host: String,
    /// The path of the repository, the chart's name at its end.
    pub repository: String,
    /// The tag; empty for none. A plus sign is an underscore here.
    pub tag: String,
    /// The digest; empty for none.
    pub digest: String,
}

impl RegistryReference {
    /// Reads a reference, with or without `oci://`; plus signs in the tag become underscores, which tags can have.
    ///
    /// Fails with Helm's text where the host, the repository, the tag or the digest is malformed.
    pub fn parse(text: &str) -> Result<RegistryReference, Error> {
        let text = text.strip_prefix("oci://").unwrap_or(text);
        let (text, digest) = match text.rsplit_once('@') {
            Some((text, digest)) => (text, digest),
            None => (text, ""),
        };
        let Some((host, path)) = text.split_once('/') else { return Err(invalid("missing registry or repository")) };
        let (repository, tag) = match path.split_once(':') {
            Some((repository, tag)) => (repository, tag.replace('+', "_")),
            None => (path, String::new()),
        };
        check_host(host)?;
        if !is_repository(repository) {
            return Err(invalid(&format!("invalid repository {}", quote(repository.as_bytes()))));
        }
        if path.contains(':') && !is_tag(&tag) {
            return Err(invalid(&format!("invalid tag {}", quote(tag.as_bytes()))));
        }
        if !digest.is_empty() && !is_digest(digest) {
            return Err(invalid(&format!("invalid digest {}", quote(digest.as_bytes()))));
        }
        let (host, repository) = (host.to_owned(), repository.to_owned());
        Ok(RegistryReference { host, repository, tag, digest: digest.to_owned() })
    }

    /// What a manifest is asked for by: the tag, or the digest where there is no tag.
    pub(super) fn manifest(&self) -> &str {
        if self.tag.is_empty() { &self.digest } else { &self.tag }
    }
}

/// Fails where a text is no host with a port or without.
pub(super) fn check_host(host: &str) -> Result<(), Error> {
    let parsed = Url::parse_request_uri(format!("dummy://{host}"));
    if host.is_empty() || !parsed.is_ok_and(|url| url.host == host.as_bytes()) {
        return Err(invalid(&format!("invalid registry {}", quote(host.as_bytes()))));
    }
    Ok(())
}

/// The host that answers for a registry.
pub(super) fn server(host: &str) -> &str {
    if host == "docker.io" { "registry-1.docker.io" } else { host }
}

impl fmt::Display for RegistryReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        match (self.tag.as_str(), self.digest.as_str()) {
            ("", "") => Ok(()),
            ("", digest) => write!(f, "@{digest}"),
            (tag, _) => write!(f, ":{tag}"),
        }
    }
}

fn invalid(reason: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("invalid reference: {reason}"))
}

/// Parts of small letters and digits, with `.`, `_`, `__` and dashes between them.
fn is_repository(text: &str) -> bool {
    text.split('/').all(|part| {
        let bytes = part.as_bytes();
        let word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let mut separators = part.split(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        bytes.first().is_some_and(word)
            && bytes.last().is_some_and(word)
            && separators
                .all(|between| matches!(between, "" | "." | "_" | "__") || between.bytes().all(|byte| byte == b'-'))
    })
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

/// Whether a text is the name of content by its SHA-256 (or SHA-512, which Go's library knows too).
pub(super) fn is_digest(text: &str) -> bool {
    let hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    match text.split_once(':') {
        Some(("sha256", sum)) => hex(sum, 64),
        Some(("sha512", sum)) => hex(sum, 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_helm_does() {
        let read =
            |text: &str| RegistryReference::parse(text).map_or_else(|error| error.to_string(), |it| it.to_string());
        let digest = format!("sha256:{}", "0".repeat(64));
        for (text, want) in [
            ("oci://h:5000/a/b:1.0.0+x.1", "h:5000/a/b:1.0.0_x.1".to_owned()),
            ("h/a", "h/a".to_owned()),
            ("h", "invalid reference: missing registry or repository".to_owned()),
            ("h/A", "invalid reference: invalid repository \"A\"".to_owned()),
            ("h/a..b", "invalid reference: invalid repository \"a..b\"".to_owned()),
            ("h/a__b-c", "h/a__b-c".to_owned()),
            ("h/../b", "invalid reference: invalid repository \"../b\"".to_owned()),
            ("h/a:-", "invalid reference: invalid tag \"-\"".to_owned()),
            ("u@h/a:1", "invalid reference: missing registry or repository".to_owned()),
            (&format!("h/a@{digest}"), format!("h/a@{digest}")),
            (&format!("h/a:1@{digest}"), "h/a:1".to_owned()),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
    }
}
