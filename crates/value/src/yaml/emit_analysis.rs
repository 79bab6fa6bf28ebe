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
            b'a'..=b'z' | b'A'..=b'Z' | b'-'..=b'9' | b'_' => {
                // A colon before one of these is part of the text.
            }
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
        let mut seen = Seen { indicators: text.starts_with("---") || text.starts_with("..."), ..Seen::default() };
        let mut chars = text.chars().peekable();
        let mut previous = None;
        while let Some(rune) = chars.next() {
            let before_blank = matches!(chars.peek(), None | Some(' ' | '\t'));
            seen.indicators |= match rune {
                ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                    previous.is_none()
                }
                '?' | '-' => previous.is_none() && before_blank,
                ':' => before_blank,
                '#' => previous.is_none_or(|rune| matches!(rune, ' ' | '\t' | '\0') || is_break(rune)),
                _ => false,
            };
            if rune == '\t' && dialect == Dialect::V3 {
                seen.tab = true;
            } else if !is_printable(rune) {
                seen.special = true;
            }
            if rune == ' ' {
                seen.blank_at_start |= previous.is_none();
                seen.blank_at_end |= chars.peek().is_none();
                seen.blank_after_break |= previous.is_some_and(is_break);
            } else if is_break(rune) {
                seen.breaks = true;
                seen.break_after_blank |= previous == Some(' ');
            }
            previous = Some(rune);
        }
        seen
    }
}

/// A line break of YAML 1.1.
pub(super) fn is_break(rune: char) -> bool {
    matches!(rune, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes as it is: nothing above U+FFFF.
pub(super) fn is_printable(rune: char) -> bool {
    matches!(rune, '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}
