//! In which styles a text can be written. go-yaml v3: `yaml_emitter_analyze_scalar`.

pub(super) use crate::yaml::emit_analysis::{is_break, is_printable};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Analysis {
    pub(super) multiline: bool,
    pub(super) flow_plain: bool,
    pub(super) block_plain: bool,
    pub(super) single_quoted: bool,
    pub(super) block: bool,
}

fn is_blank(rune: char) -> bool {
    matches!(rune, ' ' | '\t')
}

pub(super) fn analyze(text: &str) -> Analysis {
    if text.is_empty() {
        return Analysis { block_plain: true, single_quoted: true, ..Analysis::default() };
    }
    let marks = text.starts_with("---") || text.starts_with("...");
    let (mut block_indicators, mut flow_indicators) = (marks, marks);
    let (mut breaks, mut special, mut tabs) = (false, false, false);
    let (mut break_space, mut space_break) = (false, false);
    let mut previous: Option<char> = None;
    let mut runes = text.chars().peekable();
    while let Some(rune) = runes.next() {
        let followed = runes.peek().is_none_or(|next| is_blank(*next));
        let preceded = previous.is_none_or(|before| is_blank(before) || is_break(before) || before == '\0');
        let (flow, block) = indicators(rune, previous.is_none(), followed, preceded);
        flow_indicators |= flow;
        block_indicators |= block;
        if rune == '\t' {
            tabs = true;
        } else if !is_printable(rune) {
            special = true;
        }
        if rune == ' ' {
            break_space |= previous.is_some_and(is_break);
        } else if is_break(rune) {
            breaks = true;
            space_break |= previous == Some(' ');
        }
        previous = Some(rune);
    }
    let edge = |rune: Option<char>| rune.is_some_and(|rune| rune == ' ' || is_break(rune));
    let edges = edge(text.chars().next()) || edge(previous);
    let unquotable = space_break || tabs || special;
    let plain = !(edges || break_space || unquotable || breaks);
    Analysis {
        multiline: breaks,
        flow_plain: plain && !flow_indicators,
        block_plain: plain && !block_indicators,
        single_quoted: !(break_space || unquotable),
        block: !(previous == Some(' ') || space_break || special),
    }
}

/// Whether a character would begin something else: in flow collections, and in blocks.
fn indicators(rune: char, first: bool, followed: bool, preceded: bool) -> (bool, bool) {
    match rune {
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' if first => {
            (true, true)
        }
        '?' | ':' if first => (true, followed),
        '-' if first && followed => (true, true),
        ',' | '?' | '[' | ']' | '{' | '}' if !first => (true, false),
        ':' if !first => (true, followed),
        '#' if !first && preceded => (true, true),
        _ => (false, false),
    }
}
