//! Tar archives as Go's `archive/tar` writes them: USTAR, and PAX where a name or a time does not fit.

use std::io::Write;

const BLOCK: usize = 512;
const NAME_SIZE: usize = 100;
const PREFIX_SIZE: usize = 155;
/// The largest number in a field of twelve octal digits, which ends in a zero byte.
const MAX_OCTAL_TIME: i64 = 0o77_777_777_777;

#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

/// What a header says.
struct Header<'a> {
    name: &'a [u8],
    prefix: &'a [u8],
    mode: u64,
    size: u64,
    time: u64,
    kind: u8,
    /// Whether the fields that USTAR added hold zeros: Go leaves them empty before extended headers.
    full: bool,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// The type as tar has it.
    pub(super) kind: u8,
    pub(super) mode: u64,
    /// Seconds since 1970.
    pub(super) time: i64,
}

impl Writer {
    /// Adds a plain file, with its time in seconds since 1970.
    pub(super) fn file(&mut self, name: &str, data: &[u8], time: i64) {
        self.member(name, data, Member { kind: b'0', mode: 0o644, time });
    }

    /// Adds an entry.
    pub(super) fn member(&mut self, name: &str, data: &[u8], Member { kind, mode, time }: Member) {
        let ascii: String = name.chars().filter(char::is_ascii).collect();
        let ascii_name = ascii.len() == name.len();
        let fits_time = (0..=MAX_OCTAL_TIME).contains(&time);
        let split = if ascii_name && name.len() > NAME_SIZE { split_name(name) } else { None };
        let size = data.len() as u64;
        let mut header = Header {
            name: name.as_bytes(),
            prefix: b"",
            mode,
            size,
            time: u64::try_from(time).ok().filter(|_| fits_time).unwrap_or(0),
            kind,
            full: true,
        };
        match split {
            Some((prefix, rest)) if fits_time => {
                (header.prefix, header.name) = (prefix.as_bytes(), rest.as_bytes());
            }
            _ if ascii_name && name.len() <= NAME_SIZE && fits_time => {}
            _ => {
                let mut records = Vec::new();
                if !fits_time {
                    record(&mut records, "mtime", &time.to_string());
                }
                if !ascii_name || name.len() > NAME_SIZE {
                    record(&mut records, "path", name);
                }
                self.extension(&ascii, &records);
                header.name = ascii.as_bytes();
            }
        }
        self.header(&header);
        self.data(data);
    }

    fn extension(&mut self, name: &str, records: &[u8]) {
        let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
        let slash = if folder.is_empty() { "" } else { "/" };
        let name = format!("{folder}{slash}PaxHeaders.0/{file}");
        let name = name.as_bytes();
        let name = name.get(..NAME_SIZE).unwrap_or(name).trim_ascii_end();
        let name = name.strip_suffix(b"/").unwrap_or(name);
        let size = records.len() as u64;
        self.header(&Header { name, prefix: b"", mode: 0, size, time: 0, kind: b'x', full: false });
        self.data(records);
    }

    fn header(&mut self, header: &Header<'_>) {
        let mut block = [0_u8; BLOCK];
        let mut put = |at: usize, text: &[u8]| {
            for (slot, byte) in block.iter_mut().skip(at).zip(text) {
                *slot = *byte;
            }
        };
        let octal = |number: u64, width: usize| format!("{number:0width$o}").into_bytes();
        put(0, header.name.get(..NAME_SIZE).unwrap_or(header.name));
        put(100, &octal(header.mode, 7));
        put(108, &octal(0, 7));
        put(116, &octal(0, 7));
        put(124, &octal(header.size, 11));
        put(136, &octal(header.time, 11));
        put(148, b"        ");
        put(156, &[header.kind]);
        put(257, b"ustar\x0000");
        if header.full {
            put(329, &octal(0, 7));
            put(337, &octal(0, 7));
        }
        put(345, header.prefix.get(..PREFIX_SIZE).unwrap_or(header.prefix));
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        let sum = format!("{sum:06o}\0 ");
        for (slot, byte) in block.iter_mut().skip(148).zip(sum.bytes()) {
            *slot = byte;
        }
        self.bytes.extend_from_slice(&block);
    }

    fn data(&mut self, data: &[u8]) {
        self.bytes.extend_from_slice(data);
        let rest = self.bytes.len() % BLOCK;
        if rest > 0 {
            self.bytes.resize(self.bytes.len() + BLOCK - rest, 0);
        }
    }

    /// The archive with the two empty blocks at its end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len() + 2 * BLOCK, 0);
        self.bytes
    }
}

/// A long name in the two parts that USTAR has for it.
fn split_name(name: &str) -> Option<(&str, &str)> {
    let head = name.get(..(PREFIX_SIZE + 1).min(name.len()))?;
    let (prefix, _) = head.rsplit_once('/')?;
    let rest = name.get(prefix.len() + 1..)?;
    let fits = !prefix.is_empty() && !rest.is_empty() && rest.len() <= NAME_SIZE && prefix.len() <= PREFIX_SIZE;
    fits.then_some((prefix, rest))
}

/// `LENGTH key=value`, the length counting itself.
fn record(out: &mut Vec<u8>, key: &str, value: &str) {
    let rest = key.len() + value.len() + 3;
    let mut size = rest + rest.to_string().len();
    size = rest + size.to_string().len();
    let _ = writeln!(out, "{size} {key}={value}");
}
