//! Releases on the test cluster: `cargo xtask bench release`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use testkit::Testbed;

use super::{
    Figures, median, ratio,
    records::{Copy, Records},
    show, time,
};
use crate::{binary, process::Home, testbed::Bed, tools, workspace};

/// How often each row is measured.
const RUNS: usize = 5;

/// Objects in `benches/charts/many`, their kinds, and what an operation may ask for beside them.
const OBJECTS: usize = 300;
const BUDGET_BESIDE: usize = 2 + 10;

/// One row of the table.
struct Row {
    name: &'static str,
    /// The command line; `{name}` is the release's name.
    line: &'static str,
    /// The wall time may be at most this part of Helm's.
    wall: f64,
    /// So may the peak memory, where that is asked for.
    peak: Option<f64>,
    /// The most requests.
    requests: Option<usize>,
}

/// One release from its beginning to its end; the rows are run one after the other.
const LIFE: [Row; 4] = [
    Row {
        name: "install 300 objects",
        line: "install {name} benches/charts/many",
        wall: 3.0,
        peak: None,
        requests: Some(OBJECTS + BUDGET_BESIDE),
    },
    Row {
        name: "upgrade that changes all",
        line: "upgrade {name} benches/charts/many --set stamp=2",
        wall: 5.0,
        peak: None,
        requests: Some(OBJECTS + BUDGET_BESIDE),
    },
    Row {
        name: "upgrade that changes nothing",
        line: "upgrade {name} benches/charts/many --set stamp=2",
        wall: 10.0,
        peak: None,
        requests: Some(BUDGET_BESIDE),
    },
    Row { name: "uninstall", line: "uninstall {name}", wall: 2.0, peak: None, requests: Some(OBJECTS + BUDGET_BESIDE) },
];

const READING: [Row; 2] = [
    Row { name: "list 500 releases", line: "list --max 1000", wall: 5.0, peak: Some(10.0), requests: None },
    Row { name: "history of 50 revisions", line: "history long", wall: 3.0, peak: None, requests: None },
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

/// Runs the benchmarks of releases and prints medians and ratios; false where one misses its aim.
///
/// Ours is built in release mode where no binary is named.
pub(crate) fn release(ours: Option<PathBuf>) -> anyhow::Result<bool> {
    let ours = ours.map_or_else(binary::release, Ok)?;
    let helm = tools::helms()?.helm4;
    let bed = Bed::open()?;
    let result = on(bed, ours, helm);
    let (bed, met) = result?;
    bed.close()?;
    Ok(met)
}

fn on(bed: Bed, ours: PathBuf, helm: PathBuf) -> anyhow::Result<(Bed, bool)> {
    let life = Testbed::open("bench-life")?.context("there is no test cluster")?;
    let clients = [
        Client { binary: ours, home: Home::new()?, prefix: "p" },
        Client { binary: helm, home: Home::new()?, prefix: "h" },
    ];
    let mut bench = Bench { bed, namespace: life.namespace().to_owned(), clients };
    println!(
        "{:<30} {:>27} {:>27} {:>20} {:>9} {:>11}  aim",
        "work", "pintle wall/cpu/MiB", "helm wall/cpu/MiB", "ratio wall/cpu/mem", "requests", "helm's"
    );
    let mut met = bench.rows(&LIFE)?;
    drop(life);
    let reading = Testbed::open("bench-reading")?.context("there is no test cluster")?;
    reading.namespace().clone_into(&mut bench.namespace);
    bench.records(&reading)?;
    met &= bench.rows(&READING)?;
    Ok((bench.bed, met))
}

impl Bench {
    /// Measures rows, both clients taking turns, after one round to warm up.
    fn rows(&self, rows: &[Row]) -> anyhow::Result<bool> {
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
        let mut met = true;
        for ((row, figures), requests) in rows.iter().zip(&figures).zip(&requests) {
            met &= print(row, median(&figures[0]), median(&figures[1]), *requests);
        }
        Ok(met)
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
        let mut records = Records::like(bed.cluster(), &self.namespace, "pattern")?;
        let single = |number| Copy { name: format!("release-{number}"), revision: 1, status: "deployed" };
        records.write(&(0..498).map(single).collect::<Vec<_>>())?;
        let revision = |revision| Copy {
            name: "long".to_owned(),
            revision,
            status: if revision == 50 { "deployed" } else { "superseded" },
        };
        let size = records.write(&(1..=50).map(revision).collect::<Vec<_>>())?;
        println!("records of {} KB", size / 1024);
        Ok(())
    }
}

/// Prints a row; true where ours does what it aims at.
fn print(row: &Row, ours: Figures, helm: Figures, requests: [Option<usize>; 2]) -> bool {
    let number = |count: Option<usize>| count.map_or("-".to_owned(), |count| count.to_string());
    let mut missed = Vec::new();
    if !ours.ended_well {
        missed.push("pintle fails".to_owned());
    }
    if !helm.ended_well {
        missed.push("helm fails".to_owned());
    }
    if ours.wall * row.wall > helm.wall {
        missed.push(format!("wall 1/{}", row.wall));
    }
    if row.peak.is_some_and(|peak| ours.peak_kib * peak > helm.peak_kib) {
        missed.push(format!("memory 1/{}", row.peak.unwrap_or_default()));
    }
    if row.requests.zip(requests[0]).is_some_and(|(budget, requests)| requests > budget) {
        missed.push(format!("{} requests", row.requests.unwrap_or_default()));
    }
    println!(
        "{:<30} {:>27} {:>27} {:>20} {:>9} {:>11}  {}",
        row.name,
        show(ours),
        show(helm),
        ratio(ours, helm),
        number(requests[0]),
        number(requests[1]),
        if missed.is_empty() { "met".to_owned() } else { format!("MISSED: {}", missed.join(", ")) }
    );
    missed.is_empty()
}
