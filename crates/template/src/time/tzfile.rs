//! Reads time zone files (RFC 8536).

use super::location::{Kind, Location};

/// Reads a file. Go: `LoadLocationFromTZData`.
pub(super) fn read(name: &str, data: &[u8]) -> Option<Location> {
    let mut input = Input(data);
    let (counts, version) = header(&mut input)?;
    let (counts, size) = match version {
        // The first block has 32-bit times; a second one follows with 64-bit times.
        b'2' | b'3' | b'4' => {
            input.take(counts.length(4)?)?;
            (header(&mut input)?.0, 8)
        }
        _ => (counts, 4),
    };
    let times = input.take(counts.times.checked_mul(size)?)?;
    let indices = input.take(counts.times)?;
    let kinds = input.take(counts.kinds.checked_mul(6)?)?;
    let letters = input.take(counts.letters)?;
    input.take(counts.leaps.checked_mul(size + 4)?)?;
    input.take(counts.standard)?;
    input.take(counts.universal)?;
    let rule = input.0.strip_prefix(b"\n").and_then(|rest| rest.strip_suffix(b"\n")).unwrap_or_default();
    let kinds: Option<Vec<Kind>> = kinds.chunks_exact(6).map(|kind| read_kind(kind, letters)).collect();
    let changes = times.chunks_exact(size).zip(indices);
    let mut changes: Vec<(i64, usize)> =
        changes.map(|(time, &index)| Some((signed(time)?, usize::from(index)))).collect::<Option<_>>()?;
    if changes.is_empty() {
        changes.push((i64::MIN, 0));
    }
    let rule = std::str::from_utf8(rule).unwrap_or_default().to_owned();
    let location = Location { name: name.to_owned(), kinds: kinds?, changes, rule };
    location.changes.iter().all(|&(_, index)| index < location.kinds.len()).then_some(location)
}

/// How much of what a block has.
struct Counts {
    universal: usize,
    standard: usize,
    leaps: usize,
    times: usize,
    kinds: usize,
    letters: usize,
}

impl Counts {
    /// How long the block is where times take `size` bytes.
    fn length(&self, size: usize) -> Option<usize> {
        let parts = [(self.times, size + 1), (self.kinds, 6), (self.letters, 1), (self.leaps, size + 4)];
        let sized = parts.iter().try_fold(0_usize, |sum, (count, size)| sum.checked_add(count.checked_mul(*size)?))?;
        sized.checked_add(self.standard)?.checked_add(self.universal)
    }
}

fn header(input: &mut Input<'_>) -> Option<(Counts, u8)> {
    if input.take(4)? != b"TZif" {
        return None;
    }
    let version = *input.take(16)?.first()?;
    let mut count = || input.take(4).and_then(signed).and_then(|count| usize::try_from(count).ok());
    let (universal, standard, leaps) = (count()?, count()?, count()?);
    let (times, kinds, letters) = (count()?, count()?, count()?);
    Some((Counts { universal, standard, leaps, times, kinds, letters }, version))
}

fn read_kind(kind: &[u8], letters: &[u8]) -> Option<Kind> {
    let (offset, rest) = kind.split_at_checked(4)?;
    let [dst, start] = rest else { return None };
    let name = letters.get(usize::from(*start)..)?;
    let name = name.split(|&byte| byte == 0).next()?;
    Some(Kind { name: String::from_utf8_lossy(name).into(), offset: signed(offset)?, dst: *dst != 0 })
}

/// A number of four or eight bytes, the highest first.
fn signed(bytes: &[u8]) -> Option<i64> {
    match bytes.len() {
        4 => bytes.try_into().ok().map(|bytes| i64::from(i32::from_be_bytes(bytes))),
        _ => bytes.try_into().ok().map(i64::from_be_bytes),
    }
}

struct Input<'d>(&'d [u8]);

impl<'d> Input<'d> {
    fn take(&mut self, count: usize) -> Option<&'d [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }
}
