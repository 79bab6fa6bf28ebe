//! The place in the text where the scanner is.

use bstr::ByteSlice;

use super::{
    input::{Input, width},
    token::{Mark, Problem, Text},
};

/// Walks over a document's text, counting lines and columns, and keeps the texts that had to be put together.
pub(super) struct Cursor<'t> {
    text: &'t [u8],
    pos: usize,
    line: u32,
    /// Where the line starts, moved on by the bytes that follow the first one in a character, so that the column
    /// is the distance from here.
    line_start: usize,
    /// Up to where the text is known; see [`Input`].
    known: usize,
    /// The ends of the pieces that are not known yet, the next one last.
    pieces: Vec<usize>,
    failure: Option<&'static str>,
    /// How many of go-yaml's NUL characters follow the known text.
    padding: usize,
    /// Whether go-yaml's buffer begins with a byte order mark.
    marked: bool,
    /// Texts that are not in the document as they read.
    pub(super) folded: Vec<u8>,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(input: &'t Input<'_>) -> Cursor<'t> {
        let mut pieces = input.pieces.clone();
        pieces.reverse();
        Cursor {
            text: &input.text,
            pos: 0,
            line: 0,
            line_start: 0,
            known: 0,
            pieces,
            failure: input.failure,
            padding: 0,
            marked: false,
            folded: Vec::new(),
        }
    }

    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    pub(super) fn line(&self) -> u32 {
        self.line
    }

    pub(super) fn column(&self) -> usize {
        self.pos.saturating_sub(self.line_start)
    }

    pub(super) fn mark(&self) -> Mark {
        let column = u32::try_from(self.column()).unwrap_or(u32::MAX);
        Mark { line: self.line, column, pos: self.pos as u32 }
    }

    /// A scanner's problem at this place.
    pub(super) fn problem(&self, message: &'static str) -> Problem {
        Problem::Scanner(message, self.line)
    }

    /// Sees to it that this many characters are known, as go-yaml does at the same places.
    #[inline]
    pub(super) fn ensure(&mut self, characters: usize) -> Result<(), Problem> {
        if self.known >= self.pos + 4 * characters { Ok(()) } else { self.read_on(characters) }
    }

    #[cold]
    fn read_on(&mut self, characters: usize) -> Result<(), Problem> {
        let known = self.text.get(self.pos..self.known).unwrap_or_default();
        let mut unread = count_characters(known) + self.padding;
        if unread >= characters {
            return Ok(());
        }
        let begins_with_mark = self.text.get(self.pos..).is_some_and(|rest| rest.starts_with(b"\xef\xbb\xbf"));
        while unread < characters {
            match self.pieces.pop() {
                Some(end) => {
                    // The first few tell whether it is enough.
                    let piece = self.text.get(self.known..end).unwrap_or_default();
                    unread += count_characters(piece.get(..64).unwrap_or(piece));
                    self.known = end;
                }
                None => match self.failure {
                    Some(message) => return Err(Problem::Reader(message)),
                    None => {
                        self.padding += 1;
                        break;
                    }
                },
            }
        }
        self.marked = begins_with_mark;
        Ok(())
    }

    /// The bytes from here on that can be passed over without asking for more of the text at each of them.
    #[inline]
    fn free(&self) -> &'t [u8] {
        self.text.get(self.pos..self.known.saturating_sub(8)).unwrap_or_default()
    }

    pub(super) fn is_marked(&self) -> bool {
        self.marked
    }

    /// The byte this far ahead; zero at the end of the text, which has no NUL.
    #[inline]
    pub(super) fn at(&self, ahead: usize) -> u8 {
        self.byte(self.pos + ahead)
    }

    /// The byte at this position.
    #[inline]
    pub(super) fn byte(&self, pos: usize) -> u8 {
        self.text.get(pos).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn first(&self) -> u8 {
        self.at(0)
    }

    /// The width of the line break at this position; zero where there is none.
    #[inline]
    pub(super) fn break_width(&self, pos: usize) -> usize {
        match self.byte(pos) {
            b'\n' => 1,
            b'\r' if self.byte(pos + 1) == b'\n' => 2,
            b'\r' => 1,
            0xc2 if self.byte(pos + 1) == 0x85 => 2,
            0xe2 if self.byte(pos + 1) == 0x80 && matches!(self.byte(pos + 2), 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    pub(super) fn is_break(&self, ahead: usize) -> bool {
        self.break_width(self.pos + ahead) != 0
    }

    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.at(ahead) == 0 || self.is_break(ahead)
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.at(ahead), b' ' | b'\t')
    }

    /// A blank, a line break or the end of the text.
    pub(super) fn is_gap(&self, ahead: usize) -> bool {
        match self.at(ahead) {
            b' ' | b'\t' | 0 | b'\n' | b'\r' => true,
            0xc2 | 0xe2 => self.is_break(ahead),
            _ => false,
        }
    }

    /// A letter, a digit, `_` or `-`.
    pub(super) fn is_word(&self, ahead: usize) -> bool {
        matches!(self.at(ahead), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-')
    }

    /// Whether a document indicator stands here, `---` or `...`, with a gap behind it.
    pub(super) fn is_document_indicator(&self) -> bool {
        self.column() == 0
            && matches!((self.at(0), self.at(1), self.at(2)), (b'-', b'-', b'-') | (b'.', b'.', b'.'))
            && self.is_gap(3)
    }

    /// Passes over one character.
    pub(super) fn skip(&mut self) {
        let width = width(self.first()).max(1);
        self.pos += width;
        self.line_start += width - 1;
    }

    /// Passes over this many ASCII characters.
    #[inline]
    pub(super) fn skip_ascii(&mut self, count: usize) {
        self.pos += count;
    }

    /// Passes over a line break, if there is one.
    pub(super) fn skip_line(&mut self) {
        let width = self.break_width(self.pos);
        if width > 0 {
            self.pos += width;
            self.line_start = self.pos;
            self.line = self.line.saturating_add(1);
        }
    }

    /// Passes over a line break, if there is one, and appends what it reads as: a line feed, or U+2028 or U+2029.
    pub(super) fn read_line(&mut self, into: &mut Vec<u8>) {
        match self.break_width(self.pos) {
            0 => return,
            3 => into.extend_from_slice(self.text.get(self.pos..self.pos + 3).unwrap_or_default()),
            _ => into.push(b'\n'),
        }
        self.skip_line();
    }

    /// Begins a new line, as at the end of the text.
    pub(super) fn force_line(&mut self) {
        if self.column() != 0 {
            self.line_start = self.pos;
            self.line = self.line.saturating_add(1);
        }
    }

    /// Passes over everything up to the line's end.
    pub(super) fn skip_to_line_end(&mut self) -> Result<(), Problem> {
        loop {
            let free = self.free();
            let length = free.find_byteset(b"\n\r").unwrap_or(free.len());
            let line = free.get(..length).unwrap_or_default();
            if line.is_ascii() {
                self.pos += length;
            } else {
                let length = line.iter().take_while(|byte| byte.is_ascii()).count();
                self.pos += length;
            }
            // Here stands a line break, or something that must be looked at more closely.
            self.ensure(1)?;
            if self.is_break_or_end(0) {
                return Ok(());
            }
            self.skip();
            self.ensure(1)?;
        }
    }

    /// Passes over the bytes that can be passed over freely and that `pass` holds for, which are ASCII.
    #[inline]
    pub(super) fn skip_run(&mut self, pass: impl Fn(u8) -> bool) {
        self.pos += self.free().iter().take_while(|&&byte| pass(byte)).count();
    }

    /// Passes over this many blanks at the most.
    #[inline]
    pub(super) fn skip_spaces(&mut self, most: usize) -> Result<(), Problem> {
        let free = self.free();
        let free = free.get(..most).unwrap_or(free);
        let blocks = 8 * free.chunks_exact(8).take_while(|block| *block == b"        ").count();
        let rest = free.get(blocks..).unwrap_or_default();
        self.pos += blocks + rest.iter().take_while(|&&byte| byte == b' ').count();
        self.ensure(1)
    }

    /// Whether more than this many characters lie between `from` and here.
    pub(super) fn is_further_than(&self, from: usize, characters: usize) -> bool {
        self.pos.saturating_sub(from) > characters
            && self.text.get(from..self.pos).is_some_and(|between| count_characters(between) > characters)
    }

    /// The text from `start` to `end` of the document.
    pub(super) fn slice(&self, start: usize, end: usize) -> Text {
        Text { start: start as u32, len: end.saturating_sub(start) as u32, folded: false }
    }

    /// Copies the document's bytes from `start` to `end` to the buffer of folded texts.
    pub(super) fn fold(&mut self, start: usize, end: usize) {
        self.folded.extend_from_slice(self.text.get(start..end).unwrap_or_default());
    }

    /// The text that begins at `start` of the buffer of folded texts and goes to its end.
    pub(super) fn folded_from(&self, start: usize) -> Text {
        Text { start: start as u32, len: self.folded.len().saturating_sub(start) as u32, folded: true }
    }

    /// The bytes of a text.
    pub(super) fn bytes(&self, text: Text) -> &[u8] {
        let source = if text.folded { &self.folded } else { self.text };
        let start = text.start as usize;
        source.get(start..start + text.len as usize).unwrap_or_default()
    }
}

fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}
