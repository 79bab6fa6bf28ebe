//! Compares texts line by line: a longest common subsequence, in space linear in the lines.
//!
//! Of several longest ones helm-diff's is chosen: halve the old text, take the first split of the new one that keeps most
//! (Hirschberg), and match a single old line as far down as it occurs. The lengths, which are all that the choice looks
//! at, are counted 64 at a time.

use std::collections::HashMap;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delta {
    /// It is in both.
    Common,
    /// It is in the old text only.
    Removed,
    /// It is in the new text only.
    Added,
}

/// A line, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What becomes of it.
    pub delta: Delta,
    /// The line.
    pub text: String,
}

/// The lines of two texts, merged. A text that ends in a line break has an empty last line.
pub fn line_diff(old: &str, new: &str, strip_trailing_cr: bool) -> Vec<Line> {
    let [old, new] = [old, new].map(|text| split(text, strip_trailing_cr));
    let mut symbols: HashMap<&str, u32> = HashMap::new();
    let old_numbers: Vec<u32> = old.iter().map(|line| number(&mut symbols, line)).collect();
    let new_numbers: Vec<u32> = new.iter().map(|line| number(&mut symbols, line)).collect();
    let mut deltas = Vec::with_capacity(old.len().max(new.len()));
    trimmed(&old_numbers, &new_numbers, &mut deltas);
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    let line = |delta: Delta| {
        let text = match delta {
            Delta::Removed => old.next(),
            Delta::Added => new.next(),
            Delta::Common => {
                new.next();
                old.next()
            }
        };
        Line { delta, text: text.unwrap_or_default().to_owned() }
    };
    deltas.into_iter().map(line).collect()
}

fn number<'a>(symbols: &mut HashMap<&'a str, u32>, line: &'a str) -> u32 {
    let next = u32::try_from(symbols.len()).unwrap_or(u32::MAX);
    *symbols.entry(line).or_insert(next)
}

fn split(text: &str, strip_trailing_cr: bool) -> Vec<&str> {
    let lines = text.split('\n');
    lines.map(|line| if strip_trailing_cr { line.strip_suffix('\r').unwrap_or(line) } else { line }).collect()
}

/// What both begin with and end with is common. The end leaves at least one line of each to be compared.
fn trimmed(old: &[u32], new: &[u32], deltas: &mut Vec<Delta>) {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let [old, new] = [old, new].map(|lines| lines.get(start..).unwrap_or_default());
    let most = old.len().min(new.len()).saturating_sub(1);
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
    deltas.extend(std::iter::repeat_n(Delta::Common, start));
    let [old, new] = [old, new].map(|lines| lines.get(..lines.len() - end).unwrap_or_default());
    align(old, new, deltas);
    deltas.extend(std::iter::repeat_n(Delta::Common, end));
}

fn align(old: &[u32], new: &[u32], deltas: &mut Vec<Delta>) {
    let all = std::iter::repeat_n::<Delta>;
    match (old, new) {
        ([], _) => deltas.extend(all(Delta::Added, new.len())),
        (_, []) => deltas.extend(all(Delta::Removed, old.len())),
        ([line], _) => match new.iter().rposition(|other| other == line) {
            Some(place) => {
                deltas.extend(all(Delta::Added, place));
                deltas.push(Delta::Common);
                deltas.extend(all(Delta::Added, new.len() - place - 1));
            }
            None => {
                deltas.push(Delta::Removed);
                deltas.extend(all(Delta::Added, new.len()));
            }
        },
        _ => {
            let (upper, lower) = old.split_at(old.len() / 2);
            let forward = kept(upper, new);
            let reversed = |lines: &[u32]| lines.iter().rev().copied().collect::<Vec<u32>>();
            let backward = kept(&reversed(lower), &reversed(new));
            let mut best = (0, 0);
            for (place, (above, below)) in forward.iter().zip(backward.iter().rev()).enumerate() {
                if place == 0 || above + below > best.1 {
                    best = (place, above + below);
                }
            }
            let (left, right) = new.split_at_checked(best.0).unwrap_or((new, &[]));
            align(upper, left, deltas);
            align(lower, right, deltas);
        }
    }
}

/// How many lines a longest common subsequence of `old` and each beginning of `new` has.
///
/// Crochemore, Iliopoulos, Pinzon and Reid, "A fast and practical bit-vector algorithm for the longest common subsequence
/// problem", 2001: a bit of the row is clear where the length grows.
fn kept(old: &[u32], new: &[u32]) -> Vec<u32> {
    let mut places: Vec<(u32, usize)> = new.iter().copied().enumerate().map(|(place, line)| (line, place)).collect();
    places.sort_unstable();
    let words = new.len().div_ceil(64);
    let mut row = vec![u64::MAX; words];
    let mut mask = vec![0_u64; words];
    for line in old {
        let from = places.partition_point(|(other, _)| other < line);
        let same = places.get(from..).unwrap_or_default();
        let same = same.get(..same.partition_point(|(other, _)| other == line)).unwrap_or_default();
        let Some((_, first)) = same.first() else { continue };
        for (_, place) in same {
            if let Some(word) = mask.get_mut(place / 64) {
                *word |= 1 << (place % 64);
            }
        }
        let mut carry = false;
        for (row, mask) in row.iter_mut().zip(&mut mask).skip(first / 64) {
            let (sum, over) = row.overflowing_add(*row & *mask);
            let (sum, again) = sum.overflowing_add(u64::from(carry));
            carry = over || again;
            *row = sum | (*row & !*mask);
            *mask = 0;
        }
    }
    let mut lengths = Vec::with_capacity(new.len() + 1);
    let mut length = 0;
    lengths.push(0);
    for place in 0..new.len() {
        let clear = row.get(place / 64).is_some_and(|word| word & (1 << (place % 64)) == 0);
        length += u32::from(clear);
        lengths.push(length);
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::{Delta, kept, line_diff};

    fn marks(old: &str, new: &str) -> String {
        let mark = |delta| match delta {
            Delta::Common => ' ',
            Delta::Removed => '-',
            Delta::Added => '+',
        };
        line_diff(old, new, false).iter().map(|line| format!("{}{};", mark(line.delta), line.text)).collect()
    }

    #[test]
    fn lines_are_merged() {
        assert_eq!(marks("a\nb\nc", "a\nx\nc"), " a;-b;+x; c;");
        assert_eq!(marks("", "a\nb"), "-;+a;+b;");
        assert_eq!(marks("a\nb", ""), "-a;-b;+;");
        assert_eq!(marks("a", "a"), " a;");
        assert_eq!(marks("a\nb\na", "a\na"), " a;-b; a;");
    }

    #[test]
    fn lengths_are_those_of_the_table() {
        let mut state = 7_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for _ in 0..200 {
            let (old_length, new_length, letters) = (next(90), next(200), 1 + next(9));
            let old: Vec<u32> = (0..old_length).map(|_| next(letters)).collect();
            let new: Vec<u32> = (0..new_length).map(|_| next(letters)).collect();
            let mut row = vec![0_u32; new.len() + 1];
            for line in &old {
                let before = row.clone();
                for (place, other) in new.iter().enumerate() {
                    row[place + 1] = if line == other { before[place] + 1 } else { before[place + 1].max(row[place]) };
                }
            }
            assert_eq!(kept(&old, &new), row);
        }
    }
}
