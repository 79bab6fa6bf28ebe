//! `cargo xtask difftest`: lifecycles on the test cluster, each with the real Helm and with ours, compared step by step.
//!
//! A scenario is a file `tests/oracle/release/NAME.toml`; its charts lie in `charts/` beside it and in `examples/`.
//! Compared are exit code, stdout, Helm's lines on stderr, decoded release records, live objects and who owns their
//! fields. A step may name who runs it (`by = "helm3"`): such relays prove that each carries on what another began.
//! Scenarios that are `alone` are ours only: their steps say what they want. A step may meet faults of the server.

mod arrange;
mod command;
mod compare;
mod demand;
mod normal;
mod proxy;
mod run;
mod scenario;
mod snapshot;
mod words;

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

pub(crate) use self::snapshot::{decode as decode_record, encode as encode_record};
use self::{
    compare::compare,
    run::{Cast, Done, Stage, run},
    scenario::{Scenario, State},
};
use crate::{binary, testbed::Bed, tools};

/// How many runs are under way at once.
const THREADS: usize = 3;

/// Which scenarios are run, and with what.
#[derive(Default)]
pub(crate) struct Options {
    /// Only those whose name contains this.
    pub(crate) filter: Option<String>,
    /// Leaves those out that are open.
    pub(crate) passing: bool,
    /// The binary that is ours; built in release mode where none is named.
    pub(crate) binary: Option<PathBuf>,
}

impl Options {
    /// `[--binary PATH] [FILTER]`
    pub(crate) fn parse(words: &[&str]) -> anyhow::Result<Options> {
        match words {
            [] => Ok(Options::default()),
            ["--binary", path, filter @ ..] if filter.len() < 2 => Ok(Options {
                filter: filter.first().map(|&filter| filter.to_owned()),
                binary: Some(std::path::absolute(path)?),
                passing: false,
            }),
            [filter] => Ok(Options { filter: Some((*filter).to_owned()), ..Options::default() }),
            _ => anyhow::bail!("usage: cargo xtask difftest [--binary PATH] [FILTER]"),
        }
    }
}

/// Starts a cluster, unless one runs, and compares; false where something differs that should not.
pub(crate) fn compare_on_own_bed(options: &Options) -> anyhow::Result<bool> {
    let bed = Bed::open()?;
    let result = compare_on(&bed, options);
    bed.close()?;
    result
}

/// Compares every chosen scenario on a cluster.
pub(crate) fn compare_on(bed: &Bed, options: &Options) -> anyhow::Result<bool> {
    let helms = tools::helms()?;
    let stage = Stage {
        kubeconfig: std::path::absolute(&bed.kubeconfig)?,
        kubectl: bed.kubectl.clone(),
        helm3: helms.helm3,
        helm4: helms.helm4,
        pintle: options.binary.clone().map_or_else(binary::release, Ok)?,
    };
    let mut scenarios = scenario::all(options.filter.as_deref())?;
    scenarios.retain(|scenario| !options.passing || scenario.state == State::Passes);
    let (mut passed, mut failed, mut open) = (0, 0, 0);
    for (scenario, runs) in scenarios.iter().zip(run_all(&stage, &scenarios)?) {
        let faults = judge(scenario, &runs);
        match (scenario.state, faults.is_empty()) {
            (_, true) => passed += 1,
            (State::Passes, false) => failed += 1,
            (State::Open, false) => open += 1,
        }
        if scenario.state == State::Open && faults.is_empty() {
            println!("NOW PASSES {}: its state may say so", scenario.name);
        }
        for fault in faults {
            println!("{fault}");
        }
    }
    println!("difftest: {passed} passed, {failed} failed, {open} open");
    Ok(failed == 0)
}

fn casts(scenario: &Scenario) -> Vec<Cast> {
    if scenario.alone {
        return vec![Cast::Pintle];
    }
    let mut casts = vec![Cast::Reference, Cast::Pintle];
    if scenario.cross {
        casts.extend([Cast::HelmFirst, Cast::PintleFirst]);
    }
    casts
}

type Runs = Vec<(Cast, anyhow::Result<Vec<Done>>)>;

/// Runs every scenario with every cast, a few at once; the results come in the order of the scenarios.
fn run_all(stage: &Stage, scenarios: &[Scenario]) -> anyhow::Result<Vec<Runs>> {
    let jobs: Vec<(usize, Cast)> = scenarios
        .iter()
        .enumerate()
        .flat_map(|(at, scenario)| casts(scenario).into_iter().map(move |cast| (at, cast)))
        .collect();
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Runs>> = Mutex::new(scenarios.iter().map(|_| Vec::new()).collect());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&(at, cast)) = jobs.get(number) else { break };
                    let result = run(stage, &scenarios[at], cast, number);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results[at].push((cast, result));
                }
            });
        }
    });
    Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What is wrong with the runs of a scenario.
fn judge(scenario: &Scenario, runs: &Runs) -> Vec<String> {
    let name = &scenario.name;
    let mut faults = Vec::new();
    for (cast, run) in runs {
        match run {
            Err(error) => faults.push(format!("WRONG {name} [{cast:?}]: {error:#}")),
            Ok(run) => faults.extend(run.iter().enumerate().filter_map(|(at, done)| {
                let trouble = done.trouble.as_ref()?;
                Some(format!("WRONG {name} [{cast:?}] step {}, {}: {trouble}", at + 1, done.what))
            })),
        }
    }
    let Some((_, Ok(reference))) = runs.iter().find(|(cast, _)| *cast == Cast::Reference) else { return faults };
    for (cast, run) in runs {
        let Ok(run) = run else { continue };
        if *cast == Cast::Reference {
            continue;
        }
        faults.extend(compare(scenario, reference, run).into_iter().map(|difference| {
            let compare::Difference { step, what, facet, text } = difference;
            format!("WRONG {name} [{cast:?}] step {step}, {what}: {facet}\n{text}")
        }));
    }
    faults
}
