//! Runs other programs: the one room that spawns processes.
//!
//! Takes a program, its arguments and its input; gives what it said. Never decides what is run.

mod process;

pub use crate::process::{Ran, run};
