//! Judges the answers, and prints what was used and what differs.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context as _;

use super::{
    Counts,
    oracle::{Answer, CRASH, Request},
    ours,
};
use crate::workspace;

/// How many mismatches are printed whole; the file has all of them.
const SHOWN: usize = 25;

/// How often a full run must use every construct.
const OFTEN: usize = 200;

/// An input must not take longer, on a slow machine under load.
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
    pub(crate) fn judge(&mut self, request: &Request, want: &Answer) -> anyhow::Result<()> {
        self.total += 1;
        let start = Instant::now();
        let got = ours::answer(request);
        let taken = start.elapsed();
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
        if let Some(reason) = explained(request, want, &got) {
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

/// Why a mismatch is meant, if it is: the id of a line in COMPATIBILITY.md.
fn explained(request: &Request, want: &Answer, got: &Answer) -> Option<&'static str> {
    if want.error == CRASH {
        return Some("endless-value");
    }
    if want.error.contains("assignment to entry in nil map") {
        return Some("nil-map-insert");
    }
    if got.error.contains("the templates need more than") || got.error.contains("the templates produce more than") {
        return Some("bounded-render");
    }
    if want.error.is_empty() && got.error.ends_with("lice: reflect.Value.Slice: slice index out of bounds") {
        return Some("slice-capacity");
    }
    if request.kind == "template" && want.error.is_empty() && got.error.is_empty() {
        return (without_addresses(&want.output) == without_addresses(&got.output)).then_some("pointer-address");
    }
    None
}

/// The output with every address that `%v` prints for a pointer made the same.
fn without_addresses(output: &[u8]) -> Vec<u8> {
    let mut rest = output;
    let mut kept = Vec::with_capacity(output.len());
    while let Some((first, tail)) = rest.split_first() {
        let digits = match rest.strip_prefix(b"0x") {
            Some(behind) => behind.iter().take_while(|byte| byte.is_ascii_hexdigit()).count(),
            None => 0,
        };
        // Go's heap lies at twelve digits; a program's own hexadecimal numbers are shorter.
        if (9..=12).contains(&digits) {
            kept.extend_from_slice(b"0xADDRESS");
            rest = rest.get(2 + digits..).unwrap_or_default();
        } else {
            kept.push(*first);
            rest = tail;
        }
    }
    kept
}
