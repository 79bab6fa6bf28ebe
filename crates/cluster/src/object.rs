//! Which object: the identity that the crate of releases defines.

pub use release::object::ObjectId;
pub(crate) use release::object::{gvk, text_at, value_at};
