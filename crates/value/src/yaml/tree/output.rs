//! Where the emitter stands: columns, indentation, empty lines.

/// The text so far.
pub(super) struct Output {
    pub(super) text: Vec<u8>,
    pub(super) column: usize,
    /// Whether the last character separates.
    pub(super) whitespace: bool,
    /// Whether the line has only indentation and indicators.
    pub(super) indention: bool,
    pub(super) indent: isize,
    /// The indentation of a foot comment that an empty line must follow; -1 for none.
    pub(super) foot_indent: isize,
}

/// How an indicator stands among its neighbours.
#[derive(Clone, Copy)]
pub(super) struct Indicator {
    pub(super) needs_blank: bool,
    pub(super) is_blank: bool,
    pub(super) is_indention: bool,
}

impl Indicator {
    pub(super) const PLAIN: Indicator = Indicator { needs_blank: false, is_blank: false, is_indention: false };
    pub(super) const APART: Indicator = Indicator { needs_blank: true, is_blank: false, is_indention: false };
    pub(super) const OPENING: Indicator = Indicator { needs_blank: true, is_blank: true, is_indention: false };
    pub(super) const BLOCK: Indicator = Indicator { needs_blank: true, is_blank: false, is_indention: true };
}

impl Output {
    pub(super) fn new() -> Output {
        Output { text: Vec::new(), column: 0, whitespace: true, indention: true, indent: -1, foot_indent: -1 }
    }

    pub(super) fn put(&mut self, byte: u8) {
        self.text.push(byte);
        self.column += 1;
    }

    pub(super) fn push(&mut self, rune: char) {
        self.text.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
        self.column += 1;
    }

    pub(super) fn line_break(&mut self) {
        self.text.push(b'\n');
        self.column = 0;
        self.indention = true;
    }

    /// Copies a line break of a text.
    pub(super) fn copy_break(&mut self, rune: char) {
        match rune {
            '\n' => self.line_break(),
            rune => {
                self.push(rune);
                self.column = 0;
            }
        }
    }

    /// Begins a line at the indentation, unless the text is there already.
    pub(super) fn write_indent(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.line_break();
        }
        if self.foot_indent == indent as isize {
            self.line_break();
        }
        while self.column < indent {
            self.put(b' ');
        }
        self.whitespace = true;
        self.foot_indent = -1;
    }

    pub(super) fn indicator(&mut self, text: &[u8], how: Indicator) {
        if how.needs_blank && !self.whitespace {
            self.put(b' ');
        }
        self.text.extend_from_slice(text);
        self.column += text.len();
        self.whitespace = how.is_blank;
        self.indention = self.indention && how.is_indention;
    }

    /// Writes words that are no indicator: an anchor, a tag.
    pub(super) fn word(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
        self.column += text.len();
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes a comment, each of its lines with a `#`. go-yaml v3: `yaml_emitter_write_comment`.
    pub(super) fn comment(&mut self, comment: &[u8]) {
        let text = String::from_utf8_lossy(comment);
        let (mut breaks, mut pound) = (false, false);
        for rune in text.chars() {
            if super::analysis::is_break(rune) {
                self.copy_break(rune);
                (breaks, pound) = (true, false);
                continue;
            }
            if breaks {
                self.write_indent();
            }
            if !pound {
                if rune != '#' {
                    self.put(b'#');
                    self.put(b' ');
                }
                pound = true;
            }
            self.push(rune);
            self.indention = false;
            breaks = false;
        }
        if !breaks {
            self.line_break();
        }
        self.whitespace = true;
    }
}
