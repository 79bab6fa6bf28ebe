//! What steps of ours print, kept for a reader in `tests/oracle/release/shown`; with PINTLE_RECORD set it is written anew.

use std::fmt::Write as _;

use super::{run::Done, scenario::Scenario};
use crate::workspace;

/// What is other than it was kept; nothing where the scenario keeps nothing.
pub(super) fn differs(scenario: &Scenario, done: &[Done]) -> anyhow::Result<Option<String>> {
    let mut told = String::new();
    for (step, done) in scenario.step.iter().zip(done).filter(|(step, _)| step.shown) {
        let variables: String = step.env.iter().map(|(name, value)| format!("{name}={value} ")).collect();
        writeln!(told, "$ {variables}helm {}", step.helm.as_deref().unwrap_or_default())?;
        for line in done.stdout.lines().chain(done.stderr.lines()) {
            writeln!(told, "{}", without_widths(line.trim_end()))?;
        }
        if done.exit != 0 {
            writeln!(told, "[exit {}]", done.exit)?;
        }
        told.push('\n');
    }
    if told.is_empty() {
        return Ok(None);
    }
    let path = workspace::root().join("tests/oracle/release/shown").join(format!("{}.console", scenario.name));
    if std::env::var_os("PINTLE_RECORD").is_some() {
        std::fs::write(path, told)?;
        return Ok(None);
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let mut lines = kept.lines().zip(told.lines()).enumerate();
    Ok(match lines.find(|(_, (kept, now))| kept != now) {
        Some((at, (kept, now))) => Some(format!("{}:{}: want {kept:?}, got {now:?}", path.display(), at + 1)),
        None if kept == told => None,
        None => Some(format!("{}: {} lines, got {}", path.display(), kept.lines().count(), told.lines().count())),
    })
}

/// A line of a table with two blanks behind its age, however long that is.
fn without_widths(line: &str) -> String {
    let mut line = line.to_owned();
    for cell in ["<DURATION>", "AGE"] {
        if let Some((before, after)) = line.split_once(&format!("{cell}  ")) {
            line = format!("{before}{cell}  {}", after.trim_start());
        }
    }
    line
}
