//! Rendering: `cargo xtask bench render`.

use std::path::{Path, PathBuf};

use super::{Figures, median, ratio, show, time};
use crate::{binary, corpus, process::Home, tools, workspace};

/// What one row of the table measures.
struct Work {
    name: String,
    /// Command lines, run one after the other; their figures are added up, memory is the largest.
    lines: Vec<Vec<String>>,
    folder: PathBuf,
    runs: usize,
}

/// Runs the rendering benchmarks and prints medians and ratios.
pub(crate) fn render() -> anyhow::Result<bool> {
    let ours = binary::release()?;
    let helm = tools::helms()?.helm4;
    println!("{:<44} {:>26} {:>26} {:>20}", "work", "pintle wall/cpu/MiB", "helm wall/cpu/MiB", "ratio wall/cpu/mem");
    for work in works()? {
        let (mut our_runs, mut helm_runs) = (Vec::new(), Vec::new());
        measure(&ours, &work)?;
        measure(&helm, &work)?;
        for _ in 0..work.runs {
            our_runs.push(measure(&ours, &work)?);
            helm_runs.push(measure(&helm, &work)?);
        }
        let (ours, helm) = (median(&our_runs), median(&helm_runs));
        println!("{:<44} {:>26} {:>26} {:>20}", work.name, show(ours), show(helm), ratio(ours, helm));
    }
    curve(&ours)?;
    Ok(true)
}

fn works() -> anyhow::Result<Vec<Work>> {
    let root = workspace::root();
    let line = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<String>>();
    let single = |name: &str, words: &str| Work {
        name: name.to_owned(),
        lines: vec![line(words)],
        folder: root.clone(),
        runs: 15,
    };
    let mut works = vec![
        single("version", "version"),
        single("smallest chart", "template smallest benches/charts/smallest"),
        single(
            "fraud-model, production values",
            "template fraud-model examples/fraud-model -f examples/fraud-model/values-prod.yaml",
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
        runs: 3,
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
        name: case.id,
        lines: vec![case.args],
        folder: corpus.clone(),
        runs: 9,
    }));
    Ok(works)
}

/// Ten times the output should cost at most twelve times the time.
fn curve(helm: &Path) -> anyhow::Result<()> {
    println!("\noutput that grows (benches/charts/growing)");
    let mut before: Option<f64> = None;
    for items in [100, 1_000, 10_000, 100_000] {
        let lines = vec![vec![
            "template".to_owned(),
            "growing".to_owned(),
            "benches/charts/growing".to_owned(),
            "--set".to_owned(),
            format!("items={items}"),
        ]];
        let work = Work { name: String::new(), lines, folder: workspace::root(), runs: 5 };
        let runs = (0..work.runs).map(|_| measure(helm, &work)).collect::<anyhow::Result<Vec<_>>>()?;
        let figures = median(&runs);
        let factor = before.map_or(String::new(), |before| format!("  x{:.1}", figures.wall / before));
        println!("{items:>8} items {}{factor}", show(figures));
        before = Some(figures.wall);
    }
    Ok(())
}

fn measure(binary: &Path, work: &Work) -> anyhow::Result<Figures> {
    let home = Home::new()?;
    let mut sum = Figures::default();
    for line in &work.lines {
        let one = time(home.command(binary).args(line).current_dir(&work.folder))?;
        sum.wall += one.wall;
        sum.cpu += one.cpu;
        sum.peak_kib = sum.peak_kib.max(one.peak_kib);
    }
    Ok(sum)
}
