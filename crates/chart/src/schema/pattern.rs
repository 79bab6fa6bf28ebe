//! Regular expressions in schemas, which are Go's.

/// A compiled `pattern`.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    matcher: regexp::Matcher,
}

impl Pattern {
    /// Compiles a pattern; an error is Go's text.
    pub(crate) fn compile(text: &str) -> Result<Pattern, String> {
        match regexp::Pattern::compile(text.as_bytes()) {
            Ok(pattern) => Ok(Pattern { text: text.to_owned(), matcher: pattern.engine }),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text has a match anywhere.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}
