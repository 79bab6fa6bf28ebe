//! For tests: runs a binary in an environment of its own, and remembers what it said; finds the cluster that tests may use.
//!
//! Never reads the developer's home folder, kubeconfig or environment.

#![warn(clippy::print_stdout)]

mod environment;
#[cfg(unix)]
mod postgres;
mod prometheus;
mod registry;
mod server;
mod testbed;

#[cfg(unix)]
pub use crate::postgres::{Postgres, PostgresTls};
pub use crate::{
    environment::{Outcome, TestEnv, exporter_address, words},
    prometheus::{Prometheus, TEST_PROMETHEUS, TEST_PROMTOOL},
    registry::{Registry, RegistryKind, TEST_HELM, TEST_REGISTRY, needed_program},
    server::Servers,
    testbed::{TEST_KUBECONFIG, Testbed, test_kubeconfig, testbed_folder},
};
