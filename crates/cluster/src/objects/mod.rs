//! Objects on the server: read, written, deleted.

mod access;
mod managed_fields;
mod read;
mod write;

pub(crate) use self::read::PageMetadata;
pub use self::{
    access::AccessCheck,
    read::{Form, Selector},
    write::{Action, FIELD_MANAGER, FieldValidation, PatchKind, Propagation, Write},
};
