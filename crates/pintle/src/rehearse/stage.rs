//! The throwaway sandbox, set with copies.

use cluster::{Cluster, ClusterOptions};
use sandbox::{Sandbox, SandboxOptions, StoreError};
use serde_json::Value;

use super::{RehearseOptions, copy::Original};
use crate::{Error, ErrorKind};

/// A sandbox in memory, and a client of it.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) cluster: Cluster,
}

/// The error of a sandbox that cannot be used.
pub(super) fn failed(error: StoreError) -> Error {
    Error::new(ErrorKind::Cluster, error.to_string())
}

impl Stage {
    /// Sets it with what was copied.
    pub(super) fn set(original: &Original, namespace: &str, options: &RehearseOptions) -> Result<Stage, Error> {
        let sandbox = Sandbox::open(&SandboxOptions {
            version: original.version.clone(),
            keeps_journal: true,
            ..SandboxOptions::new(None, options.clock)
        })
        .map_err(failed)?;
        sandbox.adopt(&original.definitions).map_err(failed)?;
        sandbox.adopt(&original.objects).map_err(failed)?;
        let over = ClusterOptions {
            namespace: Some(namespace.to_owned()),
            clock: options.clock,
            burst_limit: u32::MAX,
            ..ClusterOptions::default()
        };
        let cluster = Cluster::over(sandbox.clone(), &over)?;
        Ok(Stage { sandbox, cluster })
    }

    /// What stands on it, apart from records and what controllers made.
    pub(super) fn objects(&self) -> Result<Vec<Value>, Error> {
        let mut objects = self.sandbox.objects().map_err(failed)?;
        objects.retain(|object| !is_of_the_cluster(object));
        Ok(objects)
    }
}

/// Whether an object is none that a chart or a user makes.
fn is_of_the_cluster(object: &Value) -> bool {
    let text = |path: &[&str]| release::object::text_at(object, path);
    let name = text(&["metadata", "name"]);
    let owned =
        object.pointer("/metadata/ownerReferences").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    let is_record = name.starts_with("sh.helm.release.v1.");
    let made = matches!(
        (text(&["kind"]), name),
        ("Node" | "Event" | "Endpoints" | "EndpointSlice", _)
            | ("ServiceAccount", "default")
            | ("ConfigMap", "kube-root-ca.crt")
            | ("Namespace", "default" | "kube-system" | "kube-public" | "kube-node-lease")
    );
    owned || is_record || made
}
