//! Compiled patterns, and what can be done with them.

use std::{cell::RefCell, collections::HashMap, fmt, ops::Range, rc::Rc};

use regex_automata::{Input, meta, util::primitives::NonMaxUsize};
use regexp::{Error, MAX_SIZE, Pattern};
use value::Str;

use super::{
    expand::{Match, Part, expand, parts},
    text::Text,
};
use crate::{Budget, Failure};

/// A compiled pattern. Go: `regexp.Regexp`.
pub struct Regex {
    engine: meta::Regex,
    cache: RefCell<meta::Cache>,
    /// The names of the groups, the whole match first.
    names: Vec<Str>,
    /// The pattern has no letters at all, which `split` asks for.
    empty: bool,
    /// Its size in memory.
    size: usize,
}

/// How many compiled patterns a thread keeps, and how many bytes of them.
const KEPT: usize = 128;
const KEPT_BYTES: usize = 32 << 20;

thread_local! {
    static KEPT_PATTERNS: RefCell<HashMap<Box<[u8]>, Rc<Regex>>> = RefCell::default();
}

impl Regex {
    /// Compiles a pattern. Go: `regexp.Compile`.
    ///
    /// A pattern that Go accepts and that needs more than 32 MiB is "too large" too.
    pub fn new(pattern: &[u8]) -> Result<Regex, Error> {
        let Pattern { engine, names } = Pattern::compile(pattern)?;
        let cache = RefCell::new(engine.create_cache());
        let size = engine.memory_usage() + cache.borrow().memory_usage();
        Ok(Regex { engine, cache, names, empty: pattern.is_empty(), size })
    }

    /// As [`Regex::new`], from the patterns that this thread has compiled lately.
    pub fn cached(pattern: &[u8], budget: &Budget) -> Result<Result<Rc<Regex>, Error>, Failure> {
        budget.step(pattern.len() as u64 / 16 + 1)?;
        if let Some(kept) = KEPT_PATTERNS.with_borrow(|kept| kept.get(pattern).cloned()) {
            budget.step(kept.size as u64 / 64)?;
            return Ok(Ok(kept));
        }
        budget.step(pattern.len() as u64 * 4)?;
        let regex = match Regex::new(pattern) {
            Ok(regex) => Rc::new(regex),
            Err(error) => {
                // Finding out that it is too large is as much work as the largest.
                budget.step(if error.is_large() { MAX_SIZE as u64 / 64 } else { 0 })?;
                return Ok(Err(error));
            }
        };
        budget.step(regex.size as u64 / 64)?;
        KEPT_PATTERNS.with_borrow_mut(|kept| {
            let bytes: usize = kept.values().map(|regex| regex.size).sum();
            if kept.len() >= KEPT || bytes + regex.size > KEPT_BYTES {
                kept.clear();
            }
            kept.insert(pattern.into(), Rc::clone(&regex));
        });
        Ok(Ok(regex))
    }

    /// Pays for a search from `from` on. A search that finds something soon costs less than is paid, which keeps
    /// many of them over one text in bounds.
    fn pay(&self, text: &Text<'_>, from: usize, budget: &Budget) -> Result<(), Failure> {
        let length = text.seen.len().saturating_sub(from) as u64;
        let weight = 1 + self.size as u64 / (64 << 10);
        budget.step(1 + length.saturating_mul(weight) / 256)
    }

    /// Whether the text has a match. Go: `MatchString`.
    pub fn is_match(&self, text: &[u8], budget: &Budget) -> Result<bool, Failure> {
        let text = Text::new(text);
        self.pay(&text, 0, budget)?;
        let input = Input::new(&text.seen).earliest(true);
        Ok(self.engine.search_half_with(&mut self.cache.borrow_mut(), &input).is_some())
    }

    /// The first match. Go: `FindStringIndex`.
    pub fn find(&self, text: &[u8], budget: &Budget) -> Result<Option<Range<usize>>, Failure> {
        let text = Text::new(text);
        self.pay(&text, 0, budget)?;
        Ok(self.search(&text, 0, &mut [None; 2]).map(|range| text.range(range)))
    }

    /// The first match from `from` on, in what is seen of the text.
    fn search(&self, text: &Text<'_>, from: usize, slots: &mut [Option<NonMaxUsize>]) -> Option<Range<usize>> {
        let input = Input::new(&text.seen).span(from..text.seen.len());
        self.engine.search_slots_with(&mut self.cache.borrow_mut(), &input, slots)?;
        slot_range(slots, 0)
    }

    /// All matches, or the first `limit` of them if that is not negative. Go: `FindAllStringIndex`.
    ///
    /// An empty match right after another is none.
    pub fn find_all(&self, text: &[u8], limit: i64, budget: &Budget) -> Result<Vec<Range<usize>>, Failure> {
        let text = Text::new(text);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut from = 0;
        let mut last_end = None;
        while found.len() < limit && from <= text.seen.len() {
            self.pay(&text, from, budget)?;
            let Some(range) = self.search(&text, from, &mut [None; 2]) else { break };
            let mut accept = true;
            if range.end == from {
                accept = last_end != Some(range.start);
                from += text.width(from).max(1);
            } else {
                from = range.end;
            }
            last_end = Some(range.end);
            if accept {
                budget.bytes(size_of::<Range<usize>>())?;
                found.push(text.range(range));
            }
        }
        Ok(found)
    }

    /// Replaces every match, with `$1` and `${name}` in the replacement standing for groups. Go: `ReplaceAllString`.
    pub fn replace_all(&self, text: &[u8], replacement: &[u8], budget: &Budget) -> Result<Vec<u8>, Failure> {
        self.replace(text, &parts(replacement), budget)
    }

    /// Replaces every match with the replacement as it is. Go: `ReplaceAllLiteralString`.
    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8], budget: &Budget) -> Result<Vec<u8>, Failure> {
        self.replace(text, &[Part::Text(replacement)], budget)
    }

    fn replace(&self, text: &[u8], parts: &[Part<'_>], budget: &Budget) -> Result<Vec<u8>, Failure> {
        let text = Text::new(text);
        let groups = match parts.iter().any(|part| !matches!(part, Part::Text(_))) {
            true => self.names.len(),
            false => 1,
        };
        let mut slots = vec![None; groups * 2];
        let mut out = Vec::new();
        budget.bytes(text.seen.len())?;
        let (mut from, mut copied) = (0, 0);
        while from <= text.seen.len() {
            self.pay(&text, from, budget)?;
            slots.fill(None);
            let Some(range) = self.search(&text, from, &mut slots) else { break };
            out.extend_from_slice(text.slice(copied..range.start));
            // Not for an empty match right after another match.
            if range.end > copied || range.start == 0 {
                let groups: Vec<_> = (0..groups).map(|index| slot_range(&slots, index)).collect();
                expand(&mut out, parts, &Match { text: &text, names: &self.names, groups: &groups }, budget)?;
            }
            copied = range.end;
            from = (from + text.width(from).max(1)).max(range.end);
        }
        out.extend_from_slice(text.slice(copied..text.seen.len()));
        Ok(out)
    }

    /// The parts between matches, at most `limit` of them if that is not negative; nothing for a limit of 0.
    /// Go: `Regexp.Split`.
    pub fn split(&self, text: &[u8], limit: i64, budget: &Budget) -> Result<Option<Vec<Range<usize>>>, Failure> {
        if limit == 0 {
            return Ok(None);
        }
        if !self.empty && text.is_empty() {
            return Ok(Some(std::iter::once(0..0).collect()));
        }
        let most = usize::try_from(limit).map_or(usize::MAX, |limit| limit - 1);
        let mut parts = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for range in self.find_all(text, limit, budget)? {
            if parts.len() >= most {
                break;
            }
            end = range.start;
            if range.end != 0 {
                parts.push(begin..end);
            }
            begin = range.end;
        }
        if end != text.len() {
            parts.push(begin..text.len());
        }
        Ok(Some(parts))
    }
}

/// Where the group of this number matched.
fn slot_range(slots: &[Option<NonMaxUsize>], index: usize) -> Option<Range<usize>> {
    let slot = |index: usize| slots.get(index).copied().flatten().map(NonMaxUsize::get);
    Some(slot(index * 2)?..slot(index * 2 + 1)?)
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Regex").field("names", &self.names).field("size", &self.size).finish_non_exhaustive()
    }
}
