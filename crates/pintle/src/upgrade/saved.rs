//! Saved plans: `upgrade --plan-out` and `--plan`. What was reviewed is what is applied, or nothing.
//!
//! A saved plan has the revision's record and what was to become of each object. It is applied only where the release has
//! no newer revision, and a plan that is made anew is the same: then nothing moved that it depends on.

use std::collections::BTreeMap;

use release::{Record, codec, diff::without_server_fields, object::Live, plan::Plan};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Drafted, UpgradeOptions, Upgraded, carry_out, draft_to};
use crate::{
    Error, ErrorKind, Hidden, LiveDiff, Session,
    change::{Draft, Reading},
    live_diff, mask_of,
    past::Past,
};

/// What a saved plan says of itself.
const KIND: &str = "pintle.dev/upgrade-plan/1";

/// Plans an upgrade: gives what it would do, and the plan to be saved.
///
/// # Errors
/// As for [`crate::upgrade()`].
pub fn plan_upgrade(
    session: &mut Session<'_>,
    options: &UpgradeOptions,
    hidden: &Hidden,
) -> Result<(LiveDiff, Vec<u8>), Error> {
    let drafted = super::drafted(session, options)?;
    let diff = live_diff(session, &drafted, options.change.no_hooks);
    let diff = LiveDiff { mask: mask_of(&drafted, hidden), ..diff };
    let failed = |text: String| Error::new(ErrorKind::Output, text).during("writing the plan");
    let Drafted { current, record, draft } = &drafted;
    let json = json!({
        "kind": KIND, "release": record.name, "namespace": record.namespace, "revision": record.revision,
        "base": current.revision, "labels": record.labels,
        "record": codec::encode(record).map_err(|error| failed(error.to_string()))?,
        "plan": serde_json::to_value(&draft.plan).map_err(|error| failed(error.to_string()))?,
        "live": digests(&draft.live),
    });
    let mut bytes = serde_json::to_vec_pretty(&json).map_err(|error| failed(error.to_string()))?;
    bytes.push(b'\n');
    Ok((diff, bytes))
}

/// Applies a saved plan.
///
/// # Errors
/// The file is no plan, the release or an object moved since, or as for [`crate::upgrade()`].
pub fn apply_plan(session: &mut Session<'_>, saved: &[u8], options: &UpgradeOptions) -> Result<Upgraded, Error> {
    let saved = Saved::read(saved)?;
    if !options.name.is_empty() && options.name != saved.record.name {
        let text = format!("the plan is for the release {}, not for {}", saved.record.name, options.name);
        return Err(Error::new(ErrorKind::Usage, text));
    }
    if session.namespace != saved.record.namespace {
        let text = format!("the plan is for the namespace {}", saved.record.namespace);
        return Err(Error::new(ErrorKind::Usage, text).hinted(format!("--namespace {}", saved.record.namespace)));
    }
    let mut past = Past::read(session, &saved.record.name)?;
    past.check_idle(session, options.change.wait.timeout)?;
    let newest = past.newest().map_or(0, |newest| newest.revision);
    if newest + 1 != saved.record.revision {
        return Err(moved(vec![format!("the release has a revision {newest} since")]));
    }
    let current = past.record(session, saved.base)?;
    let mut record = saved.record;
    record.info.last_deployed = Some(session.timestamp());
    let drafted = draft_to(session, (current, record), options, Reading::Now)?;
    let changes = differences(&saved.plan, &saved.live, &drafted.draft);
    if !changes.is_empty() {
        return Err(moved(changes));
    }
    let upgraded = carry_out(session, &mut past, drafted, options);
    upgraded.map(Upgraded::Upgraded).map_err(|error| error.during("UPGRADE FAILED"))
}

fn moved(what: Vec<String>) -> Error {
    let error = Error::new(ErrorKind::Release, "the plan is refused: what it was made for has changed since");
    what.into_iter().fold(error, Error::hinted).hinted("make and review a new plan with --plan-out")
}

/// What a new plan finds otherwise.
fn differences(plan: &Plan, live: &BTreeMap<String, String>, draft: &Draft) -> Vec<String> {
    let now = digests(&draft.live);
    let mut changes: Vec<String> = Vec::new();
    let ids = live.keys().chain(now.keys()).collect::<std::collections::BTreeSet<_>>();
    for id in ids {
        match (live.get(id), now.get(id)) {
            (Some(before), Some(after)) if before == after => {}
            (Some(_), Some(after)) if after.is_empty() => changes.push(format!("{id} was deleted since")),
            (Some(before), Some(_)) if before.is_empty() => changes.push(format!("{id} was made since")),
            _ => changes.push(format!("{id} was changed since")),
        }
    }
    let same = serde_json::to_value(plan).ok() == serde_json::to_value(&draft.plan).ok();
    if changes.is_empty() && !same {
        changes.push("other things would become of its objects now".to_owned());
    }
    changes
}

/// What lives, without what only the server writes: a digest of each object, empty for one that is not there.
fn digests(live: &Live) -> BTreeMap<String, String> {
    let digest = |object: &Value| {
        let mut object = without_server_fields(object);
        // A rollout counts itself here.
        if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
            annotations.remove("deployment.kubernetes.io/revision");
        }
        let hash = Sha256::digest(object.to_string());
        hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    live.iter().map(|(id, object)| (id.to_string(), object.as_ref().map_or_else(String::new, digest))).collect()
}

/// A plan as it was saved.
struct Saved {
    record: Record,
    base: i64,
    plan: Plan,
    live: BTreeMap<String, String>,
}

impl Saved {
    fn read(bytes: &[u8]) -> Result<Saved, Error> {
        let failed = |text: String| Error::new(ErrorKind::Usage, text).during("reading the plan");
        let mut json: Value = serde_json::from_slice(bytes).map_err(|error| failed(error.to_string()))?;
        if json.get("kind").and_then(Value::as_str) != Some(KIND) {
            return Err(failed("it is no plan that `helm upgrade --plan-out` wrote".to_owned()));
        }
        let text = json.get("record").and_then(Value::as_str).unwrap_or_default();
        let mut record = codec::decode(text.as_bytes()).map_err(|error| failed(error.to_string()))?;
        let mut take = |name: &str| json.get_mut(name).map(Value::take).unwrap_or_default();
        let read = |error: serde_json::Error| failed(error.to_string());
        record.labels = serde_json::from_value(take("labels")).map_err(read)?;
        let base = take("base").as_i64().unwrap_or_default();
        let plan = serde_json::from_value(take("plan")).map_err(read)?;
        let live = serde_json::from_value(take("live")).map_err(read)?;
        Ok(Saved { record, base, plan, live })
    }
}
