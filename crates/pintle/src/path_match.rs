//! Go's `filepath.Match`, which `--show-only` uses.

/// Whether the whole path matches the pattern: `*` and `?` stand for anything but `/`, `[a-z]` and `[^a-z]` for one
/// rune, `\` takes the next rune as it is. A malformed pattern matches nothing.
pub(crate) fn path_match(pattern: &str, path: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let path: Vec<char> = path.chars().collect();
    tokens(&pattern).is_some_and(|tokens| matches(&tokens, &path))
}

enum Token {
    Rune(char),
    One,
    Star,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

fn tokens(pattern: &[char]) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = pattern.iter().copied().peekable();
    while let Some(rune) = rest.next() {
        tokens.push(match rune {
            '*' => Token::Star,
            '?' => Token::One,
            '\\' => Token::Rune(rest.next()?),
            '[' => {
                let negated = rest.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                while ranges.is_empty() || rest.next_if_eq(&']').is_none() {
                    let low = class_rune(&mut rest)?;
                    let high = if rest.next_if_eq(&'-').is_some() { class_rune(&mut rest)? } else { low };
                    ranges.push((low, high));
                }
                Token::Class { negated, ranges }
            }
            plain => Token::Rune(plain),
        });
    }
    Some(tokens)
}

fn class_rune(rest: &mut impl Iterator<Item = char>) -> Option<char> {
    match rest.next()? {
        '\\' => rest.next(),
        '-' | ']' => None,
        rune => Some(rune),
    }
}

/// Moves the set of reachable positions through the tokens: linear in both, whatever the pattern.
fn matches(tokens: &[Token], path: &[char]) -> bool {
    let mut reached: Vec<usize> = vec![0];
    for token in tokens {
        let mut next = Vec::new();
        for start in reached {
            let rest = path.get(start..).unwrap_or_default();
            match token {
                Token::Star => {
                    let run = rest.iter().take_while(|rune| **rune != '/').count();
                    next.extend(start..=start + run);
                }
                single => {
                    if rest.first().is_some_and(|rune| single.takes(*rune)) {
                        next.push(start + 1);
                    }
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        reached = next;
    }
    reached.last() == Some(&path.len())
}

impl Token {
    fn takes(&self, rune: char) -> bool {
        match self {
            Token::Rune(wanted) => *wanted == rune,
            Token::One => rune != '/',
            Token::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&rune)) != *negated
            }
            Token::Star => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::path_match;

    #[test]
    fn path_match_is_gos() {
        for (pattern, path, want) in [
            ("templates/*.yaml", "templates/a.yaml", true),
            ("templates/*.yaml", "templates/x/a.yaml", false),
            ("templates/[a-c]?.yaml", "templates/bz.yaml", true),
            ("templates/[^a-c].yaml", "templates/b.yaml", false),
            ("a\\*", "a*", true),
            ("[", "[", false),
            ("**", "a/b", false),
        ] {
            assert_eq!(path_match(pattern, path), want, "{pattern} {path}");
        }
    }
}
