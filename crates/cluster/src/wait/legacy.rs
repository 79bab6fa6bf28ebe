//! Waiting as Helm 3 did: every two seconds, by rules of its own. Helm: `pkg/kube/{wait,ready}.go`.

use std::{pin::pin, time::Duration};

use futures::future::{Either, select};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::{Unready, WaitFailure, WaitOptions, hopeless, pods};
use crate::{
    Error, ObjectId,
    cluster::Inner,
    discovery::Mapping,
    object::{text_at, value_at},
    objects::Selector,
};

const PERIOD: Duration = Duration::from_secs(2);
/// How often asking for one object may fail in a row.
const MAX_FAILURES: u32 = 30;
/// Instead of no limit at all.
const FOR_EVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);

fn deadline(options: &WaitOptions) -> Instant {
    Instant::now() + if options.timeout.is_zero() { FOR_EVER } else { options.timeout }
}

fn timed_out(ids: &[ObjectId], deleting: bool) -> Error {
    let unready = ids.iter().map(|id| Unready { id: id.clone(), status: super::ObjectStatus::default() }).collect();
    let text = Some("context deadline exceeded".into());
    Error::Wait(Box::new(WaitFailure { unready, timed_out: true, deleting, text }))
}

/// Waits until all objects are ready.
pub(super) async fn wait(inner: &Inner, ids: &[ObjectId], options: &WaitOptions) -> Result<(), Error> {
    let polling = async {
        // As Helm does, objects are asked in order, and the first that is not ready ends the round.
        let mut failures = vec![0_u32; ids.len()];
        loop {
            let mut all = true;
            for (id, failures) in ids.iter().zip(&mut failures) {
                match is_ready(inner, id, options.jobs).await {
                    Ok(true) => *failures = 0,
                    Ok(false) => {
                        *failures = 0;
                        all = false;
                        if options.fail_fast {
                            without_hope(inner, id).await?;
                        }
                    }
                    Err(error) if may_pass(&error) => {
                        *failures += 1;
                        if *failures > MAX_FAILURES {
                            return Err(error);
                        }
                        all = false;
                    }
                    Err(error) => return Err(error),
                }
                if !all {
                    break;
                }
            }
            if all {
                return Ok(());
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    in_time(inner, options, polling).await.unwrap_or_else(|| Err(timed_out(ids, false)))
}

/// Polls until the time is over or somebody wishes to stop.
async fn in_time(
    inner: &Inner,
    options: &WaitOptions,
    polling: impl Future<Output = Result<(), Error>>,
) -> Option<Result<(), Error>> {
    let polling = pin!(timeout_at(deadline(options), polling));
    match select(polling, pin!(inner.transport.interrupt.raised())).await {
        Either::Left((result, _)) => result.ok(),
        Either::Right(_) => Some(Err(Error::Interrupted)),
    }
}

/// Fails where a pod of an object can never become ready.
async fn without_hope(inner: &Inner, id: &ObjectId) -> Result<(), Error> {
    let Ok(Some(object)) = inner.get(id).await else { return Ok(()) };
    let Some(status) = hopeless::verdict(inner, &object).await else { return Ok(()) };
    let unready = vec![Unready { id: id.clone(), status }];
    Err(Error::Wait(Box::new(WaitFailure { unready, ..WaitFailure::default() })))
}

/// Helm: `legacyWaiter.isRetryableError`.
fn may_pass(error: &Error) -> bool {
    match (error, error.api().map(|error| error.code)) {
        (Error::Wait(_), _) => false,
        (_, Some(code)) => code == 0 || code == 429 || (code >= 500 && code != 501),
        (_, None) => true,
    }
}

/// Waits until all objects are gone.
pub(super) async fn wait_for_delete(inner: &Inner, ids: &[ObjectId], options: &WaitOptions) -> Result<(), Error> {
    let polling = async {
        loop {
            let mut gone = true;
            for id in ids {
                if inner.get(id).await?.is_some() {
                    gone = false;
                    break;
                }
            }
            if gone {
                return Ok(());
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    in_time(inner, options, polling).await.unwrap_or_else(|| Err(timed_out(ids, true)))
}

/// What Helm's older way says of a hook that failed.
pub(super) fn hook_words(error: Error) -> Error {
    let Error::Wait(mut failure) = error else { return error };
    failure.text = if failure.timed_out {
        Some("timed out waiting for the condition".into())
    } else {
        failure.unready.first().map(|Unready { id, .. }| match id.kind.as_str() {
            "Job" => format!("job {} failed: BackoffLimitExceeded", id.name),
            _ => format!("pod {} failed", id.name),
        })
    };
    Error::Wait(failure)
}

fn int(object: &Value, path: &[&str], default: i64) -> i64 {
    value_at(object, path).and_then(Value::as_i64).unwrap_or(default)
}

fn observed(object: &Value) -> bool {
    int(object, &["status", "observedGeneration"], 0) == int(object, &["metadata", "generation"], 0)
}

fn has_condition(object: &Value, kind: &str, status: &str) -> bool {
    let conditions = value_at(object, &["status", "conditions"]).and_then(Value::as_array).into_iter().flatten();
    conditions
        .into_iter()
        .any(|condition| text_at(condition, &["type"]) == kind && text_at(condition, &["status"]) == status)
}

/// Helm: `ReadyChecker.IsReady`. Kinds without a rule are ready, whether they are there or not.
async fn is_ready(inner: &Inner, id: &ObjectId, jobs: bool) -> Result<bool, Error> {
    let kind = match (id.group(), id.kind.as_str()) {
        ("", kind @ ("Pod" | "PersistentVolumeClaim" | "Service" | "ReplicationController")) => kind,
        ("apps" | "extensions", kind @ ("Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet")) => kind,
        ("batch", "Job") if jobs => "Job",
        ("apiextensions.k8s.io", kind @ "CustomResourceDefinition") => kind,
        _ => return Ok(true),
    };
    let Some(object) = inner.get(id).await? else {
        let message =
            format!("{} {:?} not found", inner.mapping(&id.api_version, &id.kind).await?.qualified(), id.name);
        let error = crate::ApiError { code: 404, reason: "NotFound".into(), message, ..crate::ApiError::default() };
        return Err(Error::Api(Box::new(error)));
    };
    match kind {
        "Pod" => Ok(has_condition(&object, "Ready", "True")),
        "PersistentVolumeClaim" => Ok(text_at(&object, &["status", "phase"]) == "Bound"),
        "Service" => Ok(service(&object)),
        "Job" => job(&object),
        "DaemonSet" => Ok(daemon_set(&object)),
        "StatefulSet" => Ok(stateful_set(&object)),
        "CustomResourceDefinition" => {
            Ok(has_condition(&object, "Established", "True") || has_condition(&object, "NamesAccepted", "False"))
        }
        "Deployment" => deployment(inner, &object).await,
        _ => Ok(observed(&object) && pods_ready(inner, &object).await?),
    }
}

fn service(object: &Value) -> bool {
    let kind = text_at(object, &["spec", "type"]);
    if kind == "ExternalName" {
        return true;
    }
    if text_at(object, &["spec", "clusterIP"]).is_empty() {
        return false;
    }
    let filled = |path: &[&str]| value_at(object, path).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    kind != "LoadBalancer" || filled(&["spec", "externalIPs"]) || filled(&["status", "loadBalancer", "ingress"])
}

/// A Job that has failed for good ends the wait.
fn job(object: &Value) -> Result<bool, Error> {
    if int(object, &["status", "failed"], 0) > int(object, &["spec", "backoffLimit"], 6) {
        let (namespace, name) = (text_at(object, &["metadata", "namespace"]), text_at(object, &["metadata", "name"]));
        let text = Some(format!("job is failed: {namespace}/{name}"));
        let unready = ObjectId::of(object).map(|id| Unready { id, status: super::ObjectStatus::default() });
        let unready = unready.into_iter().collect();
        return Err(Error::Wait(Box::new(WaitFailure { unready, text, ..WaitFailure::default() })));
    }
    let completions = value_at(object, &["spec", "completions"]).and_then(Value::as_i64);
    Ok(completions.is_none_or(|wanted| int(object, &["status", "succeeded"], 0) >= wanted))
}

fn daemon_set(object: &Value) -> bool {
    if !observed(object) {
        return false;
    }
    if text_at(object, &["spec", "updateStrategy", "type"]) != "RollingUpdate" {
        return true;
    }
    let wanted = int(object, &["status", "desiredNumberScheduled"], 0);
    if int(object, &["status", "updatedNumberScheduled"], 0) != wanted {
        return false;
    }
    let unavailable = value_at(object, &["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]);
    let unavailable = unavailable.and_then(|value| scaled(value, wanted, true)).unwrap_or(wanted);
    int(object, &["status", "numberReady"], 0) >= wanted - unavailable
}

fn stateful_set(object: &Value) -> bool {
    if !observed(object) {
        return false;
    }
    if text_at(object, &["spec", "updateStrategy", "type"]) != "RollingUpdate" {
        return true;
    }
    let partition = int(object, &["spec", "updateStrategy", "rollingUpdate", "partition"], 0);
    let replicas = int(object, &["spec", "replicas"], 1);
    let revisions = ["currentRevision", "updateRevision"].map(|name| text_at(object, &["status", name]));
    int(object, &["status", "updatedReplicas"], 0) >= replicas - partition
        && int(object, &["status", "readyReplicas"], 0) == replicas
        && (partition != 0 || revisions[0] == revisions[1])
}

/// A Deployment is as ready as its newest ReplicaSet; a paused one is.
async fn deployment(inner: &Inner, object: &Value) -> Result<bool, Error> {
    if value_at(object, &["spec", "paused"]) == Some(&Value::Bool(true)) {
        return Ok(true);
    }
    let Some(newest) = newest_replica_set(inner, object).await? else { return Ok(false) };
    if !observed(&newest) || !observed(object) {
        return Ok(false);
    }
    let wanted = int(object, &["spec", "replicas"], 1) - max_unavailable(object);
    Ok(int(&newest, &["status", "readyReplicas"], 0) >= wanted)
}

/// Helm: `deploymentutil.GetNewReplicaSet`: of those it owns, the one whose template is the Deployment's.
pub(super) async fn newest_replica_set(inner: &Inner, object: &Value) -> Result<Option<Value>, Error> {
    let mapping = Mapping {
        api_version: "apps/v1".into(),
        kind: "ReplicaSet".into(),
        resource: "replicasets".into(),
        namespaced: true,
    };
    let labels = value_at(object, &["spec", "selector"]).map(pods::selector_text).unwrap_or_default();
    let selector =
        Selector { namespace: text_at(object, &["metadata", "namespace"]).into(), labels, fields: String::new() };
    let uid = text_at(object, &["metadata", "uid"]);
    let owned = |set: &Value| {
        let owners = value_at(set, &["metadata", "ownerReferences"]).and_then(Value::as_array).into_iter().flatten();
        owners.into_iter().any(|owner| text_at(owner, &["uid"]) == uid)
    };
    let template = value_at(object, &["spec", "template"]).cloned().unwrap_or_default();
    let same = |set: &Value| {
        let mut its = value_at(set, &["spec", "template"]).cloned().unwrap_or_default();
        if let Some(labels) = its.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
            labels.remove("pod-template-hash");
        }
        its == template
    };
    let mut sets = inner.list(&mapping, &selector).await?;
    sets.retain(|set| owned(set) && same(set));
    sets.sort_by(|a, b| {
        text_at(a, &["metadata", "creationTimestamp"]).cmp(text_at(b, &["metadata", "creationTimestamp"]))
    });
    Ok(sets.into_iter().next())
}

/// Helm: `deploymentutil.MaxUnavailable`.
fn max_unavailable(object: &Value) -> i64 {
    let replicas = int(object, &["spec", "replicas"], 1);
    if text_at(object, &["spec", "strategy", "type"]) != "RollingUpdate" || replicas == 0 {
        return 0;
    }
    let rolling = |name: &str, up: bool| {
        value_at(object, &["spec", "strategy", "rollingUpdate", name])
            .map_or(Some(0), |value| scaled(value, replicas, up))
    };
    let (Some(surge), Some(unavailable)) = (rolling("maxSurge", true), rolling("maxUnavailable", false)) else {
        return 0;
    };
    let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    unavailable.min(replicas)
}

/// A number, or so many percent of one. apimachinery: `intstr.GetScaledValueFromIntOrPercent`.
fn scaled(value: &Value, total: i64, up: bool) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let product = percent.checked_mul(total)?;
    Some(if up { product.checked_add(99)?.div_euclid(100) } else { product.div_euclid(100) })
}

async fn pods_ready(inner: &Inner, object: &Value) -> Result<bool, Error> {
    let labels = value_at(object, &["spec", "selector"]).map(pods::selector_text).unwrap_or_default();
    let pods = pods::list(inner, text_at(object, &["metadata", "namespace"]), labels).await;
    let pods = pods.map_err(|error| error.during("failed to list pods"))?;
    Ok(pods.iter().all(|pod| has_condition(pod, "Ready", "True")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{daemon_set, job, max_unavailable, scaled, service};

    #[test]
    fn numbers_and_percents_are_scaled() {
        assert_eq!(scaled(&json!(3), 10, true), Some(3));
        assert_eq!((scaled(&json!("25%"), 10, true), scaled(&json!("25%"), 10, false)), (Some(3), Some(2)));
        assert_eq!(scaled(&json!("x"), 10, true), None);
        let deployment = |surge, unavailable| {
            json!({"spec": {"replicas": 4, "strategy": {"type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}})
        };
        assert_eq!(max_unavailable(&deployment(json!("25%"), json!("25%"))), 1);
        assert_eq!(max_unavailable(&deployment(json!(0), json!(0))), 1);
        assert_eq!(max_unavailable(&deployment(json!(1), json!(9))), 4);
    }

    #[test]
    fn kinds_are_judged_as_helm_3_did() {
        let balanced = |ingress| json!({"spec": {"type": "LoadBalancer", "clusterIP": "1.2.3.4"}, "status": {"loadBalancer": {"ingress": ingress}}});
        assert!(service(&balanced(json!([{"ip": "1.1.1.1"}]))) && !service(&balanced(json!(null))));
        assert!(service(&json!({"spec": {"type": "ExternalName"}})) && !service(&json!({"spec": {}})));
        let failed =
            json!({"metadata": {"name": "j", "namespace": "n"}, "spec": {"backoffLimit": 0}, "status": {"failed": 1}});
        assert_eq!(job(&failed).unwrap_err().to_string(), "job is failed: n/j");
        assert!(!job(&json!({"spec": {"completions": 1}})).unwrap());
        let daemons = |ready| {
            json!({"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}},
            "status": {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberReady": ready}})
        };
        assert!(daemon_set(&daemons(2)) && !daemon_set(&daemons(1)));
    }
}
