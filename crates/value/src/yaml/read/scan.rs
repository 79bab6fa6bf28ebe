//! The scanner: turns a document's text into tokens, and finds out which scalars are keys.
//!
//! The rules are libyaml's as go-yaml v2 has them (`scannerc.go`), to the order in which problems are found.

use std::collections::VecDeque;

use super::{
    comments::CommentLog,
    cursor::Cursor,
    input::Input,
    token::{Kind, Mark, Problem, Text, Token},
};

/// How deep flow collections and block collections may nest (go-yaml v2: `max_flow_level`, `max_indents`).
const MAX_DEPTH: usize = 10_000;

/// How far before its `:` a key may begin, in characters.
const MAX_KEY_LENGTH: usize = 1024;

/// A place where a key without `?` may have begun.
#[derive(Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    /// Whether it must be a key, being at the indentation of a block mapping.
    required: bool,
    /// The number of its first token.
    token: usize,
    pos: usize,
    mark: Mark,
}

pub(super) struct Scanner<'t> {
    pub(super) cursor: Cursor<'t>,
    pub(super) tokens: VecDeque<Token>,
    /// How many tokens have been taken.
    taken: usize,
    /// Whether the first token is known to be no key.
    ready: bool,
    /// One for each flow level, and one for the block level.
    keys: Vec<SimpleKey>,
    key_tokens: KeyTokens,
    simple_key_allowed: bool,
    pub(super) indent: isize,
    indents: Vec<isize>,
    /// The handles and suffixes of tags, and those of `%TAG` with their prefixes.
    pub(super) tags: Vec<(Text, Text)>,
    /// The comments, where they are wanted.
    pub(super) log: Option<Box<CommentLog>>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(input: &'t Input<'_>) -> Scanner<'t> {
        Scanner {
            cursor: Cursor::new(input),
            tokens: VecDeque::with_capacity(16),
            taken: 0,
            ready: false,
            keys: vec![SimpleKey::default()],
            key_tokens: KeyTokens::default(),
            simple_key_allowed: true,
            indent: -1,
            indents: Vec::new(),
            tags: Vec::new(),
            log: None,
        }
    }

    /// The next token, left in place.
    pub(super) fn peek(&mut self) -> Result<Token, Problem> {
        if !self.ready {
            self.fetch_more()?;
        }
        Ok(self.tokens.front().copied().unwrap_or(Token::new(Kind::StreamEnd, self.cursor.mark())))
    }

    /// Takes the token that was looked at.
    pub(super) fn advance(&mut self) {
        self.ready = false;
        self.taken += 1;
        self.tokens.pop_front();
    }

    /// Whether the scanner is inside `[]` or `{}`.
    pub(super) fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    pub(super) fn allow_simple_key(&mut self) {
        self.simple_key_allowed = true;
    }

    fn fetch_more(&mut self) -> Result<(), Problem> {
        // Comments are found to belong to a token only when two more are known.
        let ahead = if self.log.is_some() { 2 } else { 0 };
        loop {
            if self.tokens.len() > ahead {
                match self.key_tokens.find(self.taken) {
                    Some(level) if self.is_key_valid(level)? => {}
                    _ => break,
                }
            }
            self.fetch_next()?;
        }
        self.ready = true;
        Ok(())
    }

    fn fetch_next(&mut self) -> Result<(), Problem> {
        self.cursor.ensure(1)?;
        let scan = self.cursor.mark();
        self.scan_to_next_token()?;
        self.unroll_indent(self.cursor.column() as isize, scan);
        self.cursor.ensure(4)?;
        let first = self.cursor.first();
        if self.cursor.column() == 0 {
            if first == b'%' {
                return self.fetch_directive();
            }
            if self.cursor.is_document_indicator() {
                let kind = if first == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
                return self.fetch_document_indicator(kind);
            }
        }
        if self.log.is_none() {
            return self.fetch_token(first);
        }
        let mut mark = self.cursor.mark();
        if first == if self.in_flow() { b',' } else { b':' } {
            mark = self.tokens.back().map_or(Mark::default(), |token| token.mark);
        }
        self.fetch_token(first)?;
        let is_entry = self.tokens.back().is_some_and(|token| token.kind == Kind::BlockEntry);
        if first != 0 && !is_entry {
            self.scan_line_comment(mark);
        }
        Ok(())
    }

    fn fetch_token(&mut self, first: u8) -> Result<(), Problem> {
        let gap_follows = || self.cursor.is_gap(1);
        match first {
            0 => self.fetch_stream_end(),
            b'[' => self.fetch_flow_start(Kind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(Kind::FlowMappingStart),
            b']' => self.fetch_flow_end(Kind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(Kind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if gap_follows() => self.fetch_block_entry(),
            b'?' if self.in_flow() || gap_follows() => self.fetch_key(),
            b':' if self.in_flow() || gap_follows() => self.fetch_value(),
            b'*' => self.fetch_anchor(Kind::Alias),
            b'&' => self.fetch_anchor(Kind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !self.in_flow() => self.fetch_block_scalar(first == b'|'),
            b'\'' => self.fetch_scalar(|scanner| scanner.scan_single_quoted()),
            b'"' => self.fetch_scalar(|scanner| scanner.scan_double_quoted()),
            b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => {
                Err(self.cursor.problem("found character that cannot start any token"))
            }
            _ => self.fetch_scalar(|scanner| scanner.scan_plain()),
        }
    }

    fn push(&mut self, kind: Kind, mark: Mark) {
        self.tokens.push_back(Token::new(kind, mark));
    }

    /// Queues an indicator of one character and passes over it.
    fn push_indicator(&mut self, kind: Kind) {
        self.push(kind, self.cursor.mark());
        self.cursor.skip();
    }

    /// Queues a token before the token of this number; at the end, where that one is taken already.
    fn insert(&mut self, number: usize, kind: Kind, mark: Mark) {
        match number.checked_sub(self.taken).filter(|&index| index <= self.tokens.len()) {
            Some(index) => self.tokens.insert(index, Token::new(kind, mark)),
            None => self.push(kind, mark),
        }
    }

    fn is_key_valid(&mut self, level: usize) -> Result<bool, Problem> {
        let Some(key) = self.keys.get_mut(level) else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.cursor.line() || self.cursor.is_further_than(key.pos, MAX_KEY_LENGTH) {
            if key.required {
                return Err(self.cursor.problem("could not find expected ':'"));
            }
            key.possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    /// Notes that a key may begin here.
    fn save_key(&mut self) -> Result<(), Problem> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let key = SimpleKey {
            possible: true,
            required: !self.in_flow() && self.indent == self.cursor.column() as isize,
            token: self.taken + self.tokens.len(),
            pos: self.cursor.pos(),
            mark: self.cursor.mark(),
        };
        self.remove_key()?;
        self.key_tokens.insert(key.token, self.keys.len().saturating_sub(1));
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    /// Gives up the key of this level that may have begun.
    fn remove_key(&mut self) -> Result<(), Problem> {
        if let Some(key) = self.keys.last_mut().filter(|key| key.possible) {
            if key.required {
                return Err(self.cursor.problem("could not find expected ':'"));
            }
            key.possible = false;
            self.key_tokens.remove(key.token);
        }
        Ok(())
    }

    /// Begins a block collection of this kind, if the column is deeper than the indentation; its token goes before
    /// the token `number`, or to the end.
    fn roll_indent(&mut self, mark: Mark, number: Option<usize>, kind: Kind) -> Result<(), Problem> {
        let column = mark.column as isize;
        if self.in_flow() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            return Err(self.cursor.problem("exceeded max depth of 10000"));
        }
        self.insert(number.unwrap_or(usize::MAX), kind, mark);
        Ok(())
    }

    /// Ends the block collections that are deeper than this column.
    fn unroll_indent(&mut self, column: isize, scan: Mark) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            let mark = self.block_end(scan);
            self.push(Kind::BlockEnd, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Ends everything that the end of a document ends.
    fn end_blocks(&mut self) -> Result<(), Problem> {
        self.unroll_indent(-1, self.cursor.mark());
        self.remove_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn fetch_stream_end(&mut self) -> Result<(), Problem> {
        self.cursor.force_line();
        self.end_blocks()?;
        self.push(Kind::StreamEnd, self.cursor.mark());
        Ok(())
    }

    fn fetch_directive(&mut self) -> Result<(), Problem> {
        self.end_blocks()?;
        let token = self.scan_directive()?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn fetch_document_indicator(&mut self, kind: Kind) -> Result<(), Problem> {
        self.end_blocks()?;
        self.push(kind, self.cursor.mark());
        self.cursor.skip_ascii(3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: Kind) -> Result<(), Problem> {
        self.save_key()?;
        self.keys.push(SimpleKey { token: self.taken + self.tokens.len(), ..SimpleKey::default() });
        if self.keys.len() > MAX_DEPTH + 1 {
            return Err(self.cursor.problem("exceeded max depth of 10000"));
        }
        self.simple_key_allowed = true;
        self.push_indicator(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: Kind) -> Result<(), Problem> {
        self.remove_key()?;
        if self.in_flow()
            && let Some(key) = self.keys.pop()
        {
            self.key_tokens.remove(key.token);
        }
        self.simple_key_allowed = false;
        self.push_indicator(kind);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Problem> {
        self.remove_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(Kind::FlowEntry);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Problem> {
        // In a flow collection it is the parser that complains.
        if !self.in_flow() {
            if !self.simple_key_allowed {
                return Err(self.cursor.problem("block sequence entries are not allowed in this context"));
            }
            self.roll_indent(self.cursor.mark(), None, Kind::BlockSequenceStart)?;
        }
        self.remove_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(Kind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Problem> {
        if !self.in_flow() {
            if !self.simple_key_allowed {
                return Err(self.cursor.problem("mapping keys are not allowed in this context"));
            }
            self.roll_indent(self.cursor.mark(), None, Kind::BlockMappingStart)?;
        }
        self.remove_key()?;
        self.simple_key_allowed = !self.in_flow();
        self.push_indicator(Kind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Problem> {
        let level = self.keys.len().saturating_sub(1);
        if self.is_key_valid(level)? {
            let key = self.keys.last().copied().unwrap_or_default();
            self.insert(key.token, Kind::Key, key.mark);
            self.roll_indent(key.mark, Some(key.token), Kind::BlockMappingStart)?;
            if let Some(last) = self.keys.last_mut() {
                last.possible = false;
            }
            self.key_tokens.remove(key.token);
            self.simple_key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.simple_key_allowed {
                    return Err(self.cursor.problem("mapping values are not allowed in this context"));
                }
                self.roll_indent(self.cursor.mark(), None, Kind::BlockMappingStart)?;
            }
            self.simple_key_allowed = !self.in_flow();
        }
        self.push_indicator(Kind::Value);
        Ok(())
    }

    fn fetch_anchor(&mut self, kind: Kind) -> Result<(), Problem> {
        self.fetch_scalar(|scanner| scanner.scan_anchor(kind))
    }

    fn fetch_tag(&mut self) -> Result<(), Problem> {
        self.fetch_scalar(|scanner| scanner.scan_tag())
    }

    /// Queues a token that a key may begin with, but not follow.
    fn fetch_scalar(&mut self, scan: impl FnOnce(&mut Self) -> Result<Token, Problem>) -> Result<(), Problem> {
        self.save_key()?;
        self.simple_key_allowed = false;
        self.note_style();
        let token = scan(self)?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn fetch_block_scalar(&mut self, literal: bool) -> Result<(), Problem> {
        self.remove_key()?;
        self.simple_key_allowed = true;
        self.note_style();
        let token = self.scan_block_scalar(literal)?;
        self.tokens.push_back(token);
        Ok(())
    }

    /// Passes over blanks, comments and line breaks.
    fn scan_to_next_token(&mut self) -> Result<(), Problem> {
        let scan = self.cursor.mark();
        loop {
            self.cursor.ensure(1)?;
            if self.cursor.is_marked() && self.cursor.column() == 0 {
                self.cursor.skip();
            }
            self.cursor.ensure(1)?;
            // A tab may not indent, but may stand between tokens.
            let tab_allowed = self.in_flow() || !self.simple_key_allowed;
            self.cursor.skip_spaces(usize::MAX)?;
            while self.cursor.first() == b' ' || tab_allowed && self.cursor.first() == b'\t' {
                self.cursor.skip_ascii(1);
                self.cursor.ensure(1)?;
            }
            if self.log.is_some() {
                self.reposition_comment();
                if self.cursor.first() == b'#' {
                    self.scan_comments(scan);
                }
            } else if self.cursor.first() == b'#' {
                self.cursor.skip_to_line_end()?;
            }
            if !self.cursor.is_break(0) {
                return Ok(());
            }
            self.cursor.ensure(2)?;
            self.cursor.skip_line();
            if !self.in_flow() {
                self.simple_key_allowed = true;
            }
        }
    }
}

/// Which tokens may begin a key, and at which level: go-yaml's `simple_keys_by_tok`, entries that it forgets to
/// remove included. The numbers only grow.
#[derive(Default)]
struct KeyTokens(VecDeque<(usize, usize)>);

impl KeyTokens {
    fn insert(&mut self, token: usize, level: usize) {
        self.remove(token);
        self.0.push_back((token, level));
    }

    fn remove(&mut self, token: usize) {
        let later = self.0.iter().rev().take_while(|entry| entry.0 > token).count();
        if let Some(index) = self.0.len().checked_sub(later + 1)
            && self.0.get(index).is_some_and(|entry| entry.0 == token)
        {
            self.0.remove(index);
        }
    }

    /// The level of the key that may begin with this token; tokens before it will not be asked for.
    fn find(&mut self, token: usize) -> Option<usize> {
        while self.0.front().is_some_and(|entry| entry.0 < token) {
            self.0.pop_front();
        }
        self.0.front().filter(|entry| entry.0 == token).map(|entry| entry.1)
    }
}
