//! The patterns of `.Files.Glob`: those of gobwas/glob with `/` as separator.
//!
//! `*` any text without `/`, `**` any text, `?` one rune but `/`, `[abc]` and `[!a-z]` one rune of a class,
//! `{a,b}` one of several patterns, `\` takes the next rune as it is.

use value::decode_rune;

/// How many ways a pattern may branch before it is refused: a bound on the work that a hostile pattern can cause.
const MAX_ALTERNATIVES: usize = 1_000;

/// A parsed pattern.
pub(crate) struct Glob {
    /// One sequence for each way through the pattern's braces.
    alternatives: Vec<Vec<Token>>,
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
}

impl Glob {
    /// Reads a pattern; nothing where it is malformed.
    pub(crate) fn parse(pattern: &[u8]) -> Option<Glob> {
        let mut runes = Vec::new();
        let mut rest = pattern;
        while let Some((rune, size)) = decode_rune(rest) {
            runes.push(rune);
            rest = rest.get(size..)?;
        }
        let mut parser = Parser { runes: &runes, at: 0 };
        let alternatives = parser.sequence(0)?;
        (parser.at == runes.len()).then_some(Glob { alternatives })
    }

    /// The pattern `**`, which Helm takes where a pattern is malformed.
    pub(crate) fn everything() -> Glob {
        Glob { alternatives: vec![vec![Token::Any]] }
    }

    /// Whether the whole name matches.
    pub(crate) fn matches(&self, name: &[u8]) -> bool {
        let mut runes = Vec::new();
        let mut rest = name;
        while let Some((rune, size)) = decode_rune(rest) {
            runes.push(rune);
            rest = rest.get(size..).unwrap_or_default();
        }
        self.alternatives.iter().any(|tokens| matches(tokens, &runes))
    }
}

struct Parser<'a> {
    runes: &'a [char],
    at: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let rune = self.runes.get(self.at).copied()?;
        self.at += 1;
        Some(rune)
    }

    fn peek(&self) -> Option<char> {
        self.runes.get(self.at).copied()
    }

    /// Reads up to the end, or inside braces up to `,` or `}`: every way through what was read.
    fn sequence(&mut self, depth: usize) -> Option<Vec<Vec<Token>>> {
        if depth > 32 {
            return None;
        }
        let mut ways = vec![Vec::new()];
        while let Some(rune) = self.peek() {
            if depth > 0 && (rune == ',' || rune == '}') {
                break;
            }
            self.at += 1;
            let token = match rune {
                '\\' => Token::Rune(self.next()?),
                '?' => Token::One,
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    Token::Any
                }
                '*' => Token::Part,
                '[' => self.class()?,
                '{' => {
                    ways = join(&ways, &self.braces(depth)?)?;
                    continue;
                }
                ']' => return None,
                plain => Token::Rune(plain),
            };
            ways.iter_mut().for_each(|way| way.push(token.clone()));
        }
        Some(ways)
    }

    fn braces(&mut self, depth: usize) -> Option<Vec<Vec<Token>>> {
        let mut choices = Vec::new();
        loop {
            choices.extend(self.sequence(depth + 1)?);
            if choices.len() > MAX_ALTERNATIVES {
                return None;
            }
            match self.next()? {
                '}' => return Some(choices),
                _ => continue,
            }
        }
    }

    fn class(&mut self) -> Option<Token> {
        let negated = self.peek() == Some('!');
        if negated {
            self.at += 1;
        }
        let mut ranges = Vec::new();
        loop {
            let low = match self.next()? {
                ']' if !ranges.is_empty() => return Some(Token::Class { negated, ranges }),
                ']' => return None,
                '\\' => self.next()?,
                rune => rune,
            };
            let high = if self.peek() == Some('-') {
                self.at += 1;
                self.next().filter(|high| *high != ']' && *high >= low)?
            } else {
                low
            };
            ranges.push((low, high));
        }
    }
}

/// Every way of `first` followed by every way of `second`.
fn join(first: &[Vec<Token>], second: &[Vec<Token>]) -> Option<Vec<Vec<Token>>> {
    if first.len().saturating_mul(second.len()) > MAX_ALTERNATIVES {
        return None;
    }
    Some(first.iter().flat_map(|head| second.iter().map(|tail| [head.as_slice(), tail].concat())).collect())
}

/// Matches by moving a set of positions through the tokens: linear in tokens times runes, whatever the pattern.
fn matches(tokens: &[Token], runes: &[char]) -> bool {
    let mut reached = vec![false; runes.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for token in tokens {
        let mut next = vec![false; runes.len() + 1];
        let mut carry = false;
        for (position, slot) in next.iter_mut().enumerate() {
            let here = reached.get(position).copied().unwrap_or(false);
            let before = position.checked_sub(1);
            let rune = before.and_then(|before| runes.get(before)).copied();
            *slot = match token {
                Token::Any => {
                    carry |= here;
                    carry
                }
                Token::Part => {
                    carry = here || (carry && rune.is_some_and(|rune| rune != '/'));
                    carry
                }
                single => {
                    before.and_then(|before| reached.get(before)).copied().unwrap_or(false)
                        && rune.is_some_and(|rune| single.takes(rune))
                }
            };
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

impl Token {
    /// Whether the token, one for a single rune, takes this one.
    fn takes(&self, rune: char) -> bool {
        match self {
            Token::Rune(wanted) => *wanted == rune,
            Token::One => rune != '/',
            Token::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&rune)) != *negated
            }
            Token::Part | Token::Any => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    fn check(pattern: &str, name: &str, want: bool) {
        let glob = Glob::parse(pattern.as_bytes()).unwrap_or_else(Glob::everything);
        assert_eq!(glob.matches(name.as_bytes()), want, "{pattern} {name}");
    }

    #[test]
    fn glob_patterns_match_as_gobwas_does() {
        check("files/*.yaml", "files/a.yaml", true);
        check("files/*.yaml", "files/x/a.yaml", false);
        check("files/**.yaml", "files/x/a.yaml", true);
        check("files/**", "files/x/a.yaml", true);
        check("**/a.yaml", "a.yaml", false);
        check("files/{a,b}*", "files/bc", true);
        check("files/{a,b}*", "files/cc", false);
        check("[!a-c]?", "dx", true);
        check("[!a-c]?", "bx", false);
        check("a\\*", "a*", true);
        check("[", "anything/at/all", true);
        check("a}", "a}", true);
        check("a}", "x", false);
        check("{a,b}}", "b}", true);
    }
}
