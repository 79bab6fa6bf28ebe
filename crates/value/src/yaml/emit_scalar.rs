//! Writes scalars as go-yaml's emitter does.

use super::{
    emit::Dialect,
    emit_analysis::{Analysis, Quick, analyze, is_break, is_printable, quick},
    emit_resolve::needs_quotes,
    emit_writer::{Lines, WIDTH, Writer},
};
use crate::base64;

/// The longest key that is written without `?`.
const SIMPLE_KEY: usize = 128;
/// How many characters of base64 go on a line.
const BINARY_LINE: usize = 70;
const BINARY: &[u8] = b"!!binary";

/// What a key looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyForm {
    /// `key:`
    Simple,
    /// `? key` and `:` on a line of its own.
    Explicit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

impl Writer {
    /// Writes a key that is short and plain; says whether it was one.
    pub(super) fn quick_key(&mut self, text: &[u8]) -> bool {
        let quick = text.len() <= SIMPLE_KEY && quick(text, self.dialect) != Quick::Unclear;
        if quick {
            self.token(text);
        }
        quick
    }

    /// Writes a key without its colon.
    pub(super) fn key(&mut self, text: &str, indent: usize) -> KeyForm {
        let analysis = analyze(text, self.dialect);
        let form = key_form(text, analysis, 0);
        if form == KeyForm::Explicit {
            self.block_indicator(b'?');
        }
        self.styled(text, analysis, wanted_style(text, self.dialect), form, indent);
        form
    }

    /// Writes a string that is plain; says whether it was one.
    pub(super) fn quick_string(&mut self, text: &[u8], indent: usize) -> bool {
        let fits = self.dialect == Dialect::V3 || self.column + text.len() < WIDTH;
        match quick(text, self.dialect) {
            Quick::Word => self.token(text),
            Quick::Words if fits => self.token(text),
            Quick::Words => self.folded_words(text, indent),
            Quick::Unclear => return false,
        }
        true
    }

    /// As [`Writer::plain`], word by word.
    fn folded_words(&mut self, text: &[u8], indent: usize) {
        self.separate();
        let mut previous: &[u8] = b"";
        for (place, word) in text.split(|byte| *byte == b' ').enumerate() {
            if place > 0 {
                if self.is_full(Lines::Many) && !previous.is_empty() && !word.is_empty() {
                    self.indent(indent);
                } else {
                    self.put(b' ');
                }
            }
            self.out.extend_from_slice(word);
            self.column += word.len();
            self.indention &= word.is_empty();
            previous = word;
        }
        self.end_of_content();
    }

    /// Writes a string that is no key.
    pub(super) fn string(&mut self, text: &str, indent: usize) {
        let analysis = analyze(text, self.dialect);
        self.styled(text, analysis, wanted_style(text, self.dialect), KeyForm::Explicit, indent);
    }

    /// Writes bytes that are no UTF-8 as version 3 does, tagged and in base64.
    pub(super) fn binary(&mut self, bytes: &[u8], indent: usize) {
        let text = encoded(bytes);
        self.token(BINARY);
        self.styled(&text, analyze(&text, self.dialect), encoded_style(&text), KeyForm::Explicit, indent);
    }

    /// As [`Writer::binary`], for a key.
    pub(super) fn binary_key(&mut self, bytes: &[u8], indent: usize) -> KeyForm {
        let text = encoded(bytes);
        let analysis = analyze(&text, self.dialect);
        let form = key_form(&text, analysis, BINARY.len());
        if form == KeyForm::Explicit {
            self.block_indicator(b'?');
        }
        self.token(BINARY);
        self.styled(&text, analysis, encoded_style(&text), form, indent);
        form
    }

    fn styled(&mut self, text: &str, analysis: Analysis, wanted: Style, form: KeyForm, indent: usize) {
        let lines = if form == KeyForm::Simple { Lines::One } else { Lines::Many };
        let mut style = wanted;
        if style == Style::Plain && (!analysis.plain || (text.is_empty() && form == KeyForm::Simple)) {
            style = Style::SingleQuoted;
        }
        if (style == Style::SingleQuoted && !analysis.single_quoted)
            || (style == Style::Literal && (!analysis.block || form == KeyForm::Simple))
        {
            style = Style::DoubleQuoted;
        }
        match style {
            Style::Plain => self.plain(text, indent, lines),
            Style::SingleQuoted => self.single_quoted(text, indent, lines),
            Style::DoubleQuoted => self.double_quoted(text, indent, lines),
            Style::Literal => self.literal(text, indent),
        }
    }

    /// Writes text without line breaks that needs no quotes.
    fn plain(&mut self, text: &str, indent: usize, lines: Lines) {
        self.separate();
        let mut chars = text.chars().peekable();
        let mut after_blank = false;
        while let Some(rune) = chars.next() {
            if rune == ' ' && !after_blank && self.is_full(lines) && chars.peek() != Some(&' ') {
                self.indent(indent);
            } else {
                self.push(rune);
                self.indention &= rune == ' ';
            }
            after_blank = rune == ' ';
        }
        self.end_of_content();
    }

    fn single_quoted(&mut self, text: &str, indent: usize, lines: Lines) {
        self.token(b"'");
        let mut chars = text.chars().peekable();
        let (mut after_blank, mut after_break, mut at_start) = (false, false, true);
        while let Some(rune) = chars.next() {
            if rune == ' ' {
                let inside = !at_start && !matches!(chars.peek(), None | Some(' '));
                if !after_blank && inside && self.is_full(lines) {
                    self.indent(indent);
                } else {
                    self.push(rune);
                }
                after_blank = true;
            } else if is_break(rune) {
                if !after_break && rune == '\n' {
                    self.line_break();
                }
                self.push_break(rune);
                after_break = true;
            } else {
                if after_break {
                    self.indent(indent);
                }
                if rune == '\'' {
                    self.put(b'\'');
                }
                self.push(rune);
                self.indention = false;
                (after_blank, after_break) = (false, false);
            }
            at_start = false;
        }
        self.put(b'\'');
        self.end_of_content();
    }

    fn double_quoted(&mut self, text: &str, indent: usize, lines: Lines) {
        self.token(b"\"");
        // A quirk of go-yaml's `is_bom`, which looks at the start of the text.
        let escape_all = text.starts_with('\u{feff}');
        let mut chars = text.chars().peekable();
        let (mut after_blank, mut at_start) = (false, true);
        while let Some(rune) = chars.next() {
            if escape_all || !is_printable(rune) || is_break(rune) || matches!(rune, '"' | '\\') {
                self.escape(rune);
                after_blank = false;
            } else if rune == ' ' {
                let inside = !at_start && chars.peek().is_some();
                if !after_blank && inside && self.is_full(lines) {
                    self.indent(indent);
                    if chars.peek() == Some(&' ') {
                        self.put(b'\\');
                    }
                } else {
                    self.push(rune);
                }
                after_blank = true;
            } else {
                self.push(rune);
                after_blank = false;
            }
            at_start = false;
        }
        self.put(b'"');
        self.end_of_content();
    }

    fn escape(&mut self, rune: char) {
        let letter = match rune {
            '\0' => b'0',
            '\x07' => b'a',
            '\x08' => b'b',
            '\t' => b't',
            '\n' => b'n',
            '\x0b' => b'v',
            '\x0c' => b'f',
            '\r' => b'r',
            '\x1b' => b'e',
            '"' => b'"',
            '\\' => b'\\',
            '\u{85}' => b'N',
            '\u{a0}' => b'_',
            '\u{2028}' => b'L',
            '\u{2029}' => b'P',
            _ => {
                let number = u32::from(rune);
                let escaped = match number {
                    0..=0xff => format!("\\x{number:02X}"),
                    0x100..=0xffff => format!("\\u{number:04X}"),
                    _ => format!("\\U{number:08X}"),
                };
                self.out.extend_from_slice(escaped.as_bytes());
                self.column += escaped.len();
                return;
            }
        };
        self.put(b'\\');
        self.put(letter);
    }

    /// Writes a block that keeps its lines.
    fn literal(&mut self, text: &str, indent: usize) {
        self.token(b"|");
        if text.starts_with(|rune: char| rune == ' ' || is_break(rune)) {
            self.put(b'2');
        }
        let mut last = text.chars().rev();
        match (last.next().is_some_and(is_break), last.next()) {
            (false, _) => self.put(b'-'),
            (true, None) => self.put(b'+'),
            (true, Some(rune)) if is_break(rune) => self.put(b'+'),
            (true, Some(_)) => {}
        }
        self.line_break();
        self.separated = true;
        let plain_breaks = text.is_ascii();
        for line in text.split_inclusive('\n') {
            let (content, ended) = line.strip_suffix('\n').map_or((line, false), |content| (content, true));
            if plain_breaks && !content.is_empty() {
                self.literal_text(content, indent);
            } else {
                self.literal_line(content, indent);
            }
            if ended {
                self.line_break();
            }
        }
    }

    fn literal_text(&mut self, text: &str, indent: usize) {
        self.indent(indent);
        self.out.extend_from_slice(text.as_bytes());
        // Only whether there is something matters from here on.
        self.column += text.len();
        self.indention = false;
    }

    /// Writes a line of a block, which may itself have the line breaks that are not `\n`.
    fn literal_line(&mut self, line: &str, indent: usize) {
        let mut after_break = true;
        for rune in line.chars() {
            if is_break(rune) {
                self.push_break(rune);
                after_break = true;
                continue;
            }
            if after_break {
                self.indent(indent);
                after_break = false;
            }
            self.push(rune);
            self.indention = false;
        }
    }
}

/// The style that go-yaml's encoder asks for.
fn wanted_style(text: &str, dialect: Dialect) -> Style {
    if text.contains('\n') {
        Style::Literal
    } else if needs_quotes(text.as_bytes(), dialect) {
        Style::DoubleQuoted
    } else {
        Style::Plain
    }
}

fn key_form(text: &str, analysis: Analysis, tag: usize) -> KeyForm {
    if analysis.multiline || text.len() + tag > SIMPLE_KEY { KeyForm::Explicit } else { KeyForm::Simple }
}

/// Base64, in lines where it is long (go-yaml: `encodeBase64`).
fn encoded(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    base64::append_encoded(&mut text, bytes);
    if text.len() >= BINARY_LINE {
        text = text.chunks(BINARY_LINE).flat_map(|line| line.iter().chain(b"\n")).copied().collect();
    }
    String::from_utf8(text).unwrap_or_default()
}

fn encoded_style(text: &str) -> Style {
    if text.contains('\n') { Style::Literal } else { Style::Plain }
}
