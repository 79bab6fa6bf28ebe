//! What the flags of gates say.

use std::{collections::BTreeMap, fs};

use metrics::gate::{Defaults, Error, Gate, from_file, from_flag};
use pintle::{ChangeOptions, ChartGates, GateOptions};

use crate::{error::Failure, invocation::Invocation};

impl Invocation<'_> {
    /// Puts the gates of the flags into the options of a change. A release that does not pass them is rolled back, and
    /// they measure what is ready: `--gate`, `--gate-query` and `--chart-gates` imply `--rollback-on-failure`.
    pub(crate) fn add_gates(&self, change: &mut ChangeOptions, release: &str) -> Result<(), Failure> {
        let flags = &self.flags;
        let defaults = Defaults {
            prometheus: flags.text("prometheus").to_owned(),
            time: flags.duration("gate-for"),
            interval: flags.duration("gate-interval"),
        };
        let mut gates: Vec<Gate> = Vec::new();
        for path in flags.list("gate") {
            let read = read_gates(path, release);
            gates.extend(read.map_err(|why| Failure::new(format!("reading the gates of {path}: {why}")))?);
        }
        for text in flags.list("gate-query") {
            gates.push(from_flag(text).map_err(unfit)?);
        }
        let given =
            gates.into_iter().map(|gate| gate.completed(&defaults).map_err(unfit)).collect::<Result<Vec<_>, _>>()?;
        let of_chart = if flags.bool("chart-gates") { ChartGates::Run(defaults) } else { ChartGates::Offer };
        if !given.is_empty() || matches!(of_chart, ChartGates::Run(_)) {
            change.undo_failures();
        }
        change.gates = GateOptions { given, of_chart };
        Ok(())
    }
}

fn read_gates(path: &str, release: &str) -> Result<Vec<Gate>, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let known = BTreeMap::from([("release".to_owned(), release.to_owned())]);
    from_file(&bytes, &known).map_err(|error| error.to_string())
}

fn unfit(error: Error) -> Failure {
    Failure::new(error.to_string())
        .hinted("--prometheus URL --gate-query 'error-rate: sum(rate(errors_total[5m])) <= 0.01' is a gate")
}
