//! Applies the recorded manifest again to what drifted: `helm drift --fix`.

use release::{Record, object::Checks, plan::Change};

use super::{Drifted, ReleaseDrift};
use crate::{
    Error, ErrorKind, Session,
    change::{Objects, owner_of},
    execute::write_of,
};

/// Applies the objects that are changed or missing again, as their revision was applied; what is extra stays.
pub(super) fn fix(session: &mut Session<'_>, record: &Record, drift: &mut ReleaseDrift) -> Result<(), Error> {
    let drifted: Vec<_> = drift.drifted.iter().filter(|object| object.drifted != Drifted::Extra).collect();
    if drifted.is_empty() {
        return Ok(());
    }
    let (mut objects, error) = Objects::read(session, record, Checks::Lenient);
    if let Some(error) = error {
        session.remark(format!("passed over: {error}"));
    }
    objects.new.retain(|object| drifted.iter().any(|drifted| drifted.id == object.id));
    // Hand edits are what is to be undone: the fields are taken from whoever has them.
    let options = crate::change::plan_options(record.apply_method, true);
    let with_original = Objects { old: objects.new.clone(), ..objects };
    let live = with_original.live(session).map_err(|errors| {
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Error::new(ErrorKind::Cluster, texts.join("\n"))
    })?;
    let plan = with_original.plan(owner_of(record), &live, options)?;
    let steps: Vec<_> = plan.steps.iter().filter(|step| step.writes() && !step.is_removal()).collect();
    for step in steps {
        if let Change::Apply { adopt_fields: true, .. } = &step.change {
            session.cluster.adopt_fields(&step.id, false)?;
        }
        let Some(write) = write_of(step) else { continue };
        session
            .cluster
            .write(&write)
            .map_err(|error| Error::from(error).during(format!("applying {} again", step.id.described())))?;
        drift.fixed.push(step.id.clone());
    }
    Ok(())
}
