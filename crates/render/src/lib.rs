//! Renders a chart: chart, values and capabilities in, files out.
//!
//! Adds Helm's functions and objects to `template`. Never reads a file, opens a connection or looks up a name:
//! live objects come through [`Lookup`], names and time through `template::Surroundings`.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod capabilities;
mod engine;
mod error;
mod files;
mod functions;
mod glob;
mod hint;
mod snippet;
mod top;

use std::borrow::Cow;

pub use crate::{
    engine::{Lookup, Mode, Release, RenderOptions, Rendered, Warning, origin, render},
    error::{Error, Location},
    hint::edit_distance,
};

pub use ::template::Origin;

/// Takes `<no value>`, which Go prints for what is missing, out of rendered text.
/// Helm: `pkg/engine/engine.go`, `renderWithReferences`.
fn without_no_value(text: &[u8]) -> Cow<'_, [u8]> {
    const MARK: &[u8] = b"<no value>";
    if memchr::memmem::find(text, MARK).is_none() {
        return Cow::Borrowed(text);
    }
    let mut clean = Vec::with_capacity(text.len());
    let mut from = 0;
    for found in memchr::memmem::find_iter(text, MARK) {
        clean.extend_from_slice(text.get(from..found).unwrap_or_default());
        from = found + MARK.len();
    }
    clean.extend_from_slice(text.get(from..).unwrap_or_default());
    Cow::Owned(clean)
}
