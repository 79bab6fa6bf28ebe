//! A change before its first write: what it would do, and everything that speaks against it at once.

use metrics::gate::Gate;
use release::{
    ApplyMethod, Hook, HookEvent, Record, codec,
    object::{Checks, Live},
    plan::Plan,
};

use super::{
    ChangeOptions, Objects,
    objects::owner_of,
    permissions::{self, Needs},
    quota,
};
use crate::{Error, ErrorKind, Session, gates::wanted_gates, hooks::acts, operation::Operation};

/// What a change is to lead to.
pub(crate) struct Goal<'a> {
    /// Which operation changes things.
    pub(crate) operation: Operation,
    /// The new revision.
    pub(crate) record: &'a Record,
    /// The revision that is believed to live; none for an install.
    pub(crate) before: Option<&'a Record>,
    /// How strictly the new manifest is read.
    pub(crate) checks: Checks,
    /// How objects are changed.
    pub(crate) options: &'a ChangeOptions,
    /// When what lives is read.
    pub(crate) reading: Reading,
}

/// When what lives is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Now.
    Now,
    /// Behind the hooks before the change, which may change what lives, if nothing hangs on it until then.
    BehindHooks,
}

/// A change that nothing is known to speak against.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Its objects.
    pub(crate) objects: Objects,
    /// What becomes of each.
    pub(crate) plan: Plan,
    /// What lives of them.
    pub(crate) live: Live,
    /// What the numbers must say in the end.
    pub(crate) gates: Vec<Gate>,
    /// Whether that is only assumed: it is read behind the hooks.
    pub(crate) is_assumed: bool,
}

/// Drafts a change: reads what lives, checks whose it is, whether we may write it and whether its record fits, and plans.
///
/// # Errors
/// In Helm's words for the first problem; the others are told below it.
pub(crate) fn draft(session: &mut Session<'_>, goal: &Goal<'_>) -> Result<Draft, Error> {
    let mut problems = Problems::default();
    let (objects, unbuilt) = Objects::read(session, goal.record, goal.checks);
    problems.extend(unbuilt.map(|error| goal.operation.unbuilt(error)));
    let objects = match goal.before {
        Some(before) => objects
            .after(session, before)
            .map_err(|error| error.during("unable to build kubernetes objects from current release manifest"))?,
        None => objects,
    };
    tell_unmappable(session, &objects);
    let owner = owner_of(goal.record);
    if problems.0.is_empty()
        && let Some(draft) = assumed(session, goal, &objects)
    {
        problems.extend(too_large(session, goal.record));
        return with_gates(session, goal, draft, problems);
    }
    let live = match objects.live(session) {
        Ok(live) => live,
        Err(errors) => {
            problems.extend(errors.into_iter().map(|error| goal.operation.refused(error)));
            return Err(problems.into_error());
        }
    };
    if goal.operation != Operation::Rollback
        && let Err(error) = owner.adoptable(&objects.added(), &live, goal.options.take_ownership)
    {
        let texts = error.problems.iter().map(ToString::to_string);
        problems.extend(texts.map(|text| goal.operation.refused(Error::new(ErrorKind::Release, text))));
    }
    let plan = objects.plan(owner, &live, goal.options.for_plan(goal.record.apply_method));
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => {
            problems.extend([error]);
            return Err(problems.into_error());
        }
    };
    for duplicate in &plan.duplicates {
        session.remark(format!("warning: {duplicate}"));
    }
    if !goal.options.dry_run.is_on() {
        let needs = Needs { record: goal.record, plan: &plan };
        problems.extend(permissions::missing(session, &needs));
        problems.extend(quota::exceeded(session, &needs));
        problems.extend(too_large(session, goal.record));
    }
    let draft = Draft { objects, plan, live, gates: Vec::new(), is_assumed: false };
    with_gates(session, goal, draft, problems)
}

/// A draft with its gates, where nothing speaks against it.
fn with_gates(
    session: &mut Session<'_>,
    goal: &Goal<'_>,
    draft: Draft,
    mut problems: Problems,
) -> Result<Draft, Error> {
    let gates = wanted_gates(session, goal.operation, goal.record, &goal.options.gates).unwrap_or_else(|error| {
        problems.extend([error]);
        Vec::new()
    });
    if problems.0.is_empty() { Ok(Draft { gates, ..draft }) } else { Err(problems.into_error()) }
}

/// A draft whose objects are read behind the hooks. An upgrade that adds no object needs them for nothing but permissions,
/// and for these not where everything is allowed that can become of an object that the server merges.
fn assumed(session: &mut Session<'_>, goal: &Goal<'_>, objects: &Objects) -> Option<Draft> {
    let options = goal.options;
    let runs = |hook: &Hook| acts(hook) && hook.events.contains(&HookEvent::PreUpgrade);
    let may_wait = goal.reading == Reading::BehindHooks
        && goal.operation == Operation::Upgrade
        && goal.record.apply_method == ApplyMethod::ServerSide
        && !(options.no_hooks || options.force_replace || options.force_recreate)
        && goal.record.hooks.iter().any(runs)
        && objects.added().is_empty();
    if !may_wait {
        return None;
    }
    let (owner, for_plan) = (owner_of(goal.record), options.for_plan(goal.record.apply_method));
    let of_new = |there: bool| -> Live {
        objects.new.iter().map(|object| (object.id.clone(), there.then(|| object.json.clone()))).collect()
    };
    let made_anew = objects.plan(owner, &of_new(false), for_plan).ok()?;
    let needs = Needs { record: goal.record, plan: &made_anew };
    if !made_anew.duplicates.is_empty() || !permissions::missing(session, &needs).is_empty() {
        return None;
    }
    let live = of_new(true);
    let plan = objects.plan(owner, &live, for_plan).ok()?;
    Some(Draft { objects: objects.clone(), plan, live, gates: Vec::new(), is_assumed: true })
}

fn tell_unmappable(session: &mut Session<'_>, objects: &Objects) {
    for (object, _) in &objects.unmappable {
        let id = &object.id;
        session.remark(format!(
            "warning: {} {} of the revision before is passed over: the server serves no {} of {}",
            id.kind, id.name, id.kind, id.api_version
        ));
    }
}

/// The most that a Secret or a ConfigMap may hold. Kubernetes: `MaxSecretSize`.
const MAX_RECORD: usize = 1024 * 1024;

/// Whether the record fits into what keeps it.
fn too_large(session: &Session<'_>, record: &Record) -> Option<Error> {
    if !matches!(session.storage.name(), "Secret" | "ConfigMap") {
        return None;
    }
    let size = codec::encode(record).ok()?.len();
    (size > MAX_RECORD).then(|| {
        let text = format!(
            "create: failed to create: the record of {} revision {} has {size} bytes; a {} holds {MAX_RECORD}",
            record.name,
            record.revision,
            session.storage.name()
        );
        Error::new(ErrorKind::Release, text).hinted(
            "large files of the chart that no template needs can be left out with .helmignore; HELM_DRIVER=sql keeps \
             records of any size",
        )
    })
}

/// What speaks against a change.
#[derive(Default)]
struct Problems(Vec<Error>);

impl Problems {
    fn extend(&mut self, errors: impl IntoIterator<Item = Error>) {
        self.0.extend(errors);
    }

    /// The first problem, in Helm's words; the others are told with it.
    fn into_error(self) -> Error {
        let mut errors = self.0.into_iter();
        let Some(first) = errors.next() else { return Error::new(ErrorKind::Release, "nothing speaks against it") };
        let mut seen = vec![first.to_string()];
        errors.fold(first, |first, error| {
            let text = error.to_string();
            if seen.contains(&text) {
                return first;
            }
            seen.push(text.clone());
            let first = first.hinted(format!("also: {text}"));
            error.hints().iter().fold(first, |first, hint| first.hinted(hint.as_str()))
        })
    }
}
