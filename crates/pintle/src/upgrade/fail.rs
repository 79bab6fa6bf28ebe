//! What becomes of an upgrade that fails. Helm: `Upgrade.failRelease`.

use release::{Record, Status, history::RollbackTo};
use value::quote::quote;

use super::UpgradeOptions;
use crate::{
    Error, Level, LogLine, Session,
    execute::{Deadline, Failed, clean_up},
    past::Past,
    rollback::{Way, go_back, tell_objects},
};

/// Records that an upgrade failed, and undoes it if that is wanted. Gives the error to be told.
pub(super) fn fail(session: &mut Session<'_>, mut record: Record, failed: Failed, options: &UpgradeOptions) -> Error {
    let Failed { error, created, .. } = failed;
    let line = LogLine::new(Level::Warn, "upgrade failed").with("name", record.name.as_str());
    session.log(line.with("error", error.to_string()));
    record.info.status = Status::Failed;
    record.info.description = format!("Upgrade {} failed: {error}", quote(record.name.as_bytes()));
    session.record_failed(&record, &error);
    let error = match options.change.cleanup_on_fail {
        true => match clean_up(session, &created) {
            Ok(()) => error,
            Err(second) => {
                return error.map_message(|first| {
                    format!(
                        "an error occurred while cleaning up resources. original upgrade error: {first}: unable to \
                         cleanup resources: {second}"
                    )
                });
            }
        },
        false => error,
    };
    if options.change.rollback_on_failure { undo(session, &record, error, options) } else { error }
}

/// Goes back to the newest revision that really reached `deployed`.
fn undo(session: &mut Session<'_>, failed: &Record, error: Error, options: &UpgradeOptions) -> Error {
    session.debug("Upgrade failed and rollback-on-failure is set, rolling back to previous successful release");
    let name = &failed.name;
    let good = Past::read(session, name).and_then(|mut past| {
        past.describe(session)?;
        Ok(past.history().last_good().map(|good| good.number))
    });
    let number = match good {
        Ok(Some(number)) => number,
        Ok(None) => {
            return error.map_message(|text| {
                format!(
                    "unable to find a previously successful release when attempting to rollback. original upgrade \
                     error: {text}"
                )
            });
        }
        Err(second) => {
            return error.map_message(|first| {
                format!(
                    "an error occurred while finding last successful release. original upgrade error: {first}: {second}"
                )
            });
        }
    };
    session.remark(format!("rolling back to revision {number}"));
    let change = options.change.for_rollback();
    let deadline = Deadline::after(session.now(), change.wait.timeout);
    let why = error.reason().map_or_else(|| error.to_string(), str::to_owned);
    let because = Some(format!("revision {} failed: {why}", failed.revision));
    let way = Way { deadline, because, ..Way::new(RollbackTo::Revision(number), &change) };
    match go_back(session, name, &way) {
        Ok(()) => error
            .during(format!("release {name} failed, and has been rolled back due to rollback-on-failure being set")),
        Err(second) => {
            tell_objects(session, failed, number);
            let hints: Vec<String> = second.hints().to_vec();
            let error = second.explanations().iter().fold(error, |error, lines| error.explained(lines.clone()));
            let error = error.map_message(|first| {
                format!("an error occurred while rolling back the release. original upgrade error: {first}: {second}")
            });
            let next =
                format!("`helm rollback {name} {number}` tries again what the automatic rollback did not manage");
            hints.into_iter().fold(error, Error::hinted).hinted(next)
        }
    }
}
