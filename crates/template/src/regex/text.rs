//! The text that is searched.

use std::{borrow::Cow, ops::Range};

use value::decode_rune;

/// A text, in which the matcher sees U+FFFD for each invalid byte, as Go does.
pub(super) struct Text<'t> {
    /// What the matcher sees: always UTF-8.
    pub(super) seen: Cow<'t, [u8]>,
    original: &'t [u8],
    /// Pairs of places after an invalid byte: in what is seen, and in the original.
    shifts: Vec<(usize, usize)>,
}

impl<'t> Text<'t> {
    pub(super) fn new(original: &'t [u8]) -> Text<'t> {
        if std::str::from_utf8(original).is_ok() {
            return Text { seen: Cow::Borrowed(original), original, shifts: Vec::new() };
        }
        let mut seen = Vec::with_capacity(original.len() + 16);
        let mut shifts = Vec::new();
        let mut rest = original;
        while let Some((rune, size)) = decode_rune(rest) {
            seen.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
            rest = rest.get(size..).unwrap_or_default();
            if rune == char::REPLACEMENT_CHARACTER && size == 1 {
                shifts.push((seen.len(), original.len() - rest.len()));
            }
        }
        Text { seen: Cow::Owned(seen), original, shifts }
    }

    /// The place in the original of a place in what is seen.
    fn place(&self, at: usize) -> usize {
        let before = self.shifts.partition_point(|&(seen, _)| seen <= at);
        match before.checked_sub(1).and_then(|index| self.shifts.get(index)) {
            Some((seen, original)) => original + (at - seen),
            None => at,
        }
    }

    /// The range of the original for a range of what is seen.
    pub(super) fn range(&self, range: Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    /// The part of the original for a range of what is seen.
    pub(super) fn slice(&self, range: Range<usize>) -> &'t [u8] {
        self.original.get(self.range(range)).unwrap_or_default()
    }

    /// The size of the rune at a place, 0 at the end.
    pub(super) fn width(&self, at: usize) -> usize {
        self.seen.get(at..).and_then(decode_rune).map_or(0, |(_, size)| size)
    }
}
