//! Objects: what the documents of a manifest describe.

mod convert;
mod id;
mod metadata;
mod parse;
mod place;

pub use self::{
    convert::from_value,
    id::{Anonymous, ObjectId, gvk, text_at, value_at},
    parse::{Checks, ObjectError, ObjectErrorKind, parse},
    place::{Duplicate, Unplaced, last_of_each, place},
};
use serde_json::Value;

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
