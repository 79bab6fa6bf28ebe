//! `cargo xtask test`: all that CI runs, one step after the other.

use std::time::Instant;

use crate::{clients, corpus, difftest, fuzz, generate, oracle, process, testbed::Bed, tidy, tools, workspace};

/// How many inputs the fuzz of a test run has, always the same ones.
const SHORT_FUZZ: u64 = 20_000;

/// How many lines, of how many characters, the end of a run says of a step that failed.
const EXCERPT: usize = 20;
const EXCERPT_WIDTH: usize = 300;

enum Outcome {
    Passed,
    /// What is wrong, to be said again at the end: who sees only the end of a long output needs it there.
    Failed(Vec<String>),
    /// Why it did not run, and whether CI may do without it.
    Skipped(&'static str, bool),
}

/// A step may leave the test cluster to those behind it.
type Step = (&'static str, fn(&mut Option<Bed>) -> anyhow::Result<Outcome>);

const STEPS: [Step; 14] = [
    ("format", |_| cargo(&["fmt", "--all", "--check"])),
    ("tidy", |_| tidy::run().map(outcome)),
    ("clippy", |_| cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])),
    ("generated files", |_| generate::run(true).map(outcome)),
    ("testbed", |bed| {
        *bed = Some(Bed::open()?);
        Ok(Outcome::Passed)
    }),
    ("PostgreSQL", |_| {
        let skipped = Outcome::Skipped("it is not installed, and apt-get may not install it", false);
        Ok(if tools::postgres()? { Outcome::Passed } else { skipped })
    }),
    ("tests", |_| tests()),
    ("lifecycles", |bed| match bed {
        Some(bed) => {
            let options = difftest::Options { passing: true, ..difftest::Options::default() };
            difftest::compare_on(bed, &options).map(faultless)
        }
        None => Ok(Outcome::Skipped("there is no test cluster", false)),
    }),
    ("sandbox with Helm and kubectl", |_| clients::run(None).map(outcome)),
    ("documentation", |_| documentation()),
    ("licences and bans", |_| tools::deny().map(outcome)),
    ("oracle", |_| oracle::compare(None).map(outcome)),
    ("fuzz", |_| fuzz::run(SHORT_FUZZ, 1).map(outcome)),
    ("corpus", |_| match workspace::corpus() {
        Some(_) => corpus::run(None).map(outcome),
        None => Ok(Outcome::Skipped("no corpus lies beside this checkout, at ../shared/corpus", true)),
    }),
];

/// Runs every step, prints a line for each at the end, and what was skipped; false where one failed.
///
/// With `CI=true` a skipped step is a failure, the corpus excepted.
pub(crate) fn run() -> anyhow::Result<bool> {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    let (mut lines, mut faults, mut bed) = (Vec::new(), Vec::new(), None);
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, step) in STEPS {
        eprintln!("--- {name}");
        let start = Instant::now();
        let outcome = step(&mut bed).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Outcome::Failed(vec![format!("error: {error:#}")])
        });
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Outcome::Passed => passed += 1,
            Outcome::Failed(_) => failed += 1,
            Outcome::Skipped(_, may) if ci && !may => failed += 1,
            Outcome::Skipped(..) => skipped += 1,
        }
        lines.push(match outcome {
            Outcome::Passed => format!("ok       {seconds:7.1} s  {name}"),
            Outcome::Failed(ref why) => {
                faults.extend(excerpt(why).map(|line| format!("{name}: {line}")));
                format!("FAILED   {seconds:7.1} s  {name}")
            }
            Outcome::Skipped(why, _) => format!("skipped             {name}: {why}"),
        });
    }
    if let Some(Err(error)) = bed.map(Bed::close) {
        failed += 1;
        lines.push(format!("FAILED              ending the test cluster: {error:#}"));
    }
    faults.iter().for_each(|fault| println!("{fault}"));
    println!("\n{}\n{passed} passed, {failed} failed, {skipped} skipped", lines.join("\n"));
    Ok(failed == 0)
}

fn outcome(passed: bool) -> Outcome {
    if passed { Outcome::Passed } else { Outcome::Failed(Vec::new()) }
}

fn faultless(faults: Vec<String>) -> Outcome {
    if faults.is_empty() { Outcome::Passed } else { Outcome::Failed(faults) }
}

/// The first lines of what is wrong, none of them long.
fn excerpt(faults: &[String]) -> impl Iterator<Item = String> {
    let lines = faults.iter().flat_map(|fault| fault.lines().filter(|line| !line.trim().is_empty()));
    lines.take(EXCERPT).map(|line| line.chars().take(EXCERPT_WIDTH).collect())
}

fn cargo(arguments: &[&str]) -> anyhow::Result<Outcome> {
    process::cargo_shown(arguments).map(outcome)
}

/// Runs all tests; they get a real registry, the real Helm to talk to it, and a real Prometheus.
fn tests() -> anyhow::Result<Outcome> {
    let prometheus = tools::prometheus()?;
    let mut command = process::cargo();
    command
        .args(["test", "--workspace", "--quiet", "--no-fail-fast"])
        .env(testkit::TEST_REGISTRY, tools::registry()?)
        .env(testkit::TEST_HELM, tools::helms()?.helm4)
        .env(testkit::TEST_PROMETHEUS, prometheus.server)
        .env(testkit::TEST_PROMTOOL, prometheus.promtool);
    // libtest tells of failures between these two lines.
    let (mut inside, mut told) = (false, Vec::new());
    let passed = process::shown_and_seen(&mut command, |line| {
        inside = (inside || line == "failures:") && !line.starts_with("test result:");
        if inside {
            told.push(line.to_owned());
        }
    })?;
    Ok(if passed { Outcome::Passed } else { Outcome::Failed(told) })
}

/// Builds the documentation with warnings denied; examples in it have run with the tests.
fn documentation() -> anyhow::Result<Outcome> {
    let status = process::cargo()
        .args(["doc", "--workspace", "--no-deps", "--quiet", "--document-private-items"])
        .env("RUSTDOCFLAGS", "--deny warnings")
        .status()?;
    Ok(outcome(status.success()))
}
