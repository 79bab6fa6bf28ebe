//! The watcher: objects are judged as they change, until all are as wanted. Helm: `pkg/kube/statuswait.go`.

use std::{
    collections::{HashMap, HashSet},
    pin::pin,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use futures::{
    StreamExt as _,
    future::{Either, select},
};
use serde_json::Value;
use tokio::{
    sync::mpsc::unbounded_channel,
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::{
    Goal, ObjectStatus, OnStatus, Readiness, Unready, WaitFailure, WaitOptions, hopeless, pods,
    status::{self, compute_status},
    watch::{Change, Group, list_failure},
};
use crate::{Error, ObjectId, cluster::Inner, error::INTERRUPTED, object::text_at};

/// Helm: `DefaultStatusWatcherTimeout`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a pod without a node is judged anew, though it does not change.
const TICK: Duration = Duration::from_secs(1);

pub(super) struct Plan<'a> {
    pub(super) goal: Goal,
    pub(super) options: &'a WaitOptions,
    /// What is known of each object from having written it; such a one is watched from there, without a list.
    pub(super) known: &'a [Option<Value>],
}

/// What is known so far.
struct Board<'a, 'b> {
    inner: &'a Inner,
    ids: &'a [ObjectId],
    goal: Goal,
    statuses: Vec<ObjectStatus>,
    /// Pods whose status changes with time alone.
    unscheduled: HashMap<usize, Value>,
    /// Objects on their way, as they were last; only where a wait without hope is to end early.
    on_their_way: HashMap<usize, Value>,
    fail_fast: bool,
    on_status: OnStatus<'b>,
}

/// Waits for the goal of a plan.
pub(super) async fn run(
    inner: &Arc<Inner>,
    ids: &[ObjectId],
    plan: &Plan<'_>,
    on_status: OnStatus<'_>,
) -> Result<(), Error> {
    let timeout = if plan.options.timeout.is_zero() { DEFAULT_TIMEOUT } else { plan.options.timeout };
    let deadline = Instant::now() + timeout;
    let mut board = Board {
        inner,
        ids,
        goal: plan.goal,
        statuses: vec![ObjectStatus::default(); ids.len()],
        unscheduled: HashMap::new(),
        on_their_way: HashMap::new(),
        fail_fast: plan.options.fail_fast && plan.goal != Goal::Gone,
        on_status,
    };
    let end = {
        let run = pin!(timeout_at(deadline, board.run(inner, plan.known)));
        match select(run, pin!(inner.transport.interrupt.raised())).await {
            Either::Left((Ok(Err(Error::Interrupted)), _)) | Either::Right(_) => End::Interrupted,
            Either::Left((Ok(result), _)) => result.map(|()| End::Over)?,
            Either::Left((Err(_), _)) => End::TimedOut,
        }
    };
    board.verdict(end)
}

/// Why a wait ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Waiting longer makes no sense.
    Over,
    TimedOut,
    Interrupted,
}

impl Board<'_, '_> {
    async fn run(&mut self, inner: &Arc<Inner>, known: &[Option<Value>]) -> Result<(), Error> {
        let groups = Group::of(inner, self.ids).await?;
        let mut watches = Vec::new();
        let mut lists = futures::stream::iter(groups.into_iter().map(|group| async {
            let listed = match group.written(known) {
                Some(listed) => Ok(listed),
                None => group.list(inner).await,
            };
            (group, listed)
        }))
        .buffer_unordered(inner.transport.throttle.places());
        while let Some((group, listed)) = lists.next().await {
            let known = match listed {
                Ok(listed) => {
                    let seen: HashSet<usize> = listed.objects.iter().map(|(place, _)| *place).collect();
                    for (place, object) in listed.objects {
                        self.note(place, Some(object)).await;
                    }
                    self.tell_gone(group.places().filter(|place| !seen.contains(place)));
                    Some((listed.version, seen))
                }
                Err(error) if error.is_forbidden() => return Err(list_failure(error)),
                Err(error) if error.is_not_found() => continue,
                Err(_) => None,
            };
            watches.push((group, known));
        }
        drop(lists);
        // What is as wanted now needs no watch: most waits of an install end here.
        if self.is_over() {
            return Ok(());
        }
        let (sender, mut changes) = unbounded_channel();
        let mut tasks = JoinSet::new();
        for (group, known) in watches {
            tasks.spawn(group.watch(Arc::clone(inner), known, sender.clone()));
        }
        let mut look = Instant::now();
        loop {
            if self.fail_fast && look <= Instant::now() {
                self.look_for_hopeless().await;
                look = Instant::now() + TICK;
                if self.is_over() {
                    return Ok(());
                }
            }
            match timeout_at(Instant::now() + TICK, changes.recv()).await {
                Ok(Some(Change::Object(place, object))) => self.note(place, object).await,
                Ok(Some(Change::Fatal(error))) => return Err(error),
                Ok(None) | Err(_) => self.judge_unscheduled(),
            }
            if self.is_over() {
                return Ok(());
            }
        }
    }

    fn now(&self) -> i64 {
        let since = (self.inner.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    /// Judges an object as it is now.
    async fn note(&mut self, place: usize, object: Option<Value>) {
        self.unscheduled.remove(&place);
        self.on_their_way.remove(&place);
        let status = match &object {
            Some(object) => self.judge(object).await,
            None => not_found(),
        };
        if let Some(object) = object.as_ref().filter(|_| self.fail_fast && status.readiness == Readiness::InProgress) {
            self.on_their_way.insert(place, object.clone());
        }
        if let Some(object) =
            object.filter(|object| text_at(object, &["kind"]) == "Pod" && status::is_unschedulable(object))
        {
            self.unscheduled.insert(place, object);
        }
        self.set(place, status);
    }

    fn set(&mut self, place: usize, status: ObjectStatus) {
        let (Some(slot), Some(id)) = (self.statuses.get_mut(place), self.ids.get(place)) else { return };
        if *slot != status {
            (self.on_status)(id, &status);
            *slot = status;
        }
    }

    /// Tells what was gone before anybody looked. The verdict does not know it, as Helm's does not.
    fn tell_gone(&mut self, places: impl Iterator<Item = usize>) {
        for id in places.filter(|_| self.goal == Goal::Gone).filter_map(|place| self.ids.get(place)) {
            (self.on_status)(id, &not_found());
        }
    }

    async fn judge(&self, object: &Value) -> ObjectStatus {
        let kind = text_at(object, &["kind"]);
        match (self.goal, kind) {
            (Goal::Completed | Goal::Ready { jobs: true }, "Job") => return status::completed_job(object),
            (Goal::Completed, "Pod") => return status::completed_pod(object),
            // A paused Deployment is not waited for.
            (Goal::Ready { .. }, "Deployment") if object.pointer("/spec/paused") == Some(&Value::Bool(true)) => {
                return ObjectStatus::new(Readiness::Current, "Deployment is paused");
            }
            _ => {}
        }
        let now = self.now();
        let status = compute_status(object, now);
        if status.readiness == Readiness::InProgress && matches!(kind, "ReplicaSet" | "StatefulSet") {
            let failed = pods::failed(self.inner, object, now).await;
            if failed > 0 {
                return ObjectStatus::new(Readiness::Failed, format!("{failed} pods have failed"));
            }
        }
        status
    }

    /// Looks at the pods behind what is on its way.
    async fn look_for_hopeless(&mut self) {
        let inner = self.inner;
        let looks = self.on_their_way.iter().map(|(place, object)| async move {
            hopeless::verdict(inner, object).await.map(|status| (*place, status))
        });
        let judged: Vec<(usize, ObjectStatus)> = futures::future::join_all(looks).await.into_iter().flatten().collect();
        for (place, status) in judged {
            self.on_their_way.remove(&place);
            self.set(place, status);
        }
    }

    fn judge_unscheduled(&mut self) {
        let now = self.now();
        let judged: Vec<(usize, ObjectStatus)> = match self.goal {
            Goal::Completed => Vec::new(),
            _ => self.unscheduled.iter().map(|(place, pod)| (*place, compute_status(pod, now))).collect(),
        };
        for (place, status) in judged {
            self.set(place, status);
        }
    }

    fn wanted(&self) -> Readiness {
        if self.goal == Goal::Gone { Readiness::NotFound } else { Readiness::Current }
    }

    /// Whether waiting longer makes no sense: all that can still become as wanted is so. Helm: `statusObserver`.
    fn is_over(&self) -> bool {
        let failed = |status: &ObjectStatus| status.readiness == Readiness::Failed && self.goal != Goal::Gone;
        // What was gone before anybody looked is not known, and need not be waited for.
        let never_there = |status: &ObjectStatus| status.readiness == Readiness::Unknown && self.goal == Goal::Gone;
        let over = |status: &ObjectStatus| failed(status) || never_there(status) || status.readiness == self.wanted();
        self.statuses.iter().all(over) || (self.fail_fast && self.statuses.iter().any(failed))
    }

    fn verdict(self, end: End) -> Result<(), Error> {
        let timed_out = end == End::TimedOut;
        let deleting = self.goal == Goal::Gone;
        let wanted = self.wanted();
        let fine =
            |status: &ObjectStatus| status.readiness == wanted || (deleting && status.readiness == Readiness::Unknown);
        let pairs = self.ids.iter().zip(self.statuses);
        let unready: Vec<Unready> =
            pairs.filter(|(_, status)| !fine(status)).map(|(id, status)| Unready { id: id.clone(), status }).collect();
        if unready.is_empty() && end == End::Over {
            return Ok(());
        }
        let text = (end == End::Interrupted).then(|| INTERRUPTED.to_owned());
        Err(Error::Wait(Box::new(WaitFailure { unready, timed_out, deleting, text })))
    }
}

fn not_found() -> ObjectStatus {
    ObjectStatus::new(Readiness::NotFound, "Resource not found")
}
