//! The rows of a benchmark as a table: printed as they are measured, and kept with their date.

use std::fmt::Write as _;

use super::{Figures, keep, said, today};

/// What a row is to reach.
#[derive(Clone, Copy)]
pub(super) struct Aim {
    /// The wall time is to be at most this part of Helm's.
    pub(super) wall: f64,
    /// So is the time of the processor, where that is asked for.
    pub(super) cpu: Option<f64>,
    /// So is the peak memory, where that is asked for.
    pub(super) peak: Option<f64>,
    /// The most requests.
    pub(super) requests: Option<usize>,
}

/// One row: ours first, then Helm's.
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) aim: Aim,
    pub(super) figures: [Figures; 2],
    pub(super) requests: [Option<usize>; 2],
}

const HEAD: &str = "\
| work | pintle ms | CPU ms | MiB | requests | Helm ms | CPU ms | MiB | requests | wall | CPU | memory | aim |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
";

/// A table under way.
pub(super) struct Table {
    text: String,
    met: bool,
}

impl Table {
    /// Prints the head.
    pub(super) fn new() -> Table {
        print!("{HEAD}");
        Table { text: HEAD.to_owned(), met: true }
    }

    /// Prints a row.
    pub(super) fn add(&mut self, row: &Measured) {
        let missed = row.missed();
        self.met &= missed.is_empty();
        let line = row.line(&missed);
        print!("{line}");
        self.text.push_str(&line);
    }

    /// Prints a line behind the rows, on something that was to be met.
    pub(super) fn remark(&mut self, line: &str, met: bool) {
        self.met &= met;
        println!("{line}");
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Whether all rows so far reach their aims.
    pub(super) fn met(&self) -> bool {
        self.met
    }

    /// Writes the table to a file below benches/ that bears the day, and says under which circumstances it came about.
    pub(super) fn keep(&self, name: &str, circumstances: &str) -> anyhow::Result<()> {
        let day = today()?;
        let commit = said("git", &["describe", "--always", "--dirty", "--exclude=*"])?;
        let text = format!("# cargo xtask bench {name}, {day}\n\nCommit {commit}. {circumstances}\n\n{}", self.text);
        keep(name, &text)
    }
}

impl Measured {
    /// Which aims it misses.
    fn missed(&self) -> Vec<String> {
        let [ours, helm] = self.figures;
        let mut missed = Vec::new();
        if !ours.ended_well {
            missed.push("pintle fails".to_owned());
        }
        if !helm.ended_well {
            missed.push("Helm fails".to_owned());
        }
        if ours.wall * self.aim.wall > helm.wall {
            missed.push(format!("wall 1/{}", self.aim.wall));
        }
        if let Some(cpu) = self.aim.cpu.filter(|cpu| ours.cpu * cpu > helm.cpu) {
            missed.push(format!("CPU 1/{cpu}"));
        }
        if let Some(peak) = self.aim.peak.filter(|peak| ours.peak_kib * peak > helm.peak_kib) {
            missed.push(format!("memory 1/{peak}"));
        }
        if let (Some(budget), Some(_)) =
            (self.aim.requests, self.requests[0].filter(|sent| Some(*sent) > self.aim.requests))
        {
            missed.push(format!("{budget} requests"));
        }
        missed
    }

    fn line(&self, missed: &[String]) -> String {
        let [ours, helm] = self.figures;
        let mut line = format!("| {} |", self.name);
        for (figures, requests) in self.figures.iter().zip(self.requests) {
            let requests = requests.map_or("-".to_owned(), |count| count.to_string());
            let Figures { wall, cpu, peak_kib, .. } = figures;
            let _ = write!(line, " {:.1} | {:.1} | {:.1} | {requests} |", wall * 1e3, cpu * 1e3, peak_kib / 1024.0);
        }
        let ratios = [helm.wall / ours.wall, helm.cpu / ours.cpu, helm.peak_kib / ours.peak_kib];
        for ratio in ratios {
            let _ = write!(line, " 1/{ratio:.1} |");
        }
        let aim = if missed.is_empty() { "met".to_owned() } else { format!("MISSED: {}", missed.join(", ")) };
        let _ = writeln!(line, " {aim} |");
        line
    }
}
