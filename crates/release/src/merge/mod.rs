//! Patches that a client-side apply sends: what to change in the live object, from the old manifest and the new one.
//! Helm: `pkg/kube/client.go`, `createPatch`.

mod json;
pub mod strategic;

use serde_json::Value;

pub use self::json::{discard_nulls, merge_patch, three_way_merge_patch, two_way_merge_patch};
use crate::{
    object::ObjectId,
    plan::PatchForm,
    schema::{self, Shape, Struct},
};

/// The three states of an object.
#[derive(Clone, Copy, Debug)]
pub struct Merge<'a> {
    /// The object in the manifest that was applied last.
    pub original: &'a Value,
    /// The object in the manifest that is applied now.
    pub modified: &'a Value,
    /// The object as it lives.
    pub current: &'a Value,
}

/// Why there is no patch, in the words of Kubernetes' libraries.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A patch would make another object of it.
    #[error("precondition failed for: {0}")]
    Precondition(String),
    /// The states of an object do not fit together.
    #[error("{0}")]
    Strategic(String),
}

/// The patch that makes of the live object what the new manifest wants, and takes away what only the old one had; none
/// where nothing changes. An object that does not fit its type is patched as one whose type nobody knows; the server will
/// say what is wrong with it. `three_way_for_custom` is [`crate::plan::Apply::ClientSide`]'s.
///
/// # Errors
/// The states do not fit together.
pub fn client_side_patch(
    id: &ObjectId,
    merge: &Merge<'_>,
    three_way_for_custom: bool,
) -> Result<Option<(PatchForm, Value)>, MergeError> {
    let of_type = known_type(id).filter(|of_type| Shape::Struct(*of_type).fits(merge.modified));
    let (form, patch) = match of_type {
        Some(of_type) => (PatchForm::Strategic, strategic::three_way_patch(merge, of_type)?),
        None if three_way_for_custom => (PatchForm::Merge, three_way_merge_patch(merge)?),
        None => (PatchForm::Merge, two_way_merge_patch(merge.original, merge.modified)),
    };
    let empty = patch.as_object().is_some_and(serde_json::Map::is_empty);
    Ok((!empty).then_some((form, patch)))
}

/// The type of a kind that Helm has Go types for: they tell how lists are merged. Versions that Kubernetes no longer serves
/// are merged as those that took their place.
pub fn known_type(id: &ObjectId) -> Option<Struct> {
    // client-go: `kubernetes/scheme` has no types of the aggregator.
    if id.group() == "apiregistration.k8s.io" {
        return None;
    }
    let served = schema::kind(&id.api_version, &id.kind);
    // Helm: "CRDs aren't unstructured but has this dedicated type".
    let old_definition = id.api_version == "apiextensions.k8s.io/v1beta1";
    served.or_else(|| {
        id.moved().filter(|_| !old_definition).and_then(|moved| schema::kind(&moved.api_version, &moved.kind))
    })
}
