//! Gates: a release that is ready is measured for a while, and judged by the numbers.

mod chart;
mod network;

use std::time::Duration;

use metrics::gate::{Gate, Instruments, Judged, Probe, Sample, Trial, Verdict};
use value::duration;

use serde_json::Value;

use crate::{
    Error, ErrorKind, GATES_ANNOTATION, Progress, Session,
    progress::{gate_json, without_user},
    reasons::{Notes, UNTIL_ANNOTATION},
};

pub use self::chart::GATE_ANNOTATION;
pub(crate) use self::chart::wanted_gates;
pub(crate) use self::network::Network;

/// How many samples an error names.
const SHOWN: usize = 20;

/// Gates with what they gave before the operation.
#[derive(Debug, Default)]
pub(crate) struct Gates(Vec<Trial>);

impl Gates {
    /// Measures what gates compare with. A gate whose measurement fails has nothing to compare with, and fails later.
    pub(crate) fn before(session: &mut Session<'_>, gates: &[Gate]) -> Gates {
        let mut trials = Vec::new();
        for gate in gates {
            let before = gate.needs_before().then(|| Network.measure(&gate.probe));
            let before = match before.transpose() {
                Ok(before) => before,
                Err(reason) => {
                    session.remark(format!(
                        "gate {}: before the operation nothing could be measured: {reason}",
                        gate.name
                    ));
                    None
                }
            };
            trials.push(Trial::new(gate.clone(), before));
        }
        Gates(trials)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is noted beside the record while samples are taken: until when that is, in seconds since 1970.
    pub(crate) fn notes_until(&self, now: i128) -> Notes {
        let longest = self.0.iter().map(|trial| trial.gate.at_most()).max().unwrap_or_default();
        Notes::from([(UNTIL_ANNOTATION.to_owned(), (after(now, longest) / 1_000_000_000).to_string())])
    }

    /// Takes samples until every gate has passed or one has failed. Gives what is to be kept of them beside the record.
    ///
    /// # Errors
    /// The gate that failed, with its samples; that the operation is to stop.
    pub(crate) fn watch(mut self, session: &mut Session<'_>) -> Result<Notes, Error> {
        let outcome = self.take_samples(session);
        for trial in &self.0 {
            session.tell(Progress::Judged(trial));
        }
        let kept = Value::from_iter(self.0.iter().map(gate_json)).to_string();
        match outcome {
            Ok(()) => Ok(Notes::from([(GATES_ANNOTATION.to_owned(), kept)])),
            Err(error) => Err(error.noted(GATES_ANNOTATION, kept)),
        }
    }

    fn take_samples(&mut self, session: &mut Session<'_>) -> Result<(), Error> {
        let start = session.now();
        let longest = self.0.iter().map(|trial| trial.gate.duration()).max();
        let Some(longest) = longest else { return Ok(()) };
        session.remark(format!("gates: {}, for {}", self.names(), duration::format(longest)));
        let mut due: Vec<i128> = self.0.iter().map(|trial| after(start, trial.gate.schedule.initial_delay)).collect();
        while let Some((trial, due)) = next(&mut self.0, &mut due) {
            pause_until(session, *due)?;
            if session.now() > after(start, trial.gate.at_most()) {
                trial.end("its time is over without enough samples");
            } else {
                sample(session, trial);
                *due = after(*due, trial.gate.schedule.interval.unwrap_or_default()).max(session.now());
            }
            if let Some(Verdict::Failed(why)) = trial.verdict() {
                return Err(failed(trial, why));
            }
        }
        session.remark(format!("gates passed: {}", self.names()));
        Ok(())
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|trial| trial.gate.name.as_str()).collect();
        names.join(", ")
    }
}

/// The gate whose sample comes next.
fn next<'a>(trials: &'a mut [Trial], due: &'a mut [i128]) -> Option<(&'a mut Trial, &'a mut i128)> {
    let open = trials.iter_mut().zip(due).filter(|(trial, _)| trial.verdict().is_none());
    open.min_by_key(|(_, due)| **due)
}

fn sample(session: &mut Session<'_>, trial: &mut Trial) {
    let measured = Network.measure(&trial.gate.probe);
    let number = trial.taken() + 1;
    let of = trial.gate.schedule.count.unwrap_or(1);
    let sample = trial.take(measured);
    let judged = match sample.judged {
        Judged::Good => ", good",
        Judged::Bad => ", bad",
        Judged::Inconclusive => ", neither good nor bad",
        Judged::Nothing => ", waiting for data",
        Judged::Error(_) => "",
    };
    let line = format!("{sample}{judged}");
    session.remark(format!("gate {}: sample {number} of {of}: {line}", trial.gate.name));
    session.tell(Progress::Measured { gate: &trial.gate.name, number, of, sample: &sample });
}

fn failed(trial: &Trial, why: &str) -> Error {
    let skipped = trial.samples.len().saturating_sub(SHOWN);
    let samples = told(trial.samples.get(skipped..).unwrap_or_default());
    let name = &trial.gate.name;
    let error = Error::new(ErrorKind::Gate, format!("gate {name} failed: {why}; samples: {}", samples.join("; ")))
        .because(format!("gate {name} failed: {why}"));
    error.hinted(match &trial.gate.probe {
        Probe::Prometheus { address, query } => {
            format!("the gate asked Prometheus at {} for {query}", without_user(address))
        }
        Probe::Http { url } => format!("the gate asked for {}", without_user(url)),
        Probe::Exec { command } => format!("the gate ran: {command}"),
    })
}

/// Samples as texts; an error that comes again and again is told once.
fn told(samples: &[Sample]) -> Vec<String> {
    let same = |a: &Sample, b: &Sample| matches!(a.judged, Judged::Error(_)) && a.judged == b.judged;
    let text = |run: &[Sample]| match run {
        [] => String::new(),
        [sample] => sample.to_string(),
        [sample, ..] => format!("{sample} ({} times)", run.len()),
    };
    samples.chunk_by(same).map(text).collect()
}

fn after(start: i128, time: Duration) -> i128 {
    start.saturating_add(i128::try_from(time.as_nanos()).unwrap_or(i128::MAX))
}

fn pause_until(session: &Session<'_>, due: i128) -> Result<(), Error> {
    let left = u64::try_from(due.saturating_sub(session.now())).map_or(Duration::ZERO, Duration::from_nanos);
    session.cluster.pause(left).map_err(Error::from)
}
