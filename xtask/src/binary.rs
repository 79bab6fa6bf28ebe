//! Our own binary, built as users get it.

use std::path::PathBuf;

use crate::{process, workspace};

/// Builds `helm` in release mode and gives its path.
pub(crate) fn release() -> anyhow::Result<PathBuf> {
    let built = process::cargo_shown(&["build", "--release", "--quiet"])?;
    anyhow::ensure!(built, "building helm in release mode");
    Ok(target().join("release").join("helm"))
}

/// The folder of what cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace::root().join("target"), PathBuf::from)
}
