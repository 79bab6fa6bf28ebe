//! Scanning of directives, anchors, aliases and tags.

use super::{
    scan::Scanner,
    token::{Kind, Problem, Text, Token},
};

impl Scanner<'_> {
    /// Scans `%YAML` or `%TAG` with its line break.
    pub(super) fn scan_directive(&mut self) -> Result<Token, Problem> {
        let mark = self.cursor.mark();
        self.cursor.skip_ascii(1);
        let name = self.scan_word()?;
        if name.len == 0 {
            return Err(self.cursor.problem("could not find expected directive name"));
        }
        if !self.cursor.is_gap(0) {
            return Err(self.cursor.problem("found unexpected non-alphabetical character"));
        }
        let mut token = Token::new(Kind::TagDirective, mark);
        match self.cursor.bytes(name) {
            b"YAML" => token.kind = Kind::Version(self.scan_version()?),
            b"TAG" => {
                let directive = self.scan_tag_directive()?;
                token.text = self.keep_tag(directive);
            }
            _ => return Err(self.cursor.problem("found unknown directive name")),
        }
        self.cursor.ensure(1)?;
        self.skip_blanks()?;
        if self.cursor.first() == b'#' {
            self.cursor.skip_to_line_end()?;
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.cursor.problem("did not find expected comment or line break"));
        }
        if self.cursor.is_break(0) {
            self.cursor.ensure(2)?;
            self.cursor.skip_line();
        }
        Ok(token)
    }

    /// Scans letters, digits, `_` and `-`.
    fn scan_word(&mut self) -> Result<Text, Problem> {
        self.cursor.ensure(1)?;
        let start = self.cursor.pos();
        while self.cursor.is_word(0) {
            self.cursor.skip_ascii(1);
            self.cursor.ensure(1)?;
        }
        Ok(self.cursor.slice(start, self.cursor.pos()))
    }

    fn skip_blanks(&mut self) -> Result<(), Problem> {
        while self.cursor.is_blank(0) {
            self.cursor.skip_ascii(1);
            self.cursor.ensure(1)?;
        }
        Ok(())
    }

    /// Scans a version; tells whether it is 1.1.
    fn scan_version(&mut self) -> Result<bool, Problem> {
        self.cursor.ensure(1)?;
        self.skip_blanks()?;
        let major = self.scan_version_number()?;
        if self.cursor.first() != b'.' {
            return Err(self.cursor.problem("did not find expected digit or '.' character"));
        }
        self.cursor.skip_ascii(1);
        let minor = self.scan_version_number()?;
        Ok(major == 1 && minor == 1)
    }

    fn scan_version_number(&mut self) -> Result<u8, Problem> {
        self.cursor.ensure(1)?;
        let mut number = 0;
        let mut length = 0;
        while self.cursor.first().is_ascii_digit() {
            length += 1;
            if length > 2 {
                return Err(self.cursor.problem("found extremely long version number"));
            }
            number = number * 10 + (self.cursor.first() - b'0');
            self.cursor.skip_ascii(1);
            self.cursor.ensure(1)?;
        }
        if length == 0 {
            return Err(self.cursor.problem("did not find expected version number"));
        }
        Ok(number)
    }

    /// Scans the handle and the prefix of `%TAG`.
    fn scan_tag_directive(&mut self) -> Result<(Text, Text), Problem> {
        self.cursor.ensure(1)?;
        self.skip_blanks()?;
        let handle = self.scan_tag_handle()?;
        if !self.cursor.bytes(handle).ends_with(b"!") {
            return Err(self.cursor.problem("did not find expected '!'"));
        }
        self.cursor.ensure(1)?;
        if !self.cursor.is_blank(0) {
            return Err(self.cursor.problem("did not find expected whitespace"));
        }
        // go-yaml asks for no more of the text here.
        while self.cursor.is_blank(0) {
            self.cursor.skip_ascii(1);
        }
        let prefix = self.scan_tag_uri(None)?;
        self.cursor.ensure(1)?;
        if !self.cursor.is_gap(0) {
            return Err(self.cursor.problem("did not find expected whitespace or line break"));
        }
        Ok((handle, prefix))
    }

    pub(super) fn scan_anchor(&mut self, kind: Kind) -> Result<Token, Problem> {
        let mark = self.cursor.mark();
        self.cursor.skip_ascii(1);
        let name = self.scan_word()?;
        let ends = self.cursor.is_gap(0)
            || matches!(self.cursor.first(), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.len == 0 || !ends {
            return Err(self.cursor.problem("did not find expected alphabetic or numeric character"));
        }
        Ok(Token::with_text(kind, mark, name))
    }

    pub(super) fn scan_tag(&mut self) -> Result<Token, Problem> {
        let mark = self.cursor.mark();
        self.cursor.ensure(2)?;
        let tag = if self.cursor.at(1) == b'<' {
            self.cursor.skip_ascii(2);
            let suffix = self.scan_tag_uri(None)?;
            if self.cursor.first() != b'>' {
                return Err(self.cursor.problem("did not find the expected '>'"));
            }
            self.cursor.skip_ascii(1);
            (Text::default(), suffix)
        } else {
            let handle = self.scan_tag_handle()?;
            if matches!(self.cursor.bytes(handle), [b'!', .., b'!']) {
                (handle, self.scan_tag_uri(None)?)
            } else {
                // It was no handle, but the beginning of a tag under the handle `!`, or the tag `!`.
                let exclamation = Text { len: 1, ..handle };
                let suffix = self.scan_tag_uri(Some(handle))?;
                if suffix.len == 0 { (suffix, exclamation) } else { (exclamation, suffix) }
            }
        };
        self.cursor.ensure(1)?;
        if !self.cursor.is_gap(0) {
            return Err(self.cursor.problem("did not find expected whitespace or line break"));
        }
        let text = self.keep_tag(tag);
        Ok(Token::with_text(Kind::Tag, mark, text))
    }

    /// Keeps the two texts of a tag or directive; the token has only their number, as the start of its text.
    fn keep_tag(&mut self, tag: (Text, Text)) -> Text {
        self.tags.push(tag);
        Text { start: self.tags.len().saturating_sub(1) as u32, ..Text::default() }
    }

    /// The texts that were kept under this number.
    pub(super) fn tag_texts(&self, number: Text) -> (&[u8], &[u8]) {
        let (text, suffix) = self.tags.get(number.start as usize).copied().unwrap_or_default();
        (self.cursor.bytes(text), self.cursor.bytes(suffix))
    }

    /// Scans `!`, a word, and a second `!` if there is one.
    fn scan_tag_handle(&mut self) -> Result<Text, Problem> {
        self.cursor.ensure(1)?;
        if self.cursor.first() != b'!' {
            return Err(self.cursor.problem("did not find expected '!'"));
        }
        let start = self.cursor.pos();
        self.cursor.skip_ascii(1);
        self.scan_word()?;
        if self.cursor.first() == b'!' {
            self.cursor.skip_ascii(1);
        }
        Ok(self.cursor.slice(start, self.cursor.pos()))
    }

    /// Scans a URI, which begins with `head` less its `!`.
    fn scan_tag_uri(&mut self, head: Option<Text>) -> Result<Text, Problem> {
        let start = self.cursor.folded.len();
        if let Some(head) = head {
            self.cursor.fold(head.start as usize + 1, (head.start + head.len) as usize);
        }
        self.cursor.ensure(1)?;
        let mut found = head.is_some();
        while self.is_uri_character() {
            if self.cursor.first() == b'%' {
                self.scan_uri_escapes()?;
            } else {
                let pos = self.cursor.pos();
                self.cursor.fold(pos, pos + 1);
                self.cursor.skip_ascii(1);
            }
            self.cursor.ensure(1)?;
            found = true;
        }
        if !found {
            return Err(self.cursor.problem("did not find expected tag URI"));
        }
        Ok(self.cursor.folded_from(start))
    }

    fn is_uri_character(&self) -> bool {
        self.cursor.is_word(0) || b";/?:@&=+$,.!~*'()[]%".contains(&self.cursor.first())
    }

    /// Scans the `%` escapes of one character.
    fn scan_uri_escapes(&mut self) -> Result<(), Problem> {
        let mut left = None;
        while left != Some(0) {
            self.cursor.ensure(3)?;
            let digits = (hex_digit(self.cursor.at(1)), hex_digit(self.cursor.at(2)));
            let (b'%', (Some(high), Some(low))) = (self.cursor.first(), digits) else {
                return Err(self.cursor.problem("did not find URI escaped octet"));
            };
            let octet = (high << 4 | low) as u8;
            let width = match left {
                None => match super::input::width(octet) {
                    0 => return Err(self.cursor.problem("found an incorrect leading UTF-8 octet")),
                    width => width,
                },
                Some(_) if octet & 0xc0 != 0x80 => {
                    return Err(self.cursor.problem("found an incorrect trailing UTF-8 octet"));
                }
                Some(left) => left,
            };
            self.cursor.folded.push(octet);
            self.cursor.skip_ascii(3);
            left = Some(width - 1);
        }
        Ok(())
    }
}

/// The value of a hexadecimal digit.
pub(super) fn hex_digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}
