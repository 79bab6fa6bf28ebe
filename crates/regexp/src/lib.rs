//! Go's `regexp` syntax: its patterns and its error texts.
//!
//! Takes a pattern, gives a matcher of `regex-automata`, whose leftmost-first rule is Go's and which is linear in the
//! text. What a search costs, and what of it is paid for, is its user's affair.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod class;
mod error;
mod node;
mod parse;
mod pattern;
mod unicode;

pub use regex_automata::meta::Regex as Matcher;

pub use crate::{
    error::Error,
    pattern::{MAX_SIZE, Pattern},
    unicode::is_letter_or_digit,
};
