//! What a scenario is: steps on a cluster, kept as data in `tests/oracle/release/*.toml`.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Deserialize;

use crate::workspace;

/// Steps that are run with the real Helm and with ours, each time in a namespace of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    /// The file's name.
    #[serde(skip)]
    pub(super) name: String,
    /// The file itself.
    #[serde(skip)]
    pub(super) text: String,
    /// Whether ours is expected to do the same.
    pub(super) state: State,
    /// What the scenario is about, for its reader.
    #[serde(rename = "about")]
    _about: String,
    /// Runs it also with both binaries taking turns, either one first.
    #[serde(default)]
    pub(super) cross: bool,
    /// Runs ours alone: what Helm does not promise, or does differently because it asks the server in another order.
    #[serde(default)]
    pub(super) alone: bool,
    /// Runs it once for each of these, which `{vary}` stands for.
    #[serde(default)]
    vary: Vec<String>,
    /// What `{vary}` stands for.
    #[serde(skip)]
    pub(super) varied: String,
    pub(super) step: Vec<Step>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// Part of `cargo xtask test`.
    Passes,
    /// Waits for what is not built yet; one that passes should say so.
    Open,
}

/// One step: exactly one of `helm`, `kubectl`, `write`, `remove`, `tamper`, `grant` and `gone`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// The command line of helm, behind its name.
    pub(super) helm: Option<String>,
    /// The command line of kubectl, which runs in the scenario's namespace.
    pub(super) kubectl: Option<String>,
    /// Files to write below `{work}`.
    pub(super) write: Option<BTreeMap<String, String>>,
    /// A file below `{work}` that takes what the command prints.
    pub(super) save: Option<String>,
    /// A file or folder below `{work}` to delete.
    pub(super) remove: Option<String>,
    /// The command of the two documents that this step holds; for readers.
    #[serde(rename = "row")]
    pub(super) _row: Option<String>,
    /// Changes a release's record as a client leaves it that died.
    pub(super) tamper: Option<Tamper>,
    /// Gives a user all rights in the namespace but some.
    pub(super) grant: Option<Grant>,
    /// Waits until `kubectl get` does not find this any more.
    pub(super) gone: Option<String>,
    pub(super) stdin: Option<String>,
    /// Environment on top of the clean one.
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    /// Who runs the step.
    #[serde(default)]
    pub(super) by: Actor,
    /// The user that the step is run as; the administrator, where none is named.
    #[serde(rename = "as")]
    pub(super) user: Option<String>,
    /// What the real Helm answers. A scenario that is wrong about it is not compared.
    #[serde(default)]
    pub(super) expect: Expect,
    /// Repeats the command until it ends as expected.
    #[serde(default)]
    pub(super) patient: bool,
    /// What the server answers instead, before the step is over.
    #[serde(default)]
    pub(super) faults: Vec<Fault>,
    /// What ours is asked for beyond what Helm answers.
    #[serde(default)]
    pub(super) want: Demand,
    /// Keeps what ours prints in `shown/SCENARIO.console`, where a person reads it, and compares with that.
    #[serde(default)]
    pub(super) shown: bool,
    /// What is compared; everything, where nothing is named.
    pub(super) compare: Option<Vec<Facet>>,
    /// The entry of COMPATIBILITY.md that explains why only the exit code is compared.
    pub(super) differs: Option<String>,
    /// The entry of COMPATIBILITY.md that explains why ours succeeds where Helm fails.
    pub(super) beyond: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Actor {
    Helm3,
    Helm4,
    /// Ours; Helm 4 in the run that ours is compared with.
    #[default]
    Pintle,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Expect {
    #[default]
    Ok,
    Fail,
    Any,
}

/// What is compared after a step.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(super) enum Facet {
    Exit,
    Stdout,
    /// Helm's lines, in their order; ours may say more.
    Stderr,
    /// The release records, decoded.
    Records,
    /// The live objects.
    Objects,
    /// Who owns fields of the live objects.
    Managers,
}

impl Facet {
    pub(super) const ALL: [Facet; 6] =
        [Facet::Exit, Facet::Stdout, Facet::Stderr, Facet::Records, Facet::Objects, Facet::Managers];
}

/// What the step of ours has to fulfil, whatever Helm does.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Demand {
    /// Words on stdout or stderr.
    #[serde(default)]
    pub(super) says: Vec<String>,
    /// Words on neither.
    #[serde(default)]
    pub(super) hides: Vec<String>,
    /// The most requests that may be made of the server.
    pub(super) requests: Option<usize>,
    /// Every record of the namespace: `NAME REVISION STATUS`.
    pub(super) records: Option<Vec<String>>,
    /// Live objects, `KIND NAME /PATH`: true where they are there, false where not, or what they hold.
    #[serde(default)]
    pub(super) live: BTreeMap<String, toml::Value>,
}

/// All rights in the namespace but some.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    pub(super) user: String,
    /// `VERB RESOURCE`, such as `patch secrets`.
    pub(super) without: Vec<String>,
}

/// What the server answers instead to requests that match.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// The method; any where it is empty.
    #[serde(default)]
    pub(super) method: String,
    /// A part of path and query.
    pub(super) path: String,
    /// The first of the matching requests that it happens to, counted from 1.
    #[serde(default = "one")]
    pub(super) first: usize,
    /// How many of them it happens to.
    #[serde(default = "one")]
    pub(super) times: usize,
    /// The status that is answered; 0 closes the connection, 1 closes it after the request was carried out.
    pub(super) status: u16,
}

fn one() -> usize {
    1
}

/// A change of a record.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tamper {
    pub(super) release: String,
    pub(super) revision: u32,
    #[serde(default)]
    pub(super) status: String,
    /// What the record holds instead of a release.
    pub(super) data: Option<String>,
    /// How many MiB of blanks the record holds once it is unzipped.
    pub(super) bomb: Option<u32>,
    /// How many seconds ago the record was last written, as it shall say.
    pub(super) age: Option<u64>,
}

impl Scenario {
    /// One scenario for each entry of `vary`; itself where there is none.
    fn varieties(mut self) -> Vec<Scenario> {
        if self.vary.is_empty() {
            return vec![self];
        }
        let vary = std::mem::take(&mut self.vary);
        let variety = |varied: String| Scenario {
            name: format!("{} [{varied}]", self.name),
            text: self.text.clone(),
            state: self.state,
            _about: String::new(),
            cross: self.cross,
            alone: self.alone,
            vary: Vec::new(),
            varied,
            step: self.step.clone(),
        };
        vary.into_iter().map(variety).collect()
    }
}

impl Step {
    /// Which facets a difference counts in.
    pub(super) fn facets(&self) -> Vec<Facet> {
        if self.beyond.is_some() {
            return Vec::new();
        }
        if self.differs.is_some() {
            return vec![Facet::Exit];
        }
        self.compare.clone().unwrap_or_else(|| Facet::ALL.to_vec())
    }

    /// Whether the cluster may have changed.
    pub(super) fn changes(&self) -> bool {
        const CHANGING: [&str; 7] = ["install", "upgrade", "rollback", "uninstall", "delete", "test", "del"];
        self.kubectl.is_some()
            || self.tamper.is_some()
            || self.gone.is_some()
            || self.want.records.is_some()
            || !self.want.live.is_empty()
            || self
                .helm
                .as_ref()
                .is_some_and(|line| line.split(' ').next().is_some_and(|word| CHANGING.contains(&word)))
    }
}

/// Reads the scenarios whose name contains `filter`.
pub(super) fn all(filter: Option<&str>) -> anyhow::Result<Vec<Scenario>> {
    let ledger = std::fs::read_to_string(workspace::root().join("COMPATIBILITY.md"))?;
    let mut scenarios = Vec::new();
    for file in workspace::files("tests/oracle/release")? {
        let folder = file.parent().is_some_and(|folder| folder.ends_with("release"));
        if !folder || file.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if filter.is_some_and(|filter| !name.contains(filter)) {
            continue;
        }
        let text = std::fs::read_to_string(workspace::root().join(&file))?;
        let mut scenario: Scenario = toml::from_str(&text).with_context(|| format!("reading {}", file.display()))?;
        for id in scenario.step.iter().flat_map(|step| [&step.differs, &step.beyond]).flatten() {
            anyhow::ensure!(ledger.contains(&format!("`{id}`")), "{name}: COMPATIBILITY.md does not explain {id}");
        }
        scenario.name = name;
        scenario.text = text;
        scenarios.extend(scenario.varieties());
    }
    Ok(scenarios)
}
