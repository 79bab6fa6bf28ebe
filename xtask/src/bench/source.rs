//! Repositories and dependencies: `cargo xtask bench source`.
//!
//! A server on loopback has an index of 20 MB with 15,000 versions of charts, and two small ones.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use testkit::Servers;

use super::{
    Figures, median,
    table::{Aim, Measured, Table},
    time,
};
use crate::{binary, process::Home, tools};

const CHARTS: usize = 150;
const VERSIONS: usize = 100;
/// How many charts the umbrella depends on, from each of three repositories.
const DEPENDENCIES: usize = 4;
const RUNS: usize = 5;

/// What one row of the table measures.
struct Work {
    name: &'static str,
    /// The command line.
    line: &'static [&'static str],
    /// Whether each run has a home of its own, without the repositories.
    fresh: bool,
    /// Whether the index changes before each run.
    changing: bool,
    aim: Aim,
}

/// At most this part of Helm's wall time, and of its memory where that is asked for.
const fn at_most(wall: f64, peak: Option<f64>) -> Aim {
    Aim { wall, cpu: None, peak, requests: None }
}

const INDEX: Aim = at_most(3.0, Some(4.0));

const WORKS: [Work; 5] = [
    Work { name: "repo add", line: &["repo", "add", "big", "BIG"], fresh: true, changing: false, aim: INDEX },
    Work { name: "repo update, changed", line: &["repo", "update"], fresh: false, changing: true, aim: INDEX },
    Work { name: "repo update, unchanged", line: &["repo", "update"], fresh: false, changing: false, aim: INDEX },
    Work {
        name: "search repo",
        line: &["search", "repo", "chart-77", "--version", "^1"],
        fresh: false,
        changing: false,
        aim: at_most(10.0, None),
    },
    Work {
        name: "dependency update, second",
        line: &["dependency", "update", "umbrella"],
        fresh: false,
        changing: false,
        aim: at_most(5.0, None),
    },
];

/// Runs the benchmarks whose names contain the filter, with the release binary or with another one; false where an aim
/// is missed.
pub(crate) fn source(binary: Option<PathBuf>, filter: &str) -> anyhow::Result<bool> {
    let ours = binary.map_or_else(binary::release, Ok)?;
    let helm = tools::helms()?.helm4;
    let site = tempfile::tempdir()?;
    lay_out(site.path(), &helm)?;
    let servers = Servers::start(site.path().to_path_buf())?;
    let [server, _] = servers.addresses();
    let mut table = Table::new();
    for work in WORKS.iter().filter(|work| work.name.contains(filter)) {
        let mut sides = Vec::new();
        for program in [&ours, &helm] {
            sides.push(Side::new(program, server, work)?);
        }
        let mut runs = [Vec::new(), Vec::new()];
        for run in 0..=RUNS {
            for (side, runs) in sides.iter_mut().zip(&mut runs) {
                if work.changing {
                    change_index(site.path())?;
                }
                let figures = side.measure(work)?;
                anyhow::ensure!(figures.ended_well, "{} failed with {}", work.name, side.program.display());
                // The first one only warms up.
                if run > 0 {
                    runs.push(figures);
                }
            }
        }
        let figures = runs.each_ref().map(|runs| median(runs));
        table.add(&Measured { name: work.name.to_owned(), aim: work.aim, figures, requests: [None, None] });
    }
    let size = std::fs::metadata(site.path().join("big/index.yaml"))?.len() >> 20;
    let versions = CHARTS * VERSIONS;
    table.keep(
        "source",
        &format!(
            "An index of {size} MiB with {versions} versions, on loopback; medians of {RUNS} runs, in turn with Helm's."
        ),
    )?;
    Ok(table.met())
}

/// One of the two programs, with a home and an umbrella chart of its own.
struct Side<'a> {
    program: &'a Path,
    server: &'a str,
    home: Home,
}

impl<'a> Side<'a> {
    fn new(program: &'a Path, server: &'a str, work: &Work) -> anyhow::Result<Side<'a>> {
        let side = Side { program, server, home: Home::new()? };
        if !work.fresh {
            for name in ["big", "two", "three"] {
                side.must(&["repo", "add", name, &format!("{server}/{name}")])?;
            }
            if work.line.first() == Some(&"dependency") {
                side.umbrella()?;
                side.must(work.line)?;
            }
        }
        Ok(side)
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = self.home.command(self.program);
        command.args(line).current_dir(self.home.path());
        command
    }

    fn must(&self, line: &[&str]) -> anyhow::Result<()> {
        let figures = time(&mut self.command(line))?;
        anyhow::ensure!(figures.ended_well, "{} {} failed", self.program.display(), line.join(" "));
        Ok(())
    }

    fn umbrella(&self) -> anyhow::Result<()> {
        let mut text = "apiVersion: v2\nname: umbrella\nversion: 0.1.0\ndependencies:\n".to_owned();
        for name in ["big", "two", "three"] {
            for number in 0..DEPENDENCIES {
                let url = format!("{}/{name}", self.server);
                writeln!(
                    text,
                    "- {{name: chart-{number}, version: ^1.0.0, repository: \"{url}\", alias: {name}-{number}}}"
                )?;
            }
        }
        let folder = self.home.path().join("umbrella");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("Chart.yaml"), text).context("writing the umbrella chart")
    }

    fn measure(&mut self, work: &Work) -> anyhow::Result<Figures> {
        if work.fresh {
            self.home = Home::new()?;
        }
        let big = format!("{}/big", self.server);
        let line: Vec<&str> = work.line.iter().map(|word| if *word == "BIG" { big.as_str() } else { word }).collect();
        time(&mut self.command(&line))
    }
}

/// Writes the three repositories: their indexes, and the archives that the umbrella takes.
fn lay_out(site: &Path, helm: &Path) -> anyhow::Result<()> {
    for (name, charts) in [("big", CHARTS), ("two", 8), ("three", 8)] {
        let folder = site.join(name);
        std::fs::create_dir_all(&folder)?;
        for number in 0..DEPENDENCIES {
            let chart = format!("chart-{number}");
            let source = folder.join("src").join(&chart);
            std::fs::create_dir_all(&source)?;
            let version = VERSIONS - 1;
            std::fs::write(
                source.join("Chart.yaml"),
                format!("apiVersion: v2\nname: {chart}\nversion: 1.{version}.0\n"),
            )?;
            let home = Home::new()?;
            let mut packing = home.command(helm);
            packing.arg("package").arg(&source).arg("-d").arg(&folder);
            anyhow::ensure!(time(&mut packing)?.ended_well, "packing {chart}");
        }
        std::fs::write(folder.join("index.yaml"), index(charts, &folder))?;
    }
    Ok(())
}

/// An index as public repositories have it.
fn index(charts: usize, folder: &Path) -> String {
    let mut text = "apiVersion: v1\nentries:\n".to_owned();
    for chart in 0..charts {
        let _ = writeln!(text, "  chart-{chart}:");
        for version in (0..VERSIONS).rev() {
            // Of most versions there is no archive: nobody will find out that the sum is none.
            let archive = std::fs::read(folder.join(format!("chart-{chart}-1.{version}.0.tgz")));
            let archive = archive.unwrap_or_else(|_| format!("{chart} {version}").into_bytes());
            let digest = Sha256::digest(archive).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
            let _ = write!(text, "{}", entry((chart, version), &digest));
        }
    }
    text.push_str("generated: \"2026-01-01T00:00:00Z\"\n");
    text
}

fn entry((chart, version): (usize, usize), digest: &str) -> String {
    let about = "An application of many parts that does a great many things at once, and more than can be said here. "
        .repeat(5);
    format!(
        "  - annotations:
      category: Infrastructure
      images: |
        - name: app
          image: registry.example.com/charts/chart-{chart}:{version}.0.1
        - name: sidecar
          image: registry.example.com/charts/sidecar:{version}.2.1
    apiVersion: v2
    appVersion: {version}.0.1
    created: \"2026-01-01T10:20:30.{version:09}Z\"
    dependencies:
    - condition: database.enabled
      name: database
      repository: https://example.com/charts
      version: 12.x.x
    description: {about}
    digest: {digest}
    home: https://example.com/charts/chart-{chart}
    icon: https://example.com/charts/chart-{chart}/icon.png
    keywords:
    - infrastructure
    - chart-{chart}
    - example
    kubeVersion: '>=1.23.0-0'
    maintainers:
    - email: charts@example.com
      name: charts
    name: chart-{chart}
    sources:
    - https://example.com/charts/tree/main/chart-{chart}
    type: application
    urls:
    - chart-{chart}-1.{version}.0.tgz
    version: 1.{version}.0
"
    )
}

/// Makes the large index another one.
fn change_index(site: &Path) -> anyhow::Result<()> {
    let file = site.join("big/index.yaml");
    let mut text = std::fs::read_to_string(&file)?;
    text.push_str("# changed\n");
    Ok(std::fs::write(&file, text)?)
}
