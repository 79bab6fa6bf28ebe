//! Where the YAML writer stands in a line: indentation, indicators, line breaks.

use super::emit::Dialect;

/// How many columns version 2 fills before it folds a line at a blank; version 3 never folds.
pub(super) const WIDTH: usize = 80;

/// The text so far, and where in a line it ends.
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
    pub(super) dialect: Dialect,
    /// Characters in the last line.
    pub(super) column: usize,
    /// Whether a blank separates what comes next.
    pub(super) separated: bool,
    /// Whether the last line has only indentation and indicators.
    pub(super) indention: bool,
}

/// Whether a scalar may go over several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    One,
    Many,
}

impl Writer {
    pub(super) fn new(dialect: Dialect) -> Writer {
        Writer { out: Vec::with_capacity(256), dialect, column: 0, separated: true, indention: true }
    }

    /// Whether the line has something else than indentation and indicators, so that a sequence in a mapping of
    /// version 2 gets no indentation.
    pub(super) fn is_inside_line(&self) -> bool {
        !self.indention
    }

    /// Starts a line at this column, unless the text is already there.
    pub(super) fn indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.separated) {
            self.line_break();
        }
        if self.column < indent {
            self.out.resize(self.out.len() + indent - self.column, b' ');
            self.column = indent;
        }
        self.separated = true;
        self.indention = true;
    }

    /// Writes `-`, `?` or the `:` of an explicit key.
    pub(super) fn block_indicator(&mut self, indicator: u8) {
        self.separate();
        self.put(indicator);
        self.separated = false;
    }

    /// Writes the `:` of a simple key.
    pub(super) fn colon(&mut self) {
        self.put(b':');
        self.end_of_content();
    }

    /// Writes text that is known to be ASCII on one line: a number, a boolean, null, an empty collection, a tag.
    pub(super) fn token(&mut self, text: &[u8]) {
        self.separate();
        self.out.extend_from_slice(text);
        self.column += text.len();
        self.end_of_content();
    }

    /// Ends the last line.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.indent(0);
        self.out
    }

    pub(super) fn put(&mut self, byte: u8) {
        self.out.push(byte);
        self.column += 1;
    }

    pub(super) fn push(&mut self, rune: char) {
        self.out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
        self.column += 1;
    }

    pub(super) fn separate(&mut self) {
        if !self.separated {
            self.put(b' ');
        }
    }

    pub(super) fn end_of_content(&mut self) {
        self.separated = false;
        self.indention = false;
    }

    pub(super) fn line_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
        self.indention = true;
    }

    /// Copies a line break of the text.
    pub(super) fn push_break(&mut self, rune: char) {
        self.push(rune);
        self.column = 0;
        self.indention = true;
    }

    pub(super) fn is_full(&self, lines: Lines) -> bool {
        lines == Lines::Many && self.dialect == Dialect::V2 && self.column > WIDTH
    }
}
