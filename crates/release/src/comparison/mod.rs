//! What differs between two manifests, document by document and line by line, in the forms of the plugin helm-diff.
//!
//! The forms and their rules are those of helm-diff 3.15, which scripts read; how they are computed is ours. Field by
//! field, with owners, objects are compared in [`crate::diff`].

mod compare;
mod documents;
mod fields;
mod human;
mod lines;
mod ordered;
mod print;
mod secrets;
mod structured;

pub use self::{
    compare::{ChangeKind, CompareOptions, Comparison, Entry, Ownership, SecretView, compare},
    documents::{Document, Documents, ReadError, ReadOptions, by_source, read},
    lines::{Delta, Line, line_diff},
    print::{Form, KeyParts, key_parts, print},
};
