//! Waiting for objects to become what they should be. Helm: `pkg/kube/{statuswait,wait}.go`.

use std::{fmt, time::Duration};

use serde_json::Value;

use crate::{Cluster, Error, ObjectId};

mod hopeless;
mod legacy;
pub(crate) mod pods;
mod status;
mod watch;
mod watcher;

pub use self::status::{ObjectStatus, Readiness, compute_status};

/// How to find out whether objects are ready. Helm: `kube.WaitStrategy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaitStrategy {
    /// Watches objects, and judges them by their conditions: `--wait=watcher`.
    #[default]
    Watcher,
    /// Asks again every two seconds, and judges the kinds that Helm 3 knew: `--wait=legacy`.
    Legacy,
    /// Waits for hooks alone: `--wait=hookOnly`.
    HookOnly,
}

/// How to wait.
#[derive(Clone, Copy, Debug)]
pub struct WaitOptions {
    /// How.
    pub strategy: WaitStrategy,
    /// How long; 0 is Helm's 30 seconds for the watcher, and without end for the legacy way.
    pub timeout: Duration,
    /// Whether a Job must have completed: `--wait-for-jobs`.
    pub jobs: bool,
    /// Whether to end as soon as one object has failed for good, or has a pod that can never become ready.
    pub fail_fast: bool,
}

impl WaitOptions {
    /// Waits with the watcher, for so long.
    pub fn new(timeout: Duration) -> WaitOptions {
        WaitOptions { strategy: WaitStrategy::Watcher, timeout, jobs: false, fail_fast: false }
    }
}

/// Told of every change of an object's status while waiting.
pub type OnStatus<'a> = &'a mut dyn FnMut(&ObjectId, &ObjectStatus);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Objects are as wanted; a Job must have completed where `jobs` says so.
    Ready { jobs: bool },
    /// Hooks: Jobs and Pods have completed, of other kinds nothing is expected.
    Completed,
    /// They are gone.
    Gone,
}

impl Cluster {
    /// Waits until objects are ready. Helm: `Waiter.Wait` and `WaitWithJobs`.
    ///
    /// # Errors
    /// [`Error::Wait`], which names each object that is not, or the server refuses to tell.
    pub fn wait(&self, ids: &[ObjectId], options: &WaitOptions, on_status: OnStatus<'_>) -> Result<(), Error> {
        let goal = Goal::Ready { jobs: options.jobs };
        match options.strategy {
            WaitStrategy::Watcher => {
                let plan = watcher::Plan { goal, options, known: &[] };
                self.block_on(watcher::run(&self.inner, ids, &plan, on_status))
            }
            WaitStrategy::Legacy => self.block_on(legacy::wait(&self.inner, ids, options)),
            WaitStrategy::HookOnly => Ok(()),
        }
    }

    /// Waits until the Jobs and Pods among a hook's objects have completed; `made` says of each what the server made of
    /// it, as far as it told. Helm: `Waiter.WatchUntilReady`.
    ///
    /// # Errors
    /// [`Error::Wait`]: one failed, or did not end in time.
    pub fn wait_for_hook(
        &self,
        made: &[(ObjectId, Option<Value>)],
        options: &WaitOptions,
        on_status: OnStatus<'_>,
    ) -> Result<(), Error> {
        let runs = |id: &ObjectId| matches!((id.group(), id.kind.as_str()), ("batch", "Job") | ("", "Pod"));
        let (ids, known): (Vec<ObjectId>, Vec<Option<Value>>) = made.iter().filter(|(id, _)| runs(id)).cloned().unzip();
        let plan = watcher::Plan { goal: Goal::Completed, options, known: &known };
        let result = self.block_on(watcher::run(&self.inner, &ids, &plan, on_status));
        if options.strategy == WaitStrategy::Legacy { result.map_err(legacy::hook_words) } else { result }
    }

    /// Waits until objects are gone. Helm: `Waiter.WaitForDelete`.
    ///
    /// # Errors
    /// [`Error::Wait`], which names each object that is still there.
    pub fn wait_for_delete(
        &self,
        ids: &[ObjectId],
        options: &WaitOptions,
        on_status: OnStatus<'_>,
    ) -> Result<(), Error> {
        match options.strategy {
            WaitStrategy::Watcher => {
                let plan = watcher::Plan { goal: Goal::Gone, options, known: &[] };
                self.block_on(watcher::run(&self.inner, ids, &plan, on_status))
            }
            WaitStrategy::Legacy => self.block_on(legacy::wait_for_delete(&self.inner, ids, options)),
            WaitStrategy::HookOnly => Ok(()),
        }
    }
}

/// Objects that did not become what they should have become.
#[derive(Clone, Debug, Default)]
pub struct WaitFailure {
    /// Each of them, in the order of the manifest.
    pub unready: Vec<Unready>,
    /// Whether the time was over.
    pub timed_out: bool,
    /// Whether they should have gone, instead of having become ready.
    pub deleting: bool,
    /// What Helm says, where it says something else than each object's status.
    pub text: Option<String>,
}

/// An object that is not ready, or not gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unready {
    /// Which.
    pub id: ObjectId,
    /// What was last known of it.
    pub status: ObjectStatus,
}

impl fmt::Display for WaitFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.text {
            return f.write_str(text);
        }
        let what = if self.deleting { "still exists" } else { "not ready" };
        for (place, Unready { id, status }) in self.unready.iter().enumerate() {
            let separator = if place == 0 { "" } else { "\n" };
            write!(f, "{separator}resource {id} {what}. status: {}, message: {}", status.readiness, status.message)?;
        }
        if self.timed_out {
            f.write_str(if self.unready.is_empty() {
                "context deadline exceeded"
            } else {
                "\ncontext deadline exceeded"
            })?;
        }
        Ok(())
    }
}
