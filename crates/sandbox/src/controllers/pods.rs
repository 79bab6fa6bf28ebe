//! Pods run at once; the label `simulate` makes them fail instead.

use serde_json::{Value, json};

use super::set_status;
use crate::{
    clock::Clock,
    failure::Failure,
    fault::{Fault, Simulated},
    object::{array_at, controller_of, set_default, text_at, value_at},
    store::{Transaction, key},
};

/// The node that all pods are on.
const NODE: &str = "sandbox";

/// What becomes of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Ready,
    Completed,
    Failed,
    CrashLoop,
    ImagePull,
    /// It never becomes ready, and never ends.
    Hangs,
}

/// What becomes of a pod, by its label and what it is for.
fn fate(transaction: &Transaction, pod: &Value) -> Result<Fate, Failure> {
    let simulated = match Simulated::parse(text_at(pod, &["metadata", "labels", "simulate"])) {
        Some(simulated) => Some(simulated),
        None => asked_for(transaction, pod)?,
    };
    Ok(match simulated {
        Some(Simulated::Fail) => Fate::Failed,
        Some(Simulated::CrashLoop) => Fate::CrashLoop,
        Some(Simulated::ImagePull) => Fate::ImagePull,
        Some(Simulated::Hang) => Fate::Hangs,
        None if text_at(pod, &["spec", "restartPolicy"]) != "Always" => Fate::Completed,
        None => Fate::Ready,
    })
}

/// Whether somebody wants the pod to fail, its controller, or the controller of that.
fn asked_for(transaction: &Transaction, pod: &Value) -> Result<Option<Simulated>, Failure> {
    if transaction.faults().is_empty() {
        return Ok(None);
    }
    let above = match controller_of(pod) {
        Some(owner) if text_at(owner, &["kind"]) == "ReplicaSet" => {
            transaction.get(&key("replicasets.apps", crate::object::namespace_of(pod), text_at(owner, &["name"])))?
        }
        Some(owner) if text_at(owner, &["kind"]) == "Job" => {
            transaction.get(&key("jobs.batch", crate::object::namespace_of(pod), text_at(owner, &["name"])))?
        }
        _ => None,
    };
    let means =
        |fault: &&Fault| fault.means_object(pod) || above.as_ref().is_some_and(|above| fault.means_object(above));
    Ok(transaction.faults().iter().find(means).map(|fault| fault.how))
}

/// Schedules a pod and runs it; then whoever owns it has a look.
pub(super) fn pod(transaction: &mut Transaction, pod: Value, clock: &Clock) -> Result<(), Failure> {
    if value_at(&pod, &["status", "phase"]).is_none() {
        return run(transaction, pod, clock);
    }
    let Some(owner) = controller_of(&pod) else { return Ok(()) };
    let qualified = match text_at(owner, &["kind"]) {
        "ReplicaSet" => "replicasets.apps",
        "StatefulSet" => "statefulsets.apps",
        "DaemonSet" => "daemonsets.apps",
        "Job" => "jobs.batch",
        _ => return Ok(()),
    };
    let place = key(qualified, crate::object::namespace_of(&pod), text_at(owner, &["name"]));
    let Some(owner) = transaction.get(&place)? else { return Ok(()) };
    match qualified {
        "replicasets.apps" => super::workloads::replica_set(transaction, owner, clock),
        "statefulsets.apps" => super::workloads::stateful_set(transaction, owner, clock),
        "daemonsets.apps" => super::workloads::daemon_set(transaction, owner, clock),
        _ => super::jobs::job(transaction, owner, clock),
    }
}

/// Schedules a pod, and has it run or end.
pub(super) fn run(transaction: &mut Transaction, mut pod: Value, clock: &Clock) -> Result<(), Failure> {
    set_default(&mut pod, &["spec", "nodeName"], NODE);
    let fate = fate(transaction, &pod)?;
    let status = status(&pod, fate, clock);
    set_status(transaction, "pods", pod, status)
}

/// Whether a pod is ready to serve.
pub(super) fn is_ready(pod: &Value) -> bool {
    array_at(pod, &["status", "conditions"])
        .iter()
        .any(|condition| text_at(condition, &["type"]) == "Ready" && text_at(condition, &["status"]) == "True")
}

fn status(pod: &Value, fate: Fate, clock: &Clock) -> Value {
    let now = clock.text();
    let (phase, ready) = match fate {
        Fate::Ready => ("Running", true),
        Fate::Completed => ("Succeeded", false),
        Fate::Failed if text_at(pod, &["spec", "restartPolicy"]) == "Always" => ("Running", false),
        Fate::Failed => ("Failed", false),
        Fate::CrashLoop => ("Running", false),
        Fate::ImagePull | Fate::Hangs => ("Pending", false),
    };
    let state = match fate {
        Fate::Ready => json!({"running": {"startedAt": now}}),
        Fate::Completed => {
            json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}})
        }
        Fate::Failed => json!({"terminated": {"exitCode": 1, "reason": "Error", "startedAt": now, "finishedAt": now}}),
        Fate::CrashLoop => {
            let message = "back-off 40s restarting failed container";
            json!({"waiting": {"reason": "CrashLoopBackOff", "message": message}})
        }
        Fate::ImagePull => json!({"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}),
        Fate::Hangs => json!({"waiting": {"reason": "ContainerCreating"}}),
    };
    if fate == Fate::Hangs {
        return json!({"phase": "Pending", "qosClass": "BestEffort", "conditions": [
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": now}]});
    }
    let containers: Vec<Value> = array_at(pod, &["spec", "containers"])
        .iter()
        .map(|container| {
            let mut status = json!({
                "name": text_at(container, &["name"]), "image": text_at(container, &["image"]), "imageID": "",
                "ready": ready, "started": ready, "restartCount": 0, "state": state,
            });
            if fate == Fate::CrashLoop {
                crate::object::set(&mut status, &["restartCount"], 4);
                crate::object::set(
                    &mut status,
                    &["lastState"],
                    json!({"terminated": {"exitCode": 1, "reason": "Error"}}),
                );
            }
            status
        })
        .collect();
    let condition = |kind: &str, state: bool| {
        let mut condition =
            json!({"type": kind, "status": if state { "True" } else { "False" }, "lastTransitionTime": now});
        if !state {
            let reason = if fate == Fate::Completed { "PodCompleted" } else { "ContainersNotReady" };
            crate::object::set(&mut condition, &["reason"], reason);
        }
        condition
    };
    json!({
        "phase": phase,
        "conditions": [
            condition("PodScheduled", true),
            condition("Initialized", true),
            condition("ContainersReady", ready),
            condition("Ready", ready),
        ],
        "containerStatuses": containers,
        "hostIP": "127.0.0.1",
        "podIP": "10.0.0.1",
        "podIPs": [{"ip": "10.0.0.1"}],
        "qosClass": "BestEffort",
        "startTime": now,
    })
}
