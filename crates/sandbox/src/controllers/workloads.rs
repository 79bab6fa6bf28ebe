//! Replica sets, stateful sets and daemon sets. Kubernetes: `pkg/controller/{replicaset,statefulset,daemon}`.

use serde_json::{Value, json};

use super::{collect, create_owned, owned, pods, set_status};
use crate::{
    clock::Clock,
    failure::Failure,
    object::{array_at, int_at, name_of, namespace_of, set, text_at, value_at},
    store::{Transaction, key},
};

/// As many pods as wanted.
pub(super) fn replica_set(transaction: &mut Transaction, set: Value, clock: &Clock) -> Result<(), Failure> {
    let wanted = int_at(&set, &["spec", "replicas"]).unwrap_or(1).max(0);
    let mut live = owned(transaction, &set, "pods")?;
    while i64::try_from(live.len()).unwrap_or(i64::MAX) > wanted {
        if let Some(pod) = live.pop() {
            collect(transaction, &key("pods", namespace_of(&pod), name_of(&pod)), false)?;
        }
    }
    for _ in i64::try_from(live.len()).unwrap_or(i64::MAX)..wanted {
        let number = transaction.next("pod")?;
        let pod = new_pod(&set, &format!("{}-{}", name_of(&set), suffix(number)));
        live.push(create_owned(transaction, "pods", pod, &set, clock)?);
    }
    let ready = live.iter().filter(|pod| pods::is_ready(pod)).count();
    let mut status = json!({
        "observedGeneration": int_at(&set, &["metadata", "generation"]).unwrap_or(1),
        "replicas": wanted,
        "fullyLabeledReplicas": wanted,
    });
    if ready > 0 {
        set_number(&mut status, "readyReplicas", i64::try_from(ready).unwrap_or(0));
        set_number(&mut status, "availableReplicas", i64::try_from(ready).unwrap_or(0));
    }
    let owner = crate::object::controller_of(&set).map(|owner| text_at(owner, &["name"]).to_owned());
    let namespace = namespace_of(&set).to_owned();
    let changed = set.get("status") != Some(&status);
    set_status(transaction, "replicasets.apps", set, status)?;
    if let (Some(owner), true) = (owner, changed)
        && let Some(owner) = transaction.get(&key("deployments.apps", &namespace, &owner))?
    {
        return super::deployments::deployment(transaction, owner, clock);
    }
    Ok(())
}

/// Pods with names that stay, each with its claims.
pub(super) fn stateful_set(transaction: &mut Transaction, set: Value, clock: &Clock) -> Result<(), Failure> {
    let wanted = int_at(&set, &["spec", "replicas"]).unwrap_or(1).max(0);
    let hash = hash(value_at(&set, &["spec", "template"]).unwrap_or(&Value::Null));
    let revision = format!("{}-{hash}", name_of(&set));
    let mut ready = 0;
    let live = owned(transaction, &set, "pods")?;
    for pod in &live {
        let ordinal: i64 = name_of(pod).rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(-1);
        let outdated = text_at(pod, &["metadata", "labels", "controller-revision-hash"]) != revision;
        let restarts = text_at(&set, &["spec", "updateStrategy", "type"]) != "OnDelete";
        if ordinal >= wanted || (outdated && restarts) {
            collect(transaction, &key("pods", namespace_of(pod), name_of(pod)), false)?;
        }
    }
    for ordinal in 0..wanted {
        let name = format!("{}-{ordinal}", name_of(&set));
        let pod = match transaction.get(&key("pods", namespace_of(&set), &name))? {
            Some(pod) => pod,
            None => {
                claims(transaction, &set, &name, clock)?;
                let mut pod = new_pod(&set, &name);
                crate::object::set(&mut pod, &["metadata", "labels", "controller-revision-hash"], revision.as_str());
                crate::object::set(
                    &mut pod,
                    &["metadata", "labels", "statefulset.kubernetes.io/pod-name"],
                    name.as_str(),
                );
                create_owned(transaction, "pods", pod, &set, clock)?
            }
        };
        if !pods::is_ready(&pod) {
            // One after the other: the next one waits.
            break;
        }
        ready += 1;
    }
    let count = owned(transaction, &set, "pods")?.len();
    let status = json!({
        "observedGeneration": int_at(&set, &["metadata", "generation"]).unwrap_or(1),
        "replicas": count, "readyReplicas": ready, "availableReplicas": ready, "currentReplicas": count,
        "updatedReplicas": count, "currentRevision": revision, "updateRevision": revision, "collisionCount": 0,
    });
    set_status(transaction, "statefulsets.apps", set, status)
}

fn claims(transaction: &mut Transaction, set: &Value, pod: &str, clock: &Clock) -> Result<(), Failure> {
    for template in array_at(set, &["spec", "volumeClaimTemplates"]).to_vec() {
        let name = format!("{}-{pod}", name_of(&template));
        let place = key("persistentvolumeclaims", namespace_of(set), &name);
        if transaction.get(&place)?.is_some() {
            continue;
        }
        let mut claim = template;
        crate::object::set(&mut claim, &["metadata", "name"], name);
        crate::object::set(&mut claim, &["metadata", "namespace"], namespace_of(set));
        if let Some(labels) = value_at(set, &["spec", "selector", "matchLabels"]) {
            crate::object::set(&mut claim, &["metadata", "labels"], labels.clone());
        }
        super::create(transaction, "persistentvolumeclaims", claim, clock)?;
    }
    Ok(())
}

/// One pod: there is one node.
pub(super) fn daemon_set(transaction: &mut Transaction, set: Value, clock: &Clock) -> Result<(), Failure> {
    let hash = hash(value_at(&set, &["spec", "template"]).unwrap_or(&Value::Null));
    let mut current = None;
    for pod in owned(transaction, &set, "pods")? {
        if text_at(&pod, &["metadata", "labels", "controller-revision-hash"]) == hash {
            current = Some(pod);
        } else {
            collect(transaction, &key("pods", namespace_of(&pod), name_of(&pod)), false)?;
        }
    }
    let pod = match current {
        Some(pod) => pod,
        None => {
            let number = transaction.next("pod")?;
            let mut pod = new_pod(&set, &format!("{}-{}", name_of(&set), suffix(number)));
            crate::object::set(&mut pod, &["metadata", "labels", "controller-revision-hash"], hash);
            create_owned(transaction, "pods", pod, &set, clock)?
        }
    };
    let ready = i64::from(pods::is_ready(&pod));
    let mut status = json!({
        "observedGeneration": int_at(&set, &["metadata", "generation"]).unwrap_or(1),
        "currentNumberScheduled": 1, "desiredNumberScheduled": 1, "numberMisscheduled": 0, "numberReady": ready,
        "updatedNumberScheduled": 1,
    });
    if ready > 0 {
        set_number(&mut status, "numberAvailable", 1);
    } else {
        set_number(&mut status, "numberUnavailable", 1);
    }
    set_status(transaction, "daemonsets.apps", set, status)
}

pub(super) fn set_number(status: &mut Value, name: &str, count: i64) {
    set(status, &[name], count);
}

/// A pod as the owner's template has it.
pub(super) fn new_pod(owner: &Value, name: &str) -> Value {
    let mut pod = value_at(owner, &["spec", "template"]).cloned().unwrap_or_default();
    set(&mut pod, &["apiVersion"], "v1");
    set(&mut pod, &["kind"], "Pod");
    set(&mut pod, &["metadata", "name"], name);
    pod
}

pub(super) fn put(transaction: &mut Transaction, qualified: &str, mut object: Value) -> Result<Value, Failure> {
    let generation = int_at(&object, &["metadata", "generation"]).unwrap_or(1);
    if qualified == "replicasets.apps" {
        set(&mut object, &["metadata", "generation"], generation + 1);
    }
    let place = key(qualified, namespace_of(&object), name_of(&object));
    transaction.put(&place, object)
}

/// A short name for a template: the same one for the same content (FNV-1a).
fn hash(template: &Value) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in template.to_string().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    letters(hash, 9)
}

/// A part of a name that sorts behind those that were made before it.
pub(super) fn rising(number: u64) -> String {
    const DIGITS: &[u8] = b"2456789bcdfghjklmnpqrstvwxz";
    let digit = |power: u32| {
        let place = usize::try_from(number / 27_u64.pow(power) % 27).unwrap_or(0);
        char::from(DIGITS.get(place).copied().unwrap_or(b'x'))
    };
    let rising: String = (0..4).rev().map(digit).collect();
    format!("{rising}{}", letters(number, 5))
}

/// The end of the name of something that a controller makes. apimachinery: `pkg/util/rand`, `SafeEncodeString`.
pub(super) fn suffix(number: u64) -> String {
    letters(number, 5)
}

/// A number in letters and digits that are no vowels.
fn letters(mut number: u64, length: usize) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut text = String::new();
    number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    for _ in 0..length {
        let letter = usize::try_from(number % 27).ok().and_then(|place| LETTERS.get(place)).copied().unwrap_or(b'x');
        text.push(char::from(letter));
        number /= 27;
    }
    text
}
