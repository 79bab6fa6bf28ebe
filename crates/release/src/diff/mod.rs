//! What differs between two states of an object: field by field, with who owns each, and as a text for people.
//!
//! What only the server writes (status, versions, times, managers) is left out, and the contents of Secrets are masked.

mod clean;
mod compare;
mod outcome;
mod owners;
mod path;
mod text;

use serde::Serialize;
use serde_json::Value;

pub use self::{
    clean::cleaned as without_server_fields,
    compare::{drift, field_changes},
    outcome::outcome,
    path::{Path, PathElement},
    text::unified,
};

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// Where it is.
    pub path: Path,
    /// What it is now; none where it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it becomes, or should be; none where it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Who manages it in the live object, as far as that is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<FieldOwner>,
}

/// Somebody who manages a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FieldOwner {
    /// The manager's name, such as `helm` or `kubectl-edit`.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// When the manager last changed anything; empty where that is not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time: String,
    /// The part of the API that was written through, such as `scale`; empty for the object itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subresource: String,
}
