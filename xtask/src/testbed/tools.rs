//! The programs of the test cluster, built from the Go module `tests/testbed`.

use std::path::{Path, PathBuf};

use crate::tools::go_tools;

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
    go_tools("testbed", &PROGRAMS).map(Tools)
}
