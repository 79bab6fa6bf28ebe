//! Go's `text/template`, with sprig's functions: lex, parse, evaluate, print.
//!
//! Takes template texts and a [`value::Value`], gives bytes. Bounded by one [`Budget`] a render,
//! deterministic but for what [`Surroundings`] gives, and ignorant of Helm.

mod budget;
mod error;
mod function;
pub mod sprig;
mod surroundings;

pub use crate::{
    budget::{Budget, Limits},
    error::Error,
    function::{Body, BoundFunction, Call, Executor, Failure, Function, Functions, Native},
    surroundings::{Fixed, Surroundings},
};
