//! Cuts the text of a large index at its charts, so that they can be read one after the other or side by side.
//!
//! Indexes are written by machines: `entries:` at the margin, the charts indented by two, their versions as a list.
//! Whatever does not look like that, or could mean something else when it is cut, is not cut.

/// An index that can be read in pieces, each a YAML document of its own with the same meaning.
pub(super) struct Sections<'a> {
    /// The text before the charts.
    pub(super) head: &'a [u8],
    /// The charts: each piece is a mapping of one chart or of several.
    pub(super) charts: Vec<&'a [u8]>,
    /// The text behind the charts.
    pub(super) tail: &'a [u8],
}

/// How many bytes a piece has at least: cutting costs something too.
const PIECE: usize = 64 * 1024;

/// Cuts an index; nothing where that is not safe.
pub(super) fn cut(text: &[u8]) -> Option<Sections<'_>> {
    let mut lines = Lines { text, at: 0 };
    let mut head_end = None;
    let mut starts: Vec<usize> = Vec::new();
    let mut tail_start = None;
    while let Some((start, line)) = lines.next() {
        if !is_plain(line) {
            return None;
        }
        if head_end.is_none() {
            if line == b"entries:" {
                head_end = Some(lines.at);
            }
        } else if tail_start.is_none() {
            match line {
                [b' ', b' ', first, ..] if !matches!(first, b' ' | b'-') => starts.push(start),
                [] | [b' ', ..] => {}
                b"entries:" => return None,
                _ => tail_start = Some(start),
            }
        } else if line == b"entries:" {
            return None;
        }
    }
    let head_end = head_end?;
    let end = tail_start.unwrap_or(text.len());
    if *starts.first()? != head_end {
        return None;
    }
    let mut charts = Vec::new();
    let mut from = head_end;
    for start in starts.into_iter().skip(1).chain([end]) {
        if start - from >= PIECE || start == end {
            charts.push(text.get(from..start)?);
            from = start;
        }
    }
    Some(Sections { head: text.get(..head_end)?, charts, tail: text.get(end..)? })
}

/// Whether a line can be told from its beginning alone: no anchors or tags that reach over pieces, no document marks,
/// no tabs and returns. Flow collections and texts in quotes that go on over lines make a piece unreadable, which is
/// noticed when it is read.
fn is_plain(line: &[u8]) -> bool {
    if line.starts_with(b"---") || line.starts_with(b"...") || line.starts_with(b"%") || line.starts_with(b"\t") {
        return false;
    }
    let rest = line.trim_ascii_start();
    let rest = rest.strip_prefix(b"- ").unwrap_or(rest);
    let value = match rest.iter().position(|&byte| byte == b':') {
        Some(colon) => rest.get(colon + 1..).unwrap_or_default().trim_ascii_start(),
        None => rest,
    };
    let is_special = |text: &[u8]| matches!(text.first(), Some(b'&' | b'*' | b'!' | b'<'));
    !line.ends_with(b"\r") && !is_special(rest) && !is_special(value)
}

struct Lines<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<(usize, &'a [u8])> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let len = memchr::memchr(b'\n', rest);
        self.at = start + len.map_or(rest.len(), |len| len + 1);
        Some((start, rest.get(..len.unwrap_or(rest.len()))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_not_cut() {
        let index = b"apiVersion: v1\nentries:\n  a:\n  - name: a\n  b:\n  - name: b\ngenerated: x\n";
        let sections = cut(index).unwrap();
        assert_eq!(sections.head, b"apiVersion: v1\nentries:\n");
        assert_eq!(sections.charts, [b"  a:\n  - name: a\n  b:\n  - name: b\n"]);
        assert_eq!(sections.tail, b"generated: x\n");
        for text in [
            "entries: {}\n",
            "entries:\n- a\n",
            "entries:\n  a: &x\n  - name: a\n  b: *x\n",
            "entries:\n  a: []\nentries:\n  b: []\n",
            "---\nentries:\n  a: []\n",
            "{\"entries\": {}}",
        ] {
            assert!(cut(text.as_bytes()).is_none(), "{text}");
        }
    }
}
