//! What an object's state comes to: the rules of kstatus, which Helm 4 waits by.
//! cli-utils: `pkg/kstatus/status/{status,generic,core}.go`; Helm: `internal/statusreaders`.

use std::fmt;

use serde_json::Value;

use crate::object::{text_at, value_at};

/// Where an object stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Readiness {
    /// Nothing is known of it.
    #[default]
    Unknown,
    /// On its way.
    InProgress,
    /// As wanted.
    Current,
    /// It will not become what is wanted on its own.
    Failed,
    /// Being deleted.
    Terminating,
    /// Not there.
    NotFound,
}

impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Readiness::Unknown => "Unknown",
            Readiness::InProgress => "InProgress",
            Readiness::Current => "Current",
            Readiness::Failed => "Failed",
            Readiness::Terminating => "Terminating",
            Readiness::NotFound => "NotFound",
        })
    }
}

/// Where an object stands, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectStatus {
    /// Where.
    pub readiness: Readiness,
    /// Why, in kstatus' words.
    pub message: String,
}

impl ObjectStatus {
    pub(crate) fn new(readiness: Readiness, message: impl Into<String>) -> ObjectStatus {
        ObjectStatus { readiness, message: message.into() }
    }
}

fn current(message: impl Into<String>) -> ObjectStatus {
    ObjectStatus::new(Readiness::Current, message)
}

fn in_progress(message: impl Into<String>) -> ObjectStatus {
    ObjectStatus::new(Readiness::InProgress, message)
}

fn failed(message: impl Into<String>) -> ObjectStatus {
    ObjectStatus::new(Readiness::Failed, message)
}

fn int(object: &Value, path: &[&str], default: i64) -> i64 {
    value_at(object, path).and_then(Value::as_i64).unwrap_or(default)
}

struct Condition<'a> {
    kind: &'a str,
    status: &'a str,
    reason: &'a str,
    message: &'a str,
}

fn conditions(object: &Value) -> impl Iterator<Item = Condition<'_>> {
    let list = value_at(object, &["status", "conditions"]).and_then(Value::as_array);
    list.into_iter().flatten().map(|condition| Condition {
        kind: text_at(condition, &["type"]),
        status: text_at(condition, &["status"]),
        reason: text_at(condition, &["reason"]),
        message: text_at(condition, &["message"]),
    })
}

/// The group of an object's `apiVersion`.
fn group(object: &Value) -> &str {
    text_at(object, &["apiVersion"]).split_once('/').map_or("", |(group, _)| group)
}

/// Where a live object stands. `now` is in seconds since 1970: a pod that cannot be scheduled is given some time.
pub fn compute_status(object: &Value, now: i64) -> ObjectStatus {
    if let Some(status) = generic(object) {
        return status;
    }
    match (group(object), text_at(object, &["kind"])) {
        ("", "Service") => service(object),
        ("", "Pod") => pod(object, now),
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") => current("Resource is always ready"),
        ("", "PersistentVolumeClaim") => claim(object),
        ("apps", "StatefulSet") => stateful_set(object),
        ("apps" | "extensions", "DaemonSet") => daemon_set(object),
        ("apps" | "extensions", "Deployment") => deployment(object),
        ("apps" | "extensions", "ReplicaSet") => replica_set(object),
        ("policy", "PodDisruptionBudget") => current("AllowedDisruptions has been computed."),
        ("batch", "Job") => job(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        _ => ready_condition(object).unwrap_or_else(|| current("Resource is current")),
    }
}

/// What is the same for all kinds: deletion, generations, the conditions that kstatus itself defines.
fn generic(object: &Value) -> Option<ObjectStatus> {
    if !text_at(object, &["metadata", "deletionTimestamp"]).is_empty() {
        return Some(ObjectStatus::new(Readiness::Terminating, "Resource scheduled for deletion"));
    }
    let generation = value_at(object, &["metadata", "generation"]).and_then(Value::as_i64);
    let observed = value_at(object, &["status", "observedGeneration"]).and_then(Value::as_i64);
    if let (Some(generation), Some(observed)) = (generation, observed)
        && generation != observed
    {
        let kind = text_at(object, &["kind"]);
        return Some(in_progress(format!(
            "{kind} generation is {generation}, but latest observed generation is {observed}"
        )));
    }
    conditions(object).filter(|condition| condition.status == "True").find_map(|condition| match condition.kind {
        "Reconciling" => Some(in_progress(condition.message)),
        "Stalled" => Some(failed(condition.message)),
        _ => None,
    })
}

fn ready_condition(object: &Value) -> Option<ObjectStatus> {
    conditions(object).filter(|condition| condition.kind == "Ready").find_map(|condition| match condition.status {
        "True" => Some(current("Resource is Ready")),
        "False" | "Unknown" => Some(in_progress(condition.message)),
        _ => None,
    })
}

fn service(object: &Value) -> ObjectStatus {
    let balanced = text_at(object, &["spec", "type"]) == "LoadBalancer";
    if balanced && text_at(object, &["spec", "clusterIP"]).is_empty() {
        return in_progress("ClusterIP not set. Service type: LoadBalancer");
    }
    current("Service is ready")
}

fn claim(object: &Value) -> ObjectStatus {
    let phase = value_at(object, &["status", "phase"]).and_then(Value::as_str).unwrap_or("unknown");
    if phase == "Bound" { current("PVC is Bound") } else { in_progress(format!("PVC is not Bound. phase: {phase}")) }
}

/// How long a pod may stay unscheduled before that counts as a failure.
const SCHEDULE_WINDOW: i64 = 15;

fn pod(object: &Value, now: i64) -> ObjectStatus {
    match text_at(object, &["status", "phase"]) {
        "Succeeded" => current("Pod has completed successfully"),
        "Failed" => current("Pod has completed, but not successfully"),
        "Running" => {
            if conditions(object).any(|condition| condition.kind == "Ready" && condition.status == "True") {
                return current("Pod is Ready");
            }
            let looping = crash_looping(object);
            if looping.is_empty() {
                return in_progress("Pod is running but is not Ready");
            }
            failed(format!("Containers in CrashLoop state: {}", looping.join(",")))
        }
        "Pending" => {
            if !is_unschedulable(object) {
                return in_progress("Pod is in the Pending phase");
            }
            let created = release::Timestamp::parse(text_at(object, &["metadata", "creationTimestamp"]));
            let young = created.is_some_and(|created| now - SCHEDULE_WINDOW < created.seconds());
            if young { in_progress("Pod has not been scheduled") } else { failed("Pod could not be scheduled") }
        }
        "" => in_progress("Pod phase not available"),
        phase => in_progress(format!("unknown phase {phase}")),
    }
}

/// Whether a pod waits for a node that could take it.
pub(super) fn is_unschedulable(pod: &Value) -> bool {
    conditions(pod).any(|condition| {
        condition.kind == "PodScheduled" && condition.status == "False" && condition.reason == "Unschedulable"
    })
}

fn crash_looping(pod: &Value) -> Vec<&str> {
    let containers = value_at(pod, &["status", "containerStatuses"]).and_then(Value::as_array).into_iter().flatten();
    let looping = |container: &&Value| text_at(container, &["state", "waiting", "reason"]) == "CrashLoopBackOff";
    containers.filter(looping).map(|container| text_at(container, &["name"])).collect()
}

fn stateful_set(object: &Value) -> ObjectStatus {
    if text_at(object, &["spec", "updateStrategy", "type"]) == "OnDelete" {
        return current("StatefulSet is using the ondelete update strategy");
    }
    let status = |name: &str| int(object, &["status", name], 0);
    let wanted = int(object, &["spec", "replicas"], 1);
    let (ready, now, updated, replicas) =
        (status("readyReplicas"), status("currentReplicas"), status("updatedReplicas"), status("replicas"));
    let partition = int(object, &["spec", "updateStrategy", "rollingUpdate", "partition"], -1);
    if wanted > replicas {
        return in_progress(format!("Replicas: {replicas}/{wanted}"));
    }
    if wanted > ready {
        return in_progress(format!("Ready: {ready}/{wanted}"));
    }
    if replicas > wanted {
        return in_progress(format!("Pending termination: {}", replicas - wanted));
    }
    if partition != -1 {
        if updated < wanted - partition {
            return in_progress(format!("updated: {updated}/{}", wanted - partition));
        }
        return current(format!("Partition rollout complete. updated: {updated}"));
    }
    if wanted > now {
        return in_progress(format!("current: {now}/{wanted}"));
    }
    if text_at(object, &["status", "currentRevision"]) != text_at(object, &["status", "updateRevision"]) {
        return in_progress("Waiting for updated revision to match current");
    }
    current(format!("All replicas scheduled as expected. Replicas: {replicas}"))
}

fn deployment(object: &Value) -> ObjectStatus {
    let deadline = int(object, &["spec", "progressDeadlineSeconds"], i64::from(i32::MAX));
    let mut progressing = deadline == i64::from(i32::MAX);
    let mut available = false;
    for condition in conditions(object) {
        match condition.kind {
            "Progressing" if condition.reason == "ProgressDeadlineExceeded" => {
                return failed("Progress deadline exceeded");
            }
            "Progressing" if condition.status == "True" && condition.reason == "NewReplicaSetAvailable" => {
                progressing = true;
            }
            "Available" if condition.status == "True" => available = true,
            _ => {}
        }
    }
    let status = |name: &str| int(object, &["status", name], 0);
    let wanted = int(object, &["spec", "replicas"], 1);
    let (replicas, updated) = (status("replicas"), status("updatedReplicas"));
    let (ready, usable) = (status("readyReplicas"), status("availableReplicas"));
    if wanted > replicas {
        return in_progress(format!("Replicas: {replicas}/{wanted}"));
    }
    if wanted > updated {
        return in_progress(format!("Updated: {updated}/{wanted}"));
    }
    if replicas > wanted {
        return in_progress(format!("Pending termination: {}", replicas - wanted));
    }
    if updated > usable {
        return in_progress(format!("Available: {usable}/{updated}"));
    }
    if wanted > ready {
        return in_progress(format!("Ready: {ready}/{wanted}"));
    }
    if !progressing {
        return in_progress("ReplicaSet not Available");
    }
    if !available {
        return in_progress("Deployment not Available");
    }
    current(format!("Deployment is available. Replicas: {replicas}"))
}

fn replica_set(object: &Value) -> ObjectStatus {
    if conditions(object).any(|condition| condition.kind == "ReplicaFailure" && condition.status == "True") {
        return in_progress("Replica Failure condition. Check Pods");
    }
    let status = |name: &str| int(object, &["status", name], 0);
    let wanted = int(object, &["spec", "replicas"], 1);
    let (labelled, usable) = (status("fullyLabeledReplicas"), status("availableReplicas"));
    let (ready, replicas) = (status("readyReplicas"), status("replicas"));
    if wanted > labelled {
        return in_progress(format!("Labelled: {labelled}/{wanted}"));
    }
    if wanted > usable {
        return in_progress(format!("Available: {usable}/{wanted}"));
    }
    if wanted > ready {
        return in_progress(format!("Ready: {ready}/{wanted}"));
    }
    if replicas > wanted {
        return in_progress(format!("Pending termination: {}", replicas - wanted));
    }
    current(format!("ReplicaSet is available. Replicas: {replicas}"))
}

fn daemon_set(object: &Value) -> ObjectStatus {
    let kind = text_at(object, &["kind"]);
    for path in [["metadata", "generation"], ["status", "observedGeneration"]] {
        if value_at(object, &path).is_none() {
            return in_progress(format!("{kind} {}.{} not found", path[0], path[1]));
        }
    }
    let status = |name: &str, default: i64| int(object, &["status", name], default);
    let wanted = status("desiredNumberScheduled", -1);
    if wanted == -1 {
        return in_progress("Missing .status.desiredNumberScheduled");
    }
    for (what, name) in [
        ("Current", "currentNumberScheduled"),
        ("Updated", "updatedNumberScheduled"),
        ("Available", "numberAvailable"),
        ("Ready", "numberReady"),
    ] {
        let number = status(name, 0);
        if wanted > number {
            return in_progress(format!("{what}: {number}/{wanted}"));
        }
    }
    current(format!("All replicas scheduled as expected. Replicas: {wanted}"))
}

struct JobNumbers {
    completions: i64,
    succeeded: i64,
    failed: i64,
}

fn job_numbers(object: &Value) -> JobNumbers {
    let parallelism = int(object, &["spec", "parallelism"], 1);
    JobNumbers {
        completions: int(object, &["spec", "completions"], parallelism),
        succeeded: int(object, &["status", "succeeded"], 0),
        failed: int(object, &["status", "failed"], 0),
    }
}

/// A Job that ended, either way.
fn ended_job(object: &Value) -> Option<ObjectStatus> {
    let JobNumbers { completions, succeeded, failed: failures } = job_numbers(object);
    conditions(object).filter(|condition| condition.status == "True").find_map(|condition| match condition.kind {
        "Complete" => Some(current(format!("Job Completed. succeeded: {succeeded}/{completions}"))),
        "Failed" => Some(failed(format!("Job Failed. failed: {failures}/{completions}"))),
        _ => None,
    })
}

/// A Job that runs is as wanted.
fn job(object: &Value) -> ObjectStatus {
    if let Some(status) = ended_job(object) {
        return status;
    }
    if text_at(object, &["status", "startTime"]).is_empty() {
        return in_progress("Job not started");
    }
    let JobNumbers { succeeded, failed, .. } = job_numbers(object);
    let active = int(object, &["status", "active"], 0);
    current(format!("Job in progress. success:{succeeded}, active: {active}, failed: {failed}"))
}

/// A Job must have completed. Helm: `statusreaders.jobConditions`.
pub(super) fn completed_job(object: &Value) -> ObjectStatus {
    ended_job(object).unwrap_or_else(|| in_progress("Job in progress"))
}

/// A Pod must have succeeded, as a hook. Helm: `statusreaders.podConditions`.
pub(super) fn completed_pod(object: &Value) -> ObjectStatus {
    let name = text_at(object, &["metadata", "name"]);
    match text_at(object, &["status", "phase"]) {
        "Succeeded" => current(format!("pod {name} succeeded")),
        "Failed" => failed(format!("pod {name} failed")),
        _ => in_progress("Pod in progress"),
    }
}

fn definition(object: &Value) -> ObjectStatus {
    for condition in conditions(object) {
        match (condition.kind, condition.status) {
            ("NamesAccepted", "False") => return failed(condition.message),
            ("Established", "False") if condition.reason != "Installing" => return failed(condition.message),
            ("Established", "True") => return current("CRD is established"),
            _ => {}
        }
    }
    in_progress("Install in progress")
}
