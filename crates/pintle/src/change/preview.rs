//! What a change would do, told instead of done.

use cluster::{Action, Error as ClusterError, ObjectId, Write};
use release::{
    diff::{FieldChange, field_changes, outcome},
    plan::{Change, Kept, Plan, Step},
};
use serde_json::Value;

use super::Draft;
use crate::{Session, execute::write_of};

/// So many fields of an object are listed; the others are counted.
const FIELDS: usize = 12;
/// So much of a value is shown.
const WIDTH: usize = 60;

/// Tells what a change would do: a line for each object that would change, and its fields below.
pub(crate) fn preview(session: &mut Session<'_>, draft: &Draft) {
    let mut unchanged = 0_usize;
    for step in &draft.plan.steps {
        match told(step) {
            Some(line) => {
                session.remark(line);
                let live = draft.live.get(&step.id).and_then(Option::as_ref);
                fields(step, live).into_iter().for_each(|line| session.remark(line));
            }
            None => unchanged += 1,
        }
    }
    match unchanged {
        0 => {}
        1 => session.remark("1 object is as wanted"),
        count => session.remark(format!("{count} objects are as wanted")),
    }
}

/// The fields of an object that would change, a line each.
fn fields(step: &Step, live: Option<&Value>) -> Vec<String> {
    let changing = matches!(
        step.change,
        Change::Apply { exists: true, .. } | Change::Patch { .. } | Change::Replace { .. } | Change::Recreate { .. }
    );
    let (true, Some(live)) = (changing, live) else { return Vec::new() };
    let Some(after) = outcome(step, Some(live)) else { return Vec::new() };
    let changes = field_changes(live, &after);
    if changes.is_empty() {
        return vec!["  no field would have another value; who manages its fields may change".to_owned()];
    }
    let mut lines: Vec<String> = changes.iter().take(FIELDS).map(field).collect();
    if let Some(more) = changes.len().checked_sub(FIELDS).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more"));
    }
    lines
}

fn field(change: &FieldChange) -> String {
    let path = &change.path;
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("  {path}: {} -> {}", shown(before), shown(after)),
        (None, Some(after)) => format!("  {path}: + {}", shown(after)),
        (Some(before), None) => format!("  {path}: - {}", shown(before)),
        (None, None) => format!("  {path}"),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= WIDTH {
        return text;
    }
    let start: String = text.chars().take(WIDTH).collect();
    format!("{start}…")
}

/// What would become of an object; nothing where nothing would.
pub(crate) fn told(step: &Step) -> Option<String> {
    let name = format!("{} {}", step.id.kind, step.id.name);
    Some(match &step.change {
        Change::Create { .. } | Change::Apply { exists: false, .. } => format!("{name} would be created"),
        Change::Apply { .. } | Change::Patch { .. } => format!("{name} would be changed"),
        Change::Replace { .. } => format!("{name} would be replaced"),
        Change::Recreate { field, .. } => format!("{name} would be deleted and made anew, because {field} changes"),
        Change::Delete => format!("{name} would be deleted"),
        Change::Keep { why: Kept::Policy } => format!("{name} would be kept, as its resource policy says"),
        Change::Keep { why: Kept::UnknownPolicy { policy } } => {
            format!("{name} would be kept: its resource policy {policy} is not known")
        }
        Change::Keep { why: Kept::OwnedBy { release, namespace } } => {
            format!("{name} would be kept: it belongs to the release {release} in {namespace} now")
        }
        _ => return None,
    })
}

/// Has the server try every write of a plan, and tells what it would refuse.
pub(crate) fn validate(session: &mut Session<'_>, plan: &Plan) {
    for (id, error) in refusals(session, plan) {
        session.remark(format!("warning: the server would refuse {} {}: {error}", id.kind, id.name));
    }
}

/// Has the server try every write of a plan, and gives what it would refuse.
pub(crate) fn refusals(session: &Session<'_>, plan: &Plan) -> Vec<(ObjectId, ClusterError)> {
    let writing = plan.steps.iter().filter(|step| !step.is_removal());
    let writes: Vec<(&Step, Write)> = writing
        .filter_map(|step| {
            let mut write = write_of(step)?;
            write.dry_run = true;
            // A patch that is made here has been checked against what lives.
            (!matches!(write.action, Action::Delete(_))).then_some((step, write))
        })
        .collect();
    let tried: Vec<Write> = writes.iter().map(|(_, write)| write.clone()).collect();
    let results = session.cluster.write_all(&tried);
    writes.iter().zip(results).filter_map(|((step, _), result)| Some((step.id.clone(), result.err()?))).collect()
}
