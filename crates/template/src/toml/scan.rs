//! Walks over a TOML text rune by rune, with the lines and the messages that BurntSushi's lexer gives.

use value::decode_rune;

/// Why a text is no TOML.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
}

/// What stands for the end of the text; the rune itself is refused wherever it is met.
pub(super) const END: char = '\0';

pub(super) struct Scanner<'t> {
    text: &'t [u8],
    /// Where the present token begins.
    start: usize,
    at: usize,
    line: usize,
    at_end: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Scanner<'t> {
        Scanner { text, start: 0, at: 0, line: 1, at_end: false }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The token as far as it has been read.
    pub(super) fn token(&self) -> &'t [u8] {
        self.text.get(self.start..self.at).unwrap_or_default()
    }

    /// The token, behind which another begins.
    pub(super) fn take_token(&mut self) -> &'t [u8] {
        let token = self.token();
        self.begin();
        token
    }

    /// Begins a token here.
    pub(super) fn begin(&mut self) {
        self.start = self.at;
    }

    /// The next rune, or [`END`].
    pub(super) fn next(&mut self) -> Result<char, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some((rune, width)) = decode_rune(rest) else {
            self.at_end = true;
            return Ok(END);
        };
        self.line += usize::from(rune == '\n');
        if rune == char::REPLACEMENT_CHARACTER && width == 1 {
            let byte = rest.first().copied().unwrap_or_default();
            return Err(self.here(format!("invalid UTF-8 byte: 0x{byte:02x}")));
        }
        let control = matches!(rune, '\0'..='\x1f' | '\x7f') && !matches!(rune, '\t' | '\r' | '\n');
        if control || rune == '\r' && rest.get(1) != Some(&b'\n') {
            let code = u32::from(rune);
            return Err(self.here(format!("TOML files cannot contain control characters: '0x{code:02x}'")));
        }
        self.at += width;
        Ok(rune)
    }

    /// Steps back by one rune, or from the end.
    pub(super) fn back(&mut self) {
        if std::mem::take(&mut self.at_end) {
            return;
        }
        let continues = |byte: Option<&u8>| byte.is_some_and(|byte| byte & 0xc0 == 0x80);
        self.at = self.at.saturating_sub(1);
        while self.at > 0 && continues(self.text.get(self.at)) {
            self.at -= 1;
        }
        self.line -= usize::from(self.text.get(self.at) == Some(&b'\n'));
    }

    pub(super) fn peek(&mut self) -> Result<char, Fault> {
        let rune = self.next()?;
        self.back();
        Ok(rune)
    }

    /// Takes the next rune if it is this one.
    pub(super) fn accept(&mut self, rune: char) -> Result<bool, Fault> {
        let found = self.next()? == rune;
        if !found {
            self.back();
        }
        Ok(found)
    }

    /// Takes all runes that are wanted.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> Result<(), Fault> {
        while wanted(self.next()?) {}
        self.back();
        Ok(())
    }

    /// Passes over blanks, and begins a token behind them.
    pub(super) fn blanks(&mut self) -> Result<(), Fault> {
        self.take_while(is_blank)?;
        self.begin();
        Ok(())
    }

    /// Passes over a comment whose `#` has been read.
    pub(super) fn comment(&mut self) -> Result<(), Fault> {
        self.take_while(|rune| !is_newline(rune) && rune != END)?;
        self.begin();
        Ok(())
    }

    /// A fault in this line.
    pub(super) fn here(&self, message: impl Into<String>) -> Fault {
        Fault { line: self.line, message: message.into() }
    }

    /// A fault in the line before this one.
    pub(super) fn above(&self, message: impl Into<String>) -> Fault {
        Fault { line: self.line.saturating_sub(1), message: message.into() }
    }

    /// A fault in this line; at the end of the text, in the last one that is not empty.
    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        let behind_newline = self.at.checked_sub(1).and_then(|last| self.text.get(last)) == Some(&b'\n');
        if self.at_end && behind_newline { self.above(message) } else { self.here(message) }
    }
}

pub(super) fn is_blank(rune: char) -> bool {
    matches!(rune, ' ' | '\t')
}

pub(super) fn is_newline(rune: char) -> bool {
    matches!(rune, '\n' | '\r')
}
