//! Pintle beside the real Helm on the same work, alternately in one run.

mod records;
mod release;
mod render;

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::Context as _;

pub(crate) use release::release;
pub(crate) use render::render;

/// Wall time, CPU time and peak memory of one run of a command.
#[derive(Clone, Copy, Default)]
struct Figures {
    wall: f64,
    cpu: f64,
    peak_kib: f64,
    /// Whether it ended well.
    ended_well: bool,
}

/// Runs a command to its end and reads what the kernel counted for it.
fn time(command: &mut Command) -> anyhow::Result<Figures> {
    use wait4::Wait4 as _;
    let start = Instant::now();
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("starting")?;
    let used = child.wait4()?;
    Ok(Figures {
        wall: start.elapsed().as_secs_f64(),
        cpu: (used.rusage.utime + used.rusage.stime).as_secs_f64(),
        peak_kib: used.rusage.maxrss as f64 / 1024.0,
        ended_well: used.status.success(),
    })
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
