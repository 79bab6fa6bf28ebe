//! Deployments: a replica set for each template, and the way from the old ones to the new one.
//! Kubernetes: `pkg/controller/deployment`.

use serde_json::{Value, json};

use super::{
    condition, create_owned, owned, set_status,
    workloads::{put, rising, set_number},
};
use crate::{
    clock::Clock,
    failure::Failure,
    object::{int_at, name_of, set, text_at, value_at},
    store::Transaction,
};

const REVISION: &str = "deployment.kubernetes.io/revision";
/// How many replicas the deployment wanted when the set was last looked at.
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
/// Tells the pods of one template from those of another.
const HASH: &str = "pod-template-hash";
const SETS: &str = "replicasets.apps";

/// One step on the way; the replica sets that it changes lead to the next.
pub(super) fn deployment(transaction: &mut Transaction, deployment: Value, clock: &Clock) -> Result<(), Failure> {
    let template = value_at(&deployment, &["spec", "template"]).cloned().unwrap_or_default();
    let wanted = int_at(&deployment, &["spec", "replicas"]).unwrap_or(1).max(0);
    let mut sets = owned(transaction, &deployment, SETS)?;
    rescale(transaction, &mut sets, wanted)?;
    let newest = sets.iter().map(revision_of).max().unwrap_or(0);
    let is_current = |set: &Value| is_of_template(set, &template);
    let mut current = match sets.iter().position(is_current) {
        Some(place) => sets.remove(place),
        None => {
            let name = rising(transaction.next("replicaset")?);
            let set = new_replica_set(&deployment, &template, &name, wanted);
            create_owned(transaction, SETS, set, &deployment, clock)?
        }
    };
    let revision = if revision_of(&current) == newest && newest > 0 { newest } else { newest + 1 };
    if revision_of(&current) != revision {
        set(&mut current, &["metadata", "annotations", REVISION], revision.to_string());
        current = put(transaction, SETS, current)?;
    }
    let mut rollout = Rollout { limits: limits(&deployment, wanted), wanted, current, old: sets };
    if value_at(&deployment, &["spec", "paused"]) != Some(&Value::Bool(true)) {
        rollout.advance(transaction, text_at(&deployment, &["spec", "strategy", "type"]) == "Recreate")?;
    }
    let mut deployment = deployment;
    if text_at(&deployment, &["metadata", "annotations", REVISION]) != revision.to_string() {
        set(&mut deployment, &["metadata", "annotations", REVISION], revision.to_string());
        deployment = put(transaction, "deployments.apps", deployment)?;
    }
    let status = rollout.status(&deployment, clock);
    set_status(transaction, "deployments.apps", deployment, status)
}

/// Where a deployment has another number of replicas than before, the one set that has any gets it.
/// Kubernetes: `sync.go`, `scale`.
fn rescale(transaction: &mut Transaction, sets: &mut [Value], wanted: i64) -> Result<(), Failure> {
    let desired = |set: &Value| text_at(set, &["metadata", "annotations", DESIRED]).parse::<i64>().ok();
    let active = sets.iter().filter(|set| replicas_of(set) > 0).count();
    for found in sets.iter_mut() {
        if desired(found) == Some(wanted) {
            continue;
        }
        let scales = desired(found).is_some() && active == 1 && replicas_of(found) > 0;
        set(found, &["metadata", "annotations", DESIRED], wanted.to_string());
        if scales {
            set(found, &["spec", "replicas"], wanted);
        }
        *found = put(transaction, SETS, found.clone())?;
    }
    Ok(())
}

/// A deployment on its way.
struct Rollout {
    wanted: i64,
    limits: Limits,
    current: Value,
    old: Vec<Value>,
}

/// How many pods there may be too many, and how many too few.
#[derive(Clone, Copy)]
struct Limits {
    surge: i64,
    unavailable: i64,
}

impl Rollout {
    /// Kubernetes: `rolling.go`, `recreate.go`.
    fn advance(&mut self, transaction: &mut Transaction, recreates: bool) -> Result<(), Failure> {
        if recreates {
            self.old.iter_mut().try_for_each(|old| resize(transaction, old, 0))?;
            let gone = self.old.iter().all(|old| int_at(old, &["status", "replicas"]).unwrap_or(0) == 0);
            return if gone { resize(transaction, &mut self.current, self.wanted) } else { Ok(()) };
        }
        let now = replicas_of(&self.current);
        let all = now + self.old.iter().map(replicas_of).sum::<i64>();
        let next = if now > self.wanted {
            self.wanted
        } else {
            now + (self.wanted + self.limits.surge - all).clamp(0, self.wanted - now)
        };
        resize(transaction, &mut self.current, next)?;
        let least = self.wanted - self.limits.unavailable;
        let coming = next - available(&self.current);
        let mut may_go = (all - now + next - least - coming).max(0);
        // What does not work goes first.
        for old in &mut self.old {
            let (has, works) = (replicas_of(old), available(old));
            let broken = (has - works).clamp(0, may_go);
            resize(transaction, old, has - broken)?;
            may_go -= broken;
        }
        let mut spare =
            (available(&self.current) + self.old.iter().map(available).sum::<i64>() - least).clamp(0, may_go);
        for old in &mut self.old {
            let goes = replicas_of(old).clamp(0, spare);
            resize(transaction, old, replicas_of(old) - goes)?;
            spare -= goes;
        }
        Ok(())
    }

    fn status(&self, deployment: &Value, clock: &Clock) -> Value {
        let count = |set: &Value, name: &str| int_at(set, &["status", name]).unwrap_or(0);
        let all = |name: &str| count(&self.current, name) + self.old.iter().map(|set| count(set, name)).sum::<i64>();
        let (replicas, ready, available) = (all("replicas"), all("readyReplicas"), all("availableReplicas"));
        let updated = count(&self.current, "replicas");
        let enough = available >= self.wanted - self.limits.unavailable;
        let words = if enough {
            ["MinimumReplicasAvailable", "Deployment has minimum availability."]
        } else {
            ["MinimumReplicasUnavailable", "Deployment does not have minimum availability."]
        };
        let complete = updated == self.wanted && replicas == self.wanted && available == self.wanted;
        let name = name_of(&self.current);
        let progressed = format!("ReplicaSet {name:?} has successfully progressed.");
        let progressing = format!("ReplicaSet {name:?} is progressing.");
        let progress = if complete {
            ["NewReplicaSetAvailable", progressed.as_str()]
        } else {
            ["ReplicaSetUpdated", progressing.as_str()]
        };
        let mut status = json!({
            "observedGeneration": int_at(deployment, &["metadata", "generation"]).unwrap_or(1),
            "conditions": [
                condition(deployment, "Available", enough, words, clock),
                condition(deployment, "Progressing", true, progress, clock),
            ],
        });
        let asked = replicas_of(&self.current) + self.old.iter().map(replicas_of).sum::<i64>();
        let counts = [
            ("replicas", replicas),
            ("updatedReplicas", updated),
            ("readyReplicas", ready),
            ("availableReplicas", available),
            ("unavailableReplicas", asked - available),
        ];
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            set_number(&mut status, name, count);
        }
        status
    }
}

fn revision_of(set: &Value) -> i64 {
    text_at(set, &["metadata", "annotations", REVISION]).parse().unwrap_or(0)
}

/// Whether a replica set has the template of its deployment, to which the label that tells pods apart has come.
/// Kubernetes: `util.EqualIgnoreHash`.
fn is_of_template(found: &Value, template: &Value) -> bool {
    let mut own = value_at(found, &["spec", "template"]).cloned().unwrap_or_default();
    crate::object::remove(&mut own, &["metadata", "labels", HASH]);
    own == *template
}

fn replicas_of(set: &Value) -> i64 {
    int_at(set, &["spec", "replicas"]).unwrap_or(1).max(0)
}

fn available(set: &Value) -> i64 {
    int_at(set, &["status", "availableReplicas"]).unwrap_or(0)
}

fn resize(transaction: &mut Transaction, found: &mut Value, replicas: i64) -> Result<(), Failure> {
    if replicas_of(found) != replicas {
        set(found, &["spec", "replicas"], replicas);
        *found = put(transaction, SETS, found.clone())?;
    }
    Ok(())
}

/// Kubernetes: `util.ResolveFenceposts`: shares of the replicas, rounded up and down, unless nothing would move.
fn limits(deployment: &Value, replicas: i64) -> Limits {
    let share = |name: &str, rounding: i64| match value_at(deployment, &["spec", "strategy", "rollingUpdate", name]) {
        Some(Value::Number(number)) => number.as_i64().unwrap_or(0),
        Some(Value::String(text)) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            (percent.saturating_mul(replicas) + rounding) / 100
        }
        _ => 0,
    };
    let (surge, unavailable) = (share("maxSurge", 99), share("maxUnavailable", 0));
    let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    Limits { surge: surge.max(0), unavailable: unavailable.clamp(0, replicas) }
}

fn new_replica_set(deployment: &Value, template: &Value, hash: &str, wanted: i64) -> Value {
    let mut template = template.clone();
    set(&mut template, &["metadata", "labels", HASH], hash);
    let mut selector = value_at(deployment, &["spec", "selector"]).cloned().unwrap_or_default();
    set(&mut selector, &["matchLabels", HASH], hash);
    let labels = value_at(&template, &["metadata", "labels"]).cloned().unwrap_or_default();
    json!({
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": format!("{}-{hash}", name_of(deployment)), "labels": labels, "annotations": {DESIRED: wanted.to_string()},
        },
        "spec": {"replicas": 0, "selector": selector, "template": template},
    })
}
