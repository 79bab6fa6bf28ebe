//! A release's record: what one revision was. Helm: `pkg/release/v1/release.go`.

use std::collections::BTreeMap;

use chart::Chart;
use value::Map;

use crate::{Hook, Timestamp};

/// One revision of a release.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The release's name.
    pub name: String,
    /// The namespace it lives in.
    pub namespace: String,
    /// The revision, counted from 1.
    pub revision: i64,
    /// Status, times, description, notes.
    pub info: Info,
    /// The chart, files and all.
    pub chart: Chart,
    /// The user's values, without the chart's own.
    pub config: Map,
    /// The objects as they were applied, without hooks.
    pub manifest: String,
    /// The hooks.
    pub hooks: Vec<Hook>,
    /// How objects were applied; client-side where the record does not say.
    pub apply_method: ApplyMethod,
    /// The user's labels, which live on the storage object, not in the record.
    pub labels: BTreeMap<String, String>,
}

/// What happened to a revision, and when.
#[derive(Clone, Debug, Default)]
pub struct Info {
    /// When the release's first revision was deployed.
    pub first_deployed: Option<Timestamp>,
    /// When this revision was deployed.
    pub last_deployed: Option<Timestamp>,
    /// When the release was uninstalled.
    pub deleted: Option<Timestamp>,
    /// A line for people.
    pub description: String,
    /// Where the revision stands.
    pub status: Status,
    /// What `NOTES.txt` rendered to.
    pub notes: String,
}

/// Where a revision stands. Helm: `pkg/release/common/status.go`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are Helm's")]
pub enum Status {
    #[default]
    Unknown,
    Deployed,
    Uninstalled,
    Superseded,
    Failed,
    Uninstalling,
    PendingInstall,
    PendingUpgrade,
    PendingRollback,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 9] = [
        Status::Unknown,
        Status::Deployed,
        Status::Uninstalled,
        Status::Superseded,
        Status::Failed,
        Status::Uninstalling,
        Status::PendingInstall,
        Status::PendingUpgrade,
        Status::PendingRollback,
    ];

    /// Helm's name of the status, as records and labels have it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Unknown => "unknown",
            Status::Deployed => "deployed",
            Status::Uninstalled => "uninstalled",
            Status::Superseded => "superseded",
            Status::Failed => "failed",
            Status::Uninstalling => "uninstalling",
            Status::PendingInstall => "pending-install",
            Status::PendingUpgrade => "pending-upgrade",
            Status::PendingRollback => "pending-rollback",
        }
    }

    /// The status of this name; unknown where there is none.
    pub fn parse(name: &str) -> Status {
        Status::ALL.into_iter().find(|status| status.name() == name).unwrap_or_default()
    }

    /// Whether an operation is under way.
    pub fn is_pending(self) -> bool {
        matches!(self, Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback)
    }
}

/// How a revision's objects were applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApplyMethod {
    /// Nothing was written: a record of Helm 3, or one of before.
    #[default]
    Unset,
    /// `csa`: three-way merges that the client computes.
    ClientSide,
    /// `ssa`: server-side apply.
    ServerSide,
}
