//! The patterns of `.Files.Glob`: those of gobwas/glob with `/` as separator.
//!
//! `*` any text without `/`, `**` any text, `?` one rune but `/`, `[abc]`, `[a-z]`, `[!abc]` and `[!a-z]` one rune of a
//! class, `{a,b}` one of several patterns, `\` takes the next rune as it is. A brace that is open at the end closes there,
//! and a closing brace or bracket that closes nothing stands for itself.

use value::decode_rune;

/// How deep braces may lie in braces.
const MAX_DEPTH: usize = 500;

/// A parsed pattern.
pub(crate) struct Glob {
    /// What every name that matches begins with.
    start: String,
    /// What comes behind it.
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Rune(char),
    /// `?`
    One,
    /// `*`
    Part,
    /// `**`
    Any,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// `{a,b}`
    Choice(Vec<Vec<Token>>),
}

/// Why a pattern cannot be read.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    /// It is malformed, which Helm does not tell.
    Malformed,
    /// Its braces lie too deep in one another.
    Deep,
}

impl Glob {
    /// Reads a pattern.
    pub(crate) fn parse(pattern: &[u8]) -> Result<Glob, Fault> {
        let text = std::str::from_utf8(pattern).map_err(|_| Fault::Malformed)?;
        // gobwas takes this rune for an invalid byte.
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return Err(Fault::Malformed);
        }
        let runes: Vec<char> = text.chars().collect();
        let mut tokens = Parser { runes: &runes, at: 0 }.sequence(0)?;
        let plain = tokens.iter().take_while(|token| matches!(token, Token::Rune(_))).count();
        let behind = tokens.split_off(plain);
        let start = tokens.iter().filter_map(|token| if let Token::Rune(rune) = token { Some(*rune) } else { None });
        Ok(Glob { start: start.collect(), tokens: behind })
    }

    /// How many steps it takes at the most to match a pattern with a name.
    pub(crate) fn cost(pattern: &[u8], name: &[u8]) -> usize {
        let plain = pattern.iter().take_while(|byte| !b"\\*?[{".contains(byte)).count();
        let (start, behind) = pattern.split_at(plain);
        match name.strip_prefix(start) {
            Some(rest) => 1 + behind.len().saturating_mul(3 + rest.len() / 8),
            None => 1,
        }
    }

    /// The pattern `**`, which Helm takes where a pattern is malformed.
    pub(crate) fn everything() -> Glob {
        Glob { start: String::new(), tokens: vec![Token::Any] }
    }

    /// Whether the whole name matches.
    pub(crate) fn matches(&self, name: &[u8]) -> bool {
        let Some(mut rest) = name.strip_prefix(self.start.as_bytes()) else {
            return false;
        };
        let mut runes = Vec::new();
        while let Some((rune, size)) = decode_rune(rest) {
            runes.push(rune);
            rest = rest.get(size..).unwrap_or_default();
        }
        let mut start = vec![false; runes.len() + 1];
        if let Some(first) = start.first_mut() {
            *first = true;
        }
        follow(&self.tokens, start, &runes).last().copied().unwrap_or(false)
    }
}

struct Parser<'a> {
    runes: &'a [char],
    at: usize,
}

impl Parser<'_> {
    /// The next rune; the end, which a NUL is too.
    fn next(&mut self) -> Option<char> {
        let rune = self.peek()?;
        self.at += 1;
        (rune != '\0').then_some(rune)
    }

    fn peek(&self) -> Option<char> {
        self.runes.get(self.at).copied()
    }

    /// Reads up to the end, or inside braces up to `,` or `}`.
    fn sequence(&mut self, depth: usize) -> Result<Vec<Token>, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::Deep);
        }
        let mut tokens = Vec::new();
        while let Some(rune) = self.peek() {
            if depth > 0 && (rune == ',' || rune == '}') {
                break;
            }
            self.at += 1;
            tokens.push(match rune {
                '?' => Token::One,
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    Token::Any
                }
                '*' => Token::Part,
                '[' => self.class()?,
                '{' => self.braces(depth)?,
                // gobwas ends here where no text goes before.
                '\0' if !matches!(tokens.last(), Some(Token::Rune(_))) => {
                    self.at = self.runes.len();
                    break;
                }
                '\0' => continue,
                '\\' => match self.next() {
                    Some(rune) => Token::Rune(rune),
                    None => continue,
                },
                plain => Token::Rune(plain),
            });
        }
        Ok(tokens)
    }

    fn braces(&mut self, depth: usize) -> Result<Token, Fault> {
        let mut choices = Vec::new();
        loop {
            choices.push(self.sequence(depth + 1)?);
            if self.next() != Some(',') {
                return Ok(Token::Choice(choices));
            }
        }
    }

    /// A class: one range, or runes.
    fn class(&mut self) -> Result<Token, Fault> {
        let mut negated = false;
        let mut first = self.next().ok_or(Fault::Malformed)?;
        if first == '!' {
            negated = true;
            first = self.next().ok_or(Fault::Malformed)?;
        }
        if self.peek() == Some('-') {
            self.at += 1;
            let high = self.next().filter(|high| *high >= first).ok_or(Fault::Malformed)?;
            let closed = self.next() == Some(']');
            return if closed {
                Ok(Token::Class { negated, ranges: vec![(first, high)] })
            } else {
                Err(Fault::Malformed)
            };
        }
        self.at -= 1;
        let mut ranges = Vec::new();
        loop {
            let rune = match self.next().ok_or(Fault::Malformed)? {
                ']' if ranges.is_empty() => return Err(Fault::Malformed),
                ']' => return Ok(Token::Class { negated, ranges }),
                '\\' => self.next().ok_or(Fault::Malformed)?,
                rune => rune,
            };
            ranges.push((rune, rune));
        }
    }
}

/// Which positions of the name the tokens lead to from those that are reached: each token goes through the name once.
fn follow(tokens: &[Token], mut reached: Vec<bool>, runes: &[char]) -> Vec<bool> {
    for token in tokens {
        reached = match token {
            Token::Choice(choices) => {
                let ways = choices.iter().map(|choice| follow(choice, reached.clone(), runes));
                ways.reduce(|all, way| all.iter().zip(way).map(|(all, way)| *all || way).collect()).unwrap_or_default()
            }
            single => step(single, &reached, runes),
        };
    }
    reached
}

fn step(token: &Token, reached: &[bool], runes: &[char]) -> Vec<bool> {
    let mut carry = false;
    let place = |position: usize| reached.get(position).copied().unwrap_or(false);
    (0..reached.len())
        .map(|position| {
            let rune = position.checked_sub(1).and_then(|before| runes.get(before)).copied();
            let from = rune.is_some_and(|rune| token.takes(rune));
            match token {
                Token::Any | Token::Part => {
                    carry = place(position) || (carry && from);
                    carry
                }
                _ => from && position.checked_sub(1).is_some_and(place),
            }
        })
        .collect()
}

impl Token {
    /// Whether the token takes this rune, alone or among others.
    fn takes(&self, rune: char) -> bool {
        match self {
            Token::Rune(wanted) => *wanted == rune,
            Token::One | Token::Part => rune != '/',
            Token::Any => true,
            Token::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&rune)) != *negated
            }
            Token::Choice(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Glob};

    /// What gobwas/glob 0.2.3 itself said: names first, then patterns with the indexes of the names that match, or -1 for
    /// a malformed one. Left out is where its matchers slip: `?` takes the empty name, `b**b` takes `b`, `*{}` nothing.
    #[test]
    fn patterns_match_as_gobwas_has_them() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/render/globs.jsonl");
        let text = std::fs::read_to_string(path).unwrap();
        let mut lines = text.lines();
        let names: Vec<String> = serde_json::from_str(lines.next().unwrap()).unwrap();
        for line in lines {
            let (pattern, matched): (String, Vec<i64>) = serde_json::from_str(line).unwrap();
            let got = match Glob::parse(pattern.as_bytes()) {
                Ok(glob) => {
                    let matching = names.iter().enumerate().filter(|(_, name)| glob.matches(name.as_bytes()));
                    matching.map(|(index, _)| index as i64).collect()
                }
                Err(fault) => {
                    assert_eq!(fault, Fault::Malformed);
                    vec![-1]
                }
            };
            assert_eq!(got, matched, "{pattern}");
        }
    }

    #[test]
    fn braces_in_braces_without_end_are_refused() {
        assert!(matches!(Glob::parse("{".repeat(100_000).as_bytes()), Err(Fault::Deep)));
    }
}
