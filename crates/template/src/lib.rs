//! Go's `text/template`, with sprig's functions: lex, parse, evaluate, print.
//!
//! Takes template texts and a [`value::Value`], gives bytes. Bounded by one [`Budget`] a render,
//! deterministic but for what [`Surroundings`] gives, and ignorant of Helm.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod budget;
mod builtin;
mod complex;
mod describe;
mod error;
mod execute;
pub mod fmt;
mod function;
mod lex;
mod origins;
mod parse;
mod pki;
pub mod regex;
pub mod sprig;
mod stack;
mod surroundings;
mod templates;
mod time;
pub mod toml;
mod tree;

pub use crate::{
    budget::{Budget, Limits},
    error::Error,
    function::{Body, BoundFunction, Call, Executor, Failure, Function, Functions, Native},
    origins::{Origin, Origins},
    surroundings::{Fixed, Surroundings},
    templates::{MissingKey, Templates},
    time::{print_time, time_value},
};
