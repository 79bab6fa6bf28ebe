//! Carries a change out, phase by phase: hooks, objects, waiting, hooks.

mod again;
mod deadline;
mod steps;

use cluster::{Error as ClusterError, ObjectId};
use release::{ApplyMethod, Record};

use crate::{
    ChangeOptions, Error, ErrorKind, Event, Planned, Progress, Session,
    change::Draft,
    explain::explained,
    gates::Gates,
    hooks::{HookOptions, run_hooks},
    operation::Operation,
    reasons::Notes,
    test_release::run_tests,
};

pub(crate) use self::{
    deadline::Deadline,
    steps::{clean_up, write_of},
};

/// A change that is recorded as pending.
pub(crate) struct Change<'a> {
    /// Which operation it is.
    pub(crate) operation: Operation,
    /// The new revision.
    pub(crate) record: &'a mut Record,
    /// What becomes of objects.
    pub(crate) draft: Draft,
    /// How objects are changed.
    pub(crate) options: &'a ChangeOptions,
    /// When it must be over.
    pub(crate) deadline: Deadline,
}

/// How far a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// To the hooks before it.
    Before,
    /// To the objects.
    Apply,
    /// To waiting for the objects.
    Wait,
    /// To the hooks behind it, and to tests.
    After,
    /// To the gates.
    Gate,
}

/// A change that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Why, in Helm's words.
    pub(crate) error: Error,
    /// Where.
    pub(crate) phase: Phase,
    /// The objects that it had created.
    pub(crate) created: Vec<ObjectId>,
    /// Whether somebody outside stopped it.
    pub(crate) interrupted: bool,
}

/// Carries a change out. Gives what is to be kept beside the record.
pub(crate) fn execute(session: &mut Session<'_>, mut change: Change<'_>) -> Result<Notes, Failed> {
    change.tell_begun(session);
    let mut created = Vec::new();
    let mut phase = Phase::Before;
    // An automatic rollback runs on what is left of the wish that its upgrade heeded.
    let heeded = session.cluster.interrupt().was_heeded();
    let outcome = change.run(session, &mut phase, &mut created);
    let interrupt = session.cluster.interrupt();
    let error = match outcome {
        Ok(notes) => {
            interrupt.end();
            return Ok(notes);
        }
        Err(error) => error,
    };
    interrupt.heed();
    let interrupted = !heeded && interrupt.was_heeded();
    let error = if interrupted { tell_stopped(session, &change, error) } else { error };
    session.tell(Progress::Failed(&error));
    Err(Failed { error, phase, created, interrupted })
}

impl Session<'_> {
    /// Tells that an operation is over, and what its revision is if it failed.
    pub(crate) fn over<T>(&mut self, outcome: Result<T, Error>, failed: &'static str) -> Result<T, Error> {
        self.tell(Progress::Ended { status: if outcome.is_ok() { "deployed" } else { failed } });
        outcome
    }
}

/// Says that an operation was stopped, as Helm does where it heeds signals at all. Helm: `pkg/cmd/{install,upgrade}.go`.
fn tell_stopped(session: &mut Session<'_>, change: &Change<'_>, error: Error) -> Error {
    let line = format!("Release {} has been cancelled.", change.record.name);
    if change.operation == Operation::Rollback {
        session.remark(line);
    } else {
        session.print(format!("{line}\n"));
    }
    stopped(error)
}

/// The failure of what was stopped, in Go's words; what is known of the objects stays.
pub(crate) fn stopped(error: Error) -> Error {
    error.map_message(|_| ClusterError::Interrupted.to_string())
}

impl Change<'_> {
    fn run(
        &mut self,
        session: &mut Session<'_>,
        phase: &mut Phase,
        created: &mut Vec<ObjectId>,
    ) -> Result<Notes, Error> {
        let gates = Gates::before(session, &self.draft.gates);
        session.tell(Progress::Phase("hooks before"));
        if self.hooks(session, Phase::Before)? {
            again::plan_again(session, &mut self.draft, self.record, (self.operation, self.options))?;
            self.tell_plan(session);
        }
        *phase = Phase::Apply;
        session.tell(Progress::Phase("objects"));
        self.check_options()?;
        steps::carry_out(session, &self.draft.plan, self.operation, created)?;
        *phase = Phase::Wait;
        session.tell(Progress::Phase("wait"));
        self.wait(session)?;
        *phase = Phase::After;
        session.tell(Progress::Phase("hooks after"));
        self.hooks(session, Phase::After)?;
        if self.options.test {
            session.tell(Progress::Phase("tests"));
            let options = self.hook_options(session);
            run_tests(session, self.record, &options)?;
        }
        *phase = Phase::Gate;
        if gates.is_empty() {
            return Ok(Notes::new());
        }
        session.tell(Progress::Phase("gates"));
        // Whoever comes meanwhile must not take the operation for abandoned.
        session.record_noted(self.record, &gates.notes_until(session.now()));
        gates.watch(session)
    }

    fn tell_begun(&self, session: &mut Session<'_>) {
        let Record { name, namespace, revision, .. } = &*self.record;
        let operation = self.operation.name();
        session.tell(Progress::Begun { operation, release: name, namespace, revision: *revision });
        self.tell_plan(session);
    }

    fn tell_plan(&self, session: &mut Session<'_>) {
        session.tell(Progress::Planned(self.draft.plan.steps.iter().map(Planned::from).collect()));
    }

    /// Helm: `ClientCreateOptionServerSideApply`, `ClientUpdateOptionServerSideApply`.
    fn check_options(&self) -> Result<(), Error> {
        if !self.options.force_conflicts || self.record.apply_method == ApplyMethod::ServerSide {
            return Ok(());
        }
        let what = if self.operation == Operation::Install { "create" } else { "update" };
        let text = format!("invalid client {what} option(s): forceConflicts enabled when serverSideApply disabled");
        Err(Error::new(ErrorKind::Usage, text).hinted("--force-conflicts goes with --server-side=true"))
    }

    fn hook_options(&self, session: &Session<'_>) -> HookOptions {
        let wait = self.deadline.limit(session.now(), self.options.wait);
        HookOptions { wait, server_side: self.record.apply_method == ApplyMethod::ServerSide }
    }

    /// Runs the hooks of a phase, and gives whether there were any.
    fn hooks(&mut self, session: &mut Session<'_>, phase: Phase) -> Result<bool, Error> {
        let [before, after] = self.operation.events();
        let event = if phase == Phase::Before { before } else { after };
        if self.options.no_hooks {
            session.debug(format!("{} hooks disabled", event.name()));
            return Ok(false);
        }
        let options = self.hook_options(session);
        run_hooks(session, self.record, event, &options).map_err(|error| self.operation.hook_failed(event, error))?;
        Ok(self.record.hooks.iter().any(|hook| hook.events.contains(&event)))
    }

    fn wait(&self, session: &mut Session<'_>) -> Result<(), Error> {
        let wait = self.deadline.limit(session.now(), self.options.wait);
        let observer = &mut *session.observer;
        let mut tell = |id: &ObjectId, status: &_| observer.event(Event::Status { id, status });
        let waited = session.cluster.wait(&self.draft.objects.ids(), &wait, &mut tell);
        waited.map_err(|error| explained(session, error))
    }
}
