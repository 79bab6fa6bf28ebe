//! Compiled patterns.

use regex_automata::meta::{self, Config};
use regex_syntax::hir::Hir;
use value::Str;

use crate::{Error, error::Problem, parse::parse};

/// What a compiled pattern may take, in bytes.
pub const MAX_SIZE: usize = 32 << 20;
/// How much of it the automaton that is built while searching may take.
const LAZY_LIMIT: usize = 1 << 20;

/// How deep a pattern may nest to be built on the caller's stack, and the stack for those that nest deeper.
const SHALLOW: u32 = 64;
const DEEP_STACK: usize = 64 << 20;

/// A compiled pattern. Go: `regexp.Regexp`.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The matcher; it wants text that is UTF-8.
    pub engine: meta::Regex,
    /// The names of the groups, the whole match first; "" where there is none.
    pub names: Vec<Str>,
}

impl Pattern {
    /// Compiles a pattern. Go: `regexp.Compile`.
    ///
    /// A pattern that Go accepts and that needs more than [`MAX_SIZE`] is "too large" too.
    pub fn compile(pattern: &[u8]) -> Result<Pattern, Error> {
        let parsed = parse(pattern)?;
        let engine = build(&parsed.hir, parsed.height).ok_or_else(|| Error::new(Problem::Large, pattern))?;
        Ok(Pattern { engine, names: parsed.names })
    }

    /// Whether the text has a match. Go: `MatchString`.
    pub fn is_match(&self, text: &str) -> bool {
        self.engine.is_match(text)
    }
}

/// Builds the matcher, nothing where it would be too large.
fn build(hir: &Hir, height: u32) -> Option<meta::Regex> {
    let build = || {
        let config = Config::new()
            .nfa_size_limit(Some(MAX_SIZE))
            .onepass_size_limit(Some(LAZY_LIMIT))
            .hybrid_cache_capacity(LAZY_LIMIT);
        meta::Builder::new().configure(config).build_from_hir(hir).ok()
    };
    if height <= SHALLOW {
        return build();
    }
    // The builder recurses: what nests deeply (no deeper than the parser allows) gets a stack of its own.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, build);
        thread.ok()?.join().ok()?
    })
}
