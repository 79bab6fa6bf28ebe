//! What the real Helm did in a scenario, kept in `tests/oracle/release/recorded`, so that it need not run each time.
//!
//! Of records and objects a digest is kept. What does not agree is run once more, with the real Helm beside it, and that
//! run decides: a recording that is old, or made on another cluster, costs time and nothing else.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    compare::missing_line,
    run::Done,
    scenario::{Facet, Scenario},
    snapshot::Snapshot,
};
use crate::workspace;

/// A run with the real Helm.
#[derive(Deserialize, Serialize)]
pub(super) struct Recording {
    /// What the run depends on.
    pins: String,
    steps: Vec<Answer>,
}

/// What one step did.
#[derive(Deserialize, Serialize)]
struct Answer {
    exit: i32,
    stdout: String,
    stderr: String,
    /// Of records, objects and managers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digests: Option<[String; 3]>,
}

fn path(scenario: &Scenario) -> PathBuf {
    workspace::root().join("tests/oracle/release/recorded").join(format!("{}.json", scenario.name))
}

/// What all scenarios depend on: versions, charts, what the cluster plays.
pub(super) fn common_pins() -> anyhow::Result<String> {
    let root = workspace::root();
    let mut hasher = Sha256::new();
    let mut files = workspace::files("tests/oracle/release/charts")?;
    files.extend(workspace::files("examples")?);
    files.extend(["tests/oracle/VERSIONS", "tests/testbed/go.mod", "tests/testbed/stages.yaml"].map(PathBuf::from));
    files.sort();
    for file in files {
        hasher.update(file.to_string_lossy().as_bytes());
        hasher.update(fs::read(root.join(&file)).with_context(|| format!("reading {}", file.display()))?);
    }
    Ok(hex(hasher))
}

fn pins(scenario: &Scenario, common: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(common);
    // Whether it passes has nothing to do with what the real Helm does.
    for line in scenario.text.lines().filter(|line| !line.starts_with("state = ")) {
        hasher.update(line);
        hasher.update("\n");
    }
    hex(hasher)
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(tree: &Value) -> String {
    let mut hasher = Sha256::new();
    hasher.update(tree.to_string());
    hex(hasher).chars().take(16).collect()
}

fn digests(snapshot: &Snapshot) -> [String; 3] {
    [&snapshot.records, &snapshot.objects, &snapshot.managers].map(digest)
}

impl Recording {
    /// The recording of a scenario; none where there is none that still holds.
    pub(super) fn of(scenario: &Scenario, common: &str) -> Option<Recording> {
        let text = fs::read_to_string(path(scenario)).ok()?;
        let recording: Recording = serde_json::from_str(&text).ok()?;
        (recording.pins == pins(scenario, common)).then_some(recording)
    }

    /// Keeps what the real Helm did.
    pub(super) fn write(scenario: &Scenario, common: &str, run: &[Done]) -> anyhow::Result<()> {
        let answer = |done: &Done| Answer {
            exit: done.exit,
            stdout: done.stdout.clone(),
            stderr: done.stderr.clone(),
            digests: done.snapshot.as_ref().map(digests),
        };
        let recording = Recording { pins: pins(scenario, common), steps: run.iter().map(answer).collect() };
        let path = path(scenario);
        path.parent().map(Path::new).map(fs::create_dir_all).transpose()?;
        fs::write(path, serde_json::to_string_pretty(&recording)? + "\n")?;
        Ok(())
    }

    /// Where a run did something else, as far as it is compared: the step and what of it.
    pub(super) fn disagrees(&self, scenario: &Scenario, run: &[Done]) -> Option<String> {
        if self.steps.len() != run.len() {
            return Some(format!("{} steps are recorded, {} were run", self.steps.len(), run.len()));
        }
        let steps = scenario.step.iter().zip(&self.steps).zip(run).enumerate();
        steps.into_iter().find_map(|(at, ((step, want), got))| {
            let unmet = step.beyond.is_some() && got.exit != 0;
            let facet = step.facets().into_iter().find(|facet| !want.agrees(*facet, got));
            let facet = facet.map(|facet| format!("{facet:?}").to_lowercase());
            let what = facet.or_else(|| unmet.then(|| format!("exit {}", got.exit)))?;
            Some(format!("step {}, {}: {what}, beside the recording", at + 1, got.what))
        })
    }
}

impl Answer {
    fn agrees(&self, facet: Facet, got: &Done) -> bool {
        let same = |place: usize| match (&self.digests, &got.snapshot) {
            (Some(want), Some(got)) => want.get(place) == digests(got).get(place),
            (want, got) => want.is_none() && got.is_none(),
        };
        match facet {
            Facet::Exit => self.exit == got.exit,
            Facet::Stdout => self.stdout == got.stdout,
            Facet::Stderr => missing_line(&self.stderr, &got.stderr).is_none(),
            Facet::Records => same(0),
            Facet::Objects => same(1),
            Facet::Managers => same(2),
        }
    }
}
