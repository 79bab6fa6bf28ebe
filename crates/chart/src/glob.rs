//! Go's `filepath.Match`: `*` and `?` stop at slashes, `[a-c]` and `[^a]` are classes, `\` escapes.

use value::decode_rune;

/// A pattern that is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPattern;

/// Whether the whole name matches. Only the parts of a pattern that are reached are checked, as in Go.
pub fn matches(mut pattern: &[u8], mut name: &[u8]) -> Result<bool, BadPattern> {
    while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        match match_chunk(chunk, name)? {
            Some(left) if left.is_empty() || !pattern.is_empty() => {
                name = left;
                continue;
            }
            _ if !star => return Ok(false),
            _ => {}
        }
        match skip_to_chunk(chunk, name, pattern.is_empty())? {
            Some(left) => name = left,
            None => return Ok(false),
        }
    }
    Ok(name.is_empty())
}

/// What a star leaves when it takes some bytes: the rest of the name behind the first place where the chunk fits.
fn skip_to_chunk<'a>(chunk: &[u8], name: &'a [u8], is_last: bool) -> Result<Option<&'a [u8]>, BadPattern> {
    let mut rest = name;
    while let Some((first, next)) = rest.split_first() {
        if *first == b'/' {
            break;
        }
        match match_chunk(chunk, next)? {
            Some(left) if !is_last || left.is_empty() => return Ok(Some(left)),
            _ => rest = next,
        }
    }
    Ok(None)
}

/// Whether a star comes first, the part up to the next star, and the rest.
fn next_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|byte| **byte == b'*').count();
    let pattern = pattern.get(stars..).unwrap_or_default();
    let (mut in_class, mut escaped) = (false, false);
    for (index, byte) in pattern.iter().enumerate() {
        if escaped {
            escaped = false;
            continue;
        }
        match byte {
            b'\\' => escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => {
                let (chunk, rest) = pattern.split_at_checked(index).unwrap_or((pattern, b""));
                return (stars > 0, chunk, rest);
            }
            _ => {}
        }
    }
    (stars > 0, pattern, b"")
}

/// What is left of the name behind a chunk without stars; nothing where it does not fit.
/// The chunk is checked to its end all the same.
fn match_chunk<'a>(mut chunk: &[u8], mut name: &'a [u8]) -> Result<Option<&'a [u8]>, BadPattern> {
    let mut failed = false;
    while let Some((first, rest)) = chunk.split_first() {
        let rune = if failed { None } else { decode_rune(name) };
        failed |= rune.is_none();
        let (rune, size) = rune.unwrap_or_default();
        chunk = match first {
            b'[' => {
                let (found, rest) = match_class(rest, rune)?;
                failed |= !found;
                name = name.get(size..).unwrap_or_default();
                rest
            }
            b'?' => {
                failed |= rune == '/';
                name = name.get(size..).unwrap_or_default();
                rest
            }
            _ => {
                let literal = if *first == b'\\' { rest } else { chunk };
                let (literal, rest) = literal.split_first().ok_or(BadPattern)?;
                failed |= name.first() != Some(literal);
                name = name.get(1..).unwrap_or_default();
                rest
            }
        };
    }
    Ok(if failed { None } else { Some(name) })
}

/// Whether the rune is in the class, and what follows the class.
fn match_class(mut chunk: &[u8], rune: char) -> Result<(bool, &[u8]), BadPattern> {
    let negated = chunk.first() == Some(&b'^');
    if negated {
        chunk = chunk.get(1..).unwrap_or_default();
    }
    let mut found = false;
    let mut ranges = 0;
    loop {
        if ranges > 0
            && let Some(rest) = chunk.strip_prefix(b"]")
        {
            return Ok((found != negated, rest));
        }
        let (low, rest) = class_rune(chunk)?;
        let (high, rest) = match rest.strip_prefix(b"-") {
            Some(rest) => class_rune(rest)?,
            None => (low, rest),
        };
        found |= (low..=high).contains(&rune);
        ranges += 1;
        chunk = rest;
    }
}

/// A rune of a class, escaped or not; something must follow it.
fn class_rune(chunk: &[u8]) -> Result<(char, &[u8]), BadPattern> {
    let chunk = match chunk.first() {
        None | Some(b'-' | b']') => return Err(BadPattern),
        Some(b'\\') => chunk.get(1..).unwrap_or_default(),
        Some(_) => chunk,
    };
    let (rune, size) = decode_rune(chunk).ok_or(BadPattern)?;
    let rest = chunk.get(size..).unwrap_or_default();
    if (rune == char::REPLACEMENT_CHARACTER && size == 1) || rest.is_empty() {
        return Err(BadPattern);
    }
    Ok((rune, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_stars_and_slashes() {
        for (pattern, name, expected) in [
            ("a*/b", "a/c/b", Ok(false)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Ok(true)),
            ("a[^a]b", "a☺b", Ok(true)),
            ("[\\]a]", "]", Ok(true)),
            ("[-]", "-", Err(BadPattern)),
            ("a[", "ab", Err(BadPattern)),
            ("*x", "xxx", Ok(true)),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
