//! Hooks may have changed what lives: what the plan hangs on is read again, and the plan made anew.

use std::collections::HashSet;

use cluster::ObjectId;
use release::{
    Hook, Record,
    plan::{Change, Step},
};

use crate::{
    ChangeOptions, Error, ErrorKind, Session,
    change::{Draft, owner_of},
    hooks::acts,
    operation::Operation,
};

/// Makes the plan anew once the hooks before the change have run.
pub(super) fn plan_again(
    session: &Session<'_>,
    draft: &mut Draft,
    record: &Record,
    (operation, options): (Operation, &ChangeOptions),
) -> Result<(), Error> {
    let [before, _] = operation.events();
    let hooks: Vec<&Hook> = record.hooks.iter().filter(|hook| hook.events.contains(&before)).collect();
    let touched = |id: &ObjectId| {
        hooks.iter().any(|hook| acts(hook) || (hook.kind.as_ref(), hook.name.as_ref()) == (&*id.kind, &*id.name))
    };
    let wanted: HashSet<ObjectId> = draft
        .plan
        .steps
        .iter()
        .filter(|step| draft.is_assumed || (hangs_on_live(step, options) && touched(&step.id)))
        .map(|step| step.id.clone())
        .collect();
    let read = draft.objects.live_of(session, |id| wanted.contains(id)).map_err(|errors| {
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Error::new(ErrorKind::Cluster, texts.join("\n"))
    })?;
    draft.live.extend(read);
    let plan_options = options.for_plan(record.apply_method);
    draft.plan = draft.objects.plan(owner_of(record), &draft.live, plan_options)?;
    Ok(())
}

/// Whether what lives decides what becomes of an object. What the server merges, it merges into whatever lives then; only
/// whether the object was there before must be known where what was made is deleted after a failure.
fn hangs_on_live(step: &Step, options: &ChangeOptions) -> bool {
    match &step.change {
        Change::Apply { adopt_fields: false, exists, .. } => {
            options.force_recreate || (options.cleanup_on_fail && !exists)
        }
        _ => true,
    }
}
