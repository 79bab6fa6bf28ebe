//! Reads a pattern as Go's `regexp/syntax` does with its Perl flags.

use regex_syntax::hir::{Dot, Hir, Look};
use value::{Str, decode_rune};

use crate::{
    Error,
    class::{RuneSet, perl_set, posix_set},
    error::Problem,
    node::{Node, Repeat},
    unicode::named_set,
};

/// A pattern that has been read.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) hir: Hir,
    /// How deep it nests.
    pub(crate) height: u32,
    /// The name of each group, the whole match first; "" where there is none.
    pub(crate) names: Vec<Str>,
}

/// Reads a pattern.
pub(crate) fn parse(pattern: &[u8]) -> Result<Parsed, Error> {
    let mut parser = Parser::new(pattern);
    parser.run()?;
    parser.finish()
}

/// Go: `maxHeight`.
const MAX_HEIGHT: u32 = 1000;
/// Go: `maxSize`, in instructions.
const MAX_SIZE: u64 = (128 << 20) / 40;
/// Go: `maxRunes`, which is eight times as much; but with more than this the matcher would be too large in any case.
const MAX_RUNES: usize = (128 << 20) / 4 / 8;

/// The flags of `(?imsU)`, in Go's sense: `ONE_LINE` is the lack of `m`.
pub(crate) type Flags = u8;
const FOLD: Flags = 1;
const ONE_LINE: Flags = 2;
const DOT_NEWLINE: Flags = 4;
const LAZY: Flags = 8;

/// An open group, or the whole pattern.
#[derive(Default)]
struct Frame {
    /// The flags to go back to.
    flags: Flags,
    /// The number of the group, 0 where it does not capture.
    capture: u32,
    alternatives: Vec<Node>,
    items: Vec<Node>,
    /// Letters after the items, but for the last one, which an operator might still take.
    run: String,
    last: Option<char>,
}

struct Parser<'p> {
    pattern: &'p [u8],
    at: usize,
    flags: Flags,
    frame: Frame,
    outer: Vec<Frame>,
    names: Vec<Str>,
    runes: usize,
    /// Where the operator starts that was just read, if one was.
    operator: Option<usize>,
}

impl<'p> Parser<'p> {
    fn new(pattern: &'p [u8]) -> Parser<'p> {
        Parser {
            pattern,
            at: 0,
            flags: ONE_LINE,
            frame: Frame::default(),
            outer: Vec::new(),
            names: vec![Str::default()],
            runes: 0,
            operator: None,
        }
    }

    fn rest(&self) -> &'p [u8] {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    /// What was read since `start`.
    fn since(&self, start: usize) -> &'p [u8] {
        self.pattern.get(start..self.at).unwrap_or_default()
    }

    fn error(&self, problem: Problem, fragment: &[u8]) -> Error {
        Error::new(problem, fragment)
    }

    fn whole<T>(&self, problem: Problem) -> Result<T, Error> {
        Err(Error::new(problem, self.pattern))
    }

    /// Takes a rune; the caller knows that there is one.
    fn rune(&mut self) -> Result<char, Error> {
        match decode_rune(self.rest()) {
            Some((char::REPLACEMENT_CHARACTER, 1)) | None => Err(self.error(Problem::Utf8, self.rest())),
            Some((rune, size)) => {
                self.at += size;
                Ok(rune)
            }
        }
    }

    fn has(&self, flag: Flags) -> bool {
        self.flags & flag != 0
    }

    fn run(&mut self) -> Result<(), Error> {
        while let Some(&byte) = self.rest().first() {
            let start = self.at;
            let operator = self.operator.take();
            self.at += 1;
            match byte {
                b'(' => self.open()?,
                b'|' => self.bar()?,
                b')' => self.close()?,
                b'^' => self.look(if self.has(ONE_LINE) { Look::Start } else { Look::StartLF }),
                b'$' => self.look(if self.has(ONE_LINE) { Look::End } else { Look::EndLF }),
                b'.' => {
                    let dot = if self.has(DOT_NEWLINE) { Dot::AnyChar } else { Dot::AnyCharExceptLF };
                    self.push(Node::leaf(Hir::dot(dot)));
                }
                b'[' => {
                    let class = self.class(start)?;
                    self.push_class(class)?;
                }
                b'*' => self.repeat(start, operator, (0, None), false)?,
                b'+' => self.repeat(start, operator, (1, None), false)?,
                b'?' => self.repeat(start, operator, (0, Some(1)), false)?,
                b'{' => self.brace(start, operator)?,
                b'\\' => self.backslash(start)?,
                _ => {
                    self.at = start;
                    let rune = self.rune()?;
                    self.letter(u32::from(rune))?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Parsed, Error> {
        let node = self.end_frame()?;
        if !self.outer.is_empty() {
            return self.whole(Problem::MissingParen);
        }
        Ok(Parsed { height: node.height, hir: node.into_hir(), names: self.names })
    }

    /// Adds a part.
    fn push(&mut self, node: Node) {
        self.frame.settle();
        self.frame.items.push(node);
    }

    fn look(&mut self, look: Look) {
        self.push(Node::leaf(Hir::look(look)));
    }

    fn push_class(&mut self, set: RuneSet) -> Result<(), Error> {
        self.runes += set.weight();
        if self.runes > MAX_RUNES {
            return self.whole(Problem::Large);
        }
        self.push(Node::class(set));
        Ok(())
    }

    /// Adds a letter, or the class of its cases.
    fn letter(&mut self, rune: u32) -> Result<(), Error> {
        if self.has(FOLD) {
            let set = RuneSet::of(&[(rune, rune)]).folded();
            if set.weight() > 2 {
                return self.push_class(set);
            }
        }
        match char::from_u32(rune) {
            Some(rune) => {
                let frame = &mut self.frame;
                frame.run.extend(frame.last.replace(rune));
            }
            // A surrogate, which no text has.
            None => self.push(Node::leaf(Hir::fail())),
        }
        Ok(())
    }

    /// Reads what follows `(`.
    fn open(&mut self) -> Result<(), Error> {
        let flags = self.flags;
        let capture = match self.rest().first() {
            Some(b'?') => match self.perl_group()? {
                Some(capture) => capture,
                None => return Ok(()),
            },
            _ => self.new_capture(b""),
        };
        let frame = Frame { flags, capture, ..Frame::default() };
        self.outer.push(std::mem::replace(&mut self.frame, frame));
        Ok(())
    }

    fn new_capture(&mut self, name: &[u8]) -> u32 {
        self.names.push(name.into());
        self.names.len() as u32 - 1
    }

    /// Reads `?P<name>`, `?flags:` or `?flags)` after `(`; gives the number of the group that it opens, if it does.
    fn perl_group(&mut self) -> Result<Option<u32>, Error> {
        let start = self.at - 1;
        let group = self.pattern.get(start..).unwrap_or_default();
        let name_at = match group {
            [_, _, b'P', b'<', _, ..] => Some(4),
            [_, _, b'<', _, ..] => Some(3),
            _ => None,
        };
        if let Some(name_at) = name_at {
            let Some(end) = group.iter().position(|&byte| byte == b'>') else {
                check_utf8(group)?;
                return Err(self.error(Problem::NamedCapture, group));
            };
            let name = group.get(name_at..end).unwrap_or_default();
            check_utf8(name)?;
            if name.is_empty() || !name.iter().all(|&byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
                return Err(self.error(Problem::NamedCapture, group.get(..=end).unwrap_or_default()));
            }
            self.at = start + end + 1;
            return Ok(Some(self.new_capture(name)));
        }
        self.at += 1;
        self.perl_flags(start)
    }

    /// Reads the flags and what ends them. While they are being taken away they are inverted, as in Go.
    fn perl_flags(&mut self, start: usize) -> Result<Option<u32>, Error> {
        let mut flags = self.flags;
        let (mut negative, mut seen) = (false, false);
        while !self.rest().is_empty() {
            let rune = self.rune()?;
            match rune {
                'i' => flags |= FOLD,
                'm' => flags &= !ONE_LINE,
                's' => flags |= DOT_NEWLINE,
                'U' => flags |= LAZY,
                '-' if !negative => {
                    (negative, seen, flags) = (true, false, !flags);
                    continue;
                }
                ':' | ')' if !negative || seen => {
                    self.flags = if negative { !flags } else { flags };
                    return Ok((rune == ':').then_some(0));
                }
                _ => break,
            }
            seen = true;
        }
        Err(self.error(Problem::PerlOperator, self.since(start)))
    }

    fn bar(&mut self) -> Result<(), Error> {
        let node = self.frame.concat();
        self.check(&node)?;
        self.frame.alternatives.push(node);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        let node = self.end_frame()?;
        let Some(outer) = self.outer.pop() else { return self.whole(Problem::UnexpectedParen) };
        let Frame { flags, capture, .. } = std::mem::replace(&mut self.frame, outer);
        self.flags = flags;
        let node = if capture == 0 { node } else { node.capture(capture) };
        self.check(&node)?;
        self.push(node);
        Ok(())
    }

    fn end_frame(&mut self) -> Result<Node, Error> {
        self.bar()?;
        let node = Node::alternate(std::mem::take(&mut self.frame.alternatives));
        self.check(&node)?;
        Ok(node)
    }

    /// Go: `checkLimits`.
    fn check(&self, node: &Node) -> Result<(), Error> {
        match node {
            Node { height, .. } if *height > MAX_HEIGHT => self.whole(Problem::NestingDepth),
            Node { size, .. } if *size > MAX_SIZE => self.whole(Problem::Large),
            _ => Ok(()),
        }
    }

    /// Reads `{min,max}` after `{`, which is a letter where that is not what follows.
    fn brace(&mut self, start: usize, operator: Option<usize>) -> Result<(), Error> {
        let Some((counts, length)) = read_counts(self.rest()) else { return self.letter(u32::from('{')) };
        self.at += length;
        match counts {
            (Some(min), Some(Some(max))) if min <= max && max <= 1000 => {
                self.repeat(start, operator, (min, Some(max)), true)
            }
            (Some(min), None) if min <= 1000 => self.repeat(start, operator, (min, None), true),
            _ => Err(self.error(Problem::RepeatSize, self.since(start))),
        }
    }

    /// Makes the part before it repeat. Go: `parser.repeat`.
    fn repeat(
        &mut self,
        start: usize,
        operator: Option<usize>,
        (min, max): (u32, Option<u32>),
        counted: bool,
    ) -> Result<(), Error> {
        let mut greedy = !self.has(LAZY);
        if self.rest().first() == Some(&b'?') {
            self.at += 1;
            greedy = !greedy;
        }
        if let Some(operator) = operator {
            return Err(self.error(Problem::NestedRepeat, self.since(operator)));
        }
        let Some(node) = self.frame.take_last() else {
            return Err(self.error(Problem::MissingRepeatArgument, self.since(start)));
        };
        let node = node.repeat(Repeat { min, max, greedy, counted });
        self.check(&node)?;
        if counted && (min >= 2 || max.is_some_and(|max| max >= 2)) && node.product > 1000 {
            return Err(self.error(Problem::RepeatSize, self.since(start)));
        }
        self.frame.items.push(node);
        self.operator = Some(start);
        Ok(())
    }

    /// Reads what follows `\`.
    fn backslash(&mut self, start: usize) -> Result<(), Error> {
        let look = match self.rest().first() {
            Some(b'A') => Look::Start,
            Some(b'z') => Look::End,
            Some(b'b') => Look::WordAscii,
            Some(b'B') => Look::WordAsciiNegate,
            Some(b'C') => {
                self.at += 1;
                return Err(self.error(Problem::Escape, self.since(start)));
            }
            Some(b'Q') => return self.quoted(),
            _ => {
                return match self.escaped_set(start)? {
                    Some(set) => self.push_class(set),
                    None => {
                        let rune = self.escape(start)?;
                        self.letter(rune)
                    }
                };
            }
        };
        self.at += 1;
        self.look(look);
        Ok(())
    }

    /// Reads `Q…\E`.
    fn quoted(&mut self) -> Result<(), Error> {
        self.at += 1;
        let rest = self.rest();
        let length = rest.windows(2).position(|pair| pair == b"\\E");
        // An invalid byte is reported with what is quoted after it.
        let text = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        let mut left = text;
        while let Some((rune, size)) = decode_rune(left) {
            if (rune, size) == (char::REPLACEMENT_CHARACTER, 1) {
                return Err(self.error(Problem::Utf8, left));
            }
            self.letter(u32::from(rune))?;
            left = left.get(size..).unwrap_or_default();
        }
        self.at += text.len() + length.map_or(0, |_| 2);
        Ok(())
    }

    /// Reads `p{Name}` or `d` and the like after `\`, if that follows.
    fn escaped_set(&mut self, start: usize) -> Result<Option<RuneSet>, Error> {
        let Some(&letter) = self.rest().first() else { return Ok(None) };
        if matches!(letter, b'p' | b'P') {
            return self.unicode_set(start).map(Some);
        }
        let Some((set, negative)) = perl_set(letter) else { return Ok(None) };
        self.at += 1;
        Ok(Some(self.signed(set, negative)))
    }

    /// The set, with all cases where the flags say so, or what is outside of it.
    fn signed(&self, set: RuneSet, negative: bool) -> RuneSet {
        let set = if self.has(FOLD) { set.folded() } else { set };
        if negative { set.negated() } else { set }
    }

    /// Reads `pN`, `p{Name}` or `p{^Name}` after `\`. Go: `parseUnicodeClass`.
    fn unicode_set(&mut self, start: usize) -> Result<RuneSet, Error> {
        let mut negative = self.rest().first() == Some(&b'P');
        self.at += 1;
        let mut name = self.rest();
        if name.first() == Some(&b'{') {
            let group = self.pattern.get(start..).unwrap_or_default();
            let Some(end) = group.iter().position(|&byte| byte == b'}') else {
                check_utf8(group)?;
                return Err(self.error(Problem::CharRange, group));
            };
            name = group.get(3..end).unwrap_or_default();
            check_utf8(name)?;
            self.at = start + end + 1;
        } else if !name.is_empty() {
            let rune = self.rune()?;
            name = name.get(..rune.len_utf8()).unwrap_or_default();
        }
        if let Some(rest) = name.strip_prefix(b"^") {
            name = rest;
            negative = !negative;
        }
        let set = std::str::from_utf8(name).ok().and_then(named_set);
        let set = set.ok_or_else(|| self.error(Problem::CharRange, self.since(start)))?;
        Ok(self.signed(set, negative))
    }

    /// Reads the rest of an escape that stands for one rune. Go: `parseEscape`.
    fn escape(&mut self, start: usize) -> Result<u32, Error> {
        if self.rest().is_empty() {
            return Err(self.error(Problem::TrailingBackslash, b""));
        }
        let rune = self.rune()?;
        let octal = |byte: Option<&u8>| byte.copied().filter(|byte| (b'0'..=b'7').contains(byte));
        let value = match rune {
            '1'..='7' if octal(self.rest().first()).is_none() => None,
            '0'..='7' => {
                let mut value = u32::from(rune) - u32::from('0');
                for _ in 0..2 {
                    let Some(digit) = octal(self.rest().first()) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                Some(value)
            }
            'x' => self.hex()?,
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            _ if rune.is_ascii() && !rune.is_ascii_alphanumeric() => Some(u32::from(rune)),
            _ => None,
        };
        value.ok_or_else(|| self.error(Problem::Escape, self.since(start)))
    }

    /// Reads the digits of `\x41` or `\x{41}`.
    fn hex(&mut self) -> Result<Option<u32>, Error> {
        if self.rest().is_empty() {
            return Ok(None);
        }
        let first = self.rune()?;
        if first != '{' {
            // Go reads the second rune before it looks at the first, and calls its lack bad UTF-8 nowhere.
            let second = if self.rest().is_empty() { char::REPLACEMENT_CHARACTER } else { self.rune()? };
            let digits = first.to_digit(16).zip(second.to_digit(16));
            return Ok(digits.map(|(high, low)| high * 16 + low));
        }
        let mut value = None;
        while !self.rest().is_empty() {
            let rune = self.rune()?;
            if rune == '}' {
                return Ok(value);
            }
            let Some(digit) = rune.to_digit(16) else { return Ok(None) };
            let next = value.unwrap_or(0) * 16 + digit;
            if next > RuneSet::MAX {
                return Ok(None);
            }
            value = Some(next);
        }
        Ok(None)
    }

    /// Reads a class after its `[`, which is at `start`. Go: `parseClass`.
    fn class(&mut self, start: usize) -> Result<RuneSet, Error> {
        let mut set = RuneSet::default();
        let negative = self.rest().first() == Some(&b'^');
        self.at += usize::from(negative);
        let mut first = true;
        while first || self.rest().first() != Some(&b']') {
            first = false;
            if let Some(named) = self.posix_class()? {
                set.extend(&named);
                continue;
            }
            let at = self.at;
            if self.rest().first() == Some(&b'\\') {
                self.at += 1;
                if let Some(escaped) = self.escaped_set(at)? {
                    set.extend(&escaped);
                    continue;
                }
                self.at = at;
            }
            let low = self.class_rune(start)?;
            let mut high = low;
            if let [b'-', next, ..] = self.rest()
                && *next != b']'
            {
                self.at += 1;
                high = self.class_rune(start)?;
                if high < low {
                    return Err(self.error(Problem::CharRange, self.since(at)));
                }
            }
            set.extend(&self.signed(RuneSet::of(&[(low, high)]), false));
        }
        self.at += 1;
        set.settle();
        Ok(if negative { set.negated() } else { set })
    }

    /// Reads `[:name:]` within a class, if that follows.
    fn posix_class(&mut self) -> Result<Option<RuneSet>, Error> {
        let rest = self.rest();
        let Some(inner) = rest.strip_prefix(b"[:") else { return Ok(None) };
        let Some(length) = inner.windows(2).position(|pair| pair == b":]") else { return Ok(None) };
        let name = inner.get(..length).unwrap_or_default();
        let (name, negative) = name.strip_prefix(b"^").map_or((name, false), |name| (name, true));
        let start = self.at;
        self.at += length + 4;
        match posix_set(name) {
            Some(set) => Ok(Some(self.signed(set, negative))),
            None => Err(self.error(Problem::CharRange, self.since(start))),
        }
    }

    /// Reads one rune of a class.
    fn class_rune(&mut self, class: usize) -> Result<u32, Error> {
        let start = self.at;
        match self.rest().first() {
            None => Err(self.error(Problem::MissingBracket, self.pattern.get(class..).unwrap_or_default())),
            Some(b'\\') => {
                self.at += 1;
                self.escape(start)
            }
            Some(_) => self.rune().map(u32::from),
        }
    }
}

impl Frame {
    /// Turns the letters into a part.
    fn settle(&mut self) {
        self.run.extend(self.last.take());
        if !self.run.is_empty() {
            self.items.push(Node::literal(&self.run));
            self.run.clear();
        }
    }

    /// Takes the part that an operator stands behind.
    fn take_last(&mut self) -> Option<Node> {
        let Some(last) = self.last.take() else { return self.items.pop() };
        self.settle();
        Some(Node::literal(last.encode_utf8(&mut [0; 4])))
    }

    fn concat(&mut self) -> Node {
        self.settle();
        Node::concat(std::mem::take(&mut self.items))
    }
}

/// The counts of a repetition: the least and, where it is not left open, the greatest. Too big a number is nothing.
type Counts = (Option<u32>, Option<Option<u32>>);

/// Reads `min}`, `min,}` or `min,max}`, and tells how long it is.
fn read_counts(text: &[u8]) -> Option<(Counts, usize)> {
    let (min, rest) = read_count(text)?;
    let (max, rest) = match rest.split_first()? {
        (b',', rest) => match rest.first()? {
            b'}' => (None, rest),
            _ => {
                let (max, rest) = read_count(rest)?;
                (Some(max), rest)
            }
        },
        _ => (Some(min), rest),
    };
    let rest = rest.strip_prefix(b"}")?;
    Some(((min, max), text.len() - rest.len()))
}

/// Reads a number without leading zeros.
fn read_count(text: &[u8]) -> Option<(Option<u32>, &[u8])> {
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(length)?;
    match digits {
        [] | [b'0', _, ..] => None,
        _ => Some((std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()), rest)),
    }
}

/// Fails at the first invalid byte, naming what is left from there on.
fn check_utf8(text: &[u8]) -> Result<(), Error> {
    let mut rest = text;
    while let Some((rune, size)) = decode_rune(rest) {
        if (rune, size) == (char::REPLACEMENT_CHARACTER, 1) {
            return Err(Error::new(Problem::Utf8, rest));
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    Ok(())
}
