//! Rules over a release's revisions: which is deployed, which is good, which may go, where a rollback leads.

use std::{fmt, time::Duration};

use crate::{Record, Status, Timestamp};

/// What the rules look at in a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    /// The revision, counted from 1.
    pub number: i64,
    /// Where it stands.
    pub status: Status,
    /// The line for people, which alone tells whether a superseded revision had failed.
    pub description: String,
    /// When the operation that made it began.
    pub last_deployed: Option<Timestamp>,
}

impl From<&Record> for Revision {
    fn from(record: &Record) -> Revision {
        Revision {
            number: record.revision,
            status: record.info.status,
            description: record.info.description.clone(),
            last_deployed: record.info.last_deployed,
        }
    }
}

/// Pending operations that are older than this and than their timeout are taken for abandoned.
pub const ABANDONED_AFTER: Duration = Duration::from_secs(600);

impl Revision {
    /// Whether all of the revision was once applied, waited for and called deployed.
    ///
    /// Helm takes every superseded revision for one (`pkg/action/upgrade.go`, `failRelease`), but its rollback marks the
    /// revision that it leaves as superseded even where that one failed or never ended. The description still says so.
    pub fn reached_deployed(&self) -> bool {
        match self.status {
            Status::Deployed => true,
            Status::Superseded => !self.says_failed() && !UNFINISHED.contains(&self.description.as_str()),
            _ => false,
        }
    }

    /// Whether the description is one of a failure: `Upgrade "x" failed: …`.
    pub fn says_failed(&self) -> bool {
        ["Upgrade", "Rollback", "Release"].iter().any(|operation| {
            let rest = self.description.strip_prefix(operation).and_then(|rest| rest.strip_prefix(" \""));
            rest.and_then(|rest| rest.split_once('"')).is_some_and(|(_, rest)| rest.starts_with(" failed: "))
        })
    }

    /// Whether a pending operation has been left behind by whoever began it. One without a time is not.
    pub fn is_abandoned(&self, now: i128, timeout: Duration) -> bool {
        let patience = i128::try_from(timeout.max(ABANDONED_AFTER).as_nanos()).unwrap_or(i128::MAX);
        let age = self.last_deployed.map(|begun| now.saturating_sub(begun.nanoseconds));
        self.status.is_pending() && age.is_some_and(|age| age > patience)
    }
}

/// What Helm writes into a revision before it has done anything.
const UNFINISHED: [&str; 2] = ["Preparing upgrade", "Initial install underway"];

/// The description of a pending revision that is marked failed because nobody carries it on. It is worded as a failure of
/// Helm's, so that [`Revision::reached_deployed`] knows it, whatever becomes of the status.
pub fn abandoned_description(release: &str, revision: &Revision) -> String {
    let operation = match revision.status {
        Status::PendingUpgrade => "Upgrade",
        Status::PendingRollback => "Rollback",
        _ => "Release",
    };
    let status = revision.status.name();
    let since = revision.last_deployed.map(|time| format!(" since {}", time.go_string())).unwrap_or_default();
    format!("{operation} \"{release}\" failed: {status}{since}, taken for abandoned")
}

/// Why the history forbids an operation, in Helm's words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HistoryError {
    /// There is no revision at all.
    NotFound,
    /// Nothing to upgrade.
    NoDeployedReleases(String),
    /// The newest revision is pending.
    InProgress,
    /// Nothing to roll back to.
    NoVersion(i64),
    /// A revision below zero.
    InvalidRevision,
    /// No revision ever reached `deployed`.
    NoGoodRevision(String),
    /// An install under a name that is taken.
    NameInUse,
}

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HistoryError::NotFound => f.write_str("release: not found"),
            HistoryError::NoDeployedReleases(release) => {
                write!(f, "{} has no deployed releases", value::quote::quote(release.as_bytes()))
            }
            HistoryError::InProgress => f.write_str("another operation (install/upgrade/rollback) is in progress"),
            HistoryError::NoVersion(number) => write!(f, "release has no {number} version"),
            HistoryError::InvalidRevision => f.write_str("invalid release revision"),
            HistoryError::NoGoodRevision(release) => {
                write!(f, "release {release} has no revision that was ever deployed")
            }
            HistoryError::NameInUse => f.write_str("cannot reuse a name that is still in use"),
        }
    }
}

impl std::error::Error for HistoryError {}

/// The revisions of one release, in any order, and the rules over them.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    release: &'a str,
    revisions: &'a [Revision],
}

/// Where a rollback shall go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RollbackTo {
    /// To the one before the newest (no revision, or 0).
    #[default]
    Previous,
    /// To this one.
    Revision(i64),
    /// To the newest one that reached `deployed`.
    LastGood,
}

/// Where a rollback goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollbackTarget {
    /// The revision whose chart, values and manifest are taken.
    pub number: i64,
    /// The revision that Helm would have taken, where it never reached `deployed` and was passed over.
    pub passed_over: Option<i64>,
}

impl<'a> History<'a> {
    /// The history of a release.
    pub fn new(release: &'a str, revisions: &'a [Revision]) -> History<'a> {
        History { release, revisions }
    }

    /// The newest revision. Helm: `Storage.Last`.
    pub fn newest(&self) -> Option<&'a Revision> {
        self.revisions.iter().max_by_key(|revision| revision.number)
    }

    /// The newest revision that is deployed. Helm: `Storage.Deployed`.
    pub fn deployed(&self) -> Option<&'a Revision> {
        let deployed = self.revisions.iter().filter(|revision| revision.status == Status::Deployed);
        deployed.max_by_key(|revision| revision.number)
    }

    /// The newest revision that really reached `deployed`: where an automatic rollback goes.
    pub fn last_good(&self) -> Option<&'a Revision> {
        let good = self.revisions.iter().filter(|revision| revision.reached_deployed());
        good.max_by_key(|revision| revision.number)
    }

    /// Whether the newest good revision is deployed still, so that no description must tell which one is.
    pub fn last_good_is_deployed(&self) -> bool {
        self.deployed().is_some_and(|deployed| {
            let newer = self.revisions.iter().filter(|revision| revision.number > deployed.number);
            newer.into_iter().all(|revision| revision.status != Status::Superseded)
        })
    }

    /// The number of the next revision.
    pub fn next_number(&self) -> i64 {
        self.newest().map_or(1, |newest| newest.number.saturating_add(1))
    }

    /// The pending revision that must be marked failed before anything else is done; none where the last operation ended.
    /// `now` counts nanoseconds since 1970.
    ///
    /// # Errors
    /// [`HistoryError::InProgress`] while the last operation may still go on. Helm: `errPending`.
    pub fn abandoned(&self, now: i128, timeout: Duration) -> Result<Option<&'a Revision>, HistoryError> {
        match self.newest() {
            Some(newest) if newest.is_abandoned(now, timeout) => Ok(Some(newest)),
            Some(newest) if newest.status.is_pending() => Err(HistoryError::InProgress),
            _ => Ok(None),
        }
    }

    /// The revision that an upgrade compares with: what is believed to live on the cluster. Helm: `prepareUpgrade`.
    ///
    /// # Errors
    /// [`HistoryError::InProgress`], [`HistoryError::NoDeployedReleases`]
    pub fn upgrade_base(&self) -> Result<&'a Revision, HistoryError> {
        let nothing = || HistoryError::NoDeployedReleases(self.release.to_owned());
        let newest = self.newest().ok_or_else(nothing)?;
        if newest.status.is_pending() {
            return Err(HistoryError::InProgress);
        }
        match (self.deployed(), newest.status) {
            (_, Status::Deployed) => Ok(newest),
            (Some(deployed), _) => Ok(deployed),
            (None, Status::Failed | Status::Superseded) => Ok(newest),
            (None, _) => Err(nothing()),
        }
    }

    /// Whether an install may take the name. Helm: `Install.availableName`; `replace` is `--replace`.
    ///
    /// # Errors
    /// [`HistoryError::NameInUse`]
    pub fn available(&self, replace: bool) -> Result<(), HistoryError> {
        match self.newest() {
            None => Ok(()),
            Some(newest) if replace && matches!(newest.status, Status::Uninstalled | Status::Failed) => Ok(()),
            Some(_) => Err(HistoryError::NameInUse),
        }
    }

    /// Whether `upgrade --install` installs: nothing is there, or what was there is uninstalled and only remembered.
    pub fn is_gone(&self) -> bool {
        self.newest().is_none_or(|newest| newest.status == Status::Uninstalled)
    }

    /// Where a rollback goes. Helm: `prepareRollback`; but for [`RollbackTo::Previous`] a revision that never reached
    /// `deployed` is passed over in favour of the newest one before it that did.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`], [`HistoryError::NoVersion`], [`HistoryError::InvalidRevision`],
    /// [`HistoryError::NoGoodRevision`]
    pub fn rollback_target(&self, to: RollbackTo) -> Result<RollbackTarget, HistoryError> {
        let exactly = |number| RollbackTarget { number, passed_over: None };
        let find = |number| {
            let found = self.revisions.iter().find(|revision| revision.number == number);
            found.ok_or(HistoryError::NoVersion(number))
        };
        if matches!(to, RollbackTo::Revision(..0)) {
            return Err(HistoryError::InvalidRevision);
        }
        let newest = self.newest().ok_or(HistoryError::NotFound)?;
        match to {
            RollbackTo::Revision(number @ 1..) => find(number).map(|found| exactly(found.number)),
            RollbackTo::LastGood => {
                let good = self.last_good().ok_or_else(|| HistoryError::NoGoodRevision(self.release.to_owned()))?;
                Ok(exactly(good.number))
            }
            RollbackTo::Previous | RollbackTo::Revision(_) => {
                let previous = find(newest.number.saturating_sub(1))?;
                if previous.reached_deployed() {
                    return Ok(exactly(previous.number));
                }
                let earlier = self.revisions.iter().filter(|revision| revision.number < previous.number);
                let good = earlier.filter(|revision| revision.reached_deployed()).max_by_key(|good| good.number);
                Ok(good.map_or(exactly(previous.number), |good| RollbackTarget {
                    number: good.number,
                    passed_over: Some(previous.number),
                }))
            }
        }
    }

    /// The revisions that are superseded once `number` is deployed: all that are deployed until then.
    pub fn superseded_by(&self, number: i64) -> Vec<i64> {
        let deployed = self.revisions.iter().filter(|revision| revision.status == Status::Deployed);
        sorted(deployed.map(|revision| revision.number).filter(|other| *other != number))
    }

    /// The revisions to delete before one more is written, the oldest first; `history_max` of 0 keeps all.
    /// Helm: `Storage.removeLeastRecent`. The deployed revision stays, as in Helm, and so does the last good one.
    pub fn to_prune(&self, history_max: i64) -> Vec<i64> {
        if history_max <= 0 {
            return Vec::new();
        }
        let kept = [self.deployed(), self.last_good()].map(|revision| revision.map(|revision| revision.number));
        let too_many = self.revisions.len().saturating_sub(usize::try_from(history_max - 1).unwrap_or(usize::MAX));
        let all = sorted(self.revisions.iter().map(|revision| revision.number));
        all.into_iter().filter(|number| !kept.contains(&Some(*number))).take(too_many).collect()
    }
}

fn sorted(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut numbers: Vec<i64> = numbers.collect();
    numbers.sort_unstable();
    numbers
}
