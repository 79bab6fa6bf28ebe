//! What becomes of an installation that fails. Helm: `Install.failRelease`.

use cluster::{Propagation, WaitOptions};
use release::{Record, Status};
use value::quote::quote;

use super::InstallOptions;
use crate::{Error, Session, UninstallOptions, execute::Failed, uninstall::withdraw};

/// Records that an installation failed, or takes it back. Gives the error to be told.
pub(super) fn fail(session: &mut Session<'_>, mut record: Record, failed: Failed, options: &InstallOptions) -> Error {
    let error = failed.error;
    let name = record.name.clone();
    record.info.status = Status::Failed;
    record.info.description = format!("Release {} failed: {error}", quote(name.as_bytes()));
    if !options.change.rollback_on_failure {
        // There is another error to be told.
        let _ = session.storage.update_annotated(&record, &error.notes());
        return error;
    }
    session.debug(format!("install failed and rollback-on-failure is set, uninstalling release {name}"));
    let uninstall = UninstallOptions {
        wait: WaitOptions { timeout: options.change.rollback_time(), ..options.change.wait },
        cascade: Propagation::Background,
        no_hooks: options.change.no_hooks,
        keep_history: false,
        dry_run: false,
        ignore_not_found: false,
        description: String::new(),
    };
    match withdraw(session, &name, &uninstall) {
        Ok(()) => error
            .during(format!("release {name} failed, and has been uninstalled due to rollback-on-failure being set")),
        Err(second) => error.map_message(|first| {
            format!("an error occurred while uninstalling the release. original install error: {first}: {second}")
        }),
    }
}
