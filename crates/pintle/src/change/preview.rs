//! What an operation would do, told line by line: what a dry run shows beyond Helm's own output.

use release::{
    Record,
    plan::{Change, Kept, Plan, Step},
};

use crate::Session;

/// Tells what a plan would do, and what it cannot bring back.
pub(crate) fn preview(session: &mut Session<'_>, plan: &Plan, target: &Record) {
    let lines: Vec<String> = plan.steps.iter().filter_map(line).collect();
    if lines.is_empty() {
        session.remark("nothing would change");
    }
    for line in lines {
        session.remark(line);
    }
    let claims = plan.steps.iter().filter(|step| step.id.kind == "PersistentVolumeClaim").count();
    if claims > 0 {
        session.remark("warning: what is stored in volumes stays as it is: a rollback does not bring it back");
    }
    if !target.hooks.is_empty() {
        session.remark(
            "warning: what hooks have done, such as migrations, is not undone; the hooks of the target revision run",
        );
    }
}

fn line(step: &Step) -> Option<String> {
    let what = match &step.change {
        Change::Create { .. } | Change::Apply { exists: false, .. } => "would create".to_owned(),
        Change::Apply { .. } | Change::Patch { .. } => "would change".to_owned(),
        Change::Replace { .. } => "would replace".to_owned(),
        Change::Recreate { field, .. } => format!("would delete and make anew, as {field} cannot change,"),
        Change::Delete => "would delete".to_owned(),
        Change::Keep { why: Kept::Policy } => "would keep, by its resource policy,".to_owned(),
        Change::Keep { why: Kept::UnknownPolicy { policy } } => {
            format!("would pass over, by its resource policy {policy},")
        }
        Change::Keep { why: Kept::OwnedBy { release, namespace } } => {
            format!("would leave to release {namespace}/{release}")
        }
        Change::SkipUnmappable { why } => format!("would pass over ({why})"),
        Change::Unchanged | Change::Gone => return None,
    };
    let namespace = if step.id.namespace.is_empty() { String::new() } else { format!("{}/", step.id.namespace) };
    Some(format!("{what} {} {namespace}{}", step.id.kind, step.id.name))
}
