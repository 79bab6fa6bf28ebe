//! The exporter on many records: `cargo xtask bench exporter`.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use release::Status;
use testkit::{Testbed, exporter_address};

use super::{
    built_and_load, keep,
    records::{Copy, Records},
};
use crate::{binary, process::Home, testbed::Bed, workspace};

/// How many releases with how many revisions there are, and how large their records are.
const RELEASES: usize = 400;
const REVISIONS: i64 = 5;
const SIZE: usize = 50 * 1024;
/// What of a pattern's size a record takes: gzip finds the base64 of its file.
const PACKED: f64 = 0.78;
/// How many records come while the exporter runs.
const MORE: usize = 50;
const SCRAPES: usize = 21;

/// A figure, and what it may be at the most.
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    most: f64,
}

/// Measures, prints, and writes the figures down below benches/; false where an aim is missed.
pub(crate) fn exporter(named: Option<PathBuf>) -> anyhow::Result<bool> {
    let ours = match named {
        Some(path) => path,
        None => binary::release()?,
    };
    let bed = Bed::open()?;
    let figures = measure(&bed, &ours);
    bed.close()?;
    let figures = figures?;
    let (profile, load) = built_and_load(&ours);
    let mut text = format!(
        "# The exporter, measured by `cargo xtask bench exporter`\n\n{} records of {} KB in a real API server; {MORE} more \
         come while it runs. CPU and memory are the kernel's for the process; requests are as the exporter counts \
         them. It was built as `{profile}`; the machine's load was {load} at the end.\n\n| figure | value | aim | |\n|---|---|---|---|\n",
        RELEASES as i64 * REVISIONS,
        SIZE / 1024
    );
    let mut met = true;
    for Figure { name, value, unit, most } in &figures {
        met &= value <= most;
        let verdict = if value <= most { "met" } else { "MISSED" };
        writeln!(text, "| {name} | {value:.1} {unit} | {most} {unit} | {verdict} |")?;
    }
    print!("{text}");
    keep("exporter", &text)?;
    Ok(met)
}

fn measure(bed: &Bed, ours: &Path) -> anyhow::Result<Vec<Figure>> {
    let life = Testbed::open("bench-exporter")?.context("there is no test cluster")?;
    let home = Home::new()?;
    let mut install = home.command(ours);
    install.arg("install").arg("pattern").arg(workspace::root().join("benches/charts/smallest"));
    let installed = install.env("KUBECONFIG", &bed.kubeconfig).env("HELM_NAMESPACE", life.namespace()).output()?;
    anyhow::ensure!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let pattern = (SIZE as f64 / PACKED) as usize;
    let mut records = Records::like(life.cluster(), life.namespace(), "pattern", pattern)?;
    let revisions = (0..RELEASES).flat_map(|number| (1..=REVISIONS).map(move |revision| (number, revision)));
    let size = records.write(revisions.map(|(number, revision)| copy(number, revision)).collect())?;
    eprintln!("records of {} KB", size / 1024);
    let mut command = home.command(ours);
    command.args(["exporter", "--listen", "127.0.0.1:0"]).env("KUBECONFIG", &bed.kubeconfig);
    let exporter = Running::start(command.env("HELM_NAMESPACE", life.namespace()))?;
    while !exporter.get("/readyz")?.starts_with("HTTP/1.1 200") {
        std::thread::sleep(Duration::from_millis(20));
    }
    exporter.get("/metrics")?;
    let first = exporter.cpu()?;
    records.write((0..MORE).map(|number| copy(RELEASES + number, 1)).collect())?;
    std::thread::sleep(Duration::from_secs(2));
    let mut scrapes = Vec::new();
    for _ in 0..SCRAPES {
        let begun = Instant::now();
        exporter.get("/metrics")?;
        scrapes.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    scrapes.sort_by(f64::total_cmp);
    let body = exporter.get("/metrics")?;
    let counter = |name: &str| -> anyhow::Result<f64> {
        let line = body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.with_context(|| format!("no {name}"))?.trim().parse().context("reading a counter")
    };
    let figure = |name, value, unit, most| Figure { name, value, unit, most };
    Ok(vec![
        figure("CPU up to the first scrape", first, "s", 5.0),
        figure("steady memory", exporter.kib("VmRSS")? / 1024.0, "MiB", 60.0),
        figure("a scrape, median", scrapes.get(SCRAPES / 2).copied().unwrap_or(f64::MAX), "ms", 20.0),
        figure("lists of whole records", counter("helm_exporter_record_lists_total")?, "", 1.0),
        figure("records read one by one", counter("helm_exporter_record_reads_total")?, "", MORE as f64),
        figure("lists of metadata", counter("helm_exporter_metadata_lists_total")?, "", 1.0),
        figure("watches", counter("helm_exporter_watches_total")?, "", 1.0),
    ])
}

fn copy(number: usize, revision: i64) -> Copy {
    let status = if revision == REVISIONS { Status::Deployed } else { Status::Superseded };
    Copy { name: format!("release-{number}"), revision, status }
}

/// A running exporter. It ends when it is dropped.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(command: &mut Command) -> anyhow::Result<Running> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("starting the exporter")?;
        let address = exporter_address(&mut child)?;
        Ok(Running { child, address })
    }

    fn get(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// CPU time so far, in seconds, of a hundred ticks each as Linux counts them.
    fn cpu(&self) -> anyhow::Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).context("reading CPU time");
        Ok((ticks(11)? + ticks(12)?) / 100.0)
    }

    fn kib(&self, field: &str) -> anyhow::Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).context("reading memory")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
