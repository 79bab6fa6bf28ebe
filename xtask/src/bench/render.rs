//! Rendering: `cargo xtask bench render`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{
    Figures, median, path_behind,
    table::{Aim, Measured, Table},
    time,
};
use crate::{binary, corpus, process::Home, tools, workspace};

/// What one row of the table measures.
struct Work {
    name: String,
    /// Command lines, run one after the other; their figures are added up, memory is the largest.
    lines: Vec<Vec<String>>,
    folder: PathBuf,
    runs: usize,
    aim: Aim,
}

/// What is measured, and with what.
#[derive(Default)]
pub(crate) struct Options {
    /// Our binary; built in release mode where none is named.
    ours: Option<PathBuf>,
    keep: bool,
    /// How often each row is measured, where it is not its own number.
    runs: Option<usize>,
    /// Rows without this text in their names are left out.
    filter: Option<String>,
}

impl Options {
    /// Reads `[--binary PATH] [--keep] [--runs N] [FILTER]`.
    pub(crate) fn parse(words: &[&str]) -> anyhow::Result<Options> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--binary" => options.ours = Some(path_behind("--binary", &mut words)?),
                "--keep" => options.keep = true,
                "--runs" => options.runs = Some(words.next().context("--runs needs a number")?.parse()?),
                filter if !filter.starts_with('-') && options.filter.is_none() => {
                    options.filter = Some(filter.to_owned())
                }
                other => anyhow::bail!("bench render does not know {other}"),
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}

/// Runs the rendering benchmarks and prints medians and ratios; false where one misses its aim.
pub(crate) fn render(options: &Options) -> anyhow::Result<bool> {
    let ours = options.ours.clone().map_or_else(binary::release, Ok)?;
    let helm = tools::helms()?.helm4;
    let mut table = Table::new();
    for work in works()?.into_iter().filter(|work| options.wants(&work.name)) {
        let (mut our_runs, mut helm_runs) = (Vec::new(), Vec::new());
        if work.lines.len() == 1 {
            measure([&ours, &helm], &work)?;
        }
        for _ in 0..options.runs.unwrap_or(work.runs) {
            let [of_ours, of_helm] = measure([&ours, &helm], &work)?;
            our_runs.push(of_ours);
            helm_runs.push(of_helm);
        }
        let figures = [&our_runs, &helm_runs].map(|runs| {
            let median = median(runs);
            // Among the corpus's cases are some that fail, with both.
            Figures { ended_well: median.ended_well || work.lines.len() > 1, ..median }
        });
        table.add(&Measured { name: work.name, aim: work.aim, figures, requests: [None; 2] });
    }
    if options.wants(CURVE) {
        curve(&ours, &mut table)?;
    }
    if options.keep {
        let name = options.filter.as_ref().map_or("render".to_owned(), |filter| format!("render-{filter}"));
        table.keep(&name, "Medians; both programs take turns.")?;
    }
    Ok(table.met())
}

fn works() -> anyhow::Result<Vec<Work>> {
    let root = workspace::root();
    let line = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<String>>();
    let single = |name: &str, words: &str, peak| Work {
        name: name.to_owned(),
        lines: vec![line(words)],
        folder: root.clone(),
        runs: 15,
        aim: Aim { wall: 8.0, cpu: None, peak, requests: None },
    };
    let mut works = vec![
        single("version", "version", Some(5.0)),
        single("smallest chart", "template smallest benches/charts/smallest", Some(5.0)),
        single(
            "fraud-model, production values",
            "template fraud-model examples/fraud-model -f examples/fraud-model/values-prod.yaml",
            None,
        ),
    ];
    let Some(corpus) = workspace::corpus() else {
        println!("no corpus lies beside this checkout, at ../shared/corpus: its rows are left out");
        return Ok(works);
    };
    let mut cases = corpus::cases(&corpus, None)?;
    works.push(Work {
        name: format!("whole corpus, {} cases", cases.len()),
        lines: cases.iter().map(|case| case.args.clone()).collect(),
        folder: corpus.clone(),
        runs: 5,
        aim: Aim { wall: 0.0, cpu: Some(8.0), peak: None, requests: None },
    });
    cases.retain(|case| case.exit_code == 0);
    cases.sort_by_key(|case| std::cmp::Reverse(case.bytes));
    let mut seen = Vec::new();
    cases.retain(|case| {
        let chart = case.args.get(2).cloned();
        let new = !seen.contains(&chart);
        seen.push(chart);
        new
    });
    works.extend(cases.into_iter().take(5).map(|case| Work {
        name: format!("much output: {}", case.id),
        lines: vec![case.args],
        folder: corpus.clone(),
        runs: 9,
        aim: Aim { wall: 6.0, cpu: None, peak: None, requests: None },
    }));
    Ok(works)
}

/// What the rows of the curve are called.
const CURVE: &str = "curve";

/// How much longer ten times the output may take.
const STEEPEST: f64 = 12.0;

/// Ten times the output should cost little more than ten times the time.
fn curve(helm: &Path, table: &mut Table) -> anyhow::Result<()> {
    table.remark("\nOutput that grows (benches/charts/growing):\n", true);
    let mut before: Option<f64> = None;
    for items in [100, 1_000, 10_000, 100_000] {
        let words = ["template", "growing", "benches/charts/growing", "--set", &format!("items={items}")];
        let lines = vec![words.map(str::to_owned).to_vec()];
        let aim = Aim { wall: 0.0, cpu: None, peak: None, requests: None };
        let work = Work { name: CURVE.to_owned(), lines, folder: workspace::root(), runs: 5, aim };
        let runs = (0..work.runs).map(|_| measure([helm], &work).map(|[run]| run));
        let Figures { wall, cpu, peak_kib, .. } = median(&runs.collect::<anyhow::Result<Vec<_>>>()?);
        let factor = before.map_or(0.0, |before| wall / before);
        let figures = format!("{:.1} ms, CPU {:.1} ms, {:.1} MiB", wall * 1e3, cpu * 1e3, peak_kib / 1024.0);
        let verdict = if factor > STEEPEST { ", MISSED" } else { "" };
        table.remark(
            &format!("- {items} documents: {figures}, {factor:.1} times the one before{verdict}"),
            factor <= STEEPEST,
        );
        before = Some(wall);
    }
    Ok(())
}

/// Runs each line with one program after the other, and adds up.
fn measure<const N: usize>(binaries: [&Path; N], work: &Work) -> anyhow::Result<[Figures; N]> {
    let home = Home::new()?;
    let mut sums = [Figures { ended_well: true, ..Figures::default() }; N];
    for line in &work.lines {
        for (binary, sum) in binaries.iter().zip(&mut sums) {
            let one = time(home.command(binary).args(line).current_dir(&work.folder))?;
            sum.wall += one.wall;
            sum.cpu += one.cpu;
            sum.peak_kib = sum.peak_kib.max(one.peak_kib);
            sum.ended_well &= one.ended_well;
        }
    }
    Ok(sums)
}
