//! What a release is: its record, manifest, hooks, ordering, history; and what an operation does to its objects.
//!
//! Takes rendered files and gives sorted manifests and hooks; takes manifests and what lives and gives plans. Pure: never speaks to a cluster, reads a file or a clock.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod codec;
pub mod comparison;
pub mod diff;
mod head;
pub mod history;
mod hook;
mod kind_order;
pub mod labels;
mod manifest;
pub mod merge;
pub mod namespaced;
pub mod object;
pub mod ownership;
pub mod plan;
mod record;
pub mod schema;
mod split;
mod timestamp;

pub use crate::{
    head::Head,
    hook::{Hook, HookEvent, HookRun},
    kind_order::KindOrder,
    manifest::{Error, Manifest, RenderedFile, Sorted, sort_manifests},
    record::{ApplyMethod, Info, Record, Status},
    split::split_manifests,
    timestamp::Timestamp,
};
