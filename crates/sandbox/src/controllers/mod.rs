//! What a cluster's controllers do, at once and in the same transaction: workloads get pods, pods run, jobs end, claims
//! are bound, dependents of what is gone go too.

mod deployments;
mod jobs;
mod objects;
mod pods;
mod workloads;

use serde_json::{Value, json};

use crate::{
    clock::Clock,
    failure::Failure,
    object::{array_at, name_of, namespace_of, set, uid_of},
    store::{Transaction, key},
};

/// So many rounds before controllers are taken for fighting each other.
const MAX_STEPS: usize = 200_000;

/// Lets the controllers look at all that was changed, until nothing changes any more.
pub(crate) fn settle(transaction: &mut Transaction, clock: &Clock) -> Result<(), Failure> {
    let mut steps = 0;
    loop {
        let touched = transaction.take_touched();
        if touched.is_empty() {
            return Ok(());
        }
        for key in touched {
            steps += 1;
            if steps > MAX_STEPS {
                return Err(Failure::internal("the controllers do not come to an end"));
            }
            look(transaction, &key, clock)?;
        }
    }
}

/// What one object's change leads to.
fn look(transaction: &mut Transaction, key: &str, clock: &Clock) -> Result<(), Failure> {
    let qualified = key.split('\0').next().unwrap_or_default();
    let Some(object) = transaction.get(key)? else { return Ok(()) };
    if object.pointer("/metadata/deletionTimestamp").is_some() {
        return Ok(());
    }
    match qualified {
        "deployments.apps" => deployments::deployment(transaction, object, clock),
        "replicasets.apps" => workloads::replica_set(transaction, object, clock),
        "statefulsets.apps" => workloads::stateful_set(transaction, object, clock),
        "daemonsets.apps" => workloads::daemon_set(transaction, object, clock),
        "jobs.batch" => jobs::job(transaction, object, clock),
        "pods" => pods::pod(transaction, object, clock),
        "namespaces" => objects::namespace(transaction, object, clock),
        "persistentvolumeclaims" => objects::claim(transaction, object),
        "services" => objects::service(transaction, object),
        "customresourcedefinitions.apiextensions.k8s.io" => objects::definition(transaction, object, clock),
        "poddisruptionbudgets.policy" => objects::budget(transaction, object),
        "apiservices.apiregistration.k8s.io" => objects::api_service(transaction, object, clock),
        _ => Ok(()),
    }
}

/// Deletes an object and, unless they are to be orphaned, all that it owns.
pub(crate) fn collect(transaction: &mut Transaction, key: &str, orphan: bool) -> Result<Option<Value>, Failure> {
    let Some(object) = transaction.delete(key)? else { return Ok(None) };
    let uid = uid_of(&object).to_owned();
    for dependent in transaction.dependents(&uid)? {
        let Some(mut owned) = transaction.get(&dependent)? else { continue };
        let mut owners = array_at(&owned, &["metadata", "ownerReferences"]).to_vec();
        owners.retain(|owner| owner.get("uid").and_then(Value::as_str) != Some(uid.as_str()));
        if orphan || !owners.is_empty() {
            if owners.is_empty() {
                crate::object::remove(&mut owned, &["metadata", "ownerReferences"]);
            } else {
                set(&mut owned, &["metadata", "ownerReferences"], owners);
            }
            transaction.put(&dependent, owned)?;
        } else {
            collect(transaction, &dependent, false)?;
        }
    }
    Ok(Some(object))
}

/// Makes an object that a controller owns.
fn create_owned(
    transaction: &mut Transaction,
    qualified: &str,
    mut object: Value,
    owner: &Value,
    clock: &Clock,
) -> Result<Value, Failure> {
    let reference = json!({
        "apiVersion": owner.get("apiVersion").cloned().unwrap_or_default(),
        "kind": owner.get("kind").cloned().unwrap_or_default(),
        "name": name_of(owner),
        "uid": uid_of(owner),
        "controller": true,
        "blockOwnerDeletion": true,
    });
    set(&mut object, &["metadata", "ownerReferences"], json!([reference]));
    set(&mut object, &["metadata", "namespace"], namespace_of(owner));
    create(transaction, qualified, object, clock)
}

/// Makes an object as a controller would.
fn create(transaction: &mut Transaction, qualified: &str, mut object: Value, clock: &Clock) -> Result<Value, Failure> {
    let group = qualified.split_once('.').map_or("", |(_, group)| group);
    let kind = crate::object::text_at(&object, &["kind"]).to_owned();
    set(&mut object, &["metadata", "uid"], clock.uid(transaction.next("uid")?));
    set(&mut object, &["metadata", "creationTimestamp"], clock.text());
    set(&mut object, &["metadata", "generation"], 1);
    crate::defaults::fill(group, &kind, &mut object);
    let place = key(qualified, namespace_of(&object), name_of(&object));
    transaction.put(&place, object)
}

/// Writes an object's status, where it is another one.
fn set_status(transaction: &mut Transaction, qualified: &str, mut object: Value, status: Value) -> Result<(), Failure> {
    if object.get("status") == Some(&status) {
        return Ok(());
    }
    set(&mut object, &["status"], status);
    let place = key(qualified, namespace_of(&object), name_of(&object));
    transaction.put(&place, object).map(drop)
}

/// The objects of a resource that an owner controls.
fn owned(transaction: &Transaction, owner: &Value, qualified: &str) -> Result<Vec<Value>, Failure> {
    let prefix = format!("{qualified}\0");
    let keys = transaction.dependents(uid_of(owner))?;
    let mut objects = Vec::new();
    for key in keys.iter().filter(|key| key.starts_with(&prefix)) {
        objects.extend(transaction.get(key)?);
    }
    Ok(objects)
}

/// A condition of a status, which keeps its time as long as it stays what it is.
fn condition(before: &Value, kind: &str, state: bool, [reason, message]: [&str; 2], clock: &Clock) -> Value {
    let status = if state { "True" } else { "False" };
    let known = array_at(before, &["status", "conditions"]).iter().find(|known| {
        known.get("type").and_then(Value::as_str) == Some(kind)
            && known.get("status").and_then(Value::as_str) == Some(status)
    });
    let since = known.and_then(|known| known.get("lastTransitionTime")).cloned();
    let mut condition = json!({
        "type": kind, "status": status, "lastTransitionTime": since.unwrap_or_else(|| clock.text().into()),
    });
    if !reason.is_empty() {
        set(&mut condition, &["reason"], reason);
        set(&mut condition, &["message"], message);
    }
    condition
}
