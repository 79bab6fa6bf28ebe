//! What becomes of an upgrade that failed: recorded, cleaned up, rolled back. Helm: `Upgrade.failRelease`.

use release::{
    Record, Status,
    history::{History, Revision, RollbackTo},
};

use super::UpgradeOptions;
use crate::{
    ChangeOptions, DryRun, Error, ErrorKind, Level, LogLine, RollbackOptions, Session,
    change::{RunStage, Stopped, clean_up, update_record},
    rollback,
};

/// When an upgrade that rolls back by itself must have ended; the time for the rollback comes on top. Told beforehand.
pub(super) fn deadline(session: &mut Session<'_>, options: &UpgradeOptions, history: &[Revision]) -> Option<i128> {
    if !options.change.rollback_on_failure {
        return None;
    }
    let upgrade = options.change.wait.timeout;
    let rollback = options.rollback_timeout.unwrap_or(upgrade);
    if let Some(good) = History::new(&options.name, history).last_good() {
        session.remark(format!(
            "ends within {}s: {}s for the upgrade, {}s to roll back to revision {} if it fails",
            (upgrade + rollback).as_secs(),
            upgrade.as_secs(),
            rollback.as_secs(),
            good.number
        ));
    }
    let timeout = i128::try_from(upgrade.as_nanos()).unwrap_or(i128::MAX);
    (timeout > 0).then(|| session.now().saturating_add(timeout))
}

/// Records the failure, and does what the flags ask for.
pub(super) fn fail(
    session: &mut Session<'_>,
    mut record: Record,
    stopped: Stopped,
    (options, history): (&UpgradeOptions, &[Revision]),
) -> Error {
    let Stopped { error, stage, created } = stopped;
    let error = match stage {
        RunStage::Before => error.during("pre-upgrade hooks failed"),
        RunStage::After => error.during("post-upgrade hooks failed"),
        _ => error,
    };
    let line = LogLine::new(Level::Warn, "upgrade failed").with("name", record.name.as_str());
    session.log(line.with("error", error.to_string()));
    record.info.status = Status::Failed;
    record.info.description = format!("Upgrade {:?} failed: {error}", record.name);
    update_record(session, &record);
    if options.change.cleanup_on_fail && !created.is_empty() {
        if let Err(cleanup) = clean_up(session, &created) {
            return error.map_message(|text| {
                format!(
                    "an error occurred while cleaning up resources. original upgrade error: {text}: unable to cleanup resources: {cleanup}"
                )
            });
        }
    }
    if options.change.rollback_on_failure { roll_back(session, &record, error, (options, history)) } else { error }
}

/// Goes back to the newest revision that really reached `deployed`.
fn roll_back(
    session: &mut Session<'_>,
    record: &Record,
    error: Error,
    (options, history): (&UpgradeOptions, &[Revision]),
) -> Error {
    let Some(good) = History::new(&record.name, history).last_good() else {
        return error.map_message(|text| {
            format!("unable to find a previously successful release when attempting to rollback. original upgrade error: {text}")
        });
    };
    session.remark(format!("rolling back to revision {}", good.number));
    let mut change = ChangeOptions { dry_run: DryRun::Off, cleanup_on_fail: false, ..options.change.clone() };
    if let Some(timeout) = options.rollback_timeout {
        change.wait.timeout = timeout;
    }
    let back = RollbackOptions { name: record.name.clone(), to: RollbackTo::Revision(good.number), change };
    match rollback(session, &back) {
        Ok(_) => error.during(format!(
            "release {} failed, and has been rolled back due to rollback-on-failure being set",
            record.name
        )),
        Err(failed) => {
            let message =
                format!("an error occurred while rolling back the release. original upgrade error: {error}: {failed}");
            let hint = format!("`helm rollback {} {}` tries again", record.name, good.number);
            Error::new(ErrorKind::Cluster, message).hinted(hint)
        }
    }
}
