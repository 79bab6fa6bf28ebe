//! Gates: a release that is ready is measured for a while, and judged by the numbers.

mod chart;
mod network;

use std::time::Duration;

use metrics::gate::{Gate, Instruments, Judged, Probe, Trial, Verdict};
use value::duration;

use crate::{Error, ErrorKind, Session};

pub use self::chart::GATE_ANNOTATION;
pub(crate) use self::chart::gates_of;
use self::network::Network;

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

    /// Takes samples until every gate has passed or one has failed.
    ///
    /// # Errors
    /// The gate that failed, with its samples; that the operation is to stop.
    pub(crate) fn watch(mut self, session: &mut Session<'_>) -> Result<(), Error> {
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
    let number = trial.samples.len() + 1;
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
}

fn failed(trial: &Trial, why: &str) -> Error {
    let samples: Vec<String> = trial.samples.iter().rev().take(SHOWN).rev().map(ToString::to_string).collect();
    let name = &trial.gate.name;
    let error = Error::new(ErrorKind::Gate, format!("gate {name} failed: {why}; samples: {}", samples.join("; ")));
    error.hinted(match &trial.gate.probe {
        Probe::Prometheus { address, query } => format!("ask Prometheus at {address} for {query}"),
        Probe::Http { url } => format!("ask for {url}"),
        Probe::Exec { command } => format!("run {command}"),
    })
}

fn after(start: i128, time: Duration) -> i128 {
    start.saturating_add(i128::try_from(time.as_nanos()).unwrap_or(i128::MAX))
}

fn pause_until(session: &Session<'_>, due: i128) -> Result<(), Error> {
    let left = u64::try_from(due.saturating_sub(session.now())).map_or(Duration::ZERO, Duration::from_nanos);
    session.cluster.pause(left).map_err(Error::from)
}
