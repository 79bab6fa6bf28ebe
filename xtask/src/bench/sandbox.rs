//! The sandbox beside the real Helm on a test cluster, and how it does while it fills: `cargo xtask bench sandbox`.

use std::{fmt::Write as _, path::Path, process::Command};

use anyhow::Context as _;
use serde_json::Value;
use testkit::Testbed;

use super::{Figures, keep, median, ratio, show, time};
use crate::{
    binary,
    process::{self, Home},
    testbed::Bed,
    tools, workspace,
};

/// How often each is measured, after one round to warm up.
const RUNS: usize = 5;
/// The wall time may be at most this part of Helm's.
const AIM: f64 = 3.0;
/// No figure of the curve may be more than this times what it was at the second size.
const GROWTH: f64 = 1.5;
/// One process installs, a second one reads the record back.
const WORK: [&str; 2] = ["install {name} examples/fraud-model --wait", "get manifest {name}"];

/// Measures, prints, and writes the figures down below benches/; false where an aim is missed.
pub(crate) fn sandbox(named: Option<std::path::PathBuf>) -> anyhow::Result<bool> {
    let ours = match named {
        Some(path) => path,
        None => binary::release()?,
    };
    let bed = Bed::open()?;
    let beside = beside(&bed, &ours);
    bed.close()?;
    let (mut text, mut met) = beside?;
    let (curve, flat) = curve()?;
    met &= flat;
    text.push_str(&curve);
    print!("{text}");
    keep("sandbox", &text)?;
    Ok(met)
}

/// The same work in the sandbox, from cold processes and an empty folder, and by the real Helm on a cluster.
fn beside(bed: &Bed, ours: &Path) -> anyhow::Result<(String, bool)> {
    let life = Testbed::open("bench-sandbox")?.context("there is no test cluster")?;
    let helm4 = tools::helms()?.helm4;
    let helms = Home::new()?;
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for round in 0..=RUNS {
        let name = format!("bench{round}");
        let home = Home::new()?;
        let one = work(&name, |command| {
            let mut run = home.command(ours);
            run.args(command).arg("--sandbox");
            run
        })?;
        let other = work(&name, |command| {
            let mut run = helms.command(&helm4);
            run.args(command).env("KUBECONFIG", &bed.kubeconfig).env("HELM_NAMESPACE", life.namespace());
            run
        })?;
        if round > 0 {
            here.push(one);
            there.push(other);
        }
    }
    let (here, there) = (median(&here), median(&there));
    anyhow::ensure!(here.ended_well && there.ended_well, "a command of {WORK:?} fails");
    let met = here.wall * AIM <= there.wall;
    let mut text = String::from("# The sandbox, measured by `cargo xtask bench sandbox`\n\n");
    writeln!(text, "`helm {}`, then `helm {}` in a second process; medians of {RUNS} runs.\n", WORK[0], WORK[1])?;
    text.push_str("| | wall, CPU, MiB |\n|---|---|\n");
    writeln!(text, "| pintle in the sandbox, cold | {} |\n| Helm on the test cluster | {} |", show(here), show(there))?;
    writeln!(text, "| ratio | {} |\n", ratio(here, there))?;
    writeln!(text, "Aim: wall under 1/{AIM}: {}.\n", if met { "met" } else { "MISSED" })?;
    Ok((text, met))
}

/// Runs the commands one after the other; wall and CPU time of both together.
fn work(name: &str, command: impl Fn(Vec<String>) -> Command) -> anyhow::Result<Figures> {
    let mut sum = Figures { ended_well: true, ..Figures::default() };
    for line in WORK {
        let words = line.split(' ').map(|word| word.replace("{name}", name)).collect();
        let one = time(command(words).current_dir(workspace::root()))?;
        sum.wall += one.wall;
        sum.cpu += one.cpu;
        sum.peak_kib = sum.peak_kib.max(one.peak_kib);
        sum.ended_well &= one.ended_well;
    }
    Ok(sum)
}

/// How long requests take while the sandbox fills.
fn curve() -> anyhow::Result<(String, bool)> {
    let arguments = ["run", "--profile", "fast", "--quiet", "-p", "sandbox", "--example", "curve"];
    let output = process::cargo().args(arguments).output()?;
    anyhow::ensure!(output.status.success(), "measuring: {}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Value> =
        String::from_utf8(output.stdout)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    const COLUMNS: [&str; 5] = ["create", "get", "listPerObject", "wholeListPerObject", "patchAndWatch"];
    let mut text = format!(
        "Microseconds per operation, by how many objects there are (lists: per object).\n\n| objects | {} |\n|---|{}\n",
        COLUMNS.join(" | "),
        "---|".repeat(COLUMNS.len())
    );
    for line in &lines {
        let cells: Vec<String> =
            COLUMNS.iter().map(|name| format!("{:.1}", line[name].as_f64().unwrap_or_default())).collect();
        writeln!(text, "| {} | {} |", line["objects"], cells.join(" | "))?;
    }
    let (Some(first), Some(last)) = (lines.get(1), lines.last()) else { anyhow::bail!("there are no figures") };
    let number = |line: &Value, name: &str| line[name].as_f64().unwrap_or_default();
    let grown: Vec<&str> =
        COLUMNS.into_iter().filter(|name| number(last, name) > number(first, name) * GROWTH).collect();
    let verdict = if grown.is_empty() { "met".to_owned() } else { format!("MISSED: {}", grown.join(", ")) };
    writeln!(text, "\nAim: at most {GROWTH} times what it is with {} objects: {verdict}.", first["objects"])?;
    Ok((text, grown.is_empty()))
}
