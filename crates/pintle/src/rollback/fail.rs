//! What becomes of a rollback that fails. Helm: `Rollback.performRollback`.

use release::{Record, Status};
use value::quote::quote;

use crate::{
    ChangeOptions, Error, Level, LogLine, Session,
    execute::{Failed, Phase, clean_up},
};

/// The revisions of a rollback.
pub(super) struct Revisions {
    /// The one that it made.
    pub(super) record: Record,
    /// The one before.
    pub(super) current: Record,
}

/// Records that a rollback failed. Gives the error to be told.
pub(super) fn fail(session: &mut Session<'_>, revisions: Revisions, failed: Failed, options: &ChangeOptions) -> Error {
    let Revisions { mut record, mut current } = revisions;
    let Failed { error, phase, created, interrupted } = failed;
    let name = quote(record.name.as_bytes());
    match phase {
        // Helm leaves the revision pending, and so others know that hooks ran.
        Phase::Before | Phase::After if !interrupted => error,
        Phase::Before | Phase::Wait | Phase::After | Phase::Gate => {
            record.info.status = Status::Failed;
            record.info.description = format!("Release {name} failed: {error}");
            session.record_failed(&record, &error);
            // Helm has no words for a rollback that was stopped.
            if interrupted { error } else { error.during(format!("release {} failed", record.name)) }
        }
        Phase::Apply => {
            let message = format!("Rollback {name} failed: {error}");
            session.log(LogLine::new(Level::Warn, message.as_str()));
            // A revision that failed stays a failed one: it must not be taken for one that was deployed.
            if current.info.status != Status::Failed {
                current.info.status = Status::Superseded;
                session.record_release(&current);
            }
            record.info.status = Status::Failed;
            record.info.description = message;
            session.record_failed(&record, &error);
            if !options.cleanup_on_fail {
                return error;
            }
            match clean_up(session, &created) {
                Ok(()) => error,
                Err(second) => error.map_message(|_| {
                    format!(
                        "an error occurred while cleaning up resources. original rollback error: unable to cleanup \
                         resources: {second}"
                    )
                }),
            }
        }
    }
}
