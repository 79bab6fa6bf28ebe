//! What a release is: its manifest, hooks, ordering.
//!
//! Takes rendered files and gives sorted manifests and hooks. Pure: never speaks to a cluster, reads a file or a clock.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod head;
mod hook;
mod kind_order;
mod manifest;
mod split;

pub use crate::{
    head::Head,
    hook::{Hook, HookEvent},
    kind_order::KindOrder,
    manifest::{Error, Manifest, RenderedFile, Sorted, sort_manifests},
    split::split_manifests,
};
