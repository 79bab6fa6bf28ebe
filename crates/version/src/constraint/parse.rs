//! Reading constraints: groups, hyphen ranges, comparators.

use bstr::ByteSlice;

use super::{
    Group,
    comparator::{Comparator, Operator, Wildcard},
};
use crate::{
    Error, Version,
    scan::{self, Numbers, Parts, ascii, is_blank, skip_blanks},
};

/// The longest constraint text that is read (Masterminds/semver: `MaxConstraintLen`).
const MAX_LENGTH: usize = 512;

/// The most groups in a constraint (Masterminds/semver: `MaxConstraintGroups`).
const MAX_GROUPS: usize = 32;

/// Reads a whole constraint.
pub(super) fn groups(text: &[u8]) -> Result<Vec<Group>, Error> {
    if text.len() > MAX_LENGTH {
        return Err(Error(format!("constraint string is too long (max {MAX_LENGTH} bytes)")));
    }
    let text = expand_ranges(text);
    let segments: Vec<&[u8]> = text.split_str("||").collect();
    if segments.len() > MAX_GROUPS {
        return Err(Error(format!("too many constraint groups (max {MAX_GROUPS})")));
    }
    segments.into_iter().map(group).collect()
}

/// Reads comparators with blanks or a comma between them.
fn group(segment: &[u8]) -> Result<Group, Error> {
    let improper = || Error(format!("improper constraint: {}", value::quote::quote(segment)));
    let mut found = Vec::new();
    let mut rest = segment;
    loop {
        let (operator, after) = operator(skip_blanks(rest));
        let start = skip_blanks(after);
        let (parts, after) = scan::version(start, Numbers::Wildcards).ok_or_else(improper)?;
        let written = start.get(..start.len() - after.len()).unwrap_or(start);
        found.push((operator, written, parts));
        rest = skip_blanks(after);
        if rest.is_empty() {
            break;
        }
        match rest.strip_prefix(b",") {
            Some(next) => rest = next,
            None if rest.len() == after.len() => return Err(improper()),
            None => {}
        }
    }
    // Only a group that is well-formed as a whole has its versions looked at.
    let comparators: Vec<Comparator> = found.into_iter().map(comparator).collect::<Result<_, Error>>()?;
    let names_pre = comparators.iter().any(|comparator| !comparator.version.pre.is_empty());
    Ok(Group { comparators, names_pre })
}

fn operator(text: &[u8]) -> (Operator, &[u8]) {
    for (operator, spelling) in Operator::ALL {
        if let Some(rest) = text.strip_prefix(spelling.as_bytes()) {
            return (operator, rest);
        }
    }
    (Operator::None, text)
}

fn comparator((operator, written, parts): (Operator, &[u8], Parts<'_>)) -> Result<Comparator, Error> {
    let (wildcard, numbers) = match parts {
        Parts { major, .. } if is_wildcard(major) => (Wildcard::Major, "0.0.0".to_owned()),
        Parts { major, minor, .. } if minor.is_empty() || is_wildcard(minor) => {
            (Wildcard::Minor, format!("{}.0.0", ascii(major)))
        }
        Parts { major, minor, patch, .. } if patch.is_empty() || is_wildcard(patch) => {
            (Wildcard::Patch, format!("{}.{}.0", ascii(major), ascii(minor)))
        }
        _ => (Wildcard::None, String::new()),
    };
    // Behind a wildcard the pre-release counts and the metadata does not.
    let text = match (wildcard, parts.pre) {
        (Wildcard::None, _) => ascii(written).to_owned(),
        (_, b"") => numbers,
        (_, pre) => format!("{numbers}-{}", ascii(pre)),
    };
    let version = Version::parse(text).map_err(|_| Error("constraint parser error".into()))?;
    Ok(Comparator { operator, version, wildcard, written: ascii(written).into() })
}

fn is_wildcard(part: &[u8]) -> bool {
    matches!(part, b"x" | b"X" | b"*")
}

/// Rewrites each hyphen range, `1.2 - 3`, into `>= 1.2, <= 3 `.
///
/// The Go library replaces the first place where the range's text occurs, which need not be where it was found.
fn expand_ranges(text: &[u8]) -> Vec<u8> {
    let mut expanded = text.to_vec();
    let mut rest = text;
    while let Some(range) = find_range(rest) {
        rest = range.rest;
        let [from, to] = [range.from, range.to];
        expanded = expanded.replacen(range.whole, [b">= ", from, b", <= ", to, b" "].concat(), 1);
    }
    expanded
}

struct Range<'a> {
    whole: &'a [u8],
    from: &'a [u8],
    to: &'a [u8],
    rest: &'a [u8],
}

/// The first range in a text, with the blanks around it.
fn find_range(text: &[u8]) -> Option<Range<'_>> {
    (0..text.len()).find_map(|start| range_at(text.get(start..)?))
}

fn range_at(text: &[u8]) -> Option<Range<'_>> {
    let (from, rest) = written_version(skip_blanks(text))?;
    let rest = blanks(rest)?.strip_prefix(b"-")?;
    let (to, rest) = written_version(blanks(rest)?)?;
    let rest = skip_blanks(rest);
    let whole = text.get(..text.len() - rest.len())?;
    Some(Range { whole, from, to, rest })
}

fn written_version(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = scan::version(text, Numbers::Wildcards)?;
    text.split_at_checked(text.len() - rest.len())
}

/// The text behind one blank or more.
fn blanks(text: &[u8]) -> Option<&[u8]> {
    text.first().filter(|&&byte| is_blank(byte))?;
    Some(skip_blanks(text))
}
