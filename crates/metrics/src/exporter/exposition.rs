//! Prometheus' text format: families, samples, and the letters that must be escaped.

use std::fmt::Write as _;

/// A text that Prometheus reads.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
}

impl Exposition {
    pub(super) fn with_capacity(capacity: usize) -> Exposition {
        Exposition { text: String::with_capacity(capacity) }
    }

    /// Begins the metrics of a name.
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        _ = write!(self.text, "# HELP {name} ");
        for letter in help.chars() {
            match letter {
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                other => self.text.push(other),
            }
        }
        _ = write!(self.text, "\n# TYPE {name} {kind}\n");
    }

    /// One value.
    pub(super) fn sample<'a>(
        &mut self,
        name: &str,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        value: impl std::fmt::Display,
    ) {
        self.text.push_str(name);
        let mut mark = '{';
        for (label, content) in labels {
            self.text.push(mark);
            mark = ',';
            self.text.push_str(label);
            self.text.push_str("=\"");
            for letter in content.chars() {
                match letter {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    other => self.text.push(other),
                }
            }
            self.text.push('"');
        }
        if mark == ',' {
            self.text.push('}');
        }
        _ = writeln!(self.text, " {value}");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::Exposition;

    #[test]
    fn letters_are_escaped() {
        let mut text = Exposition::default();
        text.family("a", "gauge", "one\\two\nthree \"four\"");
        text.sample("a", [("x", "q\"b\\n\nend")], 1);
        text.sample("a", [], 0.5);
        text.sample("a", [("x", ""), ("y", "ü")], 1_763_752_800.25);
        assert_eq!(
            text.finish(),
            "# HELP a one\\\\two\\nthree \"four\"\n# TYPE a gauge\na{x=\"q\\\"b\\\\n\\nend\"} 1\na 0.5\na{x=\"\",y=\"ü\"} 1763752800.25\n"
        );
    }
}
