//! From samples to a verdict. Argo Rollouts: analysis/analysis.go `assessMetricStatus`.

use std::fmt;

use super::Gate;
use crate::condition::Measured;

/// What a sample means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It is good.
    Good,
    /// It is bad.
    Bad,
    /// Neither, or both.
    Inconclusive,
    /// There was no data, and the gate waits for some.
    Nothing,
    /// It could not be taken or judged, for this reason.
    Error(String),
}

/// A sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The numbers; none where there were none.
    pub numbers: Vec<f64>,
    /// What they mean.
    pub judged: Judged,
}

impl fmt::Display for Sample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Judged::Error(reason) = &self.judged {
            return write!(formatter, "error: {reason}");
        }
        match self.numbers.as_slice() {
            [] => formatter.write_str("no data"),
            numbers => {
                let shown: Vec<String> = numbers.iter().take(5).map(f64::to_string).collect();
                let more = if numbers.len() > 5 { ", …" } else { "" };
                write!(formatter, "{}{more}", shown.join(", "))
            }
        }
    }
}

/// How a gate ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its samples are good.
    Passed,
    /// They are not, for this reason.
    Failed(String),
}

/// A gate while its samples are taken.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The gate.
    pub gate: Gate,
    /// What it gave before the operation.
    pub before: Option<Vec<f64>>,
    /// The samples so far.
    pub samples: Vec<Sample>,
    verdict: Option<Verdict>,
}

impl Trial {
    /// A gate of which no sample was taken yet.
    pub fn new(gate: Gate, before: Option<Vec<f64>>) -> Trial {
        Trial { gate, before, samples: Vec::new(), verdict: None }
    }

    /// How it ended, if it did.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// How many samples count: what could not be measured, or has no data yet, is measured again.
    pub fn taken(&self) -> usize {
        let counts = |sample: &&Sample| !matches!(sample.judged, Judged::Error(_) | Judged::Nothing);
        self.samples.iter().filter(counts).count()
    }

    /// Takes a measurement in. Gives the sample, judged.
    pub fn take(&mut self, measured: Result<Vec<f64>, String>) -> Sample {
        let sample = match measured {
            Ok(numbers) => {
                let judged = self.gate.judge(Measured { result: &numbers, before: self.before.as_deref() });
                Sample { numbers, judged }
            }
            Err(reason) => Sample { numbers: Vec::new(), judged: Judged::Error(reason) },
        };
        self.samples.push(sample.clone());
        self.verdict = self.assess();
        sample
    }

    /// Ends it: no more samples will be taken. What has not passed by now has failed.
    pub fn end(&mut self, why: &str) {
        if self.verdict.is_none() {
            let last = self.samples.last().map_or_else(|| "no sample was taken".to_owned(), |last| last.to_string());
            self.verdict = Some(Verdict::Failed(format!("{why} ({last})")));
        }
    }

    fn assess(&self) -> Option<Verdict> {
        let gate = &self.gate;
        let number = |wanted: &dyn Fn(&Judged) -> bool| {
            u32::try_from(self.samples.iter().filter(|sample| wanted(&sample.judged)).count()).unwrap_or(u32::MAX)
        };
        let in_a_row = |wanted: &dyn Fn(&Judged) -> bool| {
            let row = self.samples.iter().rev().take_while(|sample| wanted(&sample.judged)).count();
            u32::try_from(row).unwrap_or(u32::MAX)
        };
        let over = |limit: Option<u32>, count: u32| limit.is_some_and(|limit| count > limit);
        let bad = number(&|judged| *judged == Judged::Bad);
        let last = self.samples.last().map(Sample::to_string).unwrap_or_default();
        let wanted = gate.wanted();
        if over(gate.limits.failure, bad) {
            let of = self.samples.len();
            return Some(Verdict::Failed(format!(
                "{bad} of {of} samples are bad, the last is {last}; wanted: {wanted}"
            )));
        }
        let undecided = number(&|judged| *judged == Judged::Inconclusive);
        if over(gate.limits.inconclusive, undecided) {
            return Some(Verdict::Failed(format!(
                "{undecided} samples are neither good nor bad, the last is {last}; wanted: {wanted}"
            )));
        }
        let errors = in_a_row(&|judged| matches!(judged, Judged::Error(_)));
        if over(gate.limits.consecutive_error, errors) {
            return Some(Verdict::Failed(format!("{errors} measurements in a row failed, the last with {last}")));
        }
        let good = in_a_row(&|judged| *judged == Judged::Good);
        if gate.limits.consecutive_success > 0 && good >= gate.limits.consecutive_success {
            return Some(Verdict::Passed);
        }
        let taken = self.taken();
        // With --consecutive-success alone, the number of samples is where it ends, not where it is good.
        let enough = gate.schedule.count.is_some_and(|count| u32::try_from(taken).unwrap_or(u32::MAX) >= count);
        match (enough, gate.limits.consecutive_success) {
            (true, 0) => Some(Verdict::Passed),
            (true, row) => Some(Verdict::Failed(format!("never {row} good samples in a row, the last is {last}"))),
            (false, _) => None,
        }
    }
}
