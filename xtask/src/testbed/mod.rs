//! `cargo xtask testbed up|down|build`: a real Kubernetes on loopback, with nodes and pods that KWOK plays.
//!
//! The state lies in `testkit::testbed_folder()`: kubeconfig, logs, a `*.pid` file for each process that was started.

mod process;
mod start;
mod tools;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) use tools::{Tools, build};

/// A test cluster, and whether this call started it.
pub(crate) struct Bed {
    pub(crate) kubeconfig: PathBuf,
    pub(crate) kubectl: PathBuf,
    started: bool,
}

impl Bed {
    /// The cluster that `PINTLE_TEST_KUBECONFIG` names, or the running one of ours, or a new one.
    pub(crate) fn open() -> anyhow::Result<Bed> {
        let tools = build()?;
        if let Some(named) = std::env::var_os(testkit::TEST_KUBECONFIG) {
            return Ok(Bed { kubeconfig: named.into(), kubectl: tools.kubectl(), started: false });
        }
        let kubeconfig = testkit::testbed_folder().join("kubeconfig");
        let running = answers(&tools, &kubeconfig);
        if !running {
            process::end_all(&testkit::testbed_folder())?;
            start::all(&tools, &testkit::testbed_folder())?;
        }
        Ok(Bed { kubeconfig, kubectl: tools.kubectl(), started: !running })
    }

    /// Whether it counts what the user `counted` asks for.
    pub(crate) fn counts(&self) -> bool {
        self.kubeconfig == testkit::testbed_folder().join("kubeconfig")
    }

    /// How many requests of the user `counted` it has answered.
    pub(crate) fn counted(&self) -> anyhow::Result<usize> {
        let log = std::fs::read_to_string(testkit::testbed_folder().join("audit.log"))?;
        Ok(log.lines().count())
    }

    /// Ends the cluster if this run started it.
    pub(crate) fn close(self) -> anyhow::Result<()> {
        if self.started { process::end_all(&testkit::testbed_folder()) } else { Ok(()) }
    }
}

/// Starts the test cluster, unless it runs, and prints its kubeconfig.
pub(crate) fn up() -> anyhow::Result<bool> {
    println!("{}", Bed::open()?.kubeconfig.display());
    Ok(true)
}

/// Ends the processes that `up` started, and no others.
pub(crate) fn down() -> anyhow::Result<bool> {
    process::end_all(&testkit::testbed_folder())?;
    Ok(true)
}

/// Builds the tools and prints where they are.
pub(crate) fn build_only() -> anyhow::Result<bool> {
    println!("{}", build()?.folder().display());
    Ok(true)
}

/// Whether a server answers that it is ready.
fn answers(tools: &Tools, kubeconfig: &Path) -> bool {
    kubeconfig.is_file()
        && Command::new(tools.kubectl())
            .arg("--kubeconfig")
            .arg(kubeconfig)
            .args(["--request-timeout=5s", "get", "--raw", "/readyz"])
            .output()
            .is_ok_and(|output| output.status.success() && output.stdout == b"ok")
}
