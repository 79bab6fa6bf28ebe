//! tar as Go's `archive/tar` reads it: V7, USTAR, PAX and GNU names; no sparse files.

use std::time::{Duration, SystemTime};

use crate::{
    Error,
    archive::gzip::{self, LEFT_OVER, UNEXPECTED_EOF},
};

const BLOCK: usize = 512;
const HEADER: Error = Error::Stream("archive/tar: invalid tar header");
/// Go's limit for PAX headers and long names.
const MAX_SPECIAL: u64 = 1 << 20;
/// How much room is made for a content because its header says so.
const MAX_RESERVED: u64 = 8 << 20;

/// An entry of an archive.
pub(super) struct Entry {
    /// The name, whatever its encoding.
    pub(super) name: Vec<u8>,
    /// What the header says; links and the like have no content all the same.
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    kind: u8,
    mode: i64,
}

impl Entry {
    /// Go's `FileInfo().IsDir()`.
    pub(super) fn is_folder(&self) -> bool {
        self.kind == b'5' || self.mode & !0o7777 == 0o40000
    }

    /// Whether this is a header that describes other entries.
    pub(super) fn is_extension(&self) -> bool {
        matches!(self.kind, b'g' | b'x')
    }

    /// The type, with the one that is left out told by the name, and the mode.
    pub(super) fn kind_and_mode(&self) -> (u8, u32) {
        (self.kind, u32::try_from(self.mode & 0o7777).unwrap_or_default())
    }

    /// Links, devices and folders have no content, whatever their size says.
    fn has_content(&self) -> bool {
        !matches!(self.kind, b'1'..=b'6')
    }
}

/// Reads one entry after the other.
pub(super) struct Reader<'a> {
    stream: gzip::Reader<'a>,
    /// What is left of the content of the present entry.
    remaining: u64,
    /// What fills its last block.
    padding: u64,
    content: Vec<u8>,
}

/// A key and a value of a PAX header.
type Record = (Vec<u8>, Vec<u8>);

/// What PAX headers and GNU's long names say about the next entry.
#[derive(Default)]
struct Extension {
    records: Vec<Record>,
    long_name: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(stream: gzip::Reader<'a>) -> Reader<'a> {
        Reader { stream, remaining: 0, padding: 0, content: Vec::new() }
    }

    /// The next entry; nothing at the end of the archive.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, Error> {
        let mut extension = Extension::default();
        loop {
            self.skip_rest()?;
            let Some(mut entry) = self.header()? else { return Ok(None) };
            self.expect_content(&entry);
            match entry.kind {
                b'x' => extension.records = parse_records(self.special()?)?,
                b'g' => {
                    parse_records(self.special()?)?;
                    return Ok(Some(entry));
                }
                b'L' => extension.long_name = c_string(self.special()?).to_vec(),
                b'K' => {
                    self.special()?;
                }
                b'S' => return Err(HEADER),
                _ => {
                    extension.apply(&mut entry)?;
                    self.expect_content(&entry);
                    return Ok(Some(entry));
                }
            }
        }
    }

    /// The content of the present entry, at most `limit` bytes.
    pub(super) fn content(&mut self, limit: u64) -> Result<&[u8], Error> {
        let mut wanted = self.remaining.min(limit);
        if wanted <= LEFT_OVER as u64 {
            self.remaining -= wanted;
            let bytes = self.stream.take(wanted as usize)?;
            return if (bytes.len() as u64) < wanted { Err(Error::Stream(UNEXPECTED_EOF)) } else { Ok(bytes) };
        }
        self.content.clear();
        self.content.reserve(wanted.min(MAX_RESERVED) as usize);
        while wanted > 0 {
            let chunk = self.stream.some(usize::try_from(wanted).unwrap_or(usize::MAX))?;
            if chunk.is_empty() {
                return Err(Error::Stream(UNEXPECTED_EOF));
            }
            self.content.extend_from_slice(chunk);
            wanted -= chunk.len() as u64;
            self.remaining -= chunk.len() as u64;
        }
        Ok(&self.content)
    }

    fn special(&mut self) -> Result<&[u8], Error> {
        let bytes = self.content(MAX_SPECIAL + 1)?;
        if bytes.len() as u64 > MAX_SPECIAL {
            return Err(Error::Stream("archive/tar: header field too long"));
        }
        Ok(bytes)
    }

    fn expect_content(&mut self, entry: &Entry) {
        self.remaining = if entry.has_content() { entry.size } else { 0 };
        self.padding = self.remaining.wrapping_neg() % BLOCK as u64;
    }

    fn skip_rest(&mut self) -> Result<(), Error> {
        while self.remaining > 0 {
            let skipped = self.stream.take(self.remaining.min(1 << 20) as usize)?.len() as u64;
            if skipped == 0 {
                return Err(Error::Stream(UNEXPECTED_EOF));
            }
            self.remaining -= skipped;
        }
        self.stream.take(self.padding as usize)?;
        self.padding = 0;
        Ok(())
    }

    /// A block, or nothing at the end of the stream.
    fn block(&mut self) -> Result<Option<&[u8; BLOCK]>, Error> {
        let bytes = self.stream.take(BLOCK)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        match bytes.first_chunk() {
            Some(block) => Ok(Some(block)),
            None => Err(Error::Stream(UNEXPECTED_EOF)),
        }
    }

    fn header(&mut self) -> Result<Option<Entry>, Error> {
        let Some(block) = self.block()? else { return Ok(None) };
        if block.iter().any(|byte| *byte != 0) {
            return parse_header(block).map(Some);
        }
        let Some(block) = self.block()? else { return Ok(None) };
        if block.iter().any(|byte| *byte != 0) { Err(HEADER) } else { Ok(None) }
    }
}

impl Extension {
    fn apply(self, entry: &mut Entry) -> Result<(), Error> {
        for (key, value) in &self.records {
            let text = std::str::from_utf8(value).unwrap_or_default();
            match key.as_slice() {
                _ if value.is_empty() => {}
                b"path" => entry.name = value.clone(),
                b"size" => entry.size = decimal(text).and_then(|size| u64::try_from(size).ok()).ok_or(HEADER)?,
                b"mtime" => entry.modified = pax_time(text)?,
                b"atime" | b"ctime" => {
                    pax_time(text)?;
                }
                b"uid" | b"gid" => {
                    decimal(text).ok_or(HEADER)?;
                }
                b"GNU.sparse.map" | b"GNU.sparse.major" | b"GNU.sparse.offset" => return Err(HEADER),
                _ => {}
            }
        }
        if !self.long_name.is_empty() {
            entry.name = self.long_name;
        }
        if entry.kind == 0 {
            entry.kind = if entry.name.ends_with(b"/") { b'5' } else { b'0' };
        }
        Ok(())
    }
}

fn parse_header(block: &[u8; BLOCK]) -> Result<Entry, Error> {
    let field = |from: usize, length: usize| block.get(from..from + length).unwrap_or_default();
    check_sum(block, octal(field(148, 8))?)?;
    let mut name = c_string(field(0, 100)).to_vec();
    let size = numeric(field(124, 12))?;
    let mode = numeric(field(100, 8))?;
    numeric(field(108, 8))?;
    numeric(field(116, 8))?;
    let seconds = numeric(field(136, 12))?;
    let prefix = match (field(257, 6), field(263, 2), field(508, 4)) {
        (b"ustar\0", _, b"tar\0") => c_string(field(345, 131)),
        (b"ustar\0", ..) => c_string(field(345, 155)),
        // Go before 1.8 wrote a prefix where GNU tar has two times.
        (b"ustar ", b" \0", _) if !is_time(field(345, 12)) || !is_time(field(357, 12)) => {
            Some(c_string(field(345, 155))).filter(|prefix| prefix.is_ascii()).unwrap_or_default()
        }
        _ => b"",
    };
    if !prefix.is_empty() {
        name = [prefix, &name].join(&b'/');
    }
    let kind = block.get(156).copied().unwrap_or_default();
    let size = match u64::try_from(size) {
        Ok(size) => size,
        Err(_) if matches!(kind, b'1'..=b'6') => 0,
        Err(_) => return Err(HEADER),
    };
    Ok(Entry { name, size, modified: unix_time(seconds, 0), kind, mode })
}

/// Whether a GNU header has a time here, or nothing.
fn is_time(field: &[u8]) -> bool {
    field.first() == Some(&0) || numeric(field).is_ok()
}

/// The checksum is the sum of all bytes, its own field taken as blanks; an old tar took the bytes as signed.
fn check_sum(block: &[u8; BLOCK], stated: i64) -> Result<(), Error> {
    let (mut unsigned, mut signed) = (0i64, 0i64);
    for (index, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&index) { b' ' } else { *byte };
        unsigned += i64::from(byte);
        signed += i64::from(byte as i8);
    }
    if stated == unsigned || stated == signed { Ok(()) } else { Err(HEADER) }
}

/// A number in octal, or in base 256 where the first bit is set.
fn numeric(field: &[u8]) -> Result<i64, Error> {
    let first = field.first().copied().unwrap_or_default();
    if first & 0x80 == 0 {
        return octal(field);
    }
    let invert = if first & 0x40 != 0 { 0xff } else { 0 };
    let mut number: u64 = 0;
    for (index, byte) in field.iter().enumerate() {
        let byte = byte ^ invert;
        let byte = if index == 0 { byte & 0x7f } else { byte };
        if number >> 56 > 0 {
            return Err(HEADER);
        }
        number = number << 8 | u64::from(byte);
    }
    let number = i64::try_from(number).map_err(|_| HEADER)?;
    Ok(if invert == 0 { number } else { !number })
}

fn octal(field: &[u8]) -> Result<i64, Error> {
    let is_fill = |byte: &u8| matches!(*byte, b' ' | 0);
    let from = field.iter().position(|byte| !is_fill(byte)).unwrap_or(field.len());
    let end = field.iter().rposition(|byte| !is_fill(byte)).map_or(from, |last| last + 1);
    let digits = c_string(field.get(from..end).unwrap_or_default());
    if digits.is_empty() {
        return Ok(0);
    }
    let number = |digits: &str| u64::from_str_radix(digits, 8).ok();
    let text = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'));
    text.and_then(number).map(|number| number as i64).ok_or(HEADER)
}

fn c_string(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// PAX records: `29 mtime=1350244992.023960108\n`.
fn parse_records(mut bytes: &[u8]) -> Result<Vec<Record>, Error> {
    let mut records: Vec<Record> = Vec::new();
    while !bytes.is_empty() {
        let blank = bytes.iter().position(|byte| *byte == b' ').ok_or(HEADER)?;
        let (digits, _) = bytes.split_at_checked(blank).ok_or(HEADER)?;
        let length = std::str::from_utf8(digits).ok().and_then(decimal).ok_or(HEADER)?;
        let length = usize::try_from(length).ok().filter(|length| *length >= 5).ok_or(HEADER)?;
        let (record, rest) = bytes.split_at_checked(length).ok_or(HEADER)?;
        let record = record.get(blank + 1..).and_then(|record| record.strip_suffix(b"\n")).ok_or(HEADER)?;
        let equals = record.iter().position(|byte| *byte == b'=').ok_or(HEADER)?;
        let (key, value) = record.split_at_checked(equals).ok_or(HEADER)?;
        let value = value.get(1..).unwrap_or_default();
        let text = matches!(key, b"path" | b"linkpath" | b"uname" | b"gname");
        if key.is_empty() || (if text { value } else { key }).contains(&0) {
            return Err(HEADER);
        }
        match records.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value.to_vec(),
            None => records.push((key.to_vec(), value.to_vec())),
        }
        bytes = rest;
    }
    Ok(records)
}

/// Go's `strconv.ParseInt` in base 10.
fn decimal(text: &str) -> Option<i64> {
    text.parse().ok()
}

fn pax_time(text: &str) -> Result<Option<SystemTime>, Error> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let negative = seconds.starts_with('-');
    let seconds = decimal(seconds).ok_or(HEADER)?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HEADER);
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanos = digits.fold(0i64, |nanos, digit| nanos * 10 + i64::from(digit - b'0'));
    Ok(unix_time(seconds, if negative { -nanos } else { nanos }))
}

fn unix_time(seconds: i64, nanos: i64) -> Option<SystemTime> {
    let base = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(seconds.unsigned_abs()))?
    } else {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds.unsigned_abs()))?
    };
    let nanos_distance = Duration::from_nanos(nanos.unsigned_abs());
    if nanos < 0 { base.checked_sub(nanos_distance) } else { base.checked_add(nanos_distance) }
}
