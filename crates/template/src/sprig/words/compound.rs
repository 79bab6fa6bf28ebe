//! Words written together: `someName`, `some_name`, `some-name` (xstrings: `convert.go`).

use value::decode_rune;

use super::append_rune;
use crate::sprig::unicode;

/// xstrings' `ToPascalCase`.
pub(super) fn pascal_case(text: &[u8]) -> Vec<u8> {
    let mut runes = Runes(text);
    let mut out = Vec::with_capacity(text.len());
    let Some(mut previous) = runes.next() else { return out };
    // Connectors at the start stay.
    while is_connector(previous) {
        append_rune(&mut out, previous);
        match runes.next() {
            Some(rune) => previous = rune,
            // Of a text without words xstrings writes the last connector twice.
            None => {
                append_rune(&mut out, previous);
                return out;
            }
        }
    }
    let mut in_capitals = unicode::is_upper(previous);
    previous = unicode::to_upper(previous);
    for rune in runes {
        let mut rune = rune;
        match (is_connector(previous), is_connector(rune)) {
            (true, true) => append_rune(&mut out, previous),
            (true, false) => {
                in_capitals = unicode::is_upper(rune);
                rune = unicode::to_upper(rune);
            }
            (false, _) => {
                if in_capitals {
                    // The rest of a word in capitals is written small.
                    if unicode::is_upper(rune) {
                        rune = unicode::to_lower(rune);
                    } else {
                        in_capitals = false;
                    }
                }
                append_rune(&mut out, previous);
            }
        }
        previous = rune;
    }
    append_rune(&mut out, previous);
    out
}

fn is_connector(rune: char) -> bool {
    rune == '-' || rune == '_' || unicode::is_space(rune)
}

/// A letter that is not an ideograph.
fn is_alphabet(rune: char) -> bool {
    unicode::is_letter(rune)
        && !matches!(rune, '\u{4e00}'..='\u{9fcc}' | '\u{3400}'..='\u{4d85}' | '\u{20000}'..='\u{2b81d}')
}

/// The runes of a text, an invalid byte being U+FFFD.
struct Runes<'a>(&'a [u8]);

impl Iterator for Runes<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let (rune, size) = decode_rune(self.0)?;
        self.0 = self.0.get(size..).unwrap_or_default();
        Some(rune)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// No word: the end of the text, or nothing but invalid bytes.
    Invalid,
    Number,
    /// A word that starts with a capital.
    Upper,
    /// A word of small letters.
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

impl Kind {
    /// Whether a connector goes between the word before and a word of this kind.
    fn wants_connector(self) -> bool {
        !matches!(self, Kind::Connector | Kind::Punctuation)
    }
}

/// Splits a text into words, and writes them.
struct Splitter<'a> {
    rest: &'a [u8],
    kind: Kind,
    word: &'a [u8],
    connector: char,
    out: Vec<u8>,
}

/// xstrings' `ToSnakeCase` and `ToKebabCase`.
pub(super) fn connected_case(text: &[u8], connector: char) -> Vec<u8> {
    let out = Vec::with_capacity(text.len() + 8);
    let mut splitter = Splitter { rest: text, kind: Kind::Invalid, word: b"", connector, out };
    splitter.advance();
    while !splitter.rest.is_empty() {
        splitter.step();
    }
    splitter.write(splitter.kind, splitter.word);
    splitter.out
}

impl<'a> Splitter<'a> {
    /// Writes the present word and moves to the next, with a connector between the two where one belongs.
    fn step(&mut self) {
        let (kind, word) = (self.kind, self.word);
        if kind != Kind::Connector {
            self.write(kind, word);
        }
        self.advance();
        match kind {
            Kind::Number => {
                self.write_small_and_numbers();
                if self.kind != Kind::Invalid {
                    self.connect();
                }
            }
            Kind::Connector => self.write(kind, word),
            Kind::Punctuation => {}
            _ if self.kind != Kind::Number => self.connect(),
            _ if self.rest.is_empty() => {}
            _ => self.number_after_word(),
        }
    }

    /// A number belongs to the word before it (`bld4_floor`), unless small letters follow (`http_20x`).
    fn number_after_word(&mut self) {
        let number = self.word;
        self.advance();
        if self.kind != Kind::Alphabet {
            self.write(Kind::Number, number);
            self.connect();
            return;
        }
        append_rune(&mut self.out, self.connector);
        self.write(Kind::Number, number);
        self.write_small_and_numbers();
        if self.kind != Kind::Invalid {
            self.connect();
        }
    }

    fn write_small_and_numbers(&mut self) {
        while matches!(self.kind, Kind::Alphabet | Kind::Number) {
            self.write(self.kind, self.word);
            self.advance();
        }
    }

    fn connect(&mut self) {
        if self.kind.wants_connector() {
            append_rune(&mut self.out, self.connector);
        }
    }

    fn write(&mut self, kind: Kind, word: &[u8]) {
        if !matches!(kind, Kind::Upper | Kind::Connector) {
            self.out.extend_from_slice(word);
            return;
        }
        for rune in Runes(word) {
            let written = match rune {
                _ if is_connector(rune) => self.connector,
                _ if unicode::is_upper(rune) => unicode::to_lower(rune),
                _ => rune,
            };
            append_rune(&mut self.out, written);
        }
    }

    /// Reads the next word.
    fn advance(&mut self) {
        let text = self.rest;
        let (kind, size) = first_word(text);
        let (word, rest) = text.split_at_checked(size).unwrap_or((text, b""));
        (self.kind, self.word, self.rest) = (kind, word, rest);
    }
}

/// The kind and size of the word that a text starts with.
fn first_word(text: &[u8]) -> (Kind, usize) {
    let (rune, size) = valid_rune(text, char::REPLACEMENT_CHARACTER);
    let run = |from: usize, rune: char, belongs: &dyn Fn(char) -> bool| from + run_length(text, from, rune, belongs);
    match rune {
        char::REPLACEMENT_CHARACTER => (Kind::Invalid, size),
        _ if is_connector(rune) => (Kind::Connector, run(size, rune, &is_connector)),
        _ if unicode::is_punct(rune) => (Kind::Punctuation, run(size, rune, &unicode::is_punct)),
        _ if unicode::is_upper(rune) => (Kind::Upper, capitalized_word(text, rune, size)),
        _ if is_alphabet(rune) => (Kind::Alphabet, run(size, rune, &is_small)),
        _ if unicode::is_number(rune) => (Kind::Number, run(size, rune, &unicode::is_number)),
        _ => (Kind::Other, run(size, rune, &is_other)),
    }
}

fn is_small(rune: char) -> bool {
    is_alphabet(rune) && !unicode::is_upper(rune)
}

fn is_other(rune: char) -> bool {
    !is_connector(rune) && !is_alphabet(rune) && !unicode::is_number(rune) && !unicode::is_punct(rune)
}

/// The size of a word that starts with a capital of `size` bytes: `HTTP` of `HTTPStatus`, `Status` of `StatusCode`.
fn capitalized_word(text: &[u8], first: char, size: usize) -> usize {
    let rest = text.get(size..).unwrap_or_default();
    if rest.is_empty() {
        return size;
    }
    let (second, second_size) = valid_rune(rest, first);
    let mut end = size + second_size;
    if !unicode::is_upper(second) {
        return if is_alphabet(second) { end + run_length(text, end, second, &is_small) } else { size };
    }
    let (mut rune, mut last_size) = (second, second_size);
    while let Some(rest) = text.get(end..).filter(|rest| !rest.is_empty()) {
        let (next, next_size) = valid_rune(rest, rune);
        rune = next;
        if !unicode::is_upper(next) {
            // The last capital starts the next word where small letters follow it.
            return if is_alphabet(rune) { end - last_size } else { end };
        }
        last_size = next_size;
        end += next_size;
    }
    end
}

/// How many bytes from `from` on are runes that belong; `rune` is the one before.
fn run_length(text: &[u8], from: usize, rune: char, belongs: &dyn Fn(char) -> bool) -> usize {
    let mut end = from;
    let mut rune = rune;
    while let Some(rest) = text.get(end..).filter(|rest| !rest.is_empty()) {
        let (next, size) = valid_rune(rest, rune);
        if !belongs(next) {
            break;
        }
        rune = next;
        end += size;
    }
    end - from
}

/// The first valid rune and the size of all up to its end; `previous` and the size of all where none is valid.
fn valid_rune(text: &[u8], previous: char) -> (char, usize) {
    let mut size = 0;
    while let Some((rune, width)) = text.get(size..).and_then(decode_rune) {
        size += width;
        if rune != char::REPLACEMENT_CHARACTER {
            return (rune, size);
        }
    }
    (previous, size)
}
