//! Unicode as Go 1.26 has it (15.0): categories, scripts, and letters that differ in case alone.
//!
//! The tables are text; a line is read when a pattern asks for its name.

use std::{cell::RefCell, collections::HashMap, sync::OnceLock};

use crate::class::RuneSet;

const CATEGORIES: &str = include_str!("categories.txt");
const FOLDS: &str = include_str!("fold.txt");

thread_local! {
    static READ: RefCell<HashMap<String, RuneSet>> = RefCell::default();
}

/// The set that `\p{name}` stands for. Go: `regexp/syntax.unicodeTable`.
pub(crate) fn named_set(name: &str) -> Option<RuneSet> {
    let name = canonical(name);
    if let Some(set) = READ.with_borrow(|read| read.get(&name).cloned()) {
        return Some(set);
    }
    let set = read_set(&name)?;
    READ.with_borrow_mut(|read| read.insert(name, set.clone()));
    Some(set)
}

fn read_set(name: &str) -> Option<RuneSet> {
    let mut set = RuneSet::default();
    match name {
        "Any" => set.push(0, RuneSet::MAX),
        "Ascii" => set.push(0, 0x7f),
        "Assigned" => {
            add_table(&mut set, "Cn", 0)?;
            set = set.negated();
        }
        name => add_table(&mut set, name, 0)?,
    }
    Some(set)
}

/// Whether Go's `unicode.IsLetter` or `unicode.IsDigit` holds.
pub fn is_letter_or_digit(rune: char) -> bool {
    static SET: OnceLock<RuneSet> = OnceLock::new();
    if rune.is_ascii() {
        return rune.is_ascii_alphanumeric();
    }
    let set = SET.get_or_init(|| {
        let mut set = named_set("L").unwrap_or_default();
        set.extend(&named_set("Nd").unwrap_or_default());
        set.settle();
        set
    });
    set.contains(u32::from(rune))
}

/// The name in the form of the tables: a capital, small letters, nothing between words.
fn canonical(name: &str) -> String {
    let mut canonical = String::with_capacity(name.len());
    for letter in name.chars().filter(|letter| !matches!(letter, '_' | '-' | ' ')) {
        canonical.push(if canonical.is_empty() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
    }
    canonical
}

/// Adds the table `name`, following `=` to the tables that it is made of.
fn add_table(set: &mut RuneSet, name: &str, depth: usize) -> Option<()> {
    let ranges = CATEGORIES.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    match ranges.strip_prefix('=') {
        Some(_) if depth > 3 => return None,
        Some(parts) => parts.split('=').try_for_each(|part| add_table(set, part, depth + 1))?,
        None => ranges.split(' ').for_each(|range| {
            let (first, last, step) = read_range(range);
            match step {
                1 => set.push(first, last),
                step => (first..=last).step_by(step).for_each(|rune| set.push(rune, rune)),
            }
        }),
    }
    Some(())
}

/// Reads `first-last/step`; the latter two may be missing.
fn read_range(range: &str) -> (u32, u32, usize) {
    let number = |digits: &str| u32::from_str_radix(digits, 16).unwrap_or(0);
    let (range, step) = range.split_once('/').unwrap_or((range, "1"));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    (number(first), number(last), number(step).max(1) as usize)
}

/// Pairs of runes that differ in case alone, both ways, in order.
fn folds() -> &'static [(u32, u32)] {
    static TABLE: OnceLock<Vec<(u32, u32)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut steps = Vec::new();
        for entry in FOLDS.lines().skip(1).flat_map(str::split_whitespace) {
            let (range, distance) = entry.split_once('+').unwrap_or((entry, "0"));
            let distance = u32::from_str_radix(distance, 16).unwrap_or(0);
            let (first, last, step) = read_range(range);
            steps.extend((first..=last).step_by(step).map(|rune| (rune, rune + distance)));
        }
        steps.sort_unstable();
        // A chain of steps upwards is one group: K, k, KELVIN SIGN.
        let mut groups: Vec<Vec<u32>> = Vec::new();
        let mut ends: HashMap<u32, usize> = HashMap::new();
        for (low, high) in steps {
            let index = ends.remove(&low).unwrap_or(groups.len());
            match groups.get_mut(index) {
                Some(group) => group.push(high),
                None => groups.push(vec![low, high]),
            }
            ends.insert(high, index);
        }
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for group in &groups {
            pairs.extend(group.iter().flat_map(|&one| group.iter().map(move |&other| (one, other))));
        }
        pairs.retain(|(one, other)| one != other);
        pairs.sort_unstable();
        pairs
    })
}

/// Calls `found` with each rune that differs in case alone from one of `first..=last`.
pub(crate) fn fold_range(first: u32, last: u32, mut found: impl FnMut(u32)) {
    let table = folds();
    let start = table.partition_point(|&(rune, _)| rune < first);
    let hits = table.iter().skip(start).take_while(|&&(rune, _)| rune <= last);
    hits.for_each(|&(_, other)| found(other));
}
