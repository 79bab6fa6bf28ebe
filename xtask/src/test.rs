//! `cargo xtask test`: all that CI runs, one step after the other.

use std::time::Instant;

use crate::{corpus, oracle, process, tidy, tools, workspace};

enum Outcome {
    Passed,
    Failed,
    /// Why it did not run, and whether CI may do without it.
    Skipped(&'static str, bool),
}

type Step = (&'static str, fn() -> anyhow::Result<Outcome>);

const STEPS: [Step; 8] = [
    ("format", || cargo(&["fmt", "--all", "--check"])),
    ("tidy", || tidy::run().map(outcome)),
    ("clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])),
    ("tests", || cargo(&["test", "--workspace", "--quiet"])),
    ("documentation", documentation),
    ("licences and bans", || tools::deny().map(outcome)),
    ("oracle", || oracle::compare(None).map(outcome)),
    ("corpus", || match workspace::corpus() {
        Some(_) => corpus::run(None).map(outcome),
        None => Ok(Outcome::Skipped("no corpus lies beside this checkout, at ../shared/corpus", true)),
    }),
];

/// Runs every step, prints a line for each at the end, and what was skipped; false where one failed.
///
/// With `CI=true` a skipped step is a failure, the corpus excepted.
pub(crate) fn run() -> anyhow::Result<bool> {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    let mut lines = Vec::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, step) in STEPS {
        eprintln!("--- {name}");
        let start = Instant::now();
        let outcome = step().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Outcome::Failed
        });
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Outcome::Passed => passed += 1,
            Outcome::Failed => failed += 1,
            Outcome::Skipped(_, may) if ci && !may => failed += 1,
            Outcome::Skipped(..) => skipped += 1,
        }
        lines.push(match outcome {
            Outcome::Passed => format!("ok       {seconds:7.1} s  {name}"),
            Outcome::Failed => format!("FAILED   {seconds:7.1} s  {name}"),
            Outcome::Skipped(why, _) => format!("skipped             {name}: {why}"),
        });
    }
    println!("\n{}\n{passed} passed, {failed} failed, {skipped} skipped", lines.join("\n"));
    Ok(failed == 0)
}

fn outcome(passed: bool) -> Outcome {
    if passed { Outcome::Passed } else { Outcome::Failed }
}

fn cargo(arguments: &[&str]) -> anyhow::Result<Outcome> {
    process::shown(process::cargo(), arguments, &workspace::root()).map(outcome)
}

/// Builds the documentation with warnings denied; examples in it have run with the tests.
fn documentation() -> anyhow::Result<Outcome> {
    let status = std::process::Command::new(process::cargo())
        .args(["doc", "--workspace", "--no-deps", "--quiet", "--document-private-items"])
        .env("RUSTDOCFLAGS", "--deny warnings")
        .current_dir(workspace::root())
        .status()?;
    Ok(outcome(status.success()))
}
