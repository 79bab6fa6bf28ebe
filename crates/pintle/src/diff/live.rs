//! `helm diff upgrade --live`: what an upgrade would do to the objects as they live, by the server's own word.
//!
//! Every write of the plan is tried as a server-side dry run, so that defaults, other managers' fields and conflicts are
//! those of the server.

use std::collections::BTreeSet;

use cluster::{Action, Error as ClusterError, ObjectId, Write};
use release::{
    Record,
    diff::{FieldChange, Path, PathElement, field_changes, outcome},
    plan::{Change, Step},
};
use serde_json::Value;

use crate::{
    Error, Hidden, Mask, Session, UpgradeOptions,
    change::{Draft, told as step_told},
    execute::write_of,
    upgrade::{Drafted, drafted},
    values::{Usage, is_secret_key, leaves_of, path_text, sensitive_paths},
};

/// Where a field that changes comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The manifest says so.
    Manifest,
    /// The server fills it in.
    Default,
    /// The manifest says so, and these others manage it.
    TakenFrom(Vec<String>),
}

/// What would become of an object.
#[derive(Clone, Debug)]
pub struct LiveStep {
    /// Which object.
    pub id: ObjectId,
    /// The template that it comes from.
    pub source: String,
    /// What would become of it, and why: `would be created`.
    pub what: String,
    /// The fields that would change, and where from.
    pub fields: Vec<(FieldChange, Origin)>,
    /// What the server says against it, a line each.
    pub refusals: Vec<String>,
    /// What causes the change: values, templates, hands.
    pub because: Vec<String>,
}

/// What an upgrade would do.
#[derive(Clone, Debug, Default)]
pub struct LiveDiff {
    /// The release.
    pub release: String,
    /// The revision that it would make.
    pub revision: i64,
    /// The objects that something becomes of, in the order of the upgrade.
    pub steps: Vec<LiveStep>,
    /// How many objects stay as they are.
    pub unchanged: usize,
    /// The hooks that would run, in order.
    pub hooks: Vec<String>,
    /// What is to be said of the chart's CRDs.
    pub crds: Vec<String>,
    /// The values that differ from those of the last revision: path, then, now.
    pub values: Vec<(String, String, String)>,
    /// What of it nobody may see.
    pub mask: Mask,
}

impl LiveDiff {
    /// Whether anything would change.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the server would refuse something.
    pub fn is_refused(&self) -> bool {
        self.steps.iter().any(|step| !step.refusals.is_empty())
    }
}

/// Tells what an upgrade would do to the objects as they live.
///
/// # Errors
/// As for [`crate::upgrade()`].
pub fn diff_live(session: &mut Session<'_>, options: &UpgradeOptions, hidden: &Hidden) -> Result<LiveDiff, Error> {
    let drafted = drafted(session, options)?;
    let diff = live_diff(session, &drafted, options.change.no_hooks);
    Ok(LiveDiff { mask: mask_of(&drafted, hidden), ..diff })
}

/// What nobody may see of a draft.
pub(crate) fn mask_of(drafted: &Drafted, hidden: &Hidden) -> Mask {
    let mut mask = Mask::default();
    for record in [&drafted.current, &drafted.record] {
        mask.note(hidden, &record.chart, &record.config);
    }
    mask
}

/// Tells what a draft would do.
pub(crate) fn live_diff(session: &Session<'_>, drafted: &Drafted, no_hooks: bool) -> LiveDiff {
    let Drafted { current, record, draft } = drafted;
    let values = changed_values(current, record);
    let usage = Usage::of(&record.chart);
    let mut live = LiveDiff {
        release: record.name.clone(),
        revision: record.revision,
        hooks: if no_hooks { Vec::new() } else { hooks(record) },
        crds: crds(record),
        values,
        ..LiveDiff::default()
    };
    for (step, tried) in tried(session, draft) {
        let current_object = draft.live.get(&step.id).and_then(Option::as_ref);
        let Some(what) = step_told(step) else {
            live.unchanged += 1;
            continue;
        };
        let told = one(step, current_object, tried, what);
        // The server may find that nothing changes where we could not tell.
        let quiet = told.fields.is_empty() && told.refusals.is_empty();
        if quiet && matches!(step.change, Change::Apply { exists: true, .. } | Change::Patch { .. }) {
            live.unchanged += 1;
            continue;
        }
        let because = because(step, &live.values, &usage, (current, record));
        live.steps.push(LiveStep { because, ..told });
    }
    live
}

/// What the server makes of a write that it only tries.
type Tried = Result<Option<Value>, ClusterError>;

/// The steps, with what the server makes of each that writes an object.
fn tried<'a>(session: &Session<'_>, draft: &'a Draft) -> Vec<(&'a Step, Option<Tried>)> {
    let writes: Vec<Option<Write>> = draft
        .plan
        .steps
        .iter()
        .map(|step| {
            let mut write = write_of(step).filter(|write| !matches!(write.action, Action::Delete(_)))?;
            write.dry_run = true;
            Some(write)
        })
        .collect();
    let asked: Vec<Write> = writes.iter().flatten().cloned().collect();
    let mut answers = session.cluster.write_all(&asked).into_iter();
    let answer = |write: Option<Write>| write.and_then(|_| answers.next());
    let answers: Vec<_> = writes.into_iter().map(answer).collect();
    draft.plan.steps.iter().zip(answers).collect()
}

fn one(step: &Step, live: Option<&Value>, tried: Option<Tried>, what: String) -> LiveStep {
    let mut refusals = Vec::new();
    let after = match tried {
        Some(Ok(after)) => after,
        Some(Err(error)) => {
            refusals.extend(error.to_string().lines().map(str::to_owned));
            outcome(step, live)
        }
        None => outcome(step, live),
    };
    let changes = match (live, &after) {
        (Some(live), Some(after)) if !step.is_removal() => field_changes(live, after),
        _ => Vec::new(),
    };
    let fields = changes.into_iter().map(|change| {
        let origin = origin(step, &change);
        (change, origin)
    });
    let (id, source) = (step.id.clone(), step.source.clone());
    LiveStep { id, source, what, fields: fields.collect(), refusals, because: Vec::new() }
}

fn origin(step: &Step, change: &FieldChange) -> Origin {
    let stated = step.object().is_none_or(|wanted| states(wanted, &change.path));
    let others: BTreeSet<String> = change
        .owners
        .iter()
        .filter(|owner| owner.manager != release::plan::FIELD_MANAGER)
        .map(|owner| owner.manager.clone())
        .collect();
    match () {
        () if change.after.is_some() && !stated => Origin::Default,
        () if !others.is_empty() => Origin::TakenFrom(others.into_iter().collect()),
        () => Origin::Manifest,
    }
}

/// Whether a manifest speaks of a field.
fn states(object: &Value, path: &Path) -> bool {
    let mut place = object;
    // The server makes data of the texts of a Secret.
    let texts = object.get("stringData").is_some();
    for element in &path.0 {
        if texts && matches!(element, PathElement::Field(name) if name == "data") && std::ptr::eq(place, object) {
            return true;
        }
        let next = match element {
            PathElement::Field(name) => place.get(name),
            PathElement::Index(index) => place.get(index),
            PathElement::Key(keys) => place.as_array().and_then(|items| {
                let is = |item: &&Value| keys.iter().all(|(key, value)| item.get(key).is_none_or(|own| own == value));
                items.iter().find(is)
            }),
            PathElement::Value(value) => place.as_array().and_then(|items| items.iter().find(|item| *item == value)),
        };
        match next {
            Some(next) => place = next,
            None => return false,
        }
    }
    true
}

/// The values that differ between two revisions.
fn changed_values(before: &Record, after: &Record) -> Vec<(String, String, String)> {
    let read = |record: &Record| {
        let values = chart::coalesce_values(&record.chart, &record.config, &mut Vec::new()).unwrap_or_default();
        let text = |value: &value::Value| {
            String::from_utf8_lossy(&value::json::to_vec_raw(value).unwrap_or_default()).into_owned()
        };
        let leaves = leaves_of(&values).into_iter();
        let leaves = leaves.filter(|(path, _)| !path.iter().skip(1).any(|key| key == "global"));
        leaves.map(|(path, value)| (path_text(&path), text(&value))).collect::<std::collections::BTreeMap<_, _>>()
    };
    let (old, new) = (read(before), read(after));
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let said = |values: &std::collections::BTreeMap<String, String>, path: &String| {
        values.get(path).cloned().unwrap_or_else(|| "(none)".to_owned())
    };
    let rows = paths.into_iter().map(|path| (path.clone(), said(&old, path), said(&new, path)));
    let rows = rows.filter(|(_, before, after)| before != after);
    let sensitive = sensitive_paths(&after.chart);
    let is_secret = |path: &String| is_secret_key(path) || sensitive.contains(path);
    rows.map(
        |(path, before, after)| {
            if is_secret(&path) { (path, "***".into(), "***".into()) } else { (path, before, after) }
        },
    )
    .collect()
}

/// What causes the change of an object: the values that its template names, the template itself.
fn because(
    step: &Step,
    values: &[(String, String, String)],
    usage: &Usage,
    (before, after): (&Record, &Record),
) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for (path, old, new) in values {
        let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
        if usage.of_path(&keys).iter().any(|reference| reference.file == step.source) {
            reasons.push(format!("value {path}: {old} -> {new}"));
        }
    }
    let text = |record: &Record| {
        let name = step.source.split_once('/').map_or("", |(_, name)| name);
        record.chart.templates.iter().find(|file| file.name == name).map(|file| file.data.clone())
    };
    match (text(before), text(after)) {
        (Some(old), Some(new)) if old != new => reasons.push(format!("{} is another", step.source)),
        (None, Some(_)) if !step.is_removal() => reasons.push(format!("{} is new", step.source)),
        (Some(_), None) => reasons.push(format!("{} is gone", step.source)),
        _ => {}
    }
    let versions = [before, after].map(|record| record.chart.metadata.version.clone());
    if reasons.is_empty() && versions[0] != versions[1] {
        reasons.push(format!("chart {} -> {}", versions[0], versions[1]));
    }
    reasons
}

fn hooks(record: &Record) -> Vec<String> {
    use release::HookEvent;
    let mut hooks = Vec::new();
    for event in [HookEvent::PreUpgrade, HookEvent::PostUpgrade] {
        let mut of_event: Vec<_> = record.hooks.iter().filter(|hook| hook.events.contains(&event)).collect();
        of_event.sort_by(|a, b| (a.weight, &a.kind, &a.name).cmp(&(b.weight, &b.kind, &b.name)));
        hooks.extend(
            of_event
                .into_iter()
                .map(|hook| format!("{} {}/{} (weight {})", event.name(), hook.kind, hook.name, hook.weight)),
        );
    }
    hooks
}

fn crds(record: &Record) -> Vec<String> {
    let names: Vec<String> = record.chart.crds().iter().map(|crd| crd.name.clone()).collect();
    if names.is_empty() {
        Vec::new()
    } else {
        vec![format!("{}: an upgrade leaves them as they are", names.join(", "))]
    }
}
