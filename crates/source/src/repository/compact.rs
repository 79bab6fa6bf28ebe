//! A short form of an index, kept beside it: what search and the choice of a version need, without YAML.
//!
//! It belongs to one state of the cached `index.yaml`, told by its size and time; where those differ it counts for
//! nothing. It is made anew from the index whenever that is read, so any doubt about it is a reason to drop it.

use std::collections::BTreeMap;

use super::cached::CachedEntry;

/// The first bytes; the number changes with the form.
const MAGIC: &[u8; 8] = b"pintle\x00\x02";

/// What a short form says of where its index came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// The size and the time (nanoseconds since 1970) of the index that it was made from.
    pub(super) stamp: (u64, u64),
    /// The repository's URL.
    pub(super) url: String,
    /// The `ETag` that came with it; empty for none.
    pub(super) etag: String,
}

/// Charts and their versions.
pub(super) type Charts = BTreeMap<String, Vec<CachedEntry>>;

/// Writes the short form.
pub(super) fn write(origin: &Origin, charts: &Charts) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    number(&mut out, origin.stamp.0);
    number(&mut out, origin.stamp.1);
    text(&mut out, &origin.url);
    text(&mut out, &origin.etag);
    number(&mut out, charts.len() as u64);
    for (name, versions) in charts {
        text(&mut out, name);
        number(&mut out, versions.len() as u64);
        for entry in versions {
            for field in [&entry.name, &entry.version, &entry.app_version, &entry.description, &entry.digest] {
                text(&mut out, field);
            }
            for list in [&entry.keywords, &entry.urls] {
                number(&mut out, list.len() as u64);
                list.iter().for_each(|item| text(&mut out, item));
            }
            text(&mut out, &entry.created);
            number(&mut out, entry.deprecated.into());
        }
    }
    out
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Reads where the index came from; nothing where the form is not ours.
pub(super) fn read_origin(bytes: &[u8]) -> Option<Origin> {
    Reader::new(bytes)?.origin()
}

/// Reads the short form; nothing where it is not whole.
pub(super) fn read(bytes: &[u8]) -> Option<(Origin, Charts)> {
    let mut reader = Reader::new(bytes)?;
    let origin = reader.origin()?;
    let mut charts = Charts::new();
    for _ in 0..reader.count()? {
        let name = reader.text()?;
        let mut versions = Vec::new();
        for _ in 0..reader.count()? {
            versions.push(CachedEntry {
                name: reader.text()?,
                version: reader.text()?,
                app_version: reader.text()?,
                description: reader.text()?,
                digest: reader.text()?,
                keywords: reader.texts()?,
                urls: reader.texts()?,
                created: reader.text()?,
                deprecated: reader.number()? != 0,
            });
        }
        charts.insert(name, versions);
    }
    if reader.rest.is_empty() { Some((origin, charts)) } else { None }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Option<Reader<'a>> {
        bytes.strip_prefix(MAGIC).map(|rest| Reader { rest })
    }

    fn origin(&mut self) -> Option<Origin> {
        Some(Origin { stamp: (self.number()?, self.number()?), url: self.text()?, etag: self.text()? })
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A number of things that follow, each of which takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.rest.len())
    }

    fn text(&mut self) -> Option<String> {
        // The length is read first: it moves the place.
        let len = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn texts(&mut self) -> Option<Vec<String>> {
        (0..self.count()?).map(|_| self.text()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let entry =
            CachedEntry { name: "a".into(), version: "1".into(), urls: vec!["u".into(); 200], ..Default::default() };
        let charts = Charts::from([("a".to_owned(), vec![entry.clone(), entry])]);
        let origin = Origin { stamp: (300, u64::MAX), url: "http://x".into(), etag: String::new() };
        let bytes = write(&origin, &charts);
        assert_eq!(read(&bytes), Some((origin.clone(), charts)));
        assert_eq!(read_origin(&bytes), Some(origin));
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None);
        }
    }
}
