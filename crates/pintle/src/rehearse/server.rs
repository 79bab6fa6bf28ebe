//! What the real cluster would say: the plan against what lives, and the dry run of every object.

use release::Record;

use super::RehearseOptions;
use crate::{
    ChangeOptions, DryRun, Error, Session,
    change::{Goal, Reading, draft, refusals as refused},
    operation::Operation,
};

/// What the server would refuse, a line each.
///
/// # Errors
/// What speaks against the change as a whole.
pub(super) fn refusals(
    session: &mut Session<'_>,
    record: &Record,
    before: Option<&Record>,
    options: &RehearseOptions,
) -> Result<Vec<String>, Error> {
    // Nothing is written: a draft only reads, and asks whether we may write.
    let change = ChangeOptions { dry_run: DryRun::Off, ..options.upgrade.change.clone() };
    let goal = Goal {
        operation: if before.is_some() { Operation::Upgrade } else { Operation::Install },
        record,
        before,
        checks: options.upgrade.content.checks(),
        options: &change,
        reading: Reading::Now,
    };
    let draft = draft(session, &goal)?;
    let refused = refused(session, &draft.plan);
    Ok(refused.into_iter().map(|(id, error)| format!("{} {}: {error}", id.kind, id.name)).collect())
}
