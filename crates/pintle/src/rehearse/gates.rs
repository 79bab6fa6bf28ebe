//! Gates in a rehearsal: each is asked once, as things are now. What it will say of the new revision nobody knows before
//! that runs; whether it can be answered is known.

use metrics::gate::{Gate, Instruments as _, Judged, Probe, Sample, Trial};
use release::Record;
use serde_json::{Value, json};

use super::RehearseOptions;
use crate::{
    Error, Session,
    gates::{Network, wanted_gates},
    operation::Operation,
    progress::sample_json,
};

/// A gate, and what it says now.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) name: String,
    /// Nothing where it was not asked, because it runs a command.
    pub(super) sample: Option<Sample>,
    wanted: String,
}

/// Asks the gates of the upgrade: those of the user, and those that the chart ships where that is asked for.
///
/// # Errors
/// What is wrong with the chart's.
pub(super) fn ask(
    session: &mut Session<'_>,
    record: Option<&Record>,
    before: Option<&Record>,
    options: &RehearseOptions,
) -> Result<Vec<Asked>, Error> {
    let gates = &options.upgrade.change.gates;
    let operation = if before.is_some() { Operation::Upgrade } else { Operation::Install };
    let gates = match record {
        Some(record) => wanted_gates(session, operation, record, gates)?,
        None => gates.given.clone(),
    };
    Ok(gates.into_iter().map(asked).collect())
}

fn asked(gate: Gate) -> Asked {
    let (name, wanted) = (gate.name.clone(), gate.wanted());
    if matches!(gate.probe, Probe::Exec { .. }) {
        return Asked { name, sample: None, wanted };
    }
    let measured = Network.measure(&gate.probe);
    // What compares with before compares with now.
    let before = measured.clone().ok().filter(|_| gate.needs_before());
    let sample = Trial::new(gate, before).take(measured);
    Asked { name, sample: Some(sample), wanted }
}

impl Asked {
    /// Why it cannot be answered.
    pub(super) fn trouble(&self) -> Option<&str> {
        match &self.sample.as_ref()?.judged {
            Judged::Error(reason) => Some(reason),
            _ => None,
        }
    }

    /// A line for people.
    pub(super) fn line(&self) -> String {
        let Asked { name, sample, wanted } = self;
        let Some(sample) = sample else {
            return format!("{name}: not asked: it runs a command, which a rehearsal does not");
        };
        let judged = match &sample.judged {
            Judged::Error(reason) => return format!("{name}: CANNOT BE ANSWERED: {reason}"),
            Judged::Good => "which is good",
            Judged::Bad => "which is bad",
            Judged::Inconclusive => "which is neither good nor bad",
            Judged::Nothing => "for which it would wait",
        };
        format!("{name}: {sample}, {judged} (wanted: {wanted})")
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Value {
        json!({"name": self.name, "wanted": self.wanted, "now": self.sample.as_ref().map(sample_json)})
    }
}
