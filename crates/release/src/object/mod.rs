//! Objects: what the documents of a manifest describe.

mod convert;
mod id;
mod metadata;
mod moved;
mod parse;
mod place;

pub use self::{
    convert::from_value,
    id::{Anonymous, ObjectId, gvk, text_at, value_at},
    moved::place_old,
    parse::{Checks, ObjectError, ObjectErrorKind, parse},
    place::{Duplicate, Unplaced, last_of_each, place},
};
pub(crate) use self::{id::contains, place::map_entry};
use std::collections::HashMap;

use serde_json::Value;

/// Objects as they live on the cluster; none where it was asked and there is no such object.
pub type Live = HashMap<ObjectId, Option<Value>>;

/// One object of a manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Which object.
    pub id: ObjectId,
    /// The object, as JSON that Kubernetes takes.
    pub json: Value,
    /// The template that it comes from, such as `demo/templates/service.yaml`; empty where the manifest does not say.
    pub source: String,
}
