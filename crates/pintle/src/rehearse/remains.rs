//! What the way back leaves behind: objects that were not there, that are gone, or are no longer as they were, and what
//! hooks did.

use std::collections::BTreeMap;

use release::{diff::FieldChange, object::text_at};
use serde_json::Value;

use super::act::{Act, Step, What, changes};

/// Something that is not as it was.
#[derive(Clone, Debug)]
pub(super) struct Remain {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) why: Why,
}

/// Why it is not.
#[derive(Clone, Debug)]
pub(super) enum Why {
    /// Its resource policy keeps it.
    Kept,
    /// A hook whose policy does not delete it.
    Hook,
    /// A claim of a stateful set, with its data.
    Claim,
    /// A definition, which nobody deletes.
    Definition,
    /// Nobody deletes it.
    Orphaned,
    /// It was there, and is gone.
    Lost,
    /// It is another one than before.
    Differs(Vec<FieldChange>),
    /// What this hook did.
    NotUndone(String),
}

/// Compares the stage before with the stage behind.
pub(super) fn remains(before: &[Value], after: &[Value], upgrade: &Act) -> Vec<Remain> {
    let (before, after) = (by_name(before), by_name(after));
    let mut remains: Vec<Remain> = upgrade.steps.iter().filter_map(not_undone).collect();
    for (key, object) in &after {
        let why = match before.get(key) {
            None => reason(object),
            Some(old) => match changes(old, object) {
                fields if fields.is_empty() => continue,
                fields => Why::Differs(fields),
            },
        };
        remains.push(remain(key, why));
    }
    remains.extend(before.keys().filter(|key| !after.contains_key(*key)).map(|key| remain(key, Why::Lost)));
    remains
}

/// Kind, namespace, name.
type Key<'a> = [&'a str; 3];

fn by_name(objects: &[Value]) -> BTreeMap<Key<'_>, &Value> {
    let key = |object| {
        [
            text_at(object, &["kind"]),
            text_at(object, &["metadata", "namespace"]),
            text_at(object, &["metadata", "name"]),
        ]
    };
    objects.iter().map(|object| (key(object), object)).collect()
}

fn remain([kind, namespace, name]: &Key<'_>, why: Why) -> Remain {
    Remain { kind: (*kind).to_owned(), namespace: (*namespace).to_owned(), name: (*name).to_owned(), why }
}

fn reason(object: &Value) -> Why {
    let annotation = |name: &str| text_at(object, &["metadata", "annotations", name]);
    let manager = text_at(object, &["metadata", "labels", "app.kubernetes.io/managed-by"]);
    match text_at(object, &["kind"]) {
        _ if annotation("helm.sh/resource-policy").trim().eq_ignore_ascii_case("keep") => Why::Kept,
        _ if !annotation("helm.sh/hook").is_empty() => Why::Hook,
        "CustomResourceDefinition" if manager != "Helm" => Why::Definition,
        "PersistentVolumeClaim" if annotation("meta.helm.sh/release-name").is_empty() => Why::Claim,
        _ => Why::Orphaned,
    }
}

/// A hook that ran: nobody knows how to undo what it did.
fn not_undone(step: &Step) -> Option<Remain> {
    let Step { kind, namespace, name, hook, what } = step;
    // Accounts and settings that hooks come with do nothing themselves.
    let ran = matches!(kind.as_str(), "Job" | "Pod") && !hook.is_empty() && matches!(what, What::Created);
    ran.then(|| Remain {
        kind: kind.clone(),
        namespace: namespace.clone(),
        name: name.clone(),
        why: Why::NotUndone(hook.clone()),
    })
}
