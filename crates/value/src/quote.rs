//! Go's `strconv` for quoted strings.

/// Quotes as `strconv.Quote` does (`%q`).
pub fn quote(text: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(text))
}
