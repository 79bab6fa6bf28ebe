//! What the flags of gates say.

use std::{collections::BTreeMap, fs};

use metrics::gate::{Defaults, Error, Gate, from_file, from_flag};
use pintle::{ChangeOptions, WaitStrategy};

use crate::{error::Failure, invocation::Invocation};

impl Invocation<'_> {
    /// Puts the gates of the flags into the options of a change. A release that does not pass them is rolled back, and
    /// they measure what is ready: `--gate` and `--gate-query` imply `--rollback-on-failure`.
    pub(crate) fn add_gates(&self, change: &mut ChangeOptions, release: &str) -> Result<(), Failure> {
        let flags = &self.flags;
        let defaults = Defaults {
            prometheus: flags.text("prometheus").to_owned(),
            time: flags.duration("gate-for"),
            interval: flags.duration("gate-interval"),
        };
        let known = BTreeMap::from([("release".to_owned(), release.to_owned())]);
        let mut gates: Vec<Gate> = Vec::new();
        for path in flags.list("gate") {
            let bytes =
                fs::read(path).map_err(|error| Failure::new(format!("reading the gates of {path}: {error}")))?;
            let read = from_file(&bytes, &known);
            gates.extend(read.map_err(|error| Failure::new(format!("reading the gates of {path}: {error}")))?);
        }
        for text in flags.list("gate-query") {
            gates.push(from_flag(text).map_err(unfit)?);
        }
        change.gates =
            gates.into_iter().map(|gate| gate.completed(&defaults).map_err(unfit)).collect::<Result<_, _>>()?;
        if !change.gates.is_empty() {
            change.rollback_on_failure = true;
            if change.wait.strategy == WaitStrategy::HookOnly {
                change.wait.strategy = WaitStrategy::Watcher;
            }
        }
        Ok(())
    }
}

fn unfit(error: Error) -> Failure {
    Failure::new(error.to_string())
        .hinted("--prometheus URL --gate-query 'error-rate: sum(rate(errors_total[5m])) <= 0.01' is a gate")
}
