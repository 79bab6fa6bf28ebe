//! Carries a recorded change out: hooks, the plan, waiting, hooks, within one deadline.

use std::time::Duration;

use cluster::{ObjectId, WaitOptions, WaitStrategy};
use release::{ApplyMethod, HookEvent, Record, plan::Plan};

use super::carry_out;
use crate::{
    ChangeOptions, Error, Event, LogLine, Session,
    hooks::{HookOptions, run_hooks},
    log::Level,
};

/// A change that is recorded as pending.
pub(crate) struct Run<'a> {
    /// The new revision.
    pub(crate) record: &'a mut Record,
    /// What happens to objects.
    pub(crate) plan: &'a Plan,
    /// The objects that are waited for.
    pub(crate) ids: &'a [ObjectId],
    /// How objects are changed.
    pub(crate) options: &'a ChangeOptions,
    /// The hooks before and behind it.
    pub(crate) events: [HookEvent; 2],
    /// When all of it must have ended, in nanoseconds since 1970; each part has the whole timeout where there is none.
    pub(crate) deadline: Option<i128>,
}

/// Where a change stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Before,
    Apply,
    Wait,
    After,
}

/// A change that failed.
pub(crate) struct Stopped {
    pub(crate) error: Error,
    pub(crate) stage: Stage,
    /// The objects that it made.
    pub(crate) created: Vec<ObjectId>,
}

impl Run<'_> {
    pub(crate) fn run(mut self, session: &mut Session<'_>) -> Result<(), Stopped> {
        let stopped = |stage, created: &[ObjectId]| {
            let created = created.to_vec();
            move |error| Stopped { error, stage, created }
        };
        let [before, after] = self.events;
        self.hooks(session, before).map_err(stopped(Stage::Before, &[]))?;
        let carried = carry_out(session, self.plan);
        if let Some(error) = carried.error {
            return Err(stopped(Stage::Apply, &carried.created)(error));
        }
        self.wait(session).map_err(stopped(Stage::Wait, &carried.created))?;
        self.hooks(session, after).map_err(stopped(Stage::After, &carried.created))
    }

    fn hooks(&mut self, session: &mut Session<'_>, event: HookEvent) -> Result<(), Error> {
        if self.options.no_hooks {
            let operation = event.name().rsplit('-').next().unwrap_or_default();
            let line = LogLine::new(Level::Debug, format!("{operation} hooks disabled"));
            session.log(line.with("name", self.record.name.as_str()));
            return Ok(());
        }
        let server_side = self.record.apply_method == ApplyMethod::ServerSide;
        let options = HookOptions { wait: self.wait_options(session), server_side };
        run_hooks(session, self.record, event, &options)
    }

    fn wait(&self, session: &mut Session<'_>) -> Result<(), Error> {
        if self.options.wait.strategy == WaitStrategy::HookOnly {
            return Ok(());
        }
        let options = self.wait_options(session);
        let observer = &mut *session.observer;
        let mut tell = |id: &ObjectId, status: &_| observer.event(Event::Status { id, status });
        Ok(session.cluster.wait(self.ids, &options, &mut tell)?)
    }

    /// What is left of the time.
    fn wait_options(&self, session: &Session<'_>) -> WaitOptions {
        let Some(deadline) = self.deadline else { return self.options.wait };
        let left = u64::try_from(deadline.saturating_sub(session.now())).unwrap_or(1).max(1);
        WaitOptions { timeout: self.options.wait.timeout.min(Duration::from_nanos(left)), ..self.options.wait }
    }
}
