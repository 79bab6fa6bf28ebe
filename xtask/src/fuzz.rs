//! The differential fuzz: a program of its own, so that it can be built with optimisation, and quickly.

use crate::{process, tools};

/// Compares pintle's answers to `count` inputs, generated from `seed`, with Go's; false where one differs without reason.
pub(crate) fn run(count: u64, seed: u64) -> anyhow::Result<bool> {
    let oracle = tools::fuzz_oracle()?.display().to_string();
    let (count, seed) = (count.to_string(), seed.to_string());
    let arguments = ["run", "--profile", "fast", "--quiet", "--package", "fuzz", "--", &oracle, &count, &seed];
    process::cargo_shown(&arguments)
}
