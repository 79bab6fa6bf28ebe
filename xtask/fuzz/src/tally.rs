//! Judges the answers, and prints what was used and what differs.

use std::{collections::BTreeMap, fs::File, io::Write as _, path::PathBuf, time::Duration};

use anyhow::Context as _;
use template::Limits;

use super::{
    Counts,
    explain::{explained, is_exhausted},
    oracle::{Answer, Reply, Request},
    ours, workspace,
};

/// How many mismatches are printed whole; the file has all of them.
const SHOWN: usize = 25;

/// How often a full run must use every construct.
const OFTEN: usize = 200;

/// What an input may use up at first.
const LIMITS: Limits = Limits { steps: 50_000_000, bytes: 64 << 20 };

/// An input must not take more of the processor's time, on a slow machine.
const SLOW: Duration = Duration::from_secs(5);

pub(crate) struct Tally {
    agreed: BTreeMap<&'static str, usize>,
    without_error: usize,
    total: usize,
    mismatches: usize,
    slow: usize,
    explained: BTreeMap<&'static str, usize>,
    path: PathBuf,
    file: File,
}

impl Tally {
    /// Begins the file of mismatches.
    pub(crate) fn new() -> anyhow::Result<Tally> {
        let folder = workspace::root().join("target");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join("fuzz-mismatches.jsonl");
        let file = File::create(&path).with_context(|| format!("creating {}", path.display()))?;
        Ok(Tally {
            agreed: BTreeMap::new(),
            without_error: 0,
            total: 0,
            mismatches: 0,
            slow: 0,
            explained: BTreeMap::new(),
            path,
            file,
        })
    }

    /// Asks pintle, and compares with Go's answer.
    pub(crate) fn judge(&mut self, request: &Request, reply: &Reply) -> anyhow::Result<()> {
        self.total += 1;
        let start = processor_time()?;
        let mut got = ours::answer(request, LIMITS);
        let taken = processor_time()?.saturating_sub(start);
        // A small budget keeps the fuzz quick; what needs more may have what users have.
        if is_exhausted(&got) {
            got = ours::answer(request, Limits::default());
        }
        let want = &reply.answer;
        if taken > SLOW {
            self.slow += 1;
            println!("SLOW {taken:?} {} {:?}", request.kind, String::from_utf8_lossy(&request.text));
        }
        if want.error.is_empty() {
            self.without_error += 1;
        }
        if *want == got {
            *self.agreed.entry(request.kind).or_default() += 1;
            return Ok(());
        }
        if let Some(reason) = explained(request, reply, &got) {
            *self.explained.entry(reason).or_default() += 1;
            return Ok(());
        }
        self.mismatches += 1;
        self.write(request, want, &got)?;
        if self.mismatches <= SHOWN {
            let text = String::from_utf8_lossy(&request.text);
            println!("MISMATCH {} {}\n  input  {text:?}", request.kind, request.how);
            println!("  Go     {}\n  pintle {}", want.show(), got.show());
        }
        Ok(())
    }

    fn write(&mut self, request: &Request, want: &Answer, got: &Answer) -> anyhow::Result<()> {
        let line = serde_json::json!({
            "kind": request.kind,
            "how": request.how,
            "text": String::from_utf8_lossy(&request.text),
            "values": String::from_utf8_lossy(&request.values),
            "output": String::from_utf8_lossy(&want.output),
            "error": want.error,
            "pintle": got.show(),
        });
        writeln!(self.file, "{line}")?;
        Ok(())
    }

    /// Prints the result; false where something differs, took long, or a full run used something too seldom.
    pub(crate) fn finish(&self, counts: &Counts, full: bool) -> bool {
        let agreed: usize = self.agreed.values().sum();
        let explained: usize = self.explained.values().sum();
        let fine = 100.0 * self.without_error as f64 / self.total.max(1) as f64;
        println!("fuzz: {} inputs, {fine:.0} % without error in Go", self.total);
        println!("fuzz: agreed by kind: {:?}", self.agreed);
        println!("fuzz: explained: {:?}", self.explained);
        let mut rarest: Vec<(&String, &usize)> = counts.iter().collect();
        rarest.sort_by_key(|(_, count)| **count);
        let text = |counts: &[(&String, &usize)]| {
            counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
        };
        let rare = rarest.iter().filter(|(_, count)| **count < OFTEN).count();
        if full {
            println!("fuzz: counts: {}", text(&counts.iter().collect::<Vec<_>>()));
            println!("fuzz: {rare} constructs of {} were used fewer than {OFTEN} times", counts.len());
        }
        println!("fuzz: {} constructs, the rarest: {}", counts.len(), text(rarest.get(..12).unwrap_or(&rarest)));
        println!("fuzz: {} passed, {} failed", agreed + explained, self.mismatches);
        if self.mismatches > 0 {
            println!("fuzz: every mismatch is in {}", self.path.display());
        }
        self.mismatches == 0 && self.slow == 0 && (!full || (rare == 0 && fine >= 50.0))
    }
}

/// How long this thread has had a processor: what other programs take does not count.
fn processor_time() -> anyhow::Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").context("reading the time of this thread")?;
    let nanoseconds = text.split(' ').next().unwrap_or_default().parse();
    Ok(Duration::from_nanos(nanoseconds.context("reading the time of this thread")?))
}
