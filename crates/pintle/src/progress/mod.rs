//! What happens while an operation runs, as values: for reports, for pipelines, for whoever embeds the library.

mod follower;
mod json;

use std::time::Duration;

use cluster::ObjectId;
use metrics::gate::{Sample, Trial};
use release::plan::{Change, Step};

use crate::{Error, Event, Session};

pub use self::follower::Follower;
pub(crate) use self::json::{gate_json, sample_json, without_user};

/// Something that happened. Operations lie in one another: the rollback of a failed upgrade begins and ends within it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// An operation is recorded as pending.
    Begun {
        /// Its name: `upgrade`.
        operation: &'static str,
        /// The release.
        release: &'a str,
        /// Its namespace.
        namespace: &'a str,
        /// The revision that it makes; 0 where it makes none.
        revision: i64,
    },
    /// What is to become of objects is known, or known anew because hooks have changed things.
    Planned(Vec<Planned>),
    /// A part of the operation begins: `hooks before`, `objects`, `wait`, `hooks after`, `tests`, `gates`.
    Phase(&'static str),
    /// An object was written, or was to be.
    Written {
        /// Which.
        planned: Planned,
        /// How long it took.
        took: Duration,
        /// Why it failed.
        error: Option<String>,
    },
    /// A hook began or ended.
    Hook {
        /// When it runs: `pre-upgrade`.
        event: &'static str,
        /// The kind of its object.
        kind: &'a str,
        /// The name of its object.
        name: &'a str,
        /// How it went; none where it has just begun.
        ended: Option<Result<(), &'a Error>>,
    },
    /// A gate has taken a sample.
    Measured {
        /// The gate.
        gate: &'a str,
        /// The number of the sample.
        number: usize,
        /// How many there are to be.
        of: u32,
        /// The sample.
        sample: &'a Sample,
    },
    /// A gate has ended.
    Judged(&'a Trial),
    /// The operation failed; what undoes it may follow.
    Failed(&'a Error),
    /// The operation is over, and this is where its revision stands.
    Ended {
        /// The status of the revision: `deployed`.
        status: &'static str,
    },
}

/// What is to become of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Which object.
    pub id: ObjectId,
    /// `create`, `change`, `replace`, `recreate`, `delete`, `keep`, `pass over`, or `nothing`.
    pub does: &'static str,
}

impl From<&Step> for Planned {
    fn from(step: &Step) -> Planned {
        let does = match &step.change {
            Change::Create { .. } | Change::Apply { exists: false, .. } => "create",
            Change::Apply { .. } | Change::Patch { .. } => "change",
            Change::Replace { .. } => "replace",
            Change::Recreate { .. } => "recreate",
            Change::Delete => "delete",
            Change::Keep { .. } => "keep",
            Change::SkipUnmappable { .. } => "pass over",
            Change::Unchanged | Change::Gone => "nothing",
        };
        Planned { id: step.id.clone(), does }
    }
}

impl Session<'_> {
    /// Tells what happened.
    pub(crate) fn tell(&mut self, progress: Progress<'_>) {
        self.observer.event(Event::Progress(progress));
    }
}
