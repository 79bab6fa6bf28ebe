//! Releases on the test cluster: `cargo xtask bench release`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use release::Status;
use testkit::Testbed;

use super::{
    Figures, built_and_load, median, path_behind,
    records::{Copy, Records},
    table::{Aim, Measured, Table},
    time,
};
use crate::{binary, process::Home, testbed::Bed, tools, workspace};

/// How often each row is measured.
const RUNS: usize = 5;

/// How large a record lies in its secret, about.
const RECORD: usize = 100 * 1024;

/// Objects in `benches/charts/many`, their kinds, and what an operation may ask for beside them.
const OBJECTS: usize = 300;
const BUDGET_BESIDE: usize = 2 + 10;

/// What fraud-model makes with its own values: a ServiceAccount, a ConfigMap, a Service and a Deployment.
const SMALL: usize = 4;

/// What its hook takes: to look for it, to record that it runs, to apply it, to list and to watch it, to delete it, and to
/// read again what it may have changed.
const HOOK: usize = 6 + SMALL;

/// One row of the table.
struct Row {
    name: &'static str,
    /// The command line; `{name}` is the release's name.
    line: &'static str,
    aim: Aim,
}

const fn row(name: &'static str, line: &'static str, wall: f64, requests: usize) -> Row {
    Row { name, line, aim: Aim { wall, cpu: None, peak: None, requests: Some(requests) } }
}

/// One release from its beginning to its end; the rows are run one after the other.
const LIFE: [Row; 4] = [
    row("install 300 objects", "install {name} benches/charts/many", 3.0, OBJECTS + BUDGET_BESIDE),
    row("upgrade that changes all", "upgrade {name} benches/charts/many --set stamp=2", 5.0, OBJECTS + BUDGET_BESIDE),
    row("upgrade that changes nothing", "upgrade {name} benches/charts/many --set stamp=2", 10.0, BUDGET_BESIDE),
    row("uninstall", "uninstall {name}", 2.0, OBJECTS + BUDGET_BESIDE),
];

/// A release as most are: each kind is one object, so that the objects are counted once more as kinds.
const SMALL_LIFE: [Row; 4] = [
    row("install fraud-model", "install {name} examples/fraud-model", 1.0, SMALL + SMALL + 10),
    row(
        "upgrade fraud-model, another image",
        "upgrade {name} examples/fraud-model --set image.tag=v2",
        1.0,
        SMALL + SMALL + 10 + HOOK,
    ),
    row(
        "upgrade fraud-model, no change, --wait",
        "upgrade {name} examples/fraud-model --set image.tag=v2 --wait",
        1.0,
        SMALL + 10 + HOOK + 2 * SMALL,
    ),
    row("uninstall fraud-model", "uninstall {name}", 1.0, SMALL + SMALL + 10),
];

const READING: [Row; 2] = [
    Row {
        name: "list 500 releases",
        line: "list --max 1000",
        aim: Aim { wall: 5.0, cpu: None, peak: Some(10.0), requests: None },
    },
    Row {
        name: "history of 50 revisions",
        line: "history long",
        aim: Aim { wall: 3.0, cpu: None, peak: None, requests: None },
    },
];

/// A client that is measured, with a home of its own, so that its caches are warm after the first run.
struct Client {
    binary: PathBuf,
    home: Home,
    prefix: &'static str,
}

struct Bench {
    bed: Bed,
    namespace: String,
    clients: [Client; 2],
}

/// What is measured, and whether the table is kept.
#[derive(Default)]
pub(crate) struct Options {
    /// Our binary; built in release mode where none is named.
    ours: Option<PathBuf>,
    keep: bool,
}

impl Options {
    /// Reads `[--binary PATH] [--keep]`.
    pub(crate) fn parse(words: &[&str]) -> anyhow::Result<Options> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--binary" => options.ours = Some(path_behind("--binary", &mut words)?),
                "--keep" => options.keep = true,
                other => anyhow::bail!("bench release does not know {other}"),
            }
        }
        Ok(options)
    }
}

/// Runs the benchmarks of releases and prints medians and ratios; false where one misses its aim.
pub(crate) fn release(options: &Options) -> anyhow::Result<bool> {
    let ours = options.ours.clone().map_or_else(binary::release, Ok)?;
    let helm = tools::helms()?.helm4;
    let bed = Bed::open()?;
    let (profile, load) = built_and_load(&ours);
    let (bed, table) = on(bed, ours, helm)?;
    bed.close()?;
    if options.keep {
        let cores = std::thread::available_parallelism()?;
        let circumstances = format!(
            "pintle is built as `{profile}`, Helm is 4.2.4, the cluster is that of `cargo xtask testbed` on the same machine with \
             {cores} cores, whose load was {load} when the run began. Medians of {RUNS} runs, both taking turns, after one round to warm up; requests are those \
             in the server's audit log."
        );
        table.keep("release", &circumstances)?;
    }
    Ok(table.met())
}

fn on(bed: Bed, ours: PathBuf, helm: PathBuf) -> anyhow::Result<(Bed, Table)> {
    let life = Testbed::open("bench-life")?.context("there is no test cluster")?;
    let clients = [
        Client { binary: ours, home: Home::new()?, prefix: "p" },
        Client { binary: helm, home: Home::new()?, prefix: "h" },
    ];
    let mut bench = Bench { bed, namespace: life.namespace().to_owned(), clients };
    let mut table = Table::new();
    bench.rows(&LIFE, &mut table)?;
    bench.rows(&SMALL_LIFE, &mut table)?;
    drop(life);
    let reading = Testbed::open("bench-reading")?.context("there is no test cluster")?;
    reading.namespace().clone_into(&mut bench.namespace);
    bench.records(&reading)?;
    bench.rows(&READING, &mut table)?;
    Ok((bench.bed, table))
}

impl Bench {
    /// Measures rows, both clients taking turns, after one round to warm up.
    fn rows(&self, rows: &[Row], table: &mut Table) -> anyhow::Result<()> {
        let mut figures = vec![[Vec::new(), Vec::new()]; rows.len()];
        for round in 0..=RUNS {
            for (client, number) in self.clients.iter().zip(0..) {
                for (row, figures) in rows.iter().zip(&mut figures) {
                    let one = self.measure(client, row, round, "admin")?;
                    if round > 0 {
                        figures[number].push(one);
                    }
                }
            }
        }
        let mut requests = vec![[None; 2]; rows.len()];
        if self.bed.counts() {
            for (client, number) in self.clients.iter().zip(0..) {
                for (row, requests) in rows.iter().zip(&mut requests) {
                    requests[number] = Some(self.count(client, row)?);
                }
            }
        }
        for ((row, figures), requests) in rows.iter().zip(&figures).zip(requests) {
            let figures = [median(&figures[0]), median(&figures[1])];
            table.add(&Measured { name: row.name.to_owned(), aim: row.aim, figures, requests });
        }
        Ok(())
    }

    fn measure(&self, client: &Client, row: &Row, round: usize, user: &str) -> anyhow::Result<Figures> {
        let name = format!("{}{round}", client.prefix);
        let mut command = client.home.command(&client.binary);
        command
            .args(row.line.split(' ').map(|word| word.replace("{name}", &name)))
            .current_dir(workspace::root())
            .env("KUBECONFIG", &self.bed.kubeconfig)
            .env("HELM_NAMESPACE", &self.namespace);
        if self.bed.counts() {
            command.env("HELM_KUBECONTEXT", user);
        }
        time(&mut command)
    }

    /// How many requests a row makes of the server.
    fn count(&self, client: &Client, row: &Row) -> anyhow::Result<usize> {
        let before = self.bed.counted()?;
        self.measure(client, row, RUNS + 1, "counted")?;
        // The server writes its line when it has answered.
        std::thread::sleep(Duration::from_millis(300));
        Ok(self.bed.counted()? - before)
    }

    /// Writes the records that are read: 500 releases, one of them with 50 revisions.
    fn records(&self, bed: &Testbed) -> anyhow::Result<()> {
        let helm = &self.clients[1];
        let mut command = helm.home.command(&helm.binary);
        let chart: &Path = &workspace::root().join("benches/charts/smallest");
        command.args(["install", "pattern"]).arg(chart).env("KUBECONFIG", &self.bed.kubeconfig);
        let figures = time(command.env("HELM_NAMESPACE", &self.namespace))?;
        anyhow::ensure!(figures.ended_well, "the real Helm cannot install benches/charts/smallest");
        let mut records = Records::like(bed.cluster(), &self.namespace, "pattern", RECORD)?;
        let single = |number| Copy { name: format!("release-{number}"), revision: 1, status: Status::Deployed };
        records.write((0..498).map(single).collect())?;
        let revision = |revision| Copy {
            name: "long".to_owned(),
            revision,
            status: if revision == 50 { Status::Deployed } else { Status::Superseded },
        };
        let size = records.write((1..=50).map(revision).collect())?;
        eprintln!("records of {} KB", size / 1024);
        Ok(())
    }
}
