//! Sets of runes: character classes.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir};

use crate::unicode::fold_range;

/// A set of runes, as ranges; surrogates may be in it, though no text has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuneSet {
    ranges: Vec<(u32, u32)>,
    /// How many ranges there may be before they are merged.
    room: usize,
}

impl RuneSet {
    /// The last rune.
    pub(crate) const MAX: u32 = 0x10_ffff;

    /// A set of these ranges.
    pub(crate) fn of(ranges: &[(u32, u32)]) -> RuneSet {
        RuneSet { ranges: ranges.to_vec(), room: 0 }
    }

    /// Adds a range.
    pub(crate) fn push(&mut self, first: u32, last: u32) {
        if let Some((low, high)) = self.ranges.last_mut()
            && first <= high.saturating_add(1)
            && *low <= last.saturating_add(1)
        {
            *low = first.min(*low);
            *high = last.max(*high);
            return;
        }
        // Merging now and then keeps a long class of overlapping sets small.
        if self.ranges.len() > self.room.max(4096) {
            self.settle();
            self.room = self.ranges.len() * 2;
        }
        self.ranges.push((first, last));
    }

    /// Adds another set.
    pub(crate) fn extend(&mut self, other: &RuneSet) {
        other.ranges.iter().for_each(|&(first, last)| self.push(first, last));
    }

    /// Sorts and merges the ranges.
    pub(crate) fn settle(&mut self) {
        self.ranges.sort_unstable();
        self.ranges.dedup_by(|next, before| {
            let touches = next.0 <= before.1.saturating_add(1);
            if touches {
                before.1 = before.1.max(next.1);
            }
            touches
        });
    }

    /// Everything that is not in it.
    pub(crate) fn negated(mut self) -> RuneSet {
        self.settle();
        let mut negated = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for (first, last) in self.ranges {
            if next < first {
                negated.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= RuneSet::MAX {
            negated.push((next, RuneSet::MAX));
        }
        RuneSet { ranges: negated, room: 0 }
    }

    /// It, and whatever differs from it in case alone.
    pub(crate) fn folded(mut self) -> RuneSet {
        self.settle();
        let ranges = std::mem::take(&mut self.ranges);
        let mut folded = RuneSet::of(&ranges);
        for (first, last) in ranges {
            fold_range(first, last, |rune| folded.push(rune, rune));
        }
        folded
    }

    /// Whether `rune` is in it; the set must be settled.
    pub(crate) fn contains(&self, rune: u32) -> bool {
        let index = self.ranges.partition_point(|&(_, last)| last < rune);
        self.ranges.get(index).is_some_and(|&(first, _)| first <= rune)
    }

    /// How many numbers Go needs for it.
    pub(crate) fn weight(&self) -> usize {
        self.ranges.len() * 2
    }

    /// It, as the matcher wants it.
    pub(crate) fn into_hir(mut self) -> Hir {
        self.settle();
        // Surrogates are left out: a range that starts or ends among them is cut.
        let ranges = self.ranges.iter().filter_map(|&(first, last)| {
            let first = char::from_u32(first).unwrap_or('\u{e000}');
            let last = char::from_u32(last).unwrap_or('\u{d7ff}');
            (first <= last).then(|| ClassUnicodeRange::new(first, last))
        });
        Hir::class(Class::Unicode(ClassUnicode::new(ranges)))
    }
}

/// The set of `\d`, `\s` or `\w`, or of its capital, which negates it. All are ASCII.
pub(crate) fn perl_set(letter: u8) -> Option<(RuneSet, bool)> {
    let ranges: &[(u32, u32)] = match letter.to_ascii_lowercase() {
        b'd' => &[(0x30, 0x39)],
        b's' => &[(0x9, 0xa), (0xc, 0xd), (0x20, 0x20)],
        b'w' => WORD,
        _ => return None,
    };
    Some((RuneSet::of(ranges), letter.is_ascii_uppercase()))
}

const WORD: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];

/// The set of a POSIX class, such as `alpha` of `[:alpha:]`.
pub(crate) fn posix_set(name: &[u8]) -> Option<RuneSet> {
    let ranges: &[(u32, u32)] = match name {
        b"alnum" => &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)],
        b"alpha" => &[(0x41, 0x5a), (0x61, 0x7a)],
        b"ascii" => &[(0, 0x7f)],
        b"blank" => &[(0x9, 0x9), (0x20, 0x20)],
        b"cntrl" => &[(0, 0x1f), (0x7f, 0x7f)],
        b"digit" => &[(0x30, 0x39)],
        b"graph" => &[(0x21, 0x7e)],
        b"lower" => &[(0x61, 0x7a)],
        b"print" => &[(0x20, 0x7e)],
        b"punct" => &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)],
        b"space" => &[(0x9, 0xd), (0x20, 0x20)],
        b"upper" => &[(0x41, 0x5a)],
        b"word" => WORD,
        b"xdigit" => &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    };
    Some(RuneSet::of(ranges))
}
