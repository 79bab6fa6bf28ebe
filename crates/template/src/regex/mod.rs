//! Go's `regexp`: its rules for empty matches and replacements. The crate `regexp` reads the patterns.
//!
//! Matching is linear in the text, and paid for from the [`Budget`](crate::Budget).

mod engine;
mod expand;
mod text;

pub use self::engine::Regex;
pub use regexp::Error;

/// Escapes what has a meaning in patterns. Go: `regexp.QuoteMeta`.
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len());
    for &byte in text {
        if b"\\.+*?()|[]{}^$".contains(&byte) {
            quoted.push(b'\\');
        }
        quoted.push(byte);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::Regex;
    use crate::{Budget, Limits};

    #[test]
    fn deep_patterns_are_refused_or_compiled() {
        for depth in [999, 1000, 5000, 200_000] {
            let pattern = ["(".repeat(depth), "a".into(), ")".repeat(depth)].concat();
            assert_eq!(Regex::new(pattern.as_bytes()).is_ok(), depth < 1000, "{depth}");
            let pattern = ["(?:".repeat(depth), "a".into(), ")*".repeat(depth)].concat();
            assert_eq!(Regex::new(pattern.as_bytes()).is_ok(), depth < 1000, "{depth}");
        }
    }

    #[test]
    fn large_patterns_are_refused() {
        let error = Regex::new(br"(?:\pL\PL){500}").unwrap_err();
        assert_eq!(error.to_string(), r"error parsing regexp: expression too large: `(?:\pL\PL){500}`");
        let long = r"\pL".repeat(200_000);
        assert!(Regex::new(long.as_bytes()).is_err());
        assert!(Regex::new("a|".repeat(300_000).as_bytes()).is_ok());
    }

    #[test]
    fn searches_end_with_the_budget() {
        let budget = Budget::new(Limits { steps: 1_000_000, bytes: 1 << 24 });
        let text = "A".repeat(200_000);
        let regex = Regex::new(b".*[^A-Z]|[A-Z]").unwrap();
        assert!(regex.find_all(text.as_bytes(), -1, &budget).unwrap_err().exhausted);
        let budget = Budget::new(Limits { steps: 1_000_000, bytes: 1 << 24 });
        let replacement = "$0".repeat(100_000);
        let regex = Regex::new(b"A*").unwrap();
        assert!(regex.replace_all(text.as_bytes(), replacement.as_bytes(), &budget).unwrap_err().exhausted);
    }
}
