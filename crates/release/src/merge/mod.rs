//! Patches that a client-side apply sends: what to change in the live object, from the old manifest and the new one.
//! Helm: `pkg/kube/client.go`, `createPatch`.

mod json;

use serde_json::Value;

pub use self::json::{merge_patch, three_way_merge_patch, two_way_merge_patch};
use crate::{object::ObjectId, plan::PatchForm};

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
    #[error("precondition failed for: {0}: at least one field was changed: apiVersion, kind or name")]
    Precondition(String),
    /// A kind whose lists have keys, which are not known here yet.
    #[error("client-side apply of {0} is not built yet")]
    NotBuilt(String),
}

/// The patch that makes of the live object what the new manifest wants, and takes away what only the old one had; none
/// where nothing changes. `three_way_for_custom` is [`crate::plan::Apply::ClientSide`]'s.
///
/// # Errors
/// The states do not fit together.
pub fn client_side_patch(
    id: &ObjectId,
    merge: &Merge<'_>,
    three_way_for_custom: bool,
) -> Result<Option<(PatchForm, Value)>, MergeError> {
    if !id.group().contains('.') || id.group().ends_with(".k8s.io") {
        return Err(MergeError::NotBuilt(id.gvk()));
    }
    let patch = if three_way_for_custom {
        three_way_merge_patch(merge)?
    } else {
        two_way_merge_patch(merge.original, merge.modified)
    };
    Ok(Some(patch)
        .filter(|patch| patch.as_object().is_none_or(|patch| !patch.is_empty()))
        .map(|patch| (PatchForm::Merge, patch)))
}
