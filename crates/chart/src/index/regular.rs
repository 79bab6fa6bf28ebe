//! Reads the charts of an index as machines write them, without a YAML document in between.
//!
//! Whatever could mean something else than it seems to is not read here: the YAML reader has it then, for both that it
//! takes and that it refuses. So nothing is an error here.

use value::yaml;

use crate::{
    rfc3339,
    shape::{self, Fields, Fitted, Record, Shape},
};

/// Longer keys are not read here.
const MAX_KEY: usize = 256;

/// What words may mean beside themselves.
const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// Reads a mapping that begins at the first line, in whatever column; nothing where it is not regular.
pub(super) fn read(text: &[u8], shape: &'static Shape) -> Option<Fitted> {
    let mut reader = Reader { rest: text, line: None };
    reader.load()?;
    let indent = reader.line?.indent;
    let fitted = reader.block(indent, shape)?;
    if reader.line.is_none() { Some(fitted) } else { None }
}

/// A line, or what is left of it.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// The column in which it begins.
    indent: usize,
    text: &'a str,
}

struct Reader<'a> {
    /// What follows the line.
    rest: &'a [u8],
    line: Option<Line<'a>>,
}

impl<'a> Reader<'a> {
    /// Goes on to the next line; there is none at the end.
    fn load(&mut self) -> Option<()> {
        self.line = match self.take() {
            None => None,
            Some(line) => {
                let line = plain_text(line)?;
                let text = line.trim_start_matches(' ');
                if text.is_empty() || text.starts_with('#') {
                    return None;
                }
                Some(Line { indent: line.len() - text.len(), text: text.trim_end_matches(' ') })
            }
        };
        Some(())
    }

    fn take(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.rest);
        let (line, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line)
    }

    /// A mapping or a list whose lines begin in this column.
    fn block(&mut self, indent: usize, shape: &'static Shape) -> Option<Fitted> {
        match shape {
            Shape::List(_, inner) => self.list(indent, inner),
            Shape::Record(record) => self.record(indent, record),
            Shape::Texts => {
                let mut texts: Vec<(String, Option<String>)> = Vec::new();
                self.mapping(indent, |reader, key| {
                    let text = match reader.value(indent, &Shape::Text)? {
                        Fitted::Text(text) => Some(text),
                        _ => None,
                    };
                    texts.push((key.to_owned(), text));
                    Some(())
                })?;
                texts.sort();
                is_unique(texts.iter().map(|(key, _)| key)).then_some(Fitted::Texts(texts))
            }
            Shape::Map(_, inner) => {
                let mut entries: Vec<(String, Fitted)> = Vec::new();
                self.mapping(indent, |reader, key| {
                    entries.push((key.to_owned(), reader.value(indent, inner)?));
                    Some(())
                })?;
                entries.sort_by(|(one, _), (other, _)| one.cmp(other));
                is_unique(entries.iter().map(|(key, _)| key)).then_some(Fitted::Map(entries))
            }
            _ => None,
        }
    }

    fn record(&mut self, indent: usize, record: &'static Record) -> Option<Fitted> {
        let mut fields = Fields::new();
        self.mapping(indent, |reader, key| {
            let (name, shape) = record.fields.iter().find(|(name, _)| *name == key)?;
            fields.push((*name, reader.value(indent, shape)?));
            Some(())
        })?;
        fields.sort_by_key(|(name, _)| *name);
        is_unique(fields.iter().map(|(name, _)| name)).then_some(Fitted::Record(fields))
    }

    /// Reads the keys of a mapping; `value` reads what follows each.
    fn mapping(&mut self, indent: usize, mut value: impl FnMut(&mut Reader<'a>, &'a str) -> Option<()>) -> Option<()> {
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            let (key, rest) = line.text.split_once(':')?;
            if line.indent > indent || !is_key(key) || !(rest.is_empty() || rest.starts_with(' ')) {
                return None;
            }
            self.line = Some(Line { indent, text: rest.trim_start_matches(' ') });
            value(self, key)?;
        }
        Some(())
    }

    /// What follows a key in this column.
    fn value(&mut self, indent: usize, shape: &'static Shape) -> Option<Fitted> {
        if !self.line?.text.is_empty() {
            return self.scalar(indent, shape);
        }
        self.load()?;
        match self.line {
            Some(next) if next.indent > indent || (next.indent == indent && next.text.starts_with("- ")) => {
                self.block(next.indent, shape)
            }
            _ => Some(Fitted::Null),
        }
    }

    fn list(&mut self, indent: usize, inner: &'static Shape) -> Option<Fitted> {
        let mut items = Vec::new();
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            let Some(rest) = line.text.strip_prefix("- ").filter(|_| line.indent == indent) else {
                // A key in the column of the list's dashes ends it.
                return if line.indent == indent && !line.text.starts_with('-') {
                    Some(Fitted::List(items))
                } else {
                    None
                };
            };
            let text = rest.trim_start_matches(' ');
            items.push(match inner {
                Shape::Record(record) => {
                    let column = indent + line.text.len() - text.len();
                    self.line = Some(Line { indent: column, text });
                    self.record(column, record)?
                }
                inner => {
                    self.line = Some(Line { indent, text });
                    self.scalar(indent, inner)?
                }
            });
        }
        Some(Fitted::List(items))
    }

    /// The scalar that the line is, and goes on over lines that are indented deeper than this.
    fn scalar(&mut self, indent: usize, shape: &'static Shape) -> Option<Fitted> {
        let text = self.line?.text;
        let first = text.chars().next()?;
        if matches!(first, '"' | '\'') {
            let inner = text.get(1..)?.strip_suffix(first)?;
            self.load()?;
            let is_simple = !inner.contains([first, '\\']) && self.line.is_none_or(|next| next.indent <= indent);
            return if is_simple { fitted(inner, shape) } else { None };
        }
        if first == '|' {
            return self.literal(indent, text).and_then(|text| fitted(&text, shape));
        }
        self.load()?;
        if !is_plain(text) {
            return None;
        }
        if self.line.is_none_or(|next| next.indent <= indent) {
            return resolved(text, shape);
        }
        let mut folded = text.to_owned();
        while let Some(next) = self.line.filter(|next| next.indent > indent) {
            if !is_plain(next.text) || !next.text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
                return None;
            }
            folded.push(' ');
            folded.push_str(next.text);
            self.load()?;
        }
        resolved(&folded, shape)
    }

    /// A literal text, of which this is the head.
    fn literal(&mut self, indent: usize, head: &str) -> Option<String> {
        let end = match head {
            "|" => "\n",
            "|-" => "",
            _ => return None,
        };
        let mut lines: Vec<&str> = Vec::new();
        let mut column = 0;
        loop {
            let before = self.rest;
            let Some(line) = self.take() else { break };
            let line = plain_text(line)?;
            let own = line.len() - line.trim_start_matches(' ').len();
            if own == line.len() {
                // Blank lines within are part of it, blank lines around it have rules of their own.
                if lines.is_empty() || own > 0 {
                    return None;
                }
                lines.push("");
                continue;
            }
            if own <= indent {
                self.rest = before;
                break;
            }
            if lines.is_empty() {
                column = own;
            }
            lines.push(line.get(column..).filter(|_| own >= column)?);
        }
        self.load()?;
        if lines.last().is_none_or(|last| last.is_empty()) {
            return None;
        }
        Some(lines.join("\n") + end)
    }
}

/// A line all of whose letters stand for themselves in YAML.
fn plain_text(line: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(line).ok()?;
    let is_plain = |letter: char| match letter {
        ' '..='~' => true,
        '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}'),
        letter => letter > '\u{ffff}',
    };
    let ascii = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if ascii || text.chars().all(is_plain) { Some(text) } else { None }
}

fn is_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.len() <= MAX_KEY
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-'))
        && !is_word(key)
}

fn is_word(text: &str) -> bool {
    text.len() <= 5 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a text without quotes is no more than a text.
fn is_plain(text: &str) -> bool {
    let first = text.bytes().next().unwrap_or_default();
    let starts =
        first.is_ascii_alphanumeric() || !first.is_ascii() || matches!(first, b'/' | b'~' | b'^' | b'=' | b'(');
    starts && !text.contains(": ") && !text.ends_with(':') && !text.contains(" #")
}

/// A text without quotes, which may be a number or something else.
fn resolved(text: &str, shape: &'static Shape) -> Option<Fitted> {
    let first = text.bytes().next()?;
    let is_sum = || text.len() == 64 && !text.starts_with("0x") && text.contains(['a', 'c', 'd', 'f']);
    let is_version = || text.bytes().filter(|byte| *byte == b'.').count() > 1 && !text.contains(':');
    let is_text = match first {
        b'/' => true,
        b'0'..=b'9' => is_version() || is_sum(),
        first => (first.is_ascii_alphabetic() || !first.is_ascii()) && !is_word(text),
    };
    if is_text {
        return fitted(text, shape);
    }
    let value = yaml::from_slice_typed_strict(text.as_bytes()).ok()?;
    shape::fit_shape(&value, shape).ok()
}

/// A text that is nothing else.
fn fitted(text: &str, shape: &'static Shape) -> Option<Fitted> {
    match shape {
        Shape::Text => Some(Fitted::Text(text.to_owned())),
        Shape::Time => rfc3339::check(text).is_ok().then(|| Fitted::Text(text.to_owned())),
        _ => None,
    }
}

/// Whether no two neighbours are the same.
fn is_unique<T: PartialEq>(sorted: impl Iterator<Item = T>) -> bool {
    let mut before = None;
    for item in sorted {
        if before.as_ref() == Some(&item) {
            return false;
        }
        before = Some(item);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{super::decode::ENTRIES, *};

    const REGULAR: &str = "  demo:
  - annotations:
      category: Infrastructure
      artifacthub.io/changes: |
        - kind: added
          description: \"x\"

        - kind: fixed: y
      other: |-
        one # two
          three
    apiVersion: v2
    appVersion: 1.20
    created: \"2026-01-01T10:20:30.5Z\"
    dependencies:
    - condition: database.enabled
      name: database
      repository: https://example.com/charts
      tags:
      - a
      - b
      version: 12.x.x
    - name: other
      version: ~1.2
    deprecated: true
    description: An application of many parts that does a great many things, and
      more than can be said here
    digest: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    home: https://example.com/charts
    icon: 'https://example.com/icon.png?a=b'
    keywords:
    - infrastructure
    - 5
    - ünïcode
    kubeVersion: '>=1.23.0-0'
    maintainers:
    - email: charts@example.com
      name: charts
    name: demo
    sources:
      - https://example.com/charts
    type: application
    urls:
    - demo-1.0.0.tgz
    version: 1.0.0
  - {}
  empty: []
  nothing:
";

    fn general(text: &[u8]) -> Option<String> {
        let value = yaml::from_slice_typed_strict(text).ok()?;
        Some(format!("{:?}", sorted(shape::fit_shape(&value, &ENTRIES).ok()?)))
    }

    fn regular(text: &[u8]) -> Option<String> {
        Some(format!("{:?}", sorted(read(text, &ENTRIES)?)))
    }

    /// The order of fields is of no concern.
    fn sorted(fitted: Fitted) -> Fitted {
        match fitted {
            Fitted::List(items) => Fitted::List(items.into_iter().map(sorted).collect()),
            Fitted::Map(mut entries) => {
                entries.sort_by(|(one, _), (other, _)| one.cmp(other));
                Fitted::Map(entries.into_iter().map(|(key, item)| (key, sorted(item))).collect())
            }
            Fitted::Record(mut fields) => {
                fields.sort_by_key(|(name, _)| *name);
                Fitted::Record(fields.into_iter().map(|(name, item)| (name, sorted(item))).collect())
            }
            Fitted::Texts(mut texts) => {
                texts.sort();
                Fitted::Texts(texts)
            }
            other => other,
        }
    }

    #[test]
    fn what_is_regular_is_read_as_yaml_is() {
        let text = REGULAR.replace("  - {}\n  empty: []\n", "");
        assert!(regular(text.as_bytes()).is_some());
        assert_eq!(regular(text.as_bytes()), general(text.as_bytes()));
        // These are for the YAML reader.
        assert!(regular(REGULAR.as_bytes()).is_none() && general(REGULAR.as_bytes()).is_some());
    }

    #[test]
    fn what_is_read_at_all_is_read_as_yaml_is() {
        const PIECES: [&str; 34] = [
            "",
            " ",
            "  ",
            "\n",
            "\n\n",
            ":",
            ": ",
            "- ",
            "-",
            "#",
            " #",
            "'",
            "\"",
            "|",
            ">",
            "~",
            "null",
            "true",
            "1e3",
            "0x1f",
            "0o7",
            "1_0",
            "1:30",
            "2026-01-01",
            "\t",
            "\\",
            "{",
            "]",
            "&a ",
            "*a",
            "!!str ",
            "\u{85}",
            "\u{2028}",
            "é",
        ];
        let text = REGULAR.replace("  - {}\n  empty: []\n", "");
        // A generator of our own, so that every run is the same.
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut read = 0;
        for _ in 0..5_000 {
            let mut changed = text.clone().into_bytes();
            for _ in 0..1 + random(2) {
                let at = random(changed.len());
                let end = (at + random(4)).min(changed.len());
                changed.splice(at..end, PIECES.get(random(PIECES.len())).copied().unwrap_or_default().bytes());
            }
            let Some(found) = regular(&changed) else { continue };
            read += 1;
            assert_eq!(Some(found), general(&changed), "{}", String::from_utf8_lossy(&changed));
        }
        assert!(read > 500, "{read}");
    }
}
