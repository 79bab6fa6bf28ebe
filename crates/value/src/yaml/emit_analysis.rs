//! In which styles a text can be written.

use super::{emit::Dialect, emit_resolve::needs_quotes};

/// What a look at a text tells about writing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quick {
    /// It can be written plain; it has no blanks.
    Word,
    /// It can be written plain; a long line may be folded at its blanks.
    Words,
    /// It takes a full [`Analysis`].
    Unclear,
}

/// Recognises most of the texts that are written plain: printable ASCII without indicators.
pub(super) fn quick(text: &[u8], dialect: Dialect) -> Quick {
    let (first, second) = match text {
        [] => return Quick::Unclear,
        [first, second, ..] => (*first, *second),
        [first] => (*first, b' '),
    };
    match first {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'$' | b'_' | b'(' | b'+' | b'=' | b'<' | b';' | b'~' => {}
        b'-' if second != b' ' && second != b'-' => {}
        b'-' if second == b'-' && text.get(2).is_some_and(|third| *third != b'-') => {}
        _ => return Quick::Unclear,
    }
    let mut previous = first;
    let mut blanks = false;
    for &byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'-'..=b'9' | b'_' => {}
            b' ' => {
                if previous == b':' {
                    return Quick::Unclear;
                }
                blanks = true;
            }
            b'#' if previous == b' ' => return Quick::Unclear,
            b'!'..=b'~' => {}
            _ => return Quick::Unclear,
        }
        previous = byte;
    }
    if matches!(previous, b' ' | b':') || needs_quotes(text, dialect) {
        Quick::Unclear
    } else if blanks {
        Quick::Words
    } else {
        Quick::Word
    }
}

/// Which styles a text allows (go-yaml: `yaml_emitter_analyze_scalar`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Analysis {
    /// It has line breaks, U+2028 and U+2029 included.
    pub(super) multiline: bool,
    /// It may be written plain.
    pub(super) plain: bool,
    /// It may be written in single quotes.
    pub(super) single_quoted: bool,
    /// It may be written as a literal block.
    pub(super) block: bool,
}

/// Looks at a whole text.
pub(super) fn analyze(text: &str, dialect: Dialect) -> Analysis {
    let seen = Seen::of(text, dialect);
    if text.is_empty() {
        return Analysis { multiline: false, plain: true, single_quoted: true, block: false };
    }
    let unquotable = seen.blank_after_break || seen.break_after_blank || seen.special || seen.tab;
    Analysis {
        multiline: seen.breaks,
        plain: !(unquotable || seen.breaks || seen.indicators || seen.blank_at_end || seen.blank_at_start),
        single_quoted: !unquotable,
        block: !(seen.blank_at_end || seen.break_after_blank || seen.special),
    }
}

/// What occurs in a text.
#[derive(Default)]
struct Seen {
    /// Something that would start another kind of node.
    indicators: bool,
    breaks: bool,
    /// A character that only an escape can write.
    special: bool,
    /// A tab, which version 3 allows in blocks.
    tab: bool,
    blank_at_start: bool,
    blank_at_end: bool,
    blank_after_break: bool,
    break_after_blank: bool,
}

impl Seen {
    fn of(text: &str, dialect: Dialect) -> Seen {
        let mut seen = Seen { indicators: starts_with_indicator(text), ..Seen::default() };
        let mut rest = text;
        let mut previous = None;
        loop {
            let ordinary = rest.bytes().position(matters).unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(ordinary).unwrap_or_default();
            previous = run.bytes().next_back().map(char::from).or(previous);
            let mut chars = after.chars();
            let Some(rune) = chars.next() else { return seen };
            rest = chars.as_str();
            seen.note(previous, rune, chars.next(), dialect);
            previous = Some(rune);
        }
    }

    /// Takes in a character that matters and the ones beside it.
    fn note(&mut self, previous: Option<char>, rune: char, next: Option<char>, dialect: Dialect) {
        match rune {
            ':' => self.indicators |= matches!(next, None | Some(' ' | '\t')),
            '#' => self.indicators |= previous.is_none_or(|rune| matches!(rune, ' ' | '\t' | '\0') || is_break(rune)),
            ' ' => {
                self.blank_at_start |= previous.is_none();
                self.blank_at_end |= next.is_none();
                self.blank_after_break |= previous.is_some_and(is_break);
            }
            '\t' if dialect == Dialect::V3 => self.tab = true,
            _ => {
                self.special |= !is_printable(rune);
                if is_break(rune) {
                    self.breaks = true;
                    self.break_after_blank |= previous == Some(' ');
                }
            }
        }
    }
}

/// Whether the start of the text reads as the start of something else than a plain text.
fn starts_with_indicator(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        Some('#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`') => true,
        Some('?' | '-') if matches!(chars.next(), None | Some(' ' | '\t')) => true,
        _ => text.starts_with("---") || text.starts_with("..."),
    }
}

/// Whether a byte can be more than a part of the text.
fn matters(byte: u8) -> bool {
    matches!(byte, b' ' | b':' | b'#') || !(0x21..=0x7e).contains(&byte)
}

/// A line break of YAML 1.1.
pub(super) fn is_break(rune: char) -> bool {
    matches!(rune, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes as it is: nothing above U+FFFF.
pub(super) fn is_printable(rune: char) -> bool {
    matches!(rune, '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}
