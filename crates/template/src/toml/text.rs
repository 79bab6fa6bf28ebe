//! Reads the four kinds of TOML strings.

use value::{Str, decode_rune, quote::quote};

use super::scan::{END, Fault, Scanner, is_newline};

impl<'t> Scanner<'t> {
    /// A string whose opening quote has been read; three of them where `wide`. An escape is only known by `"`.
    pub(super) fn string(&mut self, mark: char, wide: bool) -> Result<Str, Fault> {
        self.begin();
        let escapes = mark == '"';
        let token = if wide { self.wide(mark)? } else { self.narrow(mark)? };
        // The line is that of the string's end; a narrow string has no other.
        Ok(match (wide, escapes) {
            (false, false) => Str::from(token),
            (true, false) => Str::from(without_first_newline(token)),
            (false, true) => self.unescaped(token)?,
            (true, true) => self.unescaped(&without_escaped_newlines(without_first_newline(token)))?,
        })
    }

    fn narrow(&mut self, mark: char) -> Result<&'t [u8], Fault> {
        loop {
            let rune = self.next()?;
            match rune {
                END => {
                    let other = if mark == '"' { '\'' } else { '"' };
                    return Err(self.fault(format!("unexpected EOF; expected {other}{mark}{other}")));
                }
                '\\' if mark == '"' => self.escape()?,
                rune if is_newline(rune) => return Err(self.above("strings cannot contain newlines")),
                rune if rune == mark => break,
                _ => {}
            }
        }
        self.back();
        self.token_and_skip(1)
    }

    fn wide(&mut self, mark: char) -> Result<&'t [u8], Fault> {
        let other = if mark == '"' { '\'' } else { '"' };
        loop {
            match self.next()? {
                END => return Err(self.fault(format!("unexpected EOF; expected {other}{mark}{mark}{mark}{other}"))),
                '\\' if mark == '"' && !is_newline(self.next()?) => {
                    self.back();
                    self.escape()?;
                }
                rune if rune == mark && self.accept(mark)? => {
                    if self.accept(mark)? {
                        if self.peek()? != mark {
                            break;
                        }
                        if self.has_too_many(mark) {
                            return Err(self.fault(format!("unexpected {other}{}{other}", mark.to_string().repeat(6))));
                        }
                        self.back();
                    }
                    // All but the first are looked at again.
                    self.back();
                }
                _ => {}
            }
        }
        (0..3).for_each(|_| self.back());
        self.token_and_skip(3)
    }

    /// Whether five quotes end what has been read, of which the first is not escaped.
    fn has_too_many(&self, mark: char) -> bool {
        let (token, five) = (self.token(), mark.to_string().repeat(5));
        let escaped = token.strip_suffix(five.as_bytes()).is_some_and(|before| before.ends_with(b"\\"));
        token.ends_with(five.as_bytes()) && !(mark == '"' && escaped)
    }

    /// The token, and passes over the quotes behind it.
    fn token_and_skip(&mut self, quotes: usize) -> Result<&'t [u8], Fault> {
        let token = self.token();
        for _ in 0..quotes {
            self.next()?;
        }
        self.begin();
        Ok(token)
    }

    /// Looks at an escape whose backslash has been read.
    fn escape(&mut self) -> Result<(), Fault> {
        let rune = self.next()?;
        let (digits, count) = match rune {
            'b' | 't' | 'n' | 'f' | 'r' | 'e' | '"' | '\\' | ' ' | '\t' => return Ok(()),
            'x' => (2, "two"),
            'u' => (4, "four"),
            'U' => (8, "eight"),
            END => return Err(self.above("invalid escape in string '\\\0'")),
            other => return Err(self.here(format!("invalid escape in string '\\{other}'"))),
        };
        for _ in 0..digits {
            if !self.next()?.is_ascii_hexdigit() {
                let token = quote(self.token());
                let message = format!("expected {count} hexadecimal digits after '\\{rune}', but got {token} instead");
                return Err(self.fault(message));
            }
        }
        Ok(())
    }

    /// A string with its escapes, which have been looked at, replaced.
    fn unescaped(&self, text: &[u8]) -> Result<Str, Fault> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((rune, width)) = decode_rune(rest) {
            let (head, tail) = rest.split_at_checked(width).unwrap_or((rest, &[]));
            rest = tail;
            let Some((&kind, tail)) = tail.split_first().filter(|_| rune == '\\') else {
                out.extend_from_slice(head);
                continue;
            };
            rest = tail;
            let digits = match kind {
                b'b' => Ok(0x08),
                b't' => Ok(b'\t'),
                b'n' => Ok(b'\n'),
                b'f' => Ok(0x0c),
                b'r' => Ok(b'\r'),
                b'e' => Ok(0x1b),
                b'x' => Err(2),
                b'u' => Err(4),
                b'U' => Err(8),
                b' ' | b'\t' => return Err(self.here(format!("invalid escape: '\\{}'", char::from(kind)))),
                other => Ok(other),
            };
            match digits {
                Ok(byte) => out.push(byte),
                Err(count) => {
                    let (digits, tail) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                    rest = tail;
                    let digits = String::from_utf8_lossy(digits);
                    let rune = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                    let message = || format!("Escaped character '\\u{digits}' is not valid UTF-8.");
                    let rune = rune.ok_or_else(|| self.here(message()))?;
                    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        Ok(Str::from(out))
    }
}

fn without_first_newline(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\n").or_else(|| text.strip_prefix(b"\r\n")).unwrap_or(text)
}

/// Without the backslashes at the ends of lines and the white space behind them.
fn without_escaped_newlines(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let space = tail.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        let (blank, behind) = tail.split_at_checked(space).unwrap_or((tail, &[]));
        if blank.contains(&b'\n') {
            rest = behind;
            continue;
        }
        out.push(byte);
        // What is escaped is not looked at: it may be a backslash.
        if let Some((b'\\', behind)) = tail.split_first() {
            out.push(b'\\');
            rest = behind;
        }
    }
    out
}
