//! What an operation does to objects: a list of steps, decided from the old manifest, the new one and what lives.
//!
//! # When an object is left alone
//!
//! A server-side apply that would change nothing is not sent. Its outcome is known beforehand when the live object's
//! `managedFields` have one entry of ours (manager `helm`, operation `Apply`, no subresource, the same API version), none
//! of ours from client-side writes, and
//!
//! - the fields of that entry are exactly those of the wanted object: one more, and the apply would remove it; one less,
//!   and the apply would take it;
//! - each has the wanted value in the live object, items of keyed lists in the wanted order.
//!
//! So a field of ours that somebody changed by hand is seen, be it that the hand took it over (then it is no longer in
//! our entry) or forced it back (then its value differs), and a field that only others own is none of our business, as it
//! is none of the apply's. Quantities are compared by their amount (`1000m` is `1`); where the server writes any other value
//! in another form than the manifest does, the object is applied, and the server finds that nothing changed.
//!
//! For client-side apply the three-way merge itself tells: an empty patch is not sent. Helm: `patchResourceClientSide`.

mod immutable;
mod make;
mod managed;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    make::{PlanError, PlanInput, UninstallInput, plan, plan_uninstall},
    managed::{is_as_wanted, needs_adoption},
};
use crate::object::{Duplicate, ObjectId};

/// Who owns the fields that we set: Helm takes its program's name.
pub const FIELD_MANAGER: &str = "helm";

/// What to do to which objects, in this order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// One step for each object: those of the new manifest in its order, then those that go, in the order of uninstalling.
    pub steps: Vec<Step>,
    /// Objects that the new manifest has twice.
    pub duplicates: Vec<Duplicate>,
}

/// One object, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Which object.
    pub id: ObjectId,
    /// The template that it comes from; empty where that is not known.
    pub source: String,
    /// What becomes of it.
    pub change: Change,
}

/// What becomes of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Change {
    /// It is made; it is not there.
    Create {
        /// The object.
        object: Value,
    },
    /// Server-side apply.
    Apply {
        /// The object.
        object: Value,
        /// Whether it is there already.
        exists: bool,
        /// Whether fields of earlier client-side writes of ours are made ours for server-side apply first.
        adopt_fields: bool,
        /// Whether fields are taken that others own.
        force_conflicts: bool,
    },
    /// A patch made here.
    Patch {
        /// Its form.
        form: PatchForm,
        /// The patch.
        patch: Value,
    },
    /// It is put in the place of what is there.
    Replace {
        /// The object.
        object: Value,
        /// Whether to delete it and make it anew where the server says that a field is immutable.
        recreate: bool,
    },
    /// It is deleted and made anew: a field changes that never may.
    Recreate {
        /// The object.
        object: Value,
        /// The field.
        field: String,
    },
    /// It is deleted.
    Delete,
    /// It would be deleted, and stays.
    Keep {
        /// Why.
        why: Kept,
    },
    /// It is as it should be.
    Unchanged,
    /// It would be deleted, and is not there.
    Gone,
    /// It would be deleted, but the server no longer knows its kind.
    SkipUnmappable {
        /// What the server says.
        why: String,
    },
}

/// Why an object stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "camelCase")]
pub enum Kept {
    /// `helm.sh/resource-policy: keep`.
    Policy,
    /// A resource policy that nobody knows: Helm's uninstall neither deletes nor names such an object.
    UnknownPolicy {
        /// The annotation.
        policy: String,
    },
    /// Another release has taken it over.
    OwnedBy {
        /// That release.
        release: String,
        /// Its namespace.
        namespace: String,
    },
}

/// The form of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PatchForm {
    /// RFC 7386.
    Merge,
    /// Kubernetes' own merge, which knows the keys of lists.
    Strategic,
}

/// How objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apply {
    /// The server merges.
    ServerSide {
        /// Whether to take fields that others own.
        force_conflicts: bool,
    },
    /// We merge.
    ClientSide {
        /// Whether patches of custom resources look at what lives, as Helm does where it takes objects over; otherwise
        /// they are made from the two manifests alone. Helm: `ClientUpdateOptionThreeWayMergeForUnstructured`.
        three_way_for_custom: bool,
    },
}

/// How a plan is made.
#[derive(Clone, Copy, Debug)]
pub struct PlanOptions {
    /// How objects are written.
    pub apply: Apply,
    /// Whether objects that are there are replaced as a whole: `--force`, `--force-replace`.
    pub force_replace: bool,
    /// Whether an object with an immutable field that changes is deleted and made anew: `--force-recreate`. Never one
    /// whose deletion takes data along: claims, volumes, namespaces, definitions; nor one that is to be kept.
    pub force_recreate: bool,
}

impl Default for PlanOptions {
    fn default() -> PlanOptions {
        PlanOptions { apply: Apply::ServerSide { force_conflicts: false }, force_replace: false, force_recreate: false }
    }
}

impl Step {
    /// Whether the step makes an object that was not there: `--cleanup-on-fail` deletes it again.
    pub fn creates(&self) -> bool {
        matches!(self.change, Change::Create { .. } | Change::Apply { exists: false, .. })
    }

    /// Whether the step writes to the cluster.
    pub fn writes(&self) -> bool {
        !matches!(self.change, Change::Keep { .. } | Change::Unchanged | Change::Gone | Change::SkipUnmappable { .. })
    }

    /// Whether the step is about an object that goes, or would have gone.
    pub fn is_removal(&self) -> bool {
        matches!(self.change, Change::Delete | Change::Keep { .. } | Change::Gone | Change::SkipUnmappable { .. })
    }

    /// The object that the step writes whole.
    pub fn object(&self) -> Option<&Value> {
        match &self.change {
            Change::Create { object }
            | Change::Apply { object, .. }
            | Change::Replace { object, .. }
            | Change::Recreate { object, .. } => Some(object),
            _ => None,
        }
    }
}

impl Plan {
    /// The steps in groups that may be carried out at once: neighbours of one kind. Helm: `batchPerform`.
    pub fn batches(&self) -> impl Iterator<Item = &[Step]> {
        self.steps.chunk_by(|a, b| a.id.kind == b.id.kind && a.is_removal() == b.is_removal())
    }

    /// Whether the plan writes nothing.
    pub fn is_empty(&self) -> bool {
        !self.steps.iter().any(Step::writes)
    }
}
