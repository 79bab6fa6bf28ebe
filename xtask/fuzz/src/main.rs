//! Differential fuzz: generated templates, values, `--set` texts and constraints, through Go and through pintle.
//!
//! Takes the path of the Go program, how many inputs there shall be, and the seed that they are generated from.

use std::{collections::BTreeMap, path::Path, process::ExitCode, sync::mpsc};

use anyhow::Context as _;

mod constraints;
mod documents;
mod explain;
mod mutate;
mod oracle;
mod ours;
mod random;
mod sets;
mod tally;
mod templates;
mod tomls;
mod workspace;

use oracle::Request;
use random::Random;
use tally::Tally;

/// How many times each construct was used.
type Counts = BTreeMap<String, usize>;

/// How many requests go to Go before their answers are read.
const BATCH: usize = 200;

/// From how many inputs on a run must use every construct often enough.
const FULL_RUN: usize = 100_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [oracle, count, seed] => count
            .parse()
            .and_then(|count| Ok((count, seed.parse()?)))
            .context("reading the count and the seed")
            .and_then(|(count, seed)| run(Path::new(oracle), count, seed)),
        _ => Err(anyhow::anyhow!("usage: fuzz ORACLE COUNT SEED")),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Generates `count` inputs from `seed` and compares; false where an answer differs without a reason.
///
/// A run of [`FULL_RUN`] inputs also fails where it used a construct too seldom, or where Go refused most inputs.
fn run(oracle: &Path, count: usize, seed: u64) -> anyhow::Result<bool> {
    let mut generator = Generator::new(seed)?;
    let mut oracle = oracle::Oracle::start(oracle)?;
    generator.covers(&oracle.functions()?)?;
    let mut tally = Tally::new()?;
    ours::name_panics();
    // Go answers a batch while the one before is judged.
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(1);
        let generator = &mut generator;
        let asking = scope.spawn(move || -> anyhow::Result<()> {
            let mut left = count;
            while left > 0 {
                let requests: Vec<Request> = (0..left.min(BATCH)).map(|_| generator.next()).collect();
                left -= requests.len();
                let answers = oracle.ask(&requests)?;
                if sender.send((requests, answers)).is_err() {
                    break;
                }
            }
            Ok(())
        });
        for (requests, answers) in receiver {
            for (request, want) in requests.iter().zip(answers) {
                tally.judge(request, &want)?;
            }
        }
        asking.join().map_err(|_| anyhow::anyhow!("asking the Go oracle"))?
    })?;
    Ok(tally.finish(&generator.counts, count >= FULL_RUN))
}

struct Generator {
    random: Random,
    templates: templates::Templates,
    mutations: mutate::Mutations,
    counts: Counts,
}

impl Generator {
    fn new(seed: u64) -> anyhow::Result<Generator> {
        let table = workspace::root().join("tests/fuzz/functions.txt");
        let table = std::fs::read_to_string(&table).with_context(|| format!("reading {}", table.display()))?;
        let templates = templates::Templates::new(&table)?;
        let mutations = mutate::Mutations::load()?;
        let mut names = templates.constructs();
        names.extend(documents::CONSTRUCTS.iter().map(|name| (*name).to_owned()));
        names.extend(tomls::CONSTRUCTS.iter().map(|name| (*name).to_owned()));
        names.extend(constraints::OPERATORS.iter().map(|operator| constraints::name(operator)));
        names.extend(sets::FLAGS.iter().map(|flag| sets::name(flag)));
        names.extend(mutations.constructs());
        let counts = names.into_iter().map(|name| (name, 0)).collect();
        Ok(Generator { random: Random::new(seed), templates, mutations, counts })
    }

    /// Fails where Go has a function that the table does not call.
    fn covers(&self, functions: &[String]) -> anyhow::Result<()> {
        let missing: Vec<_> = functions.iter().filter(|name| !self.counts.contains_key(*name)).collect();
        anyhow::ensure!(missing.is_empty(), "tests/fuzz/functions.txt lacks {missing:?}");
        Ok(())
    }

    fn next(&mut self) -> Request {
        let random = &mut self.random;
        match random.below(100) {
            0..52 => self.templates.generate(random, &mut self.counts),
            52..55 => tomls::generate(random, &mut self.counts),
            55..70 => documents::generate(random, &mut self.counts),
            70..80 => sets::generate(random, &mut self.counts),
            80..90 => constraints::generate(random, &mut self.counts),
            _ => self.mutations.generate(random, &mut self.counts),
        }
    }
}
