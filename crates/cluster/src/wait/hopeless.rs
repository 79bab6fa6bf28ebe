//! Pods that can never become ready, behind an object that is still on its way: `--fail-fast`.

use serde_json::Value;

use super::{ObjectStatus, Readiness, legacy, pods};
use crate::{
    cluster::Inner,
    object::{text_at, value_at},
};

/// Why containers wait that will wait for ever.
const FOR_EVER: [&str; 4] = ["CrashLoopBackOff", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"];

/// The failure of an object that is on its way while a pod of its newest revision can never become ready. What cannot be
/// found out is taken for hope.
pub(super) async fn verdict(inner: &Inner, object: &Value) -> Option<ObjectStatus> {
    let kind = text_at(object, &["kind"]);
    if kind == "Pod" {
        return why(object, false).map(|why| ObjectStatus::new(Readiness::Failed, why));
    }
    let selector = selector(inner, object).await?;
    let found = pods::list(inner, text_at(object, &["metadata", "namespace"]), selector).await.ok()?;
    let found = newest(object, found);
    // A Job itself counts how often its pods may crash.
    let reason = found.iter().find_map(|pod| why(pod, kind == "Job"))?;
    Some(ObjectStatus::new(Readiness::Failed, reason))
}

/// Picks the pods behind an object; those of its newest revision, where a label tells.
async fn selector(inner: &Inner, object: &Value) -> Option<String> {
    let own = value_at(object, &["spec", "selector"]).map(pods::selector_text).filter(|text| !text.is_empty())?;
    match text_at(object, &["kind"]) {
        "Deployment" => {
            let newest = legacy::newest_replica_set(inner, object).await.ok()??;
            let hash = text_at(&newest, &["metadata", "labels", "pod-template-hash"]);
            Some(format!("{own},pod-template-hash={hash}"))
        }
        "StatefulSet" => {
            Some(format!("{own},controller-revision-hash={}", text_at(object, &["status", "updateRevision"])))
        }
        "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => Some(own),
        _ => None,
    }
}

/// Of a DaemonSet's pods those that are like the youngest.
fn newest(object: &Value, mut found: Vec<Value>) -> Vec<Value> {
    if text_at(object, &["kind"]) != "DaemonSet" {
        return found;
    }
    let hash = |pod: &Value| text_at(pod, &["metadata", "labels", "controller-revision-hash"]).to_owned();
    let youngest = found.iter().max_by_key(|pod| text_at(pod, &["metadata", "creationTimestamp"])).map(hash);
    found.retain(|pod| Some(hash(pod)) == youngest);
    found
}

/// Why a pod can never become ready.
fn why(pod: &Value, may_crash: bool) -> Option<String> {
    if !text_at(pod, &["metadata", "deletionTimestamp"]).is_empty() {
        return None;
    }
    let statuses = ["initContainerStatuses", "containerStatuses"]
        .into_iter()
        .flat_map(|list| value_at(pod, &["status", list]).and_then(Value::as_array).into_iter().flatten());
    statuses.into_iter().find_map(|status| {
        let reason = text_at(status, &["state", "waiting", "reason"]);
        let for_ever = FOR_EVER.contains(&reason) && !(may_crash && reason == "CrashLoopBackOff");
        let pod = text_at(pod, &["metadata", "name"]);
        for_ever
            .then(|| format!("pod {pod} can never become ready: container {}: {reason}", text_at(status, &["name"])))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{newest, why};

    fn pod(list: &str, reason: &str) -> Value {
        json!({"metadata": {"name": "p"}, "status": {list: [{"name": "c", "state": {"waiting": {"reason": reason}}}]}})
    }

    #[test]
    fn some_reasons_leave_no_hope() {
        let text = why(&pod("containerStatuses", "CrashLoopBackOff"), false);
        assert_eq!(text.as_deref(), Some("pod p can never become ready: container c: CrashLoopBackOff"));
        assert!(why(&pod("containerStatuses", "CrashLoopBackOff"), true).is_none());
        assert!(why(&pod("initContainerStatuses", "ImagePullBackOff"), true).is_some());
        assert!(why(&pod("containerStatuses", "ContainerCreating"), false).is_none());
        assert!(why(&json!({"status": {"containerStatuses": [{"state": {"running": {}}}]}}), false).is_none());
    }

    #[test]
    fn of_daemons_the_youngest_revision_counts() {
        let pod = |age: &str, hash: &str| json!({"metadata": {"creationTimestamp": age, "labels": {"controller-revision-hash": hash}}});
        let found = newest(
            &json!({"kind": "DaemonSet"}),
            vec![pod("2026-01-02", "b"), pod("2026-01-01", "a"), pod("2026-01-01", "b")],
        );
        assert_eq!(found.len(), 2);
    }
}
