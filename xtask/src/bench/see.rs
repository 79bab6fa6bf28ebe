//! What one sees before a change and of a whole fleet, beside helm-diff and the real Helm: `cargo xtask bench see`.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use anyhow::Context as _;
use testkit::Testbed;

use super::{
    Figures, built_and_load, median, path_behind,
    table::{Aim, Measured, Table},
    time,
};
use crate::{binary, process::Home, testbed::Bed, tools, workspace};

/// How often each row is measured, after one round to warm up.
const RUNS: usize = 5;
/// How many releases the fleet has.
const FLEET: usize = 400;
/// How many of them are installed at once.
const INSTALLERS: usize = 4;
/// Nobody waits longer for the state of the fleet.
const SECONDS: f64 = 5.0;

/// What is measured with.
#[derive(Default)]
pub(crate) struct Options {
    /// Our binary; built in release mode where none is named.
    ours: Option<PathBuf>,
    /// The plugin's binary; without it a dry run of the real Helm stands in its place.
    helm_diff: Option<PathBuf>,
    keep: bool,
}

impl Options {
    /// Reads `[--binary PATH] [--helm-diff PATH] [--keep]`.
    pub(crate) fn parse(words: &[&str]) -> anyhow::Result<Options> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--binary" => options.ours = Some(path_behind("--binary", &mut words)?),
                "--helm-diff" => options.helm_diff = Some(path_behind("--helm-diff", &mut words)?),
                "--keep" => options.keep = true,
                other => anyhow::bail!("bench see does not know {other}"),
            }
        }
        Ok(options)
    }
}

/// A command line, and who runs it.
struct Run<'a> {
    binary: &'a Path,
    home: &'a Home,
    line: &'a str,
}

struct Bench {
    bed: Bed,
    namespace: String,
    helm: PathBuf,
}

/// Measures and prints; false where an aim is missed.
pub(crate) fn see(options: &Options) -> anyhow::Result<bool> {
    let ours = options.ours.clone().map_or_else(binary::release, Ok)?;
    let helm = tools::helms()?.helm4;
    let bed = Bed::open()?;
    let space = Testbed::open("bench-see")?.context("there is no test cluster")?;
    let bench = Bench { bed, namespace: space.namespace().to_owned(), helm };
    let (profile, load) = built_and_load(&ours);
    let table = bench.measure(&ours, options.helm_diff.as_deref());
    bench.bed.close()?;
    let table = table?;
    if options.keep {
        let beside = if options.helm_diff.is_some() { "helm-diff 3.15.11" } else { "a dry run of Helm" };
        let circumstances = format!(
            "pintle is built as `{profile}`; \"Helm\" is Helm 4.2.4, in the first row {beside}. Medians of {RUNS} runs, both \
             taking turns, after one to warm up. The load of the machine was {load} when the run began."
        );
        table.keep("see", &circumstances)?;
    }
    Ok(table.met())
}

impl Bench {
    fn measure(&self, ours: &Path, helm_diff: Option<&Path>) -> anyhow::Result<Table> {
        let (own, other) = (Home::new()?, Home::new()?);
        let mut table = Table::new();
        let us = |line| Run { binary: ours, home: &own, line };
        let made = self.time(&us("install big benches/charts/many"), "admin")?;
        anyhow::ensure!(made.ended_well, "benches/charts/many cannot be installed");
        let aim = |wall| Aim { wall, cpu: None, peak: None, requests: None };
        let dry = "upgrade big benches/charts/many --set stamp=2 --dry-run=server";
        let beside = match helm_diff {
            Some(plugin) => {
                Run { binary: plugin, home: &other, line: "upgrade big benches/charts/many --set stamp=2 --no-color" }
            }
            None => Run { binary: &self.helm, home: &other, line: dry },
        };
        let diff = us("diff upgrade big benches/charts/many --set stamp=2 --no-color");
        self.row(&mut table, ("diff upgrade, 300 objects", aim(3.0)), [diff, beside])?;
        let live = us("diff upgrade big benches/charts/many --set stamp=2 --live");
        let dry = Run { binary: &self.helm, home: &other, line: dry };
        self.row(&mut table, ("diff upgrade --live (Helm: upgrade --dry-run=server)", aim(0.0)), [live, dry])?;
        self.install_fleet(ours, &own)?;
        let problems = us("status --all-namespaces --problems");
        let list = Run { binary: &self.helm, home: &other, line: "list --all-namespaces --max 1000" };
        let name = format!("status -A --problems, {FLEET} releases (Helm: list -A)");
        let wall = self.row(&mut table, (&name, aim(0.0)), [problems, list])?;
        let drift = us("drift --all-namespaces");
        let list = Run { binary: &self.helm, home: &other, line: "list --all-namespaces --max 1000" };
        self.row(&mut table, ("drift -A, the same (Helm: list -A)", aim(0.0)), [drift, list])?;
        let text = format!("\n{FLEET} releases with their objects: {wall:.2} s of at most {SECONDS} s.");
        table.remark(&text, wall <= SECONDS);
        Ok(table)
    }

    /// Measures one row, and gives our time.
    fn row(&self, table: &mut Table, (name, aim): (&str, Aim), runs: [Run<'_>; 2]) -> anyhow::Result<f64> {
        let mut figures = [Vec::new(), Vec::new()];
        for round in 0..=RUNS {
            for (run, figures) in runs.iter().zip(&mut figures) {
                let one = self.time(run, "admin")?;
                if round > 0 {
                    figures.push(one);
                }
            }
        }
        let mut requests = [None; 2];
        if self.bed.counts() {
            for (run, requests) in runs.iter().zip(&mut requests) {
                let before = self.bed.counted()?;
                self.time(run, "counted")?;
                // The server writes its line when it has answered.
                std::thread::sleep(Duration::from_millis(300));
                *requests = Some(self.bed.counted()? - before);
            }
        }
        let figures = [median(&figures[0]), median(&figures[1])];
        let wall = figures[0].wall;
        table.add(&Measured { name: name.to_owned(), aim, figures, requests });
        Ok(wall)
    }

    /// Runs a command. That somebody else's release has problems, which the exit code tells, is no failure of it.
    fn time(&self, run: &Run<'_>, user: &str) -> anyhow::Result<Figures> {
        let mut command = run.home.command(run.binary);
        command
            .args(run.line.split(' '))
            .current_dir(workspace::root())
            .env("KUBECONFIG", &self.bed.kubeconfig)
            .env("HELM_BIN", &self.helm)
            .env("HELM_NAMESPACE", &self.namespace);
        if self.bed.counts() {
            command.env("HELM_KUBECONTEXT", user);
        }
        let figures = time(&mut command)?;
        let tells = run.line.starts_with("status");
        Ok(Figures { ended_well: figures.ended_well || tells, ..figures })
    }

    fn install_fleet(&self, ours: &Path, home: &Home) -> anyhow::Result<()> {
        let next = AtomicUsize::new(0);
        let install = || -> anyhow::Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= FLEET {
                    return Ok(());
                }
                let line = format!("install fleet-{number} benches/charts/smallest");
                let figures = self.time(&Run { binary: ours, home, line: &line }, "admin")?;
                anyhow::ensure!(figures.ended_well, "{line} fails");
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..INSTALLERS).map(|_| scope.spawn(install)).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(done) => done,
                Err(_) => anyhow::bail!("an installer ended"),
            })
        })
    }
}
