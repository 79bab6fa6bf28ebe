//! The acts of a rehearsal: the upgrade, and the way back; each with what it wrote, in its order.

use std::time::Duration;

use cluster::{Propagation, Storage, WaitStrategy};
use release::{Record, diff::FieldChange, history::RollbackTo, object::text_at};
use sandbox::Written;
use serde_json::Value;

use super::{RehearseOptions, stage::Stage};
use crate::{
    ChangeOptions, DryRun, Error, Event, GateOptions, Observer, OrInstall, RollbackOptions, Session, UninstallOptions,
    UpgradeOptions, Upgraded, World, past::Past, rollback, uninstall, upgrade,
};

/// In the sandbox nothing takes time: what is not ready by then never will be.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What was played.
#[derive(Debug)]
pub(super) struct Act {
    /// What was written, in its order.
    pub(super) steps: Vec<Step>,
    /// Why it failed.
    pub(super) error: Option<Error>,
    /// What the operation told on the way.
    pub(super) remarks: Vec<String>,
}

/// What became of an object.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    /// The events that it is a hook of, as its annotation says; empty for other objects.
    pub(super) hook: String,
    pub(super) what: What,
}

/// What became of it.
#[derive(Clone, Debug)]
pub(super) enum What {
    Created,
    Changed(Vec<FieldChange>),
    Deleted,
    Refused(String),
}

/// The revision to go back to: the newest one that really was deployed.
///
/// # Errors
/// The copied history cannot be read.
pub(super) fn base(
    session: &mut Session<'_>,
    stage: &Stage,
    records: &dyn Storage,
    options: &RehearseOptions,
) -> Result<Option<i64>, Error> {
    on(session, stage, records, &mut Vec::new(), |inner| {
        let mut past = Past::read(inner, &options.upgrade.name)?;
        past.describe(inner)?;
        Ok(past.history().last_good().map(|good| good.number))
    })
}

/// The revision that the upgrade would make, as far as it can be rendered: its objects may live already.
pub(super) fn foreseen(
    session: &mut Session<'_>,
    stage: &Stage,
    records: &dyn Storage,
    options: &RehearseOptions,
) -> Vec<Record> {
    let change = ChangeOptions { dry_run: DryRun::Server, ..options.upgrade.change.clone() };
    let upgrade = UpgradeOptions { change, ..played(options) };
    let foreseen = on(session, stage, records, &mut Vec::new(), |inner| crate::upgrade(inner, &upgrade));
    foreseen.into_iter().map(|(Upgraded::Installed(record) | Upgraded::Upgraded(record))| record).collect()
}

/// The upgrade as it is played: it waits, for what it waits for is decided at once, and leaves the way back to us.
fn played(options: &RehearseOptions) -> UpgradeOptions {
    let mut upgrade = options.upgrade.clone();
    upgrade.change.rollback_on_failure = false;
    upgrade.change.gates = GateOptions::default();
    upgrade.change.wait = patient(&upgrade.change);
    if let Some(or_install) = &mut upgrade.install {
        *or_install = OrInstall { announce: false, ..*or_install };
    }
    upgrade
}

fn patient(change: &ChangeOptions) -> cluster::WaitOptions {
    let strategy = match change.wait.strategy {
        WaitStrategy::HookOnly => WaitStrategy::Watcher,
        chosen => chosen,
    };
    cluster::WaitOptions { strategy, timeout: change.wait.timeout.min(PATIENCE), ..change.wait }
}

impl Act {
    /// Plays the upgrade.
    pub(super) fn upgrade(
        session: &mut Session<'_>,
        stage: &Stage,
        records: &dyn Storage,
        options: &RehearseOptions,
    ) -> Act {
        let upgrade = played(options);
        Act::play(session, stage, records, |inner| upgrade::upgrade(inner, &upgrade).map(drop))
    }

    /// Plays the way back: to the revision that was good, or, where there was none, to nothing.
    pub(super) fn back(
        session: &mut Session<'_>,
        stage: &Stage,
        records: &dyn Storage,
        options: &RehearseOptions,
        base: Option<i64>,
    ) -> Act {
        let name = options.upgrade.name.clone();
        let mut change = options.upgrade.change.for_rollback();
        change.wait = patient(&change);
        match base {
            Some(number) => {
                let back = RollbackOptions { name, to: RollbackTo::Revision(number), change };
                Act::play(session, stage, records, |inner| rollback::rollback(inner, &back))
            }
            None => {
                let away = UninstallOptions {
                    wait: change.wait,
                    cascade: Propagation::Background,
                    no_hooks: change.no_hooks,
                    keep_history: false,
                    dry_run: false,
                    ignore_not_found: true,
                    description: String::new(),
                };
                Act::play(session, stage, records, |inner| uninstall::uninstall(inner, &[name], &away))
            }
        }
    }

    fn play(
        session: &mut Session<'_>,
        stage: &Stage,
        records: &dyn Storage,
        operation: impl FnOnce(&mut Session<'_>) -> Result<(), Error>,
    ) -> Act {
        let mut remarks = Vec::new();
        let error = on(session, stage, records, &mut remarks, operation).err();
        Act { steps: steps(stage.sandbox.take_journal()), error, remarks }
    }
}

/// Runs an operation on the stage.
fn on<T>(
    session: &mut Session<'_>,
    stage: &Stage,
    records: &dyn Storage,
    remarks: &mut Vec<String>,
    operation: impl FnOnce(&mut Session<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut prompter = Prompter { remarks };
    let mut inner = Session {
        cluster: &stage.cluster,
        storage: records,
        namespace: session.namespace.clone(),
        world: World { surroundings: session.world.surroundings, stdin: &mut *session.world.stdin },
        observer: &mut prompter,
    };
    operation(&mut inner)
}

/// Notes what operations tell people.
struct Prompter<'a> {
    remarks: &'a mut Vec<String>,
}

impl Observer for Prompter<'_> {
    fn event(&mut self, event: Event<'_>) {
        if let Event::Remark(text) = event {
            self.remarks.push(text);
        }
    }
}

/// What was written, object by object; what comes to nothing, and records, are left out.
fn steps(journal: Vec<Written>) -> Vec<Step> {
    let mut merged: Vec<Written> = Vec::new();
    for written in journal.into_iter().filter(|written| !written.name.starts_with("sh.helm.release.v1.")) {
        let same = |last: &&mut Written| {
            last.kind == written.kind && last.namespace == written.namespace && last.name == written.name
        };
        match merged.last_mut().filter(same) {
            // Made and gone, and gone and made anew, are two steps.
            Some(last) if last.after.is_some() && last.refused.is_none() && written.after.is_some() => {
                last.after = written.after;
                last.refused = written.refused;
            }
            _ => merged.push(written),
        }
    }
    merged.into_iter().filter_map(step).collect()
}

fn step(written: Written) -> Option<Step> {
    let Written { kind, namespace, name, before, after, refused, .. } = written;
    let hook = |object: &Value| text_at(object, &["metadata", "annotations", "helm.sh/hook"]).to_owned();
    let hook = after.as_ref().or(before.as_ref()).map(hook).unwrap_or_default();
    let what = match (refused, before, after) {
        (Some(message), ..) => What::Refused(message),
        (None, None, Some(_)) => What::Created,
        (None, Some(_), None) => What::Deleted,
        (None, Some(before), Some(after)) => {
            let fields = changes(&before, &after);
            if fields.is_empty() {
                return None;
            }
            What::Changed(fields)
        }
        (None, None, None) => return None,
    };
    Some(Step { kind, namespace, name, hook, what })
}

/// What differs between two states of an object; what the deployment controller counts is left out.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut fields = release::diff::field_changes(before, after);
    fields.retain(|field| !field.path.to_string().contains("deployment.kubernetes.io/revision"));
    // Who owns what on the stage, and since when, is nobody's concern.
    fields.iter_mut().for_each(|field| field.owners.clear());
    fields
}
