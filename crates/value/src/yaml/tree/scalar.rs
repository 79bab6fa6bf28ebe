//! Writes scalars in their styles. Lines are never folded.

use super::{
    super::TreeStyle,
    analysis::{Analysis, is_break, is_printable},
    emit::Emitter,
    output::Indicator,
};

impl Emitter<'_> {
    /// The style that a scalar gets. go-yaml v3: `yaml_emitter_select_scalar_style`.
    pub(super) fn style(&self, text: &str, wanted: TreeStyle, analysis: Analysis, simple_key: bool) -> TreeStyle {
        let in_flow = self.flow_level > 0;
        let mut style = match wanted {
            TreeStyle::Plain | TreeStyle::Flow if text.contains('\n') => TreeStyle::Literal,
            TreeStyle::Flow => TreeStyle::Plain,
            style => style,
        };
        if simple_key && analysis.multiline {
            style = TreeStyle::DoubleQuoted;
        }
        let plain = if in_flow { analysis.flow_plain } else { analysis.block_plain };
        if style == TreeStyle::Plain && (!plain || text.is_empty() && (in_flow || simple_key)) {
            style = TreeStyle::SingleQuoted;
        }
        if style == TreeStyle::SingleQuoted && !analysis.single_quoted {
            style = TreeStyle::DoubleQuoted;
        }
        let is_block = matches!(style, TreeStyle::Literal | TreeStyle::Folded);
        if is_block && (!analysis.block || in_flow || simple_key) {
            style = TreeStyle::DoubleQuoted;
        }
        style
    }

    /// Writes a scalar in a style that it allows.
    pub(super) fn scalar(&mut self, text: &str, style: TreeStyle) {
        match style {
            TreeStyle::Plain | TreeStyle::Flow => self.plain(text),
            TreeStyle::SingleQuoted => self.single_quoted(text),
            TreeStyle::DoubleQuoted => self.double_quoted(text),
            TreeStyle::Literal => self.literal(text),
            TreeStyle::Folded => self.folded(text),
        }
    }

    fn plain(&mut self, text: &str) {
        if !text.is_empty() {
            if !self.out.whitespace {
                self.out.put(b' ');
            }
            text.chars().for_each(|rune| self.out.push(rune));
            self.out.whitespace = false;
        }
        self.out.indention = false;
    }

    fn single_quoted(&mut self, text: &str) {
        self.out.indicator(b"'", Indicator::APART);
        let mut breaks = false;
        for rune in text.chars() {
            if is_break(rune) {
                if !breaks && rune == '\n' {
                    self.out.line_break();
                }
                self.out.copy_break(rune);
                breaks = true;
                continue;
            }
            if rune == ' ' {
                self.out.push(rune);
                continue;
            }
            if breaks {
                self.out.write_indent();
            }
            if rune == '\'' {
                self.out.put(b'\'');
            }
            self.out.push(rune);
            self.out.indention = false;
            breaks = false;
        }
        self.out.word(b"'");
    }

    fn double_quoted(&mut self, text: &str) {
        self.out.indicator(b"\"", Indicator::APART);
        for rune in text.chars() {
            if is_printable(rune) && !is_break(rune) && !matches!(rune, '\u{feff}' | '"' | '\\') {
                self.out.push(rune);
                continue;
            }
            let number = u32::from(rune);
            let escaped = match rune {
                '\0' => "0".to_owned(),
                '\x07' => "a".to_owned(),
                '\x08' => "b".to_owned(),
                '\t' => "t".to_owned(),
                '\n' => "n".to_owned(),
                '\x0b' => "v".to_owned(),
                '\x0c' => "f".to_owned(),
                '\r' => "r".to_owned(),
                '\x1b' => "e".to_owned(),
                '"' | '\\' => rune.to_string(),
                '\u{85}' => "N".to_owned(),
                '\u{a0}' => "_".to_owned(),
                '\u{2028}' => "L".to_owned(),
                '\u{2029}' => "P".to_owned(),
                _ if number <= 0xff => format!("x{number:02X}"),
                _ if number <= 0xffff => format!("u{number:04X}"),
                _ => format!("U{number:08X}"),
            };
            self.out.put(b'\\');
            self.out.word(escaped.as_bytes());
        }
        self.out.word(b"\"");
    }

    /// What stands behind `|` or `>`: the indentation where it cannot be seen, and what becomes of the last breaks.
    fn hints(&mut self, text: &str) {
        if text.starts_with(|rune: char| rune == ' ' || is_break(rune)) {
            self.out.indicator(b"2", Indicator::PLAIN);
        }
        let mut last = text.chars().rev();
        let (end, before) = (last.next(), last.next());
        let chomp: &[u8] = match end {
            Some(end) if is_break(end) => match before {
                None => b"+",
                Some(before) if is_break(before) => b"+",
                Some(_) => b"",
            },
            _ => b"-",
        };
        if !chomp.is_empty() {
            self.out.indicator(chomp, Indicator::PLAIN);
        }
        // The comment of the line stands here, and ends it.
        if self.line.is_empty() {
            self.out.line_break();
        } else {
            self.line_comment();
        }
        self.out.whitespace = true;
    }

    fn literal(&mut self, text: &str) {
        self.out.indicator(b"|", Indicator::APART);
        self.hints(text);
        let mut breaks = true;
        for rune in text.chars() {
            if is_break(rune) {
                self.out.copy_break(rune);
                breaks = true;
                continue;
            }
            if breaks {
                self.out.write_indent();
            }
            self.out.push(rune);
            self.out.indention = false;
            breaks = false;
        }
    }

    fn folded(&mut self, text: &str) {
        self.out.indicator(b">", Indicator::APART);
        self.hints(text);
        // go-yaml looks at the breaks that begin the text, wherever it is.
        let behind_breaks = text.chars().find(|rune| !is_break(*rune));
        let text_follows = behind_breaks.is_some_and(|rune| !matches!(rune, ' ' | '\t' | '\0'));
        let (mut breaks, mut leading_spaces) = (true, true);
        for rune in text.chars() {
            if is_break(rune) {
                if !breaks && !leading_spaces && rune == '\n' && text_follows {
                    self.out.line_break();
                }
                self.out.copy_break(rune);
                breaks = true;
                continue;
            }
            if breaks {
                self.out.write_indent();
                leading_spaces = matches!(rune, ' ' | '\t');
            }
            self.out.push(rune);
            self.out.indention = false;
            breaks = false;
        }
    }
}
