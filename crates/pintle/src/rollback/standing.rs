//! What stands where: of objects after a rollback that failed, and of what a rollback cannot bring back.

use release::{
    HookEvent, Record,
    object::Checks,
    plan::{Change, Plan, is_as_wanted},
};

use crate::{Session, change::Objects, past::Past};

/// Tells of each object of two revisions which of them it is like.
pub(crate) fn tell_objects(session: &mut Session<'_>, failed: &Record, good: i64) {
    let Ok(good) = session.storage.get(&failed.name, good) else { return };
    let (new, _) = Objects::read(session, failed, Checks::Lenient);
    let (old, _) = Objects::read(session, &good, Checks::Lenient);
    let mut ids = old.ids();
    ids.extend(new.ids().into_iter().filter(|id| !old.new.iter().any(|object| object.id == *id)));
    let wanted_by = |objects: &Objects, id: &_| objects.new.iter().find(|object| object.id == *id).cloned();
    let mut lines = Vec::new();
    for (id, live) in ids.iter().zip(session.cluster.get_all(&ids)) {
        let standing = match live {
            Err(error) => format!("cannot be read: {error}"),
            Ok(None) => "is not there".to_owned(),
            Ok(Some(live)) => {
                let like = |record: &Record, objects: &Objects| {
                    let object = wanted_by(objects, id)?;
                    is_as_wanted(&object.json, &live).then_some(record.revision)
                };
                match (like(&good, &old), like(failed, &new)) {
                    (Some(number), Some(other)) => format!("is as in revisions {number} and {other}"),
                    (Some(number), None) | (None, Some(number)) => format!("is as in revision {number}"),
                    (None, None) => {
                        format!("is neither as in revision {} nor as in {}", good.revision, failed.revision)
                    }
                }
            }
        };
        lines.push(format!("{} {} {standing}", id.kind, id.name));
    }
    lines.into_iter().for_each(|line| session.remark(line));
}

/// Tells what a rollback does not undo: data of claims, and what hooks did.
pub(super) fn tell_lasting(session: &mut Session<'_>, past: &Past, plan: &Plan, target: i64) {
    for step in &plan.steps {
        let claims = step.id.kind == "PersistentVolumeClaim" || step.id.kind == "StatefulSet";
        match &step.change {
            Change::Delete if step.id.kind == "PersistentVolumeClaim" => {
                session.remark(format!("the data of PersistentVolumeClaim {} would be lost", step.id.name));
            }
            Change::Unchanged | Change::Keep { .. } | Change::Gone => {}
            _ if claims => session.remark(format!("data that {} {} holds stays as it is", step.id.kind, step.id.name)),
            _ => {}
        }
    }
    let newest = past.newest().map_or(target, |newest| newest.revision);
    for number in (target + 1..=newest).rev() {
        let Ok(record) = past.record(session, number) else { continue };
        for hook in record.hooks.iter().filter(|hook| hook.last_run.started_at.is_some()) {
            if hook.events.iter().any(|event| *event != HookEvent::Test) {
                session.remark(format!(
                    "what the hook {} {} of revision {number} did is not undone",
                    hook.kind, hook.name
                ));
            }
        }
    }
}
