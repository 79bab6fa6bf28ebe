//! Cuts a template text into items: plain text, and what stands between `{{` and `}}`.
//!
//! Source of the rules: Go `text/template/parse/lex.go`.

use bstr::ByteSlice;
use memchr::{memchr, memchr_iter};
use value::{
    decode_rune,
    quote::quote,
    unicode::{is_digit, is_letter, is_print},
};

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Error,
    Bool,
    /// A printable ASCII character without a meaning of its own, such as `,`.
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    // The keywords, which come last.
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A part of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// The bytes of this part.
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// One item, with the line that it begins on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    pub(crate) line: u32,
}

impl Item {
    pub(crate) const NONE: Item = Item { kind: Kind::Error, span: Span { start: 0, end: 0 }, line: 0 };
}

/// Which words are keywords only as long as no function has their name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoopWords {
    pub(crate) break_ok: bool,
    pub(crate) continue_ok: bool,
}

/// The lexer. After an error it is not to be asked again.
pub(crate) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    /// Where the item that is being read began, and on which line.
    start: usize,
    line: u32,
    start_line: u32,
    parens: u32,
    inside_action: bool,
    words: LoopWords,
    /// What the item of [`Kind::Error`] says.
    message: String,
}

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// The dash of a trim marker and the space beside it.
const MARKER: usize = 2;

impl<'t> Lexer<'t> {
    /// A lexer at the start of `text`, which is shorter than 4 GiB.
    pub(crate) fn new(text: &'t [u8], words: LoopWords) -> Lexer<'t> {
        Lexer {
            text,
            at: 0,
            start: 0,
            line: 1,
            start_line: 1,
            parens: 0,
            inside_action: false,
            words,
            message: String::new(),
        }
    }

    /// The item as error messages show it.
    pub(crate) fn show(&self, item: Item) -> String {
        let text = item.span.of(self.text);
        match item.kind {
            Kind::Eof => "EOF".into(),
            Kind::Error => self.message.clone(),
            kind if kind >= Kind::Block => format!("<{}>", lossy(text)),
            _ if text.len() > 10 => {
                let mut length = 0;
                for _ in 0..10 {
                    length += decode_rune(text.get(length..).unwrap_or_default()).map_or(0, |(_, size)| size);
                }
                format!("{}...", quote(text.get(..length).unwrap_or(text)))
            }
            _ => quote(text),
        }
    }

    /// The next item.
    pub(crate) fn next_item(&mut self) -> Item {
        if self.inside_action {
            return self.action();
        }
        loop {
            if let Some(item) = self.outside() {
                return item;
            }
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.text.get(self.at + offset).copied()
    }

    fn item(&mut self, kind: Kind) -> Item {
        let span = Span { start: self.start as u32, end: self.at as u32 };
        let item = Item { kind, span, line: self.start_line };
        self.start = self.at;
        self.start_line = self.line;
        item
    }

    /// Skips what lies between the start of the item and here.
    fn ignore(&mut self) {
        self.count_lines();
        self.start = self.at;
        self.start_line = self.line;
    }

    fn count_lines(&mut self) {
        let passed = self.text.get(self.start..self.at).unwrap_or_default();
        self.line += memchr_iter(b'\n', passed).count() as u32;
    }

    fn error(&mut self, message: impl Into<String>) -> Item {
        self.message = message.into();
        let span = Span { start: self.start as u32, end: self.start as u32 };
        self.at = self.text.len();
        Item { kind: Kind::Error, span, line: self.start_line }
    }

    /// Text up to the next action, or the start of the action. Nothing after a comment.
    fn outside(&mut self) -> Option<Item> {
        let Some(offset) = find(self.rest(), LEFT) else {
            self.at = self.text.len();
            if self.at == self.start {
                return Some(self.item(Kind::Eof));
            }
            self.count_lines();
            return Some(self.item(Kind::Text));
        };
        if offset > 0 {
            self.at += offset;
            let after = self.text.get(self.at + LEFT.len()..).unwrap_or_default();
            let passed = self.text.get(self.start..self.at).unwrap_or_default();
            let trimmed = if has_left_marker(after) { trailing_space(passed) } else { 0 };
            self.at -= trimmed;
            self.count_lines();
            let item = self.item(Kind::Text);
            self.at += trimmed;
            self.ignore();
            if item.span.start < item.span.end {
                return Some(item);
            }
        }
        self.at += LEFT.len();
        let marker = if has_left_marker(self.rest()) { MARKER } else { 0 };
        if self.text.get(self.at + marker..).unwrap_or_default().starts_with(b"/*") {
            self.at += marker;
            self.ignore();
            return self.comment();
        }
        let item = self.item(Kind::LeftDelim);
        self.inside_action = true;
        self.at += marker;
        self.ignore();
        self.parens = 0;
        Some(item)
    }

    fn comment(&mut self) -> Option<Item> {
        self.at += 2;
        let Some(offset) = find(self.rest(), b"*/") else {
            return Some(self.error("unclosed comment"));
        };
        self.at += offset + 2;
        let Some(trims) = self.at_right() else {
            return Some(self.error("comment ends before closing delimiter"));
        };
        self.ignore();
        if trims {
            self.at += MARKER;
        }
        self.at += RIGHT.len();
        if trims {
            self.at += leading_space(self.rest());
        }
        self.ignore();
        None
    }

    /// Whether a right delimiter is here, and if so whether it trims.
    fn at_right(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_marker(rest) && rest.get(MARKER..).unwrap_or_default().starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn right_delim(&mut self, trims: bool) -> Item {
        if trims {
            self.at += MARKER;
            self.ignore();
        }
        self.at += RIGHT.len();
        let item = self.item(Kind::RightDelim);
        if trims {
            self.at += leading_space(self.rest());
            self.ignore();
        }
        self.inside_action = false;
        item
    }

    fn action(&mut self) -> Item {
        if let Some(trims) = self.at_right() {
            if self.parens == 0 {
                return self.right_delim(trims);
            }
            return self.error("unclosed left paren");
        }
        let Some((rune, size)) = decode_rune(self.rest()) else {
            return self.error("unclosed action");
        };
        if is_space(rune) {
            return self.space();
        }
        self.at += size;
        match rune {
            '=' => self.item(Kind::Assign),
            ':' => self.declare(),
            '|' => self.item(Kind::Pipe),
            '"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            '\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            '`' => self.raw_quoted(),
            '$' => self.field_or_variable(Kind::Variable, Kind::Variable),
            '.' if !self.byte(0).is_some_and(|byte| byte.is_ascii_digit()) && self.at < self.text.len() => {
                self.field_or_variable(Kind::Field, Kind::Dot)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.at -= size;
                self.number()
            }
            _ if is_alphanumeric(rune) => {
                self.at -= size;
                self.identifier()
            }
            '(' => {
                self.parens += 1;
                self.item(Kind::LeftParen)
            }
            ')' => match self.parens.checked_sub(1) {
                Some(parens) => {
                    self.parens = parens;
                    self.item(Kind::RightParen)
                }
                None => self.error("unexpected right paren"),
            },
            _ if rune.is_ascii() && is_print(rune) => self.item(Kind::Char),
            _ => self.error(format!("unrecognized character in action: {}", sharp_unicode(rune))),
        }
    }

    fn declare(&mut self) -> Item {
        if self.byte(0) != Some(b'=') {
            // What follows has been read when the complaint is made; a line break there does not count.
            return self.error("expected :=");
        }
        self.at += 1;
        self.item(Kind::Declare)
    }

    fn space(&mut self) -> Item {
        let length = leading_space(self.rest());
        let spaces = self.rest().get(..length).unwrap_or_default();
        self.at += length;
        let last = self.text.get(self.at - 1..).unwrap_or_default();
        let trims = has_right_marker(last) && last.get(MARKER..).unwrap_or_default().starts_with(RIGHT);
        let mut lines = spaces.iter().filter(|&&byte| byte == b'\n').count() as u32;
        if trims {
            self.at -= 1;
            lines -= u32::from(spaces.last() == Some(&b'\n'));
            if length == 1 {
                return self.right_delim(true);
            }
        }
        self.line += lines;
        self.item(Kind::Space)
    }

    fn quoted(&mut self, mark: u8, kind: Kind, unterminated: &str) -> Item {
        loop {
            match self.byte(0) {
                None | Some(b'\n') => return self.error(unterminated),
                Some(b'\\') if matches!(self.byte(1), None | Some(b'\n')) => return self.error(unterminated),
                Some(b'\\') => self.at += 2,
                Some(byte) => {
                    self.at += 1;
                    if byte == mark {
                        return self.item(kind);
                    }
                }
            }
        }
    }

    fn raw_quoted(&mut self) -> Item {
        match memchr(b'`', self.rest()) {
            Some(offset) => {
                self.at += offset + 1;
                let passed = self.text.get(self.start..self.at).unwrap_or_default();
                self.line += memchr_iter(b'\n', passed).count() as u32;
                self.item(Kind::RawString)
            }
            None => self.error("unterminated raw quoted string"),
        }
    }

    /// Behind a `.` or `$`. `alone` is what the character is if no name follows.
    fn field_or_variable(&mut self, kind: Kind, alone: Kind) -> Item {
        if self.at_terminator() {
            return self.item(alone);
        }
        let after = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(after);
        }
        self.item(kind)
    }

    fn identifier(&mut self) -> Item {
        let after = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(after);
        }
        let word = self.text.get(self.start..self.at).unwrap_or_default();
        let kind = match word {
            b"block" => Kind::Block,
            b"break" if self.words.break_ok => Kind::Break,
            b"continue" if self.words.continue_ok => Kind::Continue,
            b"define" => Kind::Define,
            b"else" => Kind::Else,
            b"end" => Kind::End,
            b"if" => Kind::If,
            b"nil" => Kind::Nil,
            b"range" => Kind::Range,
            b"template" => Kind::Template,
            b"with" => Kind::With,
            b"true" | b"false" => Kind::Bool,
            _ => Kind::Identifier,
        };
        self.item(kind)
    }

    /// Skips letters, digits and underscores; gives the rune behind them.
    fn skip_alphanumeric(&mut self) -> Option<char> {
        loop {
            let ascii = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            self.at += self.rest().iter().take_while(|byte| ascii(byte)).count();
            match decode_rune(self.rest()) {
                Some((rune, size)) if is_alphanumeric(rune) => self.at += size,
                other => return other.map(|(rune, _)| rune),
            }
        }
    }

    fn bad_character(&mut self, rune: Option<char>) -> Item {
        // At the end of the text every name is terminated, so there is a rune.
        self.error(format!("bad character {}", rune.map_or_else(String::new, sharp_unicode)))
    }

    fn at_terminator(&self) -> bool {
        match self.byte(0) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            _ => self.rest().starts_with(RIGHT),
        }
    }

    fn number(&mut self) -> Item {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.byte(0), Some(b'+' | b'-')) {
            // A complex constant: no spaces, `i` at the end.
            if !self.scan_number() || self.text.get(self.at - 1) != Some(&b'i') {
                return self.bad_number();
            }
            return self.item(Kind::Complex);
        }
        self.item(Kind::Number)
    }

    fn bad_number(&mut self) -> Item {
        let text = self.text.get(self.start..self.at).unwrap_or_default();
        let message = format!("bad number syntax: {}", quote(text));
        self.error(message)
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits.len() {
            11 => b"eE",
            23 => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        match decode_rune(self.rest()) {
            Some((rune, size)) if is_alphanumeric(rune) => {
                self.at += size;
                false
            }
            _ => true,
        }
    }

    fn accept(&mut self, set: &[u8]) -> bool {
        let accepted = self.byte(0).is_some_and(|byte| set.contains(&byte));
        self.at += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, set: &[u8]) {
        while self.accept(set) {}
    }
}

/// Whether a text has an action or a comment.
pub(crate) fn has_action(text: &[u8]) -> bool {
    find(text, LEFT).is_some()
}

/// Where `needle`, two bytes, first occurs.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let &first = needle.first()?;
    let mut from = 0;
    loop {
        from += text.get(from..)?.find_byte(first)?;
        if text.get(from..)?.starts_with(needle) {
            return Some(from);
        }
        from += 1;
    }
}

fn is_space(rune: char) -> bool {
    matches!(rune, ' ' | '\t' | '\r' | '\n')
}

/// Go's `isAlphaNumeric`: letters, decimal digits, underscore.
fn is_alphanumeric(rune: char) -> bool {
    if rune.is_ascii() {
        return rune == '_' || rune.is_ascii_alphanumeric();
    }
    is_letter(rune) || is_digit(rune)
}

fn has_left_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}

fn has_right_marker(text: &[u8]) -> bool {
    matches!(text, [b' ' | b'\t' | b'\r' | b'\n', b'-', ..])
}

fn leading_space(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| is_space(char::from(byte))).count()
}

fn trailing_space(text: &[u8]) -> usize {
    text.iter().rev().take_while(|&&byte| is_space(char::from(byte))).count()
}

/// Go's `%#U`.
fn sharp_unicode(rune: char) -> String {
    let code = format!("U+{:04X}", u32::from(rune));
    if is_print(rune) { format!("{code} '{rune}'") } else { code }
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
