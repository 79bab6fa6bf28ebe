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
mod recording;
mod run;
mod scenario;
mod shown;
mod snapshot;
mod words;

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use anyhow::Context as _;

use self::{
    compare::compare,
    recording::Recording,
    run::{Cast, Databases, Done, Stage, run},
    scenario::{Scenario, State},
};
use crate::{binary, testbed::Bed, tools};

/// How many runs are under way at once: most of the time they wait.
const THREADS: usize = 4;

/// How often a scenario that differs is run again, alone.
const AGAIN: usize = 2;

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

/// `[--record] [--binary PATH] [FILTER]`; runs what they ask for, on a cluster that is started unless one runs. False
/// where something differs that should not.
pub(crate) fn command(words: &[&str]) -> anyhow::Result<bool> {
    let mut options = Options::default();
    let mut words = words.iter();
    let mut record = false;
    while let Some(&word) = words.next() {
        match word {
            "--record" => record = true,
            "--binary" => {
                let path = words.next().context("--binary PATH")?;
                options.binary = Some(std::path::absolute(path)?);
            }
            filter if options.filter.is_none() && !filter.starts_with('-') => options.filter = Some(filter.to_owned()),
            _ => anyhow::bail!("usage: cargo xtask difftest [--record] [--binary PATH] [FILTER]"),
        }
    }
    let bed = Bed::open()?;
    let result =
        if record { record_on(&bed, &options) } else { compare_on(&bed, &options).map(|faults| faults.is_empty()) };
    bed.close()?;
    result
}

fn stage(bed: &Bed, pintle: PathBuf) -> anyhow::Result<Stage> {
    let helms = tools::helms()?;
    Ok(Stage {
        kubeconfig: std::path::absolute(&bed.kubeconfig)?,
        kubectl: bed.kubectl.clone(),
        helm3: helms.helm3,
        helm4: helms.helm4,
        pintle,
        databases: Databases::default(),
    })
}

/// Keeps what the real Helm does in every chosen scenario; false where one is wrong about it.
fn record_on(bed: &Bed, options: &Options) -> anyhow::Result<bool> {
    let stage = stage(bed, PathBuf::new())?;
    let pins = recording::common_pins()?;
    let mut scenarios = scenario::all(options.filter.as_deref())?;
    scenarios.retain(|scenario| !scenario.alone);
    let jobs = (0..scenarios.len()).map(|at| (at, Cast::Reference)).collect();
    let mut good = true;
    for (scenario, runs) in scenarios.iter().zip(run_all(&stage, &scenarios, jobs)) {
        let faults = judge(scenario, &runs);
        for (_, run) in &runs {
            if let (true, Ok(run)) = (faults.is_empty(), run) {
                Recording::write(scenario, &pins, run)?;
                println!("recorded {}", scenario.name);
            }
        }
        faults.iter().for_each(|fault| println!("{fault}"));
        good &= faults.is_empty();
    }
    Ok(good)
}

/// Compares every chosen scenario on a cluster. One that differs is run again, alone, and beside the real Helm: only what
/// differs each time counts, for a busy machine may have let a wait run out of time. It is said what differed. Gives
/// what is wrong.
pub(crate) fn compare_on(bed: &Bed, options: &Options) -> anyhow::Result<Vec<String>> {
    let begin = Instant::now();
    let stage = stage(bed, options.binary.clone().map_or_else(binary::release, Ok)?)?;
    let pins = recording::common_pins()?;
    let mut scenarios = scenario::all(options.filter.as_deref())?;
    scenarios.retain(|scenario| !options.passing || scenario.state == State::Passes);
    // The longest first, so that none is left over at the end.
    scenarios.sort_by_key(|scenario| std::cmp::Reverse(scenario.step.len() * casts(scenario).len()));
    let recordings: Vec<Option<Recording>> = scenarios.iter().map(|scenario| Recording::of(scenario, &pins)).collect();
    let old = scenarios.iter().zip(&recordings).filter(|(scenario, recording)| !scenario.alone && recording.is_none());
    match old.count() {
        0 => {}
        old => {
            println!("{old} recordings are old, and the real Helm runs in their place: difftest --record renews them")
        }
    }
    let jobs = scenarios.iter().enumerate().flat_map(|(at, scenario)| {
        let recorded = recordings[at].is_some();
        let casts = casts(scenario).into_iter().filter(move |cast| !(recorded && *cast == Cast::Reference));
        casts.map(move |cast| (at, cast))
    });
    let runs = run_all(&stage, &scenarios, jobs.collect());
    let mut tally = Tally::default();
    for ((scenario, runs), recording) in scenarios.iter().zip(runs).zip(&recordings) {
        let mut faults = judge(scenario, &runs);
        let disagrees = recording.as_ref().and_then(|recording| disagreement(recording, scenario, &runs));
        let mut trouble = faults.first().cloned().or(disagrees);
        for _ in 0..AGAIN {
            let Some(first) = trouble else { break };
            println!("{} is run again, for: {first}", scenario.name);
            let again = casts(scenario).into_iter().map(|cast| (cast, run(&stage, scenario, cast, 0))).collect();
            faults = judge(scenario, &again);
            trouble = faults.first().cloned();
        }
        tally.add(scenario, faults);
    }
    println!(
        "difftest: {} passed, {} failed, {} open, in {} s",
        tally.passed,
        tally.failed,
        tally.open,
        begin.elapsed().as_secs()
    );
    Ok(tally.faults)
}

/// How many scenarios went how.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    open: usize,
    /// What is wrong with those that failed.
    faults: Vec<String>,
}

impl Tally {
    fn add(&mut self, scenario: &Scenario, faults: Vec<String>) {
        match (scenario.state, faults.is_empty()) {
            (_, true) => self.passed += 1,
            (State::Passes, false) => self.failed += 1,
            (State::Open, false) => self.open += 1,
        }
        if scenario.state == State::Open && faults.is_empty() {
            println!("NOW PASSES {}: its state may say so", scenario.name);
        }
        for fault in &faults {
            println!("{fault}");
        }
        if scenario.state == State::Passes {
            self.faults.extend(faults);
        }
    }
}

/// Where a run is other than recorded.
fn disagreement(recording: &Recording, scenario: &Scenario, runs: &Runs) -> Option<String> {
    runs.iter().find_map(|(_, run)| recording.disagrees(scenario, run.as_ref().ok()?))
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

/// Runs scenarios by their places, each with a cast, a few at once; the results come in the order of the scenarios.
fn run_all(stage: &Stage, scenarios: &[Scenario], jobs: Vec<(usize, Cast)>) -> Vec<Runs> {
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
    results.into_inner().unwrap_or_else(PoisonError::into_inner)
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
