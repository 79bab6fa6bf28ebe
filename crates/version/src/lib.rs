//! Versions and constraints as Masterminds/semver 3.5 has them: what `semverCompare`, `kubeVersion` and
//! dependency ranges mean in Helm.
//!
//! Takes texts, gives [`Version`] and [`Constraint`], and the Go library's own words where something is wrong.
//! Never allocates more than a small multiple of its input, whose length is bounded.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod constraint;
mod error;
mod scan;
mod version;

pub use crate::{constraint::Constraint, error::Error, version::Version};
