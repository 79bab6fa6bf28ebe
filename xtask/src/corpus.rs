//! Renders the corpus of public charts and compares with Helm's own output, byte for byte.

use std::{
    io::Read as _,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::Context as _;
use serde::Deserialize;

use crate::{binary, process, process::Home, workspace};

/// What stands in a masked golden for a line that varies from run to run.
const MASK: &str = "###VARIES###";

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) args: Vec<String>,
    pub(crate) exit_code: i32,
    pub(crate) golden: Option<String>,
    golden_masked: Option<String>,
    #[serde(default)]
    pub(crate) bytes: u64,
}

/// The corpus's cases whose id contains `filter`.
pub(crate) fn cases(corpus: &Path, filter: Option<&str>) -> anyhow::Result<Vec<Case>> {
    let text = std::fs::read(corpus.join("manifest.json")).context("reading the corpus's manifest")?;
    let cases: Vec<Case> = serde_json::from_slice(&text).context("reading the corpus's manifest")?;
    Ok(cases.into_iter().filter(|case| filter.is_none_or(|filter| case.id.contains(filter))).collect())
}

/// Renders every case; false where one is wrong.
pub(crate) fn run(filter: Option<&str>) -> anyhow::Result<bool> {
    let corpus = workspace::corpus().context("no corpus lies beside this checkout, at ../shared/corpus")?;
    let helm = binary::release()?;
    let cases = cases(&corpus, filter)?;
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let work = || -> anyhow::Result<()> {
            let home = Home::new()?;
            while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                let answer = process::answer(home.command(&helm).args(&case.args).current_dir(&corpus))?;
                if let Some(fault) = judge(&corpus, case, &answer)? {
                    wrong.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((case.id.clone(), fault));
                }
            }
            Ok(())
        };
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a thread died")))
    })?;
    let mut wrong = wrong.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    wrong.sort();
    for (id, fault) in &wrong {
        println!("WRONG {id}\n{fault}");
    }
    println!("corpus: {} passed, {} failed", cases.len() - wrong.len(), wrong.len());
    Ok(wrong.is_empty())
}

/// What is wrong with an answer, if anything.
fn judge(corpus: &Path, case: &Case, answer: &process::Answer) -> anyhow::Result<Option<String>> {
    if (answer.exit == 0) != (case.exit_code == 0) {
        let stderr = String::from_utf8_lossy(&answer.stderr);
        return Ok(Some(format!("  exit {}, want {}: {}", answer.exit, case.exit_code, stderr.trim_end())));
    }
    let got = String::from_utf8_lossy(&answer.stdout);
    if let Some(golden) = &case.golden {
        let want = unzip(&corpus.join(golden))?;
        return Ok((want != answer.stdout).then(|| first_difference(&String::from_utf8_lossy(&want), &got)));
    }
    if let Some(golden) = &case.golden_masked {
        let want = unzip(&corpus.join(golden))?;
        let difference = first_difference(&String::from_utf8_lossy(&want), &got);
        return Ok((!difference.is_empty()).then_some(difference));
    }
    Ok(None)
}

pub(crate) fn unzip(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = std::fs::File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first line that differs, masked lines apart; empty where there is none.
pub(crate) fn first_difference(want: &str, got: &str) -> String {
    let (mut want, mut got) = (want.split('\n'), got.split('\n'));
    for line in 1.. {
        match (want.next(), got.next()) {
            (None, None) => break,
            (Some(want), Some(got)) if want == got || want == MASK => {}
            (want, got) => return format!("  line {line}\n    want {want:?}\n    got  {got:?}"),
        }
    }
    String::new()
}
