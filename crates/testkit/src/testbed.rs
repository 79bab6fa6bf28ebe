//! A real cluster for tests: the one that the tester names, or the running test cluster of ours; never the current
//! context.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use cluster::{Action, Cluster, ClusterOptions, ObjectId, Propagation, Write};

/// The variable that names the kubeconfig of the cluster that tests may use.
pub const TEST_KUBECONFIG: &str = "PINTLE_TEST_KUBECONFIG";

/// Where `cargo xtask testbed` keeps the kubeconfig, the logs and the process numbers of the test cluster.
pub fn testbed_folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).join("target"),
        PathBuf::from,
    );
    target.join("testbed")
}

/// The kubeconfig of the cluster that tests may use, if there is any.
pub fn test_kubeconfig() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(TEST_KUBECONFIG).filter(|name| !name.is_empty()) {
        return Some(named.into());
    }
    Some(testbed_folder().join("kubeconfig")).filter(|file| file.is_file())
}

/// A namespace of a test's own on the test cluster. It is deleted with it.
pub struct Testbed {
    kubeconfig: String,
    namespace: String,
    cluster: Cluster,
}

impl Testbed {
    /// Makes a namespace whose name begins with `name`. None where there is no cluster: the test says so and passes.
    ///
    /// Fails where the cluster does not answer, and where `CI` is `true` and there is none.
    pub fn open(name: &str) -> anyhow::Result<Option<Testbed>> {
        let Some(kubeconfig) = test_kubeconfig() else {
            let ci = std::env::var("CI").is_ok_and(|value| value == "true");
            anyhow::ensure!(!ci, "{name} needs a cluster: {TEST_KUBECONFIG}, or cargo xtask testbed up");
            eprintln!("skipped: {name}: no cluster ({TEST_KUBECONFIG}, or cargo xtask testbed up)");
            return Ok(None);
        };
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() % 1_000_000_000;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let namespace = format!("{name}-{seconds}-{}-{number}", std::process::id());
        let kubeconfig = kubeconfig.to_str().context("the kubeconfig's path is no text")?.to_owned();
        let cluster = Cluster::connect(&options(&kubeconfig, &namespace))?;
        let bed = Testbed { kubeconfig, namespace, cluster };
        let object = serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": bed.namespace}});
        bed.cluster.write(&Write::new(bed.own_id(), Action::Create(object))).context("making a namespace")?;
        Ok(Some(bed))
    }

    /// The path of the kubeconfig.
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    /// The test's own namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The cluster, as its administrator sees it.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// How to connect as the administrator; change what the test is about.
    pub fn options(&self) -> ClusterOptions {
        options(&self.kubeconfig, &self.namespace)
    }

    fn own_id(&self) -> ObjectId {
        ObjectId {
            api_version: "v1".into(),
            kind: "Namespace".into(),
            name: self.namespace.clone(),
            ..ObjectId::default()
        }
    }
}

impl Drop for Testbed {
    fn drop(&mut self) {
        _ = self.cluster.write(&Write::new(self.own_id(), Action::Delete(Propagation::Background)));
    }
}

fn options(kubeconfig: &str, namespace: &str) -> ClusterOptions {
    ClusterOptions {
        kubeconfig: Some(kubeconfig.to_owned()),
        namespace: Some(namespace.to_owned()),
        ..ClusterOptions::default()
    }
}
