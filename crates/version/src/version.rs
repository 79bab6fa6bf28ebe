//! A semantic version: reading, ordering, counting up.

use std::{cmp::Ordering, fmt};

use crate::{
    Error,
    scan::{self, Numbers, ascii},
};

/// The longest version text that is read (Masterminds/semver: `MaxVersionLen`).
const MAX_LENGTH: usize = 256;

/// A semantic version; keeps the text it was read from.
///
/// Displays as `String()` does: without a leading `v`, all three numbers there.
#[derive(Clone, Debug)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// The pre-release part, without its dash.
    pub pre: String,
    /// The build metadata, without its plus.
    pub metadata: String,
    /// The text it was read from.
    pub original: String,
}

impl Version {
    /// A version of these parts, as `semver.New`: the pre-release and the metadata are not checked.
    pub fn new(numbers: (u64, u64, u64), pre: &str, metadata: &str) -> Version {
        let (major, minor, patch) = numbers;
        Version { major, minor, patch, pre: pre.into(), metadata: metadata.into(), original: String::new() }
            .with_original("")
    }

    /// Reads a version as `semver.NewVersion` does: a leading `v`, missing minor and patch and leading zeros are fine.
    ///
    /// Fails with `invalid semantic version` and the library's other texts.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Version, Error> {
        let text = text.as_ref();
        if text.len() > MAX_LENGTH {
            return Err(too_long());
        }
        let Some((parts, b"")) = scan::version(text, Numbers::Digits) else {
            return Err(Error::new("invalid semantic version"));
        };
        let segment = |digits: &[u8]| match digits {
            b"" => Ok(0),
            _ => parse_uint(digits).map_err(|error| Error(format!("error parsing version segment: {error}"))),
        };
        let version = Version {
            major: segment(parts.major)?,
            minor: segment(parts.minor)?,
            patch: segment(parts.patch)?,
            pre: ascii(parts.pre).into(),
            metadata: ascii(parts.metadata).into(),
            original: ascii(text).into(),
        };
        if !parts.pre.is_empty() {
            check_pre(parts.pre)?;
        }
        Ok(version)
    }

    /// Reads a version as `semver.StrictNewVersion` does: three numbers, nothing before them, no leading zeros.
    pub fn parse_strict(text: impl AsRef<[u8]>) -> Result<Version, Error> {
        let text = text.as_ref();
        if text.is_empty() {
            return Err(Error::new("version string empty"));
        }
        if text.len() > MAX_LENGTH {
            return Err(too_long());
        }
        let mut segments = text.splitn(3, |&byte| byte == b'.');
        let (Some(major), Some(minor), Some(rest)) = (segments.next(), segments.next(), segments.next()) else {
            return Err(Error::new("invalid semantic version"));
        };
        let (rest, metadata) = split_once(rest, b'+');
        metadata.map_or(Ok(()), check_metadata)?;
        let (patch, pre) = split_once(rest, b'-');
        pre.map_or(Ok(()), check_pre)?;
        for digits in [major, minor, patch] {
            if !digits.iter().all(u8::is_ascii_digit) {
                return Err(Error::new("invalid characters in version"));
            }
            if has_leading_zero(digits) {
                return Err(starts_with_zero());
            }
        }
        Ok(Version {
            major: parse_uint(major).map_err(Error)?,
            minor: parse_uint(minor).map_err(Error)?,
            patch: parse_uint(patch).map_err(Error)?,
            pre: ascii(pre.unwrap_or_default()).into(),
            metadata: ascii(metadata.unwrap_or_default()).into(),
            original: ascii(text).into(),
        })
    }

    /// Orders two versions by precedence; build metadata does not count.
    pub fn compare(&self, other: &Version) -> Ordering {
        let numbers = (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch));
        numbers.then_with(|| match (self.pre.as_str(), other.pre.as_str()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (ours, theirs) => compare_pre(ours, theirs),
        })
    }

    /// The next patch version; of a pre-release, the version that it precedes. Fails where the number is the greatest.
    pub fn next_patch(&self) -> Result<Version, Error> {
        let patch = match self.pre.as_str() {
            "" => count_up(self.patch, "patch")?,
            _ => self.patch,
        };
        Ok(self.next((self.major, self.minor, patch)))
    }

    /// The next minor version. Fails where the number is the greatest.
    pub fn next_minor(&self) -> Result<Version, Error> {
        Ok(self.next((self.major, count_up(self.minor, "minor")?, 0)))
    }

    /// The next major version. Fails where the number is the greatest.
    pub fn next_major(&self) -> Result<Version, Error> {
        Ok(self.next((count_up(self.major, "major")?, 0, 0)))
    }

    /// The same version with another pre-release part, which has no dash before it. Fails where it is not well-formed.
    pub fn with_pre(&self, pre: impl AsRef<[u8]>) -> Result<Version, Error> {
        let pre = pre.as_ref();
        if !pre.is_empty() {
            check_pre(pre)?;
        }
        Ok(Version { pre: ascii(pre).into(), ..self.clone() }.with_original(self.prefix()))
    }

    /// The same version with other metadata, which has no plus before it. Fails where it is not well-formed.
    pub fn with_metadata(&self, metadata: impl AsRef<[u8]>) -> Result<Version, Error> {
        let metadata = metadata.as_ref();
        if !metadata.is_empty() {
            check_metadata(metadata)?;
        }
        Ok(Version { metadata: ascii(metadata).into(), ..self.clone() }.with_original(self.prefix()))
    }

    fn next(&self, (major, minor, patch): (u64, u64, u64)) -> Version {
        Version { major, minor, patch, pre: String::new(), metadata: String::new(), original: String::new() }
            .with_original(self.prefix())
    }

    fn prefix(&self) -> &'static str {
        if self.original.starts_with('v') { "v" } else { "" }
    }

    fn with_original(self, prefix: &str) -> Version {
        Version { original: format!("{prefix}{self}"), ..self }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// Orders two pre-release parts, of which one may be empty.
pub(crate) fn compare_pre(ours: &str, theirs: &str) -> Ordering {
    let (mut ours, mut theirs) = (ours.split('.'), theirs.split('.'));
    loop {
        let (our, their) = match (ours.next(), theirs.next()) {
            (None, None) => return Ordering::Equal,
            (our, their) => (our.unwrap_or_default(), their.unwrap_or_default()),
        };
        if our == their {
            continue;
        }
        // A number too great for 64 bits is a text to the Go library.
        return match (parse_uint(our.as_bytes()), parse_uint(their.as_bytes())) {
            _ if our.is_empty() => Ordering::Less,
            _ if their.is_empty() => Ordering::Greater,
            (Ok(our), Ok(their)) if our > their => Ordering::Greater,
            (Ok(_), Ok(_)) => Ordering::Less,
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => our.cmp(their),
        };
    }
}

/// Go's `strconv.ParseUint(text, 10, 64)` and its error texts, for text that is all ASCII letters, digits and dashes.
fn parse_uint(digits: &[u8]) -> Result<u64, String> {
    let failure = |reason: &str| format!("strconv.ParseUint: parsing \"{}\": {reason}", ascii(digits));
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(failure("invalid syntax"));
    }
    ascii(digits).parse().map_err(|_| failure("value out of range"))
}

fn count_up(number: u64, name: &str) -> Result<u64, Error> {
    number.checked_add(1).ok_or_else(|| Error(format!("{name} version increment would overflow uint64")))
}

fn check_pre(pre: &[u8]) -> Result<(), Error> {
    for identifier in pre.split(|&byte| byte == b'.') {
        if identifier.is_empty() || !identifier.iter().all(|&byte| scan::is_identifier(byte)) {
            return Err(Error::new("invalid prerelease string"));
        }
        if identifier.iter().all(u8::is_ascii_digit) && has_leading_zero(identifier) {
            return Err(starts_with_zero());
        }
    }
    Ok(())
}

fn check_metadata(metadata: &[u8]) -> Result<(), Error> {
    for identifier in metadata.split(|&byte| byte == b'.') {
        if identifier.is_empty() || !identifier.iter().all(|&byte| scan::is_identifier(byte)) {
            return Err(Error::new("invalid metadata string"));
        }
    }
    Ok(())
}

fn has_leading_zero(digits: &[u8]) -> bool {
    digits.len() > 1 && digits.first() == Some(&b'0')
}

fn split_once(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    let mut parts = text.splitn(2, |&byte| byte == separator);
    (parts.next().unwrap_or_default(), parts.next())
}

fn too_long() -> Error {
    Error(format!("version string is too long (max {MAX_LENGTH} bytes)"))
}

fn starts_with_zero() -> Error {
    Error::new("version segment starts with 0")
}
