//! What the server says to objects that are only tried. The mission: `upgrade --dry-run` has every object validated.

use cluster::{Action, PatchKind, Write};
use release::plan::{Change, PatchForm, Plan};

use crate::Session;

/// Has the server try every change; what it refuses is told as a warning.
pub(super) fn on_server(session: &mut Session<'_>, plan: &Plan) {
    let mut writes = Vec::new();
    for step in &plan.steps {
        let action = match &step.change {
            Change::Create { object } | Change::Recreate { object, .. } => Action::Create(object.clone()),
            Change::Apply { object, force_conflicts, .. } => {
                Action::Apply { object: object.clone(), force_conflicts: *force_conflicts }
            }
            Change::Patch { form, patch } => {
                let kind = if *form == PatchForm::Merge { PatchKind::Merge } else { PatchKind::Strategic };
                Action::Patch { kind, patch: patch.clone() }
            }
            Change::Replace { object, .. } => Action::Replace(object.clone()),
            _ => continue,
        };
        // An object that lives cannot be tried as a new one.
        let exists = matches!(step.change, Change::Recreate { .. });
        if !exists {
            writes.push(Write { dry_run: true, ..Write::new(step.id.clone(), action) });
        }
    }
    let results = session.cluster.write_all(&writes);
    let mut unreachable = false;
    for (write, result) in writes.iter().zip(results) {
        let Err(error) = result else { continue };
        if error.is_unreachable() {
            unreachable = true;
        } else {
            session.remark(format!("warning: the server would refuse {} {:?}: {error}", write.id.kind, write.id.name));
        }
    }
    if unreachable {
        session.remark("warning: the server cannot be reached: nothing was checked by it");
    }
}
