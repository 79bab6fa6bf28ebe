//! Comments, and which node each of them belongs to: go-yaml v3's rules, beside the scanner and the parser.
//!
//! Only who asks for them pays for them: see [`Scanner::keeping_comments`].

use std::collections::{HashMap, VecDeque};

use super::{
    node::NodeId,
    scan::Scanner,
    token::{Kind, Mark, Token},
};

/// How far go-yaml looks for a comment.
const LOOK_AHEAD: usize = 512;

/// Where a comment begins: byte, line, column. Columns are counted as go-yaml counts them here, which is not always
/// from the same number.
#[derive(Clone, Copy, Default)]
struct Start {
    pos: u32,
    line: i64,
    column: i64,
}

/// A comment that is waiting for its node.
#[derive(Clone, Default)]
struct Comment {
    /// Where the look for it began.
    scan: u32,
    /// The token that it belongs to begins here or behind it.
    token: u32,
    start: Start,
    end: u32,
    head: Vec<u8>,
    line: Vec<u8>,
    foot: Vec<u8>,
}

/// The comments of a text.
#[derive(Default)]
pub(super) struct CommentLog {
    comments: Vec<Comment>,
    /// How many have been handed on.
    taken: usize,
    /// The first characters of scalars, which tell their styles.
    styles: VecDeque<(u32, u8)>,
}

/// What is said around a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) head: Vec<u8>,
    pub(super) line: Vec<u8>,
    pub(super) foot: Vec<u8>,
}

impl Around {
    fn is_empty(&self) -> bool {
        self.head.is_empty() && self.line.is_empty() && self.foot.is_empty()
    }
}

/// What the nodes of a document have beside their values.
#[derive(Default)]
pub(super) struct Extras {
    /// What was read and belongs to the next node.
    next: Around,
    /// The head of a collection within a sequence, set apart from that of its first entry.
    stem: Option<Vec<u8>>,
    pub(super) around: HashMap<NodeId, Around>,
    /// What stands at the ends of collections.
    pub(super) ends: HashMap<NodeId, Around>,
    pub(super) anchors: HashMap<NodeId, Vec<u8>>,
    pub(super) tags: HashMap<NodeId, Vec<u8>>,
    /// The first character of a quoted or block scalar, or of a flow collection.
    pub(super) styles: HashMap<NodeId, u8>,
    pub(super) document: Around,
}

fn append(to: &mut Vec<u8>, text: &[u8]) {
    if !to.is_empty() {
        to.push(b'\n');
    }
    to.extend_from_slice(text);
}

impl Extras {
    /// Takes what belongs to this node.
    pub(super) fn take_for(&mut self, id: NodeId) {
        let around = std::mem::take(&mut self.next);
        self.stem = None;
        if !around.is_empty() {
            self.around.insert(id, around);
        }
    }

    /// Takes what stands at the end of this collection.
    pub(super) fn take_for_end(&mut self, id: NodeId) {
        let around = std::mem::take(&mut self.next);
        self.stem = None;
        if !around.is_empty() {
            self.ends.insert(id, around);
        }
    }

    /// Begins a flow collection.
    pub(super) fn start_flow(&mut self, id: NodeId, style: u8) {
        self.take_for(id);
        self.styles.insert(id, style);
    }

    /// Gives a block collection the head that was set apart for it.
    pub(super) fn take_stem(&mut self, id: NodeId) {
        if let Some(head) = self.stem.take() {
            self.around.insert(id, Around { head, ..Around::default() });
        }
    }

    /// How long the head is that was read so far.
    pub(super) fn head_len(&self) -> usize {
        self.next.head.len()
    }

    /// Sets a head of this length apart, if a collection follows.
    pub(super) fn split_stem(&mut self, len: usize, next: Kind) {
        if len == 0 || !matches!(next, Kind::BlockSequenceStart | Kind::BlockMappingStart) {
            return;
        }
        let rest = self.next.head.split_off(len);
        self.stem = Some(std::mem::replace(&mut self.next.head, rest.get(1..).unwrap_or_default().to_vec()));
    }

    /// What stands above a document, an empty line between it and its first node.
    pub(super) fn start_document(&mut self) {
        let head = &self.next.head;
        let last = head.len().saturating_sub(1);
        let gap = (1..head.len())
            .rev()
            .find(|&at| head.get(at) == Some(&b'\n') && (at == last || head.get(at.wrapping_sub(1)) == Some(&b'\n')));
        if let Some(at) = gap {
            let rest = head.get(at + 1..).unwrap_or_default().to_vec();
            let end = if at == last { at } else { at - 1 };
            self.document.head = head.get(..end).unwrap_or_default().to_vec();
            self.next.head = rest;
        }
    }

    /// What stands below a document.
    pub(super) fn end_document(&mut self) {
        let Around { head, foot, .. } = std::mem::take(&mut self.next);
        self.document.foot = if foot.is_empty() { head } else { foot };
    }
}

impl Scanner<'_> {
    /// Keeps comments from here on.
    pub(super) fn keeping_comments(&mut self) {
        self.log = Some(Box::default());
    }

    /// Notes how a scalar begins.
    pub(super) fn note_style(&mut self) {
        let (pos, first) = (self.cursor.mark().pos, self.cursor.first());
        if let Some(log) = &mut self.log {
            log.styles.push_back((pos, first));
        }
    }

    /// How the scalar of a token begins.
    pub(super) fn style_of(&mut self, token: Token) -> u8 {
        let Some(log) = &mut self.log else { return 0 };
        while let Some((pos, first)) = log.styles.pop_front() {
            if pos == token.mark.pos {
                return first;
            }
        }
        0
    }

    /// Hands the comments that belong to a token or stand before it on. go-yaml v3: `yaml_parser_unfold_comments`.
    pub(super) fn unfold(&mut self, token: Token, extras: &mut Extras) {
        let Some(log) = &mut self.log else { return };
        while let Some(comment) = log.comments.get_mut(log.taken).filter(|comment| token.mark.pos >= comment.token) {
            if !comment.head.is_empty() {
                // An end has no head: it waits for the token behind it.
                if token.kind == Kind::BlockEnd {
                    return;
                }
                append(&mut extras.next.head, &comment.head);
            }
            if !comment.foot.is_empty() {
                append(&mut extras.next.foot, &comment.foot);
            }
            if !comment.line.is_empty() {
                append(&mut extras.next.line, &comment.line);
            }
            *comment = Comment::default();
            log.taken += 1;
        }
    }

    /// How many lines ended since the last character that is no blank.
    fn newlines(&self) -> i64 {
        let mut count = 0;
        for pos in (0..self.cursor.pos()).rev() {
            match self.cursor.byte(pos) {
                b' ' | b'\t' => {}
                b'\n' | b'\r' => count += 1,
                _ => break,
            }
        }
        count
    }

    /// Reads a comment that begins at this byte, up to the end of its line.
    fn read_comment(&mut self, begin: usize, text: &mut Vec<u8>) {
        loop {
            if self.cursor.is_break_or_end(0) {
                if self.cursor.pos() >= begin {
                    return;
                }
                self.cursor.skip_line();
                continue;
            }
            let from = self.cursor.pos();
            self.cursor.skip();
            if from >= begin {
                text.extend((from..self.cursor.pos()).map(|pos| self.cursor.byte(pos)));
            }
        }
    }

    /// A comment on the line of what was just read. go-yaml v3: `yaml_parser_scan_line_comment`.
    pub(super) fn scan_line_comment(&mut self, token: Mark) {
        if self.log.is_none() || self.newlines() > 0 {
            return;
        }
        let from = self.cursor.pos();
        let blank = |peek: &usize| matches!(self.cursor.byte(from + peek), b' ' | b'\t');
        let Some(peek) = (0..LOOK_AHEAD).find(|peek| !blank(peek)) else { return };
        if self.cursor.byte(from + peek) != b'#' {
            return;
        }
        while self.cursor.pos() < from + peek {
            self.cursor.skip();
        }
        let mark = self.cursor.mark();
        let start = Start { pos: mark.pos, line: mark.line.into(), column: mark.column.into() };
        let mut line = Vec::new();
        self.read_comment(from + peek, &mut line);
        if let Some(log) = &mut self.log {
            log.comments.push(Comment { token: token.pos, start, line, ..Comment::default() });
        }
    }

    /// A comment right behind the dash of a sequence's first entry is the head of that entry.
    /// go-yaml v3: `yaml_parser_scan_to_next_token`.
    pub(super) fn reposition_comment(&mut self) {
        let mark = self.cursor.mark();
        let is_break = self.cursor.is_break(0);
        let mut last = self.tokens.iter().rev();
        let pair = (last.next().map(|token| token.kind), last.next().map(|token| token.kind));
        let Some(comment) = self.log.as_mut().and_then(|log| log.comments.last_mut()) else { return };
        if pair == (Some(Kind::BlockEntry), Some(Kind::BlockSequenceStart)) && !comment.line.is_empty() && !is_break {
            comment.head = std::mem::take(&mut comment.line);
            if comment.start.line == i64::from(mark.line) - 1 {
                comment.token = mark.pos;
            }
        }
    }

    /// Comments on lines of their own. go-yaml v3: `yaml_parser_scan_comments`.
    pub(super) fn scan_comments(&mut self, scan: Mark) {
        let mut tokens = self.tokens.iter().rev();
        let mut token = tokens.next().copied();
        if token.is_some_and(|token| token.kind == Kind::FlowEntry)
            && let Some(before) = tokens.next()
        {
            token = Some(*before);
        }
        let after_value = token.is_some_and(|token| token.kind == Kind::Value);
        let indent = self.indent.max(0) as i64;
        let (newlines, here) = (self.newlines(), self.cursor.mark());
        let (mut line, mut column) = (i64::from(here.line), i64::from(here.column));
        // Where a comment must begin to be the foot of what stands before it.
        let foot_line = match scan.line {
            0 => -1,
            _ => line - newlines + 1 + i64::from(newlines == 0 && column > 1),
        };
        let mut found = Found {
            scan: scan.pos,
            token: token.map_or(0, |token| token.mark.pos),
            start: Start::default(),
            text: Vec::new(),
        };
        let (mut first_empty, mut recent_empty) = (newlines <= 1, false);
        let mut peek = 0;
        while peek < LOOK_AHEAD {
            column += 1;
            let at = self.cursor.pos() + peek;
            let byte = self.cursor.byte(at);
            if matches!(byte, b' ' | b'\t') {
                peek += 1;
                continue;
            }
            let close_flow = self.in_flow() && matches!(byte, b']' | b'}');
            let is_break = self.cursor.break_width(at) != 0;
            let dedented = found.start.column - 1 < indent;
            if close_flow || is_break || byte == 0 {
                if close_flow || !recent_empty {
                    let is_foot = found.start.line == foot_line && !after_value || dedented;
                    if close_flow || first_empty && is_foot {
                        if !found.text.is_empty() {
                            if dedented {
                                found.token = found.start.pos;
                            }
                            self.push_foot(&mut found, at);
                        }
                    } else if !found.text.is_empty() && byte != 0 {
                        found.text.push(b'\n');
                    }
                }
                if !is_break {
                    break;
                }
                (first_empty, recent_empty) = (false, true);
                column = 0;
                line += 1;
                peek += 1;
                continue;
            }
            if !found.text.is_empty() && (close_flow || column - 1 < indent && column != found.start.column) {
                self.push_foot(&mut found, at);
            }
            if byte != b'#' {
                break;
            }
            if found.text.is_empty() {
                found.start = Start { pos: at as u32, line, column };
            } else {
                found.text.push(b'\n');
            }
            recent_empty = false;
            self.read_comment(at, &mut found.text);
            // go-yaml goes on behind the line break, and counts it neither as a line nor as a column.
            column = 0;
            line = self.cursor.mark().line.into();
            peek = 1;
        }
        if found.text.is_empty() {
            return;
        }
        let end = (self.cursor.pos() + peek).saturating_sub(1) as u32;
        let Found { scan, start, text, .. } = found;
        if let Some(log) = &mut self.log {
            log.comments.push(Comment { scan, token: start.pos, start, end, head: text, ..Comment::default() });
        }
    }

    fn push_foot(&mut self, found: &mut Found, at: usize) {
        let at = at as u32;
        let foot = std::mem::take(&mut found.text);
        let Found { scan, token, start, .. } = *found;
        if let Some(log) = &mut self.log {
            log.comments.push(Comment { scan, token, start, end: at, foot, ..Comment::default() });
        }
        (found.scan, found.token) = (at, at);
    }

    /// Where a block collection ends: before the comments that stand behind it at its own indentation.
    /// go-yaml v3: `yaml_parser_unroll_indent`.
    pub(super) fn block_end(&self, scan: Mark) -> Mark {
        let Some(log) = &self.log else { return self.cursor.mark() };
        let mut mark = Mark { pos: scan.pos.saturating_sub(1), ..scan };
        let mut stop = mark.pos;
        for comment in log.comments.iter().rev() {
            if comment.end < stop {
                break;
            }
            if comment.start.column == self.indent as i64 + 1 {
                mark.pos = comment.start.pos;
            }
            stop = comment.scan;
        }
        mark
    }
}

struct Found {
    scan: u32,
    token: u32,
    start: Start,
    text: Vec<u8>,
}
