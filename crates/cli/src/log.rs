//! Lines of the log on stderr, in the form of Go's slog text handler without times.

use pintle::{Level, LogLine};
use value::quote::quote;

/// A line of the log: `level=WARN msg="two words" key=value`, with its end.
///
/// Helm: internal/logging/logging.go; Go: log/slog/text_handler.go.
pub(crate) fn log_line(line: &LogLine) -> String {
    let level = match line.level {
        Level::Debug => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
        Level::Output => return line.message.clone(),
    };
    let mut text = format!("level={level} msg={}", word(&line.message));
    for (key, value) in &line.attributes {
        text.push_str(&format!(" {}={}", word(key), word(value)));
    }
    text.push('\n');
    text
}

fn word(text: &str) -> String {
    let quoted = quote(text.as_bytes());
    // Everything that strconv.Quote escapes is quoted, a backslash alone is not.
    let escaped = quoted.len() - 2 != text.len() + text.matches('\\').count();
    if text.is_empty() || escaped || text.contains(['=', '\u{FFFD}']) || text.contains(char::is_whitespace) {
        quoted
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_where_they_must_be() {
        let line = LogLine::new(Level::Warn, "a b").with("plain", "x/y\\z").with("empty", "").with("odd", "a=b\"c");
        assert_eq!(
            log_line(&line.with("name", "ä")),
            "level=WARN msg=\"a b\" plain=x/y\\z empty=\"\" odd=\"a=b\\\"c\" name=ä\n"
        );
    }
}
