//! The programs of the test cluster, built from the Go module `tests/testbed`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::{tools::cache_folder, workspace};

/// What the module's `tool` lines install; `server` is etcd.
const PROGRAMS: [&str; 6] =
    ["server", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok"];

/// A folder with every program.
pub(crate) struct Tools(PathBuf);

impl Tools {
    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn kubectl(&self) -> PathBuf {
        self.program("kubectl")
    }
}

/// Builds the programs, unless the cache has them. Cold this takes minutes.
pub(crate) fn build() -> anyhow::Result<Tools> {
    let source = workspace::root().join("tests/testbed");
    let mut pins = String::new();
    for file in ["go.mod", "go.sum"] {
        pins.push_str(&std::fs::read_to_string(source.join(file)).with_context(|| format!("reading {file}"))?);
    }
    let tools = Tools(cache_folder("testbed", &pins)?);
    if PROGRAMS.iter().all(|name| tools.program(name).is_file()) {
        return Ok(tools);
    }
    eprintln!("building Kubernetes for the tests");
    let scratch = tempfile::tempdir_in(&tools.0)?;
    let status = Command::new("go")
        .args(["install", "-ldflags=-s -w", "tool"])
        .env("GOBIN", scratch.path())
        .env("GOFLAGS", "")
        .current_dir(&source)
        .status()
        .context("running go")?;
    anyhow::ensure!(status.success(), "building the programs of tests/testbed");
    for name in PROGRAMS {
        std::fs::rename(scratch.path().join(name), tools.program(name)).with_context(|| format!("keeping {name}"))?;
    }
    Ok(tools)
}
