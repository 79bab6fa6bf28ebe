//! Go's `unicode` package, whose tables are those of Unicode 15.0: classes of characters, and simple case mappings.

use std::cmp::Ordering;

use unicode_general_category::{GeneralCategory, get_general_category};
pub(crate) use value::unicode::is_letter;

/// Characters that have a class or a case mapping in later versions of Unicode only.
const NEWER: [(u32, u32); 33] = [
    (0x1b4e, 0x1b4f),
    (0x1b7f, 0x1b7f),
    (0x1c89, 0x1c8a),
    (0xa7cb, 0xa7cf),
    (0xa7d2, 0xa7d2),
    (0xa7d4, 0xa7d4),
    (0xa7da, 0xa7dc),
    (0x105c0, 0x105f3),
    (0x10d40, 0x10d65),
    (0x10d6e, 0x10d85),
    (0x10ec2, 0x10ec4),
    (0x11380, 0x11389),
    (0x1138b, 0x1138b),
    (0x1138e, 0x1138e),
    (0x11390, 0x113b5),
    (0x113b7, 0x113b7),
    (0x113d1, 0x113d1),
    (0x113d3, 0x113d5),
    (0x113d7, 0x113d8),
    (0x116d0, 0x116e3),
    (0x11bc0, 0x11be1),
    (0x11bf0, 0x11bf9),
    (0x13460, 0x143fa),
    (0x16100, 0x1611d),
    (0x16130, 0x16139),
    (0x16d40, 0x16d79),
    (0x16ea0, 0x16ed3),
    (0x18cff, 0x18cff),
    (0x1ccf0, 0x1ccf9),
    (0x1e5d0, 0x1e5ed),
    (0x1e5f0, 0x1e5fa),
    (0x1e5ff, 0x1e5ff),
    (0x2ebf0, 0x2ee5d),
];

/// `unicode.IsSpace`.
pub(crate) fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}

/// `unicode.IsUpper`.
pub(crate) fn is_upper(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_uppercase() } else { category(rune) == GeneralCategory::UppercaseLetter }
}

/// `unicode.IsLower`.
pub(crate) fn is_lower(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_lowercase() } else { category(rune) == GeneralCategory::LowercaseLetter }
}

/// `unicode.IsTitle`.
pub(crate) fn is_title(rune: char) -> bool {
    category(rune) == GeneralCategory::TitlecaseLetter
}

/// `unicode.IsNumber`.
pub(crate) fn is_number(rune: char) -> bool {
    use GeneralCategory::{DecimalNumber, LetterNumber, OtherNumber};
    if rune.is_ascii() {
        return rune.is_ascii_digit();
    }
    matches!(category(rune), DecimalNumber | LetterNumber | OtherNumber)
}

/// `unicode.IsPunct`.
pub(crate) fn is_punct(rune: char) -> bool {
    matches!(
        category(rune),
        GeneralCategory::ConnectorPunctuation
            | GeneralCategory::DashPunctuation
            | GeneralCategory::OpenPunctuation
            | GeneralCategory::ClosePunctuation
            | GeneralCategory::InitialPunctuation
            | GeneralCategory::FinalPunctuation
            | GeneralCategory::OtherPunctuation
    )
}

/// `unicode.ToUpper`: one character for one.
pub(crate) fn to_upper(rune: char) -> char {
    match rune {
        _ if rune.is_ascii() => rune.to_ascii_uppercase(),
        // Their capitals are characters of Unicode 16.
        '\u{19b}' | '\u{264}' | '\u{a7d3}' | '\u{a7d5}' => rune,
        // Greek letters with an iota, whose full mapping is two characters.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(rune, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(rune, 9),
        _ if is_newer(rune) => rune,
        _ => single(rune, rune.to_uppercase()),
    }
}

/// `unicode.ToLower`: one character for one.
pub(crate) fn to_lower(rune: char) -> char {
    match rune {
        _ if rune.is_ascii() => rune.to_ascii_lowercase(),
        '\u{130}' => 'i',
        _ if is_newer(rune) => rune,
        _ => single(rune, rune.to_lowercase()),
    }
}

/// `unicode.ToTitle`: one character for one.
pub(crate) fn to_title(rune: char) -> char {
    match rune {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has capitals, but no title case.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => rune,
        _ => to_upper(rune),
    }
}

fn category(rune: char) -> GeneralCategory {
    if is_newer(rune) { GeneralCategory::Unassigned } else { get_general_category(rune) }
}

fn is_newer(rune: char) -> bool {
    let rune = u32::from(rune);
    let place = |&(first, last): &(u32, u32)| match () {
        () if last < rune => Ordering::Less,
        () if first > rune => Ordering::Greater,
        () => Ordering::Equal,
    };
    NEWER.binary_search_by(place).is_ok()
}

fn single(rune: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(mapped), None) => mapped,
        _ => rune,
    }
}

fn shifted(rune: char, by: u32) -> char {
    char::from_u32(u32::from(rune) + by).unwrap_or(rune)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_characters_are_in_order() {
        assert!(NEWER.is_sorted());
        assert!(NEWER.iter().all(|(first, last)| first <= last));
    }

    #[test]
    fn characters_of_later_unicode_versions_have_no_class_and_no_case() {
        assert!(!is_upper('\u{1c89}') && !is_letter('\u{105c0}') && !is_lower('\u{10d70}'));
        assert_eq!(to_upper('\u{1c8a}'), '\u{1c8a}');
        assert_eq!(to_lower('\u{a7dc}'), '\u{a7dc}');
    }

    #[test]
    fn full_mappings_are_not_used() {
        assert_eq!("ßŉǰΐ".chars().map(to_upper).collect::<String>(), "ßŉǰΐ");
        assert_eq!(to_upper('\u{1f80}'), '\u{1f88}');
        assert_eq!(to_lower('İ'), 'i');
        assert_eq!("ǆა".chars().map(to_title).collect::<String>(), "ǅა");
    }
}
