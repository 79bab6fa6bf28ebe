//! For tests: runs a binary in an environment of its own, and remembers what it said.
//!
//! Never reads the developer's home folder, kubeconfig or environment.

#![warn(clippy::print_stdout)]

mod environment;

pub use crate::environment::{Outcome, TestEnv};
