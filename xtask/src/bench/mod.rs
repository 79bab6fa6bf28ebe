//! Pintle beside the real Helm on the same work, alternately in one run.

mod exporter;
mod records;
mod release;
mod render;
mod sandbox;
mod see;
mod source;
mod table;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::Context as _;

use crate::workspace;

pub(crate) use exporter::exporter;
pub(crate) use release::{Options, release};
pub(crate) use render::{Options as RenderOptions, render};
pub(crate) use sandbox::sandbox;
pub(crate) use see::{Options as SeeOptions, see};
pub(crate) use source::source;

/// Wall time, CPU time and peak memory of one run of a command.
#[derive(Clone, Copy, Default)]
struct Figures {
    wall: f64,
    cpu: f64,
    peak_kib: f64,
    /// Whether it ended well.
    ended_well: bool,
}

/// A path behind a flag of a benchmark, made absolute.
fn path_behind(flag: &str, words: &mut std::slice::Iter<'_, &str>) -> anyhow::Result<PathBuf> {
    let path = words.next().with_context(|| format!("{flag} needs a path"))?;
    Ok(std::path::absolute(path)?)
}

/// Writes figures down below benches/, with the day in the file's name.
fn keep(name: &str, text: &str) -> anyhow::Result<()> {
    let folder = workspace::root().join("benches/results");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}-{name}.md", today()?));
    std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    println!("kept in {}", path.display());
    Ok(())
}

/// The day in UTC, as `2026-01-02`.
fn today() -> anyhow::Result<String> {
    said("date", &["-u", "+%F"])
}

/// What a program that must succeed prints, in the project's folder.
fn said(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(workspace::root())
        .output()
        .with_context(|| format!("running {program}"))?;
    anyhow::ensure!(output.status.success(), "{program} {} fails", arguments.join(" "));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The profile that a binary was built with, by the folder that it lies in, and the load of the machine just now.
fn built_and_load(binary: &Path) -> (String, String) {
    let profile = binary.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    (profile, load.split(' ').next().unwrap_or_default().to_owned())
}

/// Runs a command to its end and reads what the kernel counted for it.
///
/// A process is charged with the memory of the one that it was forked from, so a small one stands between: `time_one`.
fn time(command: &mut Command) -> anyhow::Result<Figures> {
    let mut between = Command::new(std::env::current_exe()?);
    between.args(["bench", "one"]).arg(command.get_program()).args(command.get_args()).env_clear();
    between.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        between.current_dir(folder);
    }
    let output = between.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("starting")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split(' ').map(|number| number.trim().parse::<f64>());
    let mut next = || numbers.next().with_context(|| format!("no figures: {text:?}"))?.context("reading figures");
    Ok(Figures { wall: next()?, cpu: next()?, peak_kib: next()?, ended_well: output.status.success() })
}

/// Runs a command to its end and prints its figures; true where it ended well.
pub(crate) fn time_one(program: &str, arguments: &[&str]) -> anyhow::Result<bool> {
    use wait4::Wait4 as _;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let child = command.spawn().context("starting")?;
    let used = child.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    let cpu = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    println!("{wall} {cpu} {}", used.rusage.maxrss as f64 / 1024.0);
    Ok(used.status.success())
}

fn median(runs: &[Figures]) -> Figures {
    let middle = |of: fn(&Figures) -> f64| {
        let mut numbers: Vec<f64> = runs.iter().map(of).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or_default()
    };
    Figures {
        wall: middle(|f| f.wall),
        cpu: middle(|f| f.cpu),
        peak_kib: middle(|f| f.peak_kib),
        ended_well: runs.iter().all(|run| run.ended_well),
    }
}

fn show(figures: Figures) -> String {
    format!("{:.1} ms {:.1} ms {:.1}", figures.wall * 1e3, figures.cpu * 1e3, figures.peak_kib / 1024.0)
}

fn ratio(ours: Figures, helm: Figures) -> String {
    format!("1/{:.1} 1/{:.1} 1/{:.1}", helm.wall / ours.wall, helm.cpu / ours.cpu, helm.peak_kib / ours.peak_kib)
}
