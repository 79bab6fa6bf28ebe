//! Layouts: texts that show how the reference time, `Mon Jan 2 15:04:05 MST 2006`, would be written.

/// An element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    ShortMonth,
    Month { padded: bool },
    LongWeekday,
    ShortWeekday,
    Day(Padding),
    DayOfYear(Padding),
    Hour24,
    Hour12 { padded: bool },
    Minute { padded: bool },
    Second { padded: bool },
    LongYear,
    ShortYear,
    Noon { upper: bool },
    Zone,
    Offset(Offset),
    Fraction(Fraction),
}

/// How a number is filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    None,
    Blank,
    Zero,
}

/// A numeric zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// `Z` stands for UTC.
    pub(super) z: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
    pub(super) colon: bool,
}

/// The digits after the seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) digits: usize,
    /// Trailing zeros are left out.
    pub(super) trim: bool,
    pub(super) separator: u8,
}

/// A layout cut at its first element.
pub(super) struct Chunk<'l> {
    pub(super) prefix: &'l [u8],
    pub(super) element: Option<Element>,
    /// How the element is written.
    pub(super) text: &'l [u8],
    pub(super) suffix: &'l [u8],
}

/// Finds the first element. Go: `nextStdChunk`.
pub(super) fn next_chunk(layout: &[u8]) -> Chunk<'_> {
    for at in 0..layout.len() {
        let (prefix, rest) = layout.split_at_checked(at).unwrap_or_default();
        if let Some((skip, element, length)) = element_at(rest) {
            let prefix = layout.get(..prefix.len() + skip).unwrap_or_default();
            let (text, suffix) = rest.get(skip..).and_then(|rest| rest.split_at_checked(length)).unwrap_or_default();
            return Chunk { prefix, element: Some(element), text, suffix };
        }
    }
    Chunk { prefix: layout, element: None, text: b"", suffix: b"" }
}

/// The element that a text starts with: how much comes before it, what it is, how long it is.
fn element_at(text: &[u8]) -> Option<(usize, Element, usize)> {
    let at_once = |element, length| Some((0, element, length));
    match text {
        [b'J', ..] | [b'M', ..] => {
            let (element, length) = name_at(text)?;
            at_once(element, length)
        }
        [b'0', b'1', ..] => at_once(Element::Month { padded: true }, 2),
        [b'0', b'2', ..] => at_once(Element::Day(Padding::Zero), 2),
        [b'0', b'3', ..] => at_once(Element::Hour12 { padded: true }, 2),
        [b'0', b'4', ..] => at_once(Element::Minute { padded: true }, 2),
        [b'0', b'5', ..] => at_once(Element::Second { padded: true }, 2),
        [b'0', b'6', ..] => at_once(Element::ShortYear, 2),
        [b'0', b'0', b'2', ..] => at_once(Element::DayOfYear(Padding::Zero), 3),
        [b'1', b'5', ..] => at_once(Element::Hour24, 2),
        [b'1', ..] => at_once(Element::Month { padded: false }, 1),
        [b'2', b'0', b'0', b'6', ..] => at_once(Element::LongYear, 4),
        [b'2', ..] => at_once(Element::Day(Padding::None), 1),
        // The underscore before a year stands for itself.
        [b'_', b'2', b'0', b'0', b'6', ..] => Some((1, Element::LongYear, 4)),
        [b'_', b'2', ..] => at_once(Element::Day(Padding::Blank), 2),
        [b'_', b'_', b'2', ..] => at_once(Element::DayOfYear(Padding::Blank), 3),
        [b'3', ..] => at_once(Element::Hour12 { padded: false }, 1),
        [b'4', ..] => at_once(Element::Minute { padded: false }, 1),
        [b'5', ..] => at_once(Element::Second { padded: false }, 1),
        [b'P', b'M', ..] => at_once(Element::Noon { upper: true }, 2),
        [b'p', b'm', ..] => at_once(Element::Noon { upper: false }, 2),
        [b'-' | b'Z', b'0', b'7', ..] => {
            let (element, length) = offset_at(text);
            at_once(element, length)
        }
        [separator @ (b'.' | b','), digit @ (b'0' | b'9'), ..] => {
            let digits = text.iter().skip(1).take_while(|byte| *byte == digit).count();
            if text.get(digits + 1).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            let fraction = Fraction { digits: digits & 0xfff, trim: *digit == b'9', separator: *separator };
            at_once(Element::Fraction(fraction), digits + 1)
        }
        _ => None,
    }
}

/// The name of a month, of a weekday or of a zone.
fn name_at(text: &[u8]) -> Option<(Element, usize)> {
    let ends = |rest: &[u8]| !rest.first().is_some_and(u8::is_ascii_lowercase);
    match text {
        _ if text.starts_with(b"January") => Some((Element::LongMonth, 7)),
        [b'J', b'a', b'n', rest @ ..] if ends(rest) => Some((Element::ShortMonth, 3)),
        _ if text.starts_with(b"Monday") => Some((Element::LongWeekday, 6)),
        [b'M', b'o', b'n', rest @ ..] if ends(rest) => Some((Element::ShortWeekday, 3)),
        [b'M', b'S', b'T', ..] => Some((Element::Zone, 3)),
        _ => None,
    }
}

/// The numeric zone that starts with `-07` or `Z07`.
fn offset_at(text: &[u8]) -> (Element, usize) {
    let z = text.first() == Some(&b'Z');
    let rest = text.get(3..).unwrap_or_default();
    let (minutes, seconds, colon, length) = match rest {
        _ if rest.starts_with(b"0000") => (true, true, false, 7),
        _ if rest.starts_with(b":00:00") => (true, true, true, 9),
        _ if rest.starts_with(b"00") => (true, false, false, 5),
        _ if rest.starts_with(b":00") => (true, false, true, 6),
        _ => (false, false, false, 3),
    };
    (Element::Offset(Offset { z, minutes, seconds, colon }), length)
}
