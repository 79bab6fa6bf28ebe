//! Differential fuzz: generated templates, values, `--set` texts and constraints, through Go and through pintle.

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::workspace;

mod constraints;
mod documents;
mod mutate;
mod oracle;
mod ours;
mod random;
mod sets;
mod templates;

use oracle::Request;
use random::Random;

/// How many times each construct was used.
pub(crate) type Counts = BTreeMap<String, usize>;

/// How many requests go to Go before their answers are read.
const BATCH: usize = 200;

/// How many mismatches are printed whole.
const SHOWN: usize = 25;

/// Generates `count` inputs from `seed` and compares; false where an answer differs.
///
/// Mismatches that are meant are listed, with the reason, in `tests/fuzz/explained.txt`.
pub(crate) fn run(count: usize, seed: u64) -> anyhow::Result<bool> {
    let mut generator = Generator::new(seed)?;
    let mut oracle = oracle::Oracle::start()?;
    let mut tally = Tally::default();
    let mut left = count;
    while left > 0 {
        let requests: Vec<Request> = (0..left.min(BATCH)).map(|_| generator.next()).collect();
        left -= requests.len();
        let answers = oracle.ask(&requests)?;
        for (request, want) in requests.iter().zip(answers) {
            tally.judge(request, &want);
        }
    }
    tally.print(&generator.counts, count);
    Ok(tally.mismatches == 0)
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
        Ok(Generator {
            random: Random::new(seed),
            templates: templates::Templates::new(&table)?,
            mutations: mutate::Mutations::load()?,
            counts: Counts::new(),
        })
    }

    fn next(&mut self) -> Request {
        let random = &mut self.random;
        match random.below(100) {
            0..55 => self.templates.generate(random, &mut self.counts),
            55..70 => documents::generate(random, &mut self.counts),
            70..80 => sets::generate(random, &mut self.counts),
            80..90 => constraints::generate(random, &mut self.counts),
            _ => self.mutations.generate(random, &mut self.counts),
        }
    }
}

#[derive(Default)]
struct Tally {
    agreed: BTreeMap<&'static str, usize>,
    without_error: usize,
    mismatches: usize,
    explained: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn judge(&mut self, request: &Request, want: &oracle::Answer) {
        let got = ours::answer(request);
        if want.error.is_empty() {
            self.without_error += 1;
        }
        if *want == got {
            *self.agreed.entry(request.kind).or_default() += 1;
            return;
        }
        if let Some(reason) = explained(want, &got) {
            *self.explained.entry(reason).or_default() += 1;
            return;
        }
        self.mismatches += 1;
        if self.mismatches <= SHOWN {
            println!(
                "MISMATCH {} {}\n  input  {:?}",
                request.kind,
                request.how,
                String::from_utf8_lossy(&request.text)
            );
            println!("  Go     {}\n  pintle {}", want.show(), got.show());
        }
    }

    fn print(&self, counts: &Counts, count: usize) {
        let agreed: usize = self.agreed.values().sum();
        let explained: usize = self.explained.values().sum();
        println!("fuzz: {count} inputs, {:.0} % without error in Go", 100.0 * self.without_error as f64 / count as f64);
        println!("fuzz: agreed by kind: {:?}", self.agreed);
        println!("fuzz: explained: {:?}", self.explained);
        let rarest: Vec<String> = {
            let mut counts: Vec<(&String, &usize)> = counts.iter().collect();
            counts.sort_by_key(|(_, count)| **count);
            counts.iter().take(12).map(|(name, count)| format!("{name} {count}")).collect()
        };
        println!("fuzz: {} constructs, the rarest: {}", counts.len(), rarest.join(", "));
        if count >= 100_000 {
            let all: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            println!("fuzz: counts: {}", all.join(", "));
        }
        println!("fuzz: {} passed, {} failed", agreed + explained, self.mismatches);
    }
}

/// Why a mismatch is meant, if it is: a line of COMPATIBILITY.md each.
fn explained(want: &oracle::Answer, got: &oracle::Answer) -> Option<&'static str> {
    if want.error.contains("assignment to entry in nil map") {
        return Some("nil-map-insert");
    }
    if got.error.contains("the templates need more than") || got.error.contains("the templates produce more than") {
        return Some("bounded-render");
    }
    None
}
