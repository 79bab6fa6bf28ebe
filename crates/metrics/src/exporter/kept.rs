//! What is known of one kept record, and what its history says of it.

use std::collections::BTreeMap;

use release::{Status, Timestamp, history::Revision};

/// Longer texts of charts are cut in labels.
const MAX_TEXT: usize = 128;

/// A record as somebody has seen it just now.
#[derive(Clone, Debug, Default)]
pub struct Sighting {
    /// The release's namespace.
    pub namespace: String,
    /// The release.
    pub name: String,
    /// The revision.
    pub revision: i64,
    /// Where it stands.
    pub status: Status,
    /// All labels of the object that holds it.
    pub labels: BTreeMap<String, String>,
    /// What the record itself says; none where it was read before, or cannot be read.
    pub details: Option<Details>,
}

/// What a record says itself.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The chart's name.
    pub chart: String,
    /// The chart's version.
    pub chart_version: String,
    /// The version of what the chart installs.
    pub app_version: String,
    /// The line for people.
    pub description: String,
    /// When the release's first revision was deployed.
    pub first_deployed: Option<Timestamp>,
    /// When the operation that made the revision began.
    pub last_deployed: Option<Timestamp>,
    /// How many bytes are stored.
    pub bytes: usize,
}

/// What makes a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// `helm install`
    Install,
    /// `helm upgrade`
    Upgrade,
    /// `helm rollback`, or what undoes an upgrade that failed.
    Rollback,
}

impl Operation {
    /// As a label has it.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Install => "install",
            Operation::Upgrade => "upgrade",
            Operation::Rollback => "rollback",
        }
    }

    /// What made a revision: its status tells, or the words that Helm writes into its record. A line of the user's own
    /// stands in the records of installs and upgrades only.
    fn of(revision: &Revision) -> Operation {
        let says = |words: &[&str]| words.iter().any(|words| revision.description.starts_with(words));
        match revision.status {
            Status::PendingInstall => Operation::Install,
            Status::PendingUpgrade => Operation::Upgrade,
            Status::PendingRollback => Operation::Rollback,
            _ if says(&["Rollback to ", "Rollback \""]) => Operation::Rollback,
            _ if says(&["Upgrade complete", "Preparing upgrade", "Upgrade \""]) => Operation::Upgrade,
            _ if says(&["Install complete", "Initial install underway"]) => Operation::Install,
            _ if revision.number == 1 => Operation::Install,
            // Helm: pkg/action/rollback.go words the failed wait of a rollback as it does that of an install.
            _ if says(&["Release \""]) => Operation::Rollback,
            _ => Operation::Upgrade,
        }
    }
}

/// A record that is kept in the cluster.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) status: Status,
    /// The values of the labels that were chosen.
    pub(super) labels: Vec<String>,
    pub(super) details: Option<Details>,
    pub(super) operation: Option<Operation>,
    /// Whether the operation failed, whatever the status says by now.
    pub(super) failed: bool,
    /// Whether all of it was applied and waited for.
    pub(super) good: bool,
    /// How many seconds the operation took.
    pub(super) seconds: Option<f64>,
    /// Whether the counters have its rollback, and its failure.
    pub(super) counted_rollback: bool,
    pub(super) counted_failure: bool,
}

impl Kept {
    /// What a sighting makes of what was known before.
    pub(super) fn of(sighting: Sighting, labels: Vec<String>, before: Option<Kept>) -> Kept {
        let Sighting { revision, status, details, labels: all, .. } = sighting;
        let fresh = details.is_some();
        let before = before.filter(|_| !fresh);
        let (details, known) = match before {
            Some(before) => (before.details.clone(), Some(before)),
            None => (details.map(shortened), None),
        };
        let told = Revision {
            number: revision,
            status,
            description: details.as_ref().map(|details| details.description.clone()).unwrap_or_default(),
            last_deployed: details.as_ref().and_then(|details| details.last_deployed),
        };
        let operation = known.as_ref().and_then(|known| known.operation);
        let operation = operation.or_else(|| (details.is_some() || status.is_pending()).then(|| Operation::of(&told)));
        let failed = status == Status::Failed || told.says_failed() || known.as_ref().is_some_and(|known| known.failed);
        // The description was read while the operation ran, and its end is told by the status alone.
        let good = match status {
            Status::Deployed => true,
            Status::Superseded => told.reached_deployed() || known.as_ref().is_some_and(|known| known.good && !failed),
            Status::Uninstalled | Status::Uninstalling => !failed,
            _ => false,
        };
        let ended = matches!(status, Status::Deployed | Status::Failed);
        let modified = all.get("modifiedAt").and_then(|text| text.parse::<f64>().ok()).filter(|_| ended);
        let seconds = known.as_ref().and_then(|known| known.seconds);
        let begun = told.last_deployed.map(|time| time.nanoseconds as f64 / 1e9);
        let seconds = seconds.or_else(|| Some((modified? - begun?).max(0.0)));
        Kept {
            status,
            labels,
            details,
            operation,
            failed,
            good,
            seconds,
            counted_rollback: known.as_ref().is_some_and(|known| known.counted_rollback),
            counted_failure: known.as_ref().is_some_and(|known| known.counted_failure),
        }
    }
}

/// Texts of charts become labels, and labels have bounds.
fn shortened(mut details: Details) -> Details {
    for text in [&mut details.chart, &mut details.chart_version, &mut details.app_version] {
        if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
            text.truncate(end);
        }
    }
    details
}
