//! What stands around nodes: anchors, tags, comments.

use super::{emit::Emitter, output::Indicator};

const DEFAULT_TAG: &[u8] = b"tag:yaml.org,2002:";

impl Emitter<'_> {
    pub(super) fn anchor(&mut self, mark: &[u8], anchor: &[u8]) {
        if !anchor.is_empty() {
            self.out.indicator(mark, Indicator::APART);
            self.out.word(anchor);
        }
    }

    pub(super) fn tag(&mut self, tag: &[u8]) {
        let (handle, suffix) = tag_parts(tag);
        if handle.is_empty() && suffix.is_empty() {
            return;
        }
        if handle.is_empty() {
            self.out.indicator(b"!<", Indicator::APART);
            self.tag_content(suffix);
            self.out.indicator(b">", Indicator::PLAIN);
            return;
        }
        if !self.out.whitespace {
            self.out.put(b' ');
        }
        self.out.word(handle);
        self.tag_content(suffix);
    }

    fn tag_content(&mut self, text: &[u8]) {
        for byte in text {
            match byte {
                b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b',' | b'_' | b'.' | b'~' | b'*'
                | b'\'' | b'(' | b')' | b'[' | b']' | b'-' => self.out.word(&[*byte]),
                byte if byte.is_ascii_alphanumeric() => self.out.word(&[*byte]),
                byte => self.out.word(format!("%{byte:02X}").as_bytes()),
            }
        }
    }

    pub(super) fn head_comment(&mut self) {
        if !self.tail.is_empty() {
            self.out.write_indent();
            self.out.comment(self.tail);
            self.tail = b"";
            self.out.foot_indent = self.out.indent.max(0);
        }
        if !self.head.is_empty() {
            self.out.write_indent();
            self.out.comment(self.head);
            self.head = b"";
        }
    }

    /// Writes the comment of the line, if there is one.
    pub(super) fn line_comment(&mut self) {
        if self.line.is_empty() {
            return;
        }
        if !self.out.whitespace {
            self.out.put(b' ');
        }
        self.out.comment(self.line);
        self.line = b"";
    }

    pub(super) fn foot_comment(&mut self) {
        if self.foot.is_empty() {
            return;
        }
        self.out.write_indent();
        self.out.comment(self.foot);
        self.foot = b"";
        self.out.foot_indent = self.out.indent.max(0);
    }
}

/// The handle and the rest of a tag: `!!` for YAML's own, `!` for a local one.
pub(super) fn tag_parts(tag: &[u8]) -> (&'static [u8], &[u8]) {
    match (tag.strip_prefix(DEFAULT_TAG), tag.strip_prefix(b"!")) {
        (Some(suffix), _) => (b"!!", suffix),
        (None, Some(suffix)) => (b"!", suffix),
        (None, None) => (b"", tag),
    }
}
