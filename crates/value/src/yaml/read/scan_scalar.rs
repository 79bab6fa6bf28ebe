//! Scanning of plain and quoted scalars.

use super::{
    scan::Scanner,
    scan_tag::hex_digit,
    token::{Kind, Mark, Problem, Text, Token},
};

/// The line breaks between two parts of a scalar that goes over several lines.
#[derive(Default)]
pub(super) struct Breaks {
    /// The first one.
    pub(super) leading: Vec<u8>,
    /// The others.
    pub(super) trailing: Vec<u8>,
}

impl Breaks {
    fn read(&mut self, scanner: &mut Scanner<'_>, seen: bool) {
        scanner.cursor.read_line(if seen { &mut self.trailing } else { &mut self.leading });
    }

    /// Appends what the breaks fold to.
    fn fold(&mut self, into: &mut Vec<u8>) {
        if self.leading.first() == Some(&b'\n') {
            if self.trailing.is_empty() {
                into.push(b' ');
            }
        } else {
            into.extend_from_slice(&self.leading);
        }
        into.extend_from_slice(&self.trailing);
        self.leading.clear();
        self.trailing.clear();
    }
}

/// A scalar's text while it is scanned: a stretch of the document for as long as it reads as it stands there,
/// and then a text in the scanner's buffer.
struct Building {
    /// Where the stretch starts that is not in the buffer yet.
    start: usize,
    /// Where it ends.
    end: usize,
    /// Where the text starts in the buffer, once it is there.
    folded: Option<usize>,
}

impl Building {
    fn new(pos: usize) -> Building {
        Building { start: pos, end: pos, folded: None }
    }

    /// Moves the stretch to the buffer; what follows in the document goes on at `next`.
    fn flush(&mut self, scanner: &mut Scanner<'_>, next: usize) {
        self.folded.get_or_insert(scanner.cursor.folded.len());
        scanner.cursor.fold(self.start, self.end);
        self.start = next;
        self.end = next;
    }

    fn finish(mut self, scanner: &mut Scanner<'_>) -> Text {
        match self.folded {
            Some(start) => {
                let end = self.end;
                self.flush(scanner, end);
                scanner.cursor.folded_from(start)
            }
            None => scanner.cursor.slice(self.start, self.end),
        }
    }
}

impl Scanner<'_> {
    pub(super) fn scan_plain(&mut self) -> Result<Token, Problem> {
        let mark = self.cursor.mark();
        let indent = self.indent + 1;
        let mut text = Building::new(self.cursor.pos());
        let mut breaks = Breaks::default();
        let mut seen_break = false;
        loop {
            self.cursor.ensure(4)?;
            if self.cursor.is_document_indicator() || self.cursor.first() == b'#' {
                break;
            }
            let start = self.cursor.pos();
            self.scan_plain_run()?;
            if self.cursor.pos() > start {
                if seen_break {
                    text.flush(self, start);
                    breaks.fold(&mut self.cursor.folded);
                    seen_break = false;
                }
                text.end = self.cursor.pos();
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            self.cursor.ensure(1)?;
            seen_break = self.scan_plain_gap(&mut breaks, indent, seen_break)?;
            if !self.in_flow() && (self.cursor.column() as isize) < indent {
                break;
            }
        }
        if seen_break {
            self.allow_simple_key();
        }
        Ok(Token::with_text(Kind::PlainScalar, mark, text.finish(self)))
    }

    /// Passes over the part of a plain scalar that has no gap in it.
    fn scan_plain_run(&mut self) -> Result<(), Problem> {
        let flow = self.in_flow();
        loop {
            if flow {
                self.cursor.skip_run(|byte| matches!(PLAIN.get(usize::from(byte)), Some(Class::Ordinary)));
            } else {
                self.cursor
                    .skip_run(|byte| matches!(PLAIN.get(usize::from(byte)), Some(Class::Ordinary | Class::Flow)));
            }
            // Here stands a gap, an indicator, or something that cannot be passed over freely.
            self.cursor.ensure(2)?;
            if self.cursor.is_gap(0) {
                return Ok(());
            }
            match self.cursor.first() {
                b':' if self.cursor.is_gap(1) => return Ok(()),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if flow => return Ok(()),
                _ => self.cursor.skip(),
            }
            self.cursor.ensure(2)?;
        }
    }

    /// Passes over blanks and line breaks within or after a plain scalar; tells whether there was a line break,
    /// now or before.
    fn scan_plain_gap(&mut self, breaks: &mut Breaks, indent: isize, mut seen_break: bool) -> Result<bool, Problem> {
        loop {
            if self.cursor.is_blank(0) {
                if seen_break && (self.cursor.column() as isize) < indent && self.cursor.first() == b'\t' {
                    return Err(self.cursor.problem("found a tab character that violates indentation"));
                }
                self.cursor.skip_ascii(1);
            } else if self.cursor.is_break(0) {
                self.cursor.ensure(2)?;
                breaks.read(self, seen_break);
                seen_break = true;
            } else {
                return Ok(seen_break);
            }
            self.cursor.ensure(1)?;
        }
    }

    pub(super) fn scan_single_quoted(&mut self) -> Result<Token, Problem> {
        let mark = self.cursor.mark();
        self.cursor.skip_ascii(1);
        let mut text = Building::new(self.cursor.pos());
        loop {
            self.check_quoted()?;
            self.pass_quoted_run(b'\'', b'\'')?;
            while self.cursor.first() == b'\'' && self.cursor.at(1) == b'\'' {
                // Of the two quotes the first one is kept.
                text.end = self.cursor.pos() + 1;
                self.cursor.skip_ascii(2);
                text.flush(self, self.cursor.pos());
                self.cursor.ensure(2)?;
                self.pass_quoted_run(b'\'', b'\'')?;
            }
            text.end = self.cursor.pos();
            self.cursor.ensure(1)?;
            if self.cursor.first() == b'\'' {
                return self.end_quoted(mark, text);
            }
            self.scan_quoted_gap(&mut text, false)?;
        }
    }

    pub(super) fn scan_double_quoted(&mut self) -> Result<Token, Problem> {
        let mark = self.cursor.mark();
        self.cursor.skip_ascii(1);
        let mut text = Building::new(self.cursor.pos());
        loop {
            self.check_quoted()?;
            let mut escaped_break = false;
            self.pass_quoted_run(b'"', b'\\')?;
            while self.cursor.first() == b'\\' && !escaped_break {
                text.end = self.cursor.pos();
                if self.cursor.is_break(1) {
                    self.cursor.ensure(3)?;
                    self.cursor.skip_ascii(1);
                    self.cursor.skip_line();
                    text.flush(self, self.cursor.pos());
                    escaped_break = true;
                } else {
                    text.flush(self, self.cursor.pos());
                    self.scan_escape()?;
                    text.start = self.cursor.pos();
                    self.cursor.ensure(2)?;
                    self.pass_quoted_run(b'"', b'\\')?;
                }
            }
            text.end = self.cursor.pos();
            self.cursor.ensure(1)?;
            if self.cursor.first() == b'"' {
                return self.end_quoted(mark, text);
            }
            self.scan_quoted_gap(&mut text, escaped_break)?;
        }
    }

    /// Complains of what may not stand within quotes.
    fn check_quoted(&mut self) -> Result<(), Problem> {
        self.cursor.ensure(4)?;
        if self.cursor.is_document_indicator() {
            return Err(self.cursor.problem("found unexpected document indicator"));
        }
        if self.cursor.first() == 0 {
            return Err(self.cursor.problem("found unexpected end of stream"));
        }
        Ok(())
    }

    fn end_quoted(&mut self, mark: Mark, text: Building) -> Result<Token, Problem> {
        self.cursor.skip_ascii(1);
        Ok(Token::with_text(Kind::Scalar, mark, text.finish(self)))
    }

    /// Passes over the part of a quoted scalar that has no gap in it and neither of these two characters.
    fn pass_quoted_run(&mut self, quote: u8, escape: u8) -> Result<(), Problem> {
        loop {
            self.cursor.skip_run(|byte| byte > b' ' && byte < 0x80 && byte != quote && byte != escape);
            self.cursor.ensure(2)?;
            let first = self.cursor.first();
            if first == quote || first == escape || self.cursor.is_gap(0) {
                return Ok(());
            }
            self.cursor.skip();
            self.cursor.ensure(2)?;
        }
    }

    /// Passes over blanks and line breaks within a quoted scalar.
    fn scan_quoted_gap(&mut self, text: &mut Building, escaped_break: bool) -> Result<(), Problem> {
        let mut breaks = Breaks::default();
        let mut seen_break = escaped_break;
        loop {
            if self.cursor.is_blank(0) {
                self.cursor.skip_ascii(1);
            } else if self.cursor.is_break(0) {
                self.cursor.ensure(2)?;
                breaks.read(self, seen_break);
                seen_break = true;
            } else {
                break;
            }
            self.cursor.ensure(1)?;
        }
        if seen_break {
            text.flush(self, self.cursor.pos());
            breaks.fold(&mut self.cursor.folded);
        } else {
            // The blanks belong to the text, which goes on behind them.
            text.end = self.cursor.pos();
        }
        Ok(())
    }

    /// Scans an escape sequence of a double-quoted scalar into the buffer.
    fn scan_escape(&mut self) -> Result<(), Problem> {
        let digits = match self.cursor.at(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            escape => {
                let Some(text) = escaped(escape) else {
                    return Err(self.cursor.problem("found unknown escape character"));
                };
                self.cursor.folded.extend_from_slice(text.as_bytes());
                self.cursor.skip_ascii(2);
                return Ok(());
            }
        };
        self.cursor.skip_ascii(2);
        self.cursor.ensure(digits)?;
        let mut code = 0_u32;
        for index in 0..digits {
            let Some(digit) = hex_digit(self.cursor.at(index)) else {
                return Err(self.cursor.problem("did not find expected hexdecimal number"));
            };
            code = code << 4 | digit;
        }
        let Some(character) = char::from_u32(code) else {
            return Err(self.cursor.problem("found invalid Unicode character escape code"));
        };
        let mut buffer = [0; 4];
        self.cursor.folded.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        self.cursor.skip_ascii(digits);
        Ok(())
    }
}

/// What an escape of one character stands for (go-yaml v2 knows no `\/`).
fn escaped(escape: u8) -> Option<&'static str> {
    Some(match escape {
        b'0' => "\0",
        b'a' => "\x07",
        b'b' => "\x08",
        b't' | b'\t' => "\t",
        b'n' => "\n",
        b'v' => "\x0b",
        b'f' => "\x0c",
        b'r' => "\r",
        b'e' => "\x1b",
        b' ' => " ",
        b'"' => "\"",
        b'\'' => "'",
        b'\\' => "\\",
        b'N' => "\u{85}",
        b'_' => "\u{a0}",
        b'L' => "\u{2028}",
        b'P' => "\u{2029}",
        _ => return None,
    })
}

/// What a byte means within a plain scalar.
#[derive(Clone, Copy)]
enum Class {
    Ordinary,
    /// A blank, a line break, the end, a `:`, or a part of a character beyond ASCII: must be looked at.
    Special,
    /// Ends the scalar within a flow collection.
    Flow,
}

const PLAIN: [Class; 256] = {
    let mut table = [Class::Ordinary; 256];
    let mut byte = 0_u8;
    loop {
        let class = match byte {
            0 | b'\t' | b'\n' | b'\r' | b' ' | b':' | 0x80.. => Class::Special,
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => Class::Flow,
            _ => Class::Ordinary,
        };
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[byte as usize] = class;
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};
