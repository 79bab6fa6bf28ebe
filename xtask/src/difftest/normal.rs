//! Takes out of an answer what differs from run to run: names of folders and namespaces, times, identifiers.

use regexp::Pattern;
use serde_json::Value;

/// What stands for it, by pattern, in the order in which they are applied. Go's syntax.
const RULES: [(&str, &str); 19] = [
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} ([A-Z]{3,4}|[+-]\d\d)( m=\+[\d.]+)?", "<TIME>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<TIME>"),
    (r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(\.\d+)?", "<TIME>"),
    (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (UTC )?\d{4}", "<TIME>"),
    // What the Go client says of itself comes and goes.
    (r"(?m)^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+\] .*\n?", ""),
    (r"(?m)^time=<TIME> ", ""),
    (r"(?m) source=\S+\.go:\d+ ", " "),
    // Times have up to nine digits, which move the columns behind them.
    (r"<TIME> *\t", "<TIME>\t"),
    (r"UPDATED *\t", "UPDATED\t"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<UID>"),
    (r#"(resourceVersion"?: ?"?)\d+"#, "${1}<NUMBER>"),
    (r"\b(127\.0\.0\.1|localhost):\d+", "${1}:<PORT>"),
    (r"\b10\.96\.\d+\.\d+\b", "<ADDRESS>"),
    // Where the scheduler puts a pod.
    (r"\bnode-\d+\b", "<NODE>"),
    (r#"((?:modifiedAt|createdAt)"?[=:] ?"?)\d+"#, "${1}<TIME>"),
    (r"\b\d+(\.\d+)?(m?s|µs)\b", "<DURATION>"),
    (r"-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "-<POD>"),
    (r#"(\bpods?[:/]? "?[a-z0-9.-]+)-[bcdfghjklmnpqrstvwxz2456789]{5}\b"#, "${1}-<POD>"),
    (r"\b([a-z][a-z0-9-]*)-1[789]\d{8}\b", "${1}-<GENERATED>"),
];

/// The words of one run that stand for themselves alone: its namespace, its folders.
pub(super) struct Normal {
    words: Vec<(String, &'static str)>,
    rules: Vec<(Pattern, &'static str)>,
    /// What a controller adds to the name of a pod.
    suffix: Pattern,
}

impl Normal {
    /// Longer words are looked for first.
    pub(super) fn new(mut words: Vec<(String, &'static str)>) -> anyhow::Result<Normal> {
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let compile = |pattern: &str| {
            Pattern::compile(pattern.as_bytes()).map_err(|error| anyhow::anyhow!("the pattern {pattern}: {error}"))
        };
        let rules = RULES.into_iter().map(|(pattern, name)| Ok((compile(pattern)?, name)));
        let suffix = compile(r"-[bcdfghjklmnpqrstvwxz2456789]{5}\b")?;
        Ok(Normal { words, rules: rules.collect::<anyhow::Result<_>>()?, suffix })
    }

    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (word, name) in &self.words {
            text = text.replace(word, name);
        }
        for (pattern, replacement) in &self.rules {
            text = replace(pattern, &text, replacement);
        }
        if text.contains("==> ") { self.tables(&text) } else { text }
    }

    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => fields.iter().map(|(name, value)| (self.text(name), self.value(value))).collect(),
            other => other.clone(),
        }
    }
}

impl Normal {
    /// The resource tables of `status`: Go's map decides on their order, ages move the columns, pods come and go.
    fn tables(&self, text: &str) -> String {
        let mut result = String::new();
        let mut blocks: Vec<Vec<String>> = Vec::new();
        let mut inside = false;
        for line in text.split('\n') {
            if line.starts_with("==> ") {
                blocks.push(vec![line.to_owned()]);
                inside = true;
            } else if inside && !line.trim().is_empty() {
                if let Some(block) = blocks.last_mut() {
                    block.push(self.row(line));
                }
            } else if inside {
                inside = false;
            } else {
                flush(&mut blocks, &mut result);
                result.push_str(line);
                result.push('\n');
            }
        }
        flush(&mut blocks, &mut result);
        result.pop();
        result
    }

    /// A row's cells with one blank between them, its age taken out.
    fn row(&self, line: &str) -> String {
        let age = |cell: &str| {
            let digits = cell.trim_end_matches(['s', 'm', 'h', 'd']);
            ["<invalid>", "<DURATION>"].contains(&cell)
                || digits.len() < cell.len()
                    && cell.bytes().all(|byte| byte.is_ascii_digit() || b"smhd".contains(&byte))
        };
        let cells = line.split_whitespace().map(|cell| if age(cell) { "<AGE>" } else { cell });
        replace(&self.suffix, &cells.collect::<Vec<_>>().join(" "), "-<POD>")
    }
}

fn replace(pattern: &Pattern, text: &str, replacement: &str) -> String {
    let (mut result, mut end) = (String::with_capacity(text.len()), 0);
    for found in pattern.engine.captures_iter(text) {
        let Some(span) = found.get_group(0) else { continue };
        result.push_str(&text[end..span.start]);
        found.interpolate_string_into(text, replacement, &mut result);
        end = span.end;
    }
    result.push_str(&text[end..]);
    result
}

fn flush(blocks: &mut Vec<Vec<String>>, result: &mut String) {
    blocks.sort();
    for block in blocks.drain(..) {
        let mut rows = block.into_iter();
        let head = rows.by_ref().take(2).collect::<Vec<_>>().join("\n");
        let mut rows: Vec<String> = rows.collect();
        rows.sort();
        rows.dedup();
        result.push_str(&format!("{head}\n{}\n\n", rows.join("\n")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_taken_out() -> anyhow::Result<()> {
        let normal = Normal::new(vec![("ns-1".to_owned(), "<NS>"), ("ns-12".to_owned(), "<OTHER>")])?;
        let text = "r\tns-12\t2026-11-21 12:29:59.12 +0000 UTC   \tns-1 web-6d4cf56db6-x2x4z in 3.2s";
        assert_eq!(normal.text(text), "r\t<OTHER>\t<TIME>\t<NS> web-<POD> in <DURATION>");
        let text = "==> v1/Pod(related)\nNAME  READY  AGE\nb-x2x4z   1/1   3m2s\na-bbbbb 1/1 1s\n\n==> v1/A\nNAME AGE\na 1s\n\n\nend\n";
        let want = "==> v1/A\nNAME AGE\na <AGE>\n\n==> v1/Pod(related)\nNAME READY AGE\na-<POD> 1/1 <AGE>\nb-<POD> 1/1 <AGE>\n\n\nend\n";
        assert_eq!(normal.text(text), want);
        Ok(())
    }
}
