//! Strategic merge patches, which know by which key the items of a list are told apart.
//! apimachinery: `pkg/util/strategicpatch/patch.go`.

mod apply;
mod diff;
mod lists;
mod lookup;
mod text;

pub(super) use self::text::go_text;

use serde_json::{Map, Value};

use self::{diff::Wanted, lookup::Level};
use super::{Merge, MergeError};
use crate::schema::Struct;

/// Says what is to be done with the map that it is in: `replace`, `delete`, `merge`.
const DIRECTIVE: &str = "$patch";
/// Names the keys of a map that stay.
const RETAIN_KEYS: &str = "$retainKeys";
/// Before the name of a list of plain values: those that go.
const DELETE_FROM: &str = "$deleteFromPrimitiveList";
/// Before the name of a list: its order.
const SET_ORDER: &str = "$setElementOrder";

/// What applying a patch means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Onto {
    /// It becomes part of another patch, which keeps its directives.
    Patch,
    /// It changes an object.
    Object,
}

/// The patch that takes from the live object what the old manifest had and the new one has not, and gives it what the new
/// one has; whatever others changed otherwise. apimachinery: `CreateThreeWayMergePatch` with `overwrite`.
///
/// # Errors
/// The objects are not of that type, or lack the keys of their lists.
pub fn three_way_patch(merge: &Merge<'_>, of_type: Struct) -> Result<Value, MergeError> {
    let level = Level::of(of_type);
    let none = Map::new();
    let [original, modified, current] =
        [merge.original, merge.modified, merge.current].map(|object| object.as_object().unwrap_or(&none));
    let delta = diff::maps(current, modified, level, Wanted { changes: true, deletions: false, retain_keys: false })?;
    let deletions =
        diff::maps(original, modified, level, Wanted { changes: false, deletions: true, retain_keys: false })?;
    apply::maps(deletions, delta, level, Onto::Patch).map(Value::Object)
}

/// What a patch makes of an object. apimachinery: `StrategicMergePatch`.
///
/// # Errors
/// The patch does not fit the type.
pub fn apply_patch(object: &Value, patch: &Value, of_type: Struct) -> Result<Value, MergeError> {
    let [object, patch] = [object, patch].map(|value| value.as_object().cloned().unwrap_or_default());
    apply::maps(object, patch, Level::of(of_type), Onto::Object).map(Value::Object)
}

fn wrong(message: impl Into<String>) -> MergeError {
    MergeError::Strategic(message.into())
}

/// Whether Go's decoder gives both values one type.
fn same_type(a: &Value, b: &Value) -> bool {
    lists::ElementKind::of(a) == lists::ElementKind::of(b)
}
