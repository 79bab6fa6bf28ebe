//! Makes plans. Helm: `pkg/kube/client.go`, `Create`, `update` and `Delete`; `pkg/action/uninstall.go`.

use std::collections::HashMap;

use serde_json::Value;

use super::{Apply, Change, Kept, Plan, PlanOptions, Step, immutable, managed};
use crate::{
    KindOrder,
    merge::{self, MergeError},
    object::{Live, Object, ObjectId, last_of_each, text_at, value_at},
    ownership::Owner,
};

const POLICY: &str = "helm.sh/resource-policy";
const KEEP: &str = "keep";

/// What an install, upgrade or rollback is planned from. All objects are placed ([`crate::object::place`]) and those of the
/// new manifest bear their owner ([`Owner::stamp`]).
#[derive(Clone, Copy, Debug)]
pub struct PlanInput<'a> {
    /// The objects of the revision that is believed to live; none for an install.
    pub old: &'a [Object],
    /// Objects of that revision whose kind the server no longer knows, and what it says.
    pub unmappable: &'a [(Object, String)],
    /// The objects that shall live.
    pub new: &'a [Object],
    /// What lives: an entry for every object of the new manifest, and for those of the old one where it may be read.
    pub live: &'a Live,
    /// Whose objects they are.
    pub owner: Owner<'a>,
    /// How they are written.
    pub options: PlanOptions,
}

/// What an uninstall is planned from.
#[derive(Clone, Copy, Debug)]
pub struct UninstallInput<'a> {
    /// The release's objects.
    pub objects: &'a [Object],
    /// Those whose kind the server no longer knows, and what it says.
    pub unmappable: &'a [(Object, String)],
    /// What lives, as far as it was asked.
    pub live: &'a Live,
    /// Whose objects they are.
    pub owner: Owner<'a>,
}

/// Why there is no plan, in Helm's words where Helm has some.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Nobody has looked whether an object lives.
    #[error("could not get information about the resource: {} has not been read", .0.described())]
    Unread(ObjectId),
    /// An object without a name of its own, which server-side apply cannot write.
    #[error("server-side apply failed for object {}/{} {}: resource name may not be empty", .0.namespace, .0.name, .0.gvk())]
    NoName(ObjectId),
    /// An object that lives and that no patch can be made for.
    #[error("failed to create patch: {error}")]
    Merge {
        /// Which object.
        id: Box<ObjectId>,
        /// Why.
        error: MergeError,
    },
}

/// Plans an install, an upgrade or a rollback.
///
/// # Errors
/// An object that no step can be made for.
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, PlanError> {
    let (new, duplicates) = last_of_each(input.new.to_vec());
    let mut old = HashMap::new();
    for object in input.old {
        old.insert(Key::of(&object.id), object);
    }
    let mut steps = Vec::with_capacity(new.len());
    for object in &new {
        let original = old.remove(&Key::of(&object.id));
        let change = written(object, original, input)?;
        steps.push(Step { id: object.id.clone(), source: object.source.clone(), change });
    }
    let kept: Vec<Key> = new.iter().map(|object| Key::of(&object.id)).collect();
    let removals = input.old.iter().filter(|object| old.remove(&Key::of(&object.id)).is_some());
    let removals = removals.map(|object| step(object, removed(object, input.live, &input.owner)));
    let lost = input.unmappable.iter().filter(|(object, _)| !kept.contains(&Key::of(&object.id)));
    steps.extend(in_uninstall_order(removals.chain(lost.map(unmappable)).collect()));
    Ok(Plan { steps, duplicates })
}

/// Plans an uninstall. What is kept is decided by the manifest, not by what lives. Helm: `filterManifestsToKeep`.
pub fn plan_uninstall(input: &UninstallInput<'_>) -> Plan {
    let (objects, duplicates) = last_of_each(input.objects.to_vec());
    let removals = objects.iter().map(|object| {
        let change = match policy(&object.json) {
            None => deleted(&object.id, input.live, &input.owner),
            Some(policy) if policy == KEEP => Change::Keep { why: Kept::Policy },
            Some(policy) => Change::Keep { why: Kept::UnknownPolicy { policy } },
        };
        step(object, change)
    });
    let steps = removals.chain(input.unmappable.iter().map(unmappable)).collect();
    Plan { steps: in_uninstall_order(steps), duplicates }
}

/// What identifies an object across versions of its kind and moves to other groups.
#[derive(PartialEq, Eq, Hash)]
struct Key([String; 4]);

impl Key {
    fn of(id: &ObjectId) -> Key {
        let moved = id.moved();
        let (group, kind, namespace, name) = moved.as_ref().unwrap_or(id).key();
        Key([group, kind, namespace, name].map(str::to_owned))
    }
}

fn step(object: &Object, change: Change) -> Step {
    Step { id: object.id.clone(), source: object.source.clone(), change }
}

fn unmappable((object, why): &(Object, String)) -> Step {
    step(object, Change::SkipUnmappable { why: why.clone() })
}

fn in_uninstall_order(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by(|a, b| KindOrder::Uninstall.place(&a.id.kind).cmp(&KindOrder::Uninstall.place(&b.id.kind)));
    steps
}

/// What becomes of an object that shall live.
fn written(object: &Object, original: Option<&Object>, input: &PlanInput<'_>) -> Result<Change, PlanError> {
    let PlanOptions { apply, force_replace, force_recreate } = input.options;
    let named_by_server = object.id.name.is_empty();
    let live = match input.live.get(&object.id) {
        _ if named_by_server => None,
        Some(live) => live.as_ref(),
        None => return Err(PlanError::Unread(object.id.clone())),
    };
    let wanted = object.json.clone();
    let Some(live) = live else {
        return match apply {
            Apply::ServerSide { .. } if named_by_server => Err(PlanError::NoName(object.id.clone())),
            Apply::ServerSide { force_conflicts } => {
                Ok(Change::Apply { object: wanted, exists: false, adopt_fields: false, force_conflicts })
            }
            Apply::ClientSide { .. } => Ok(Change::Create { object: wanted }),
        };
    };
    let may_recreate =
        force_recreate && !immutable::is_precious(&object.id) && ![live, &wanted].iter().any(|object| is_kept(object));
    if may_recreate && let Some(field) = immutable::changed_field(&object.id, &wanted, live) {
        return Ok(Change::Recreate { object: wanted, field });
    }
    if force_replace {
        return Ok(Change::Replace { object: wanted, recreate: may_recreate });
    }
    match apply {
        Apply::ServerSide { .. } if managed::is_as_wanted(&wanted, live) => Ok(Change::Unchanged),
        Apply::ServerSide { force_conflicts } => {
            let adopt_fields = managed::needs_adoption(live);
            Ok(Change::Apply { object: wanted, exists: true, adopt_fields, force_conflicts })
        }
        Apply::ClientSide { three_way_for_custom } => {
            // Without an original there is nothing that we could have set and no longer want. Helm: the "original" of an
            // object that it adopts is the object of the new manifest.
            let original = original.map_or(&wanted, |original| &original.json);
            let input = merge::Merge { original, modified: &wanted, current: live };
            let patch = merge::client_side_patch(&object.id, &input, three_way_for_custom)
                .map_err(|error| PlanError::Merge { id: Box::new(object.id.clone()), error })?;
            Ok(patch.map_or(Change::Unchanged, |(form, patch)| Change::Patch { form, patch }))
        }
    }
}

/// What becomes of an object that the new manifest has no more. What lives decides whether it is kept, as in Helm; the
/// manifest where that is not known.
fn removed(object: &Object, live: &Live, owner: &Owner<'_>) -> Change {
    let known = live.get(&object.id).and_then(Option::as_ref).unwrap_or(&object.json);
    match deleted(&object.id, live, owner) {
        Change::Delete if is_kept(known) => Change::Keep { why: Kept::Policy },
        change => change,
    }
}

/// The deletion of an object: not where it is gone, and not where another release has taken it over since.
fn deleted(id: &ObjectId, live: &Live, owner: &Owner<'_>) -> Change {
    match live.get(id) {
        Some(None) => Change::Gone,
        Some(Some(live)) => match owner.successor(live) {
            Some((release, namespace)) => Change::Keep { why: Kept::OwnedBy { release, namespace } },
            None => Change::Delete,
        },
        None => Change::Delete,
    }
}

/// The resource policy of an object, trimmed and in lower case.
fn policy(object: &Value) -> Option<String> {
    let policy = value_at(object, &["metadata", "annotations", POLICY])?;
    Some(policy.as_str().unwrap_or_default().trim().to_lowercase())
}

fn is_kept(object: &Value) -> bool {
    text_at(object, &["metadata", "annotations", POLICY]).trim().to_lowercase() == KEEP
}
