//! `HELM_DRIVER=memory`: records from files, and a cluster that lasts as long as the command.
//!
//! Helm has a cluster there that only says yes. Helm: pkg/cmd/root.go `loadReleasesInMemory`.

use std::{fs, time::SystemTime};

use pintle::{
    Cluster, ClusterOptions, Memory, Sandbox, SandboxOptions, Storage as _, make_namespace, memory_records, path_error,
};

use crate::{env::Environment, error::Failure};

/// The records of all files, in a memory of one namespace.
pub(crate) fn storage(environment: &Environment, namespace: &str) -> Result<Memory, String> {
    let memory = Memory::new(namespace);
    for path in environment.memory_data() {
        let error =
            |error: &std::io::Error| format!("Unable to read memory driver data{}", path_error("open", path, error));
        let text = fs::read(path).map_err(|cause| error(&cause))?;
        let records =
            memory_records(&text).map_err(|error| format!("Unable to unmarshal memory driver data: {error}"))?;
        for record in records {
            memory.create(&record).map_err(|error| error.to_string())?;
        }
    }
    Ok(memory)
}

/// A cluster that has the namespace of the flags, and nothing else.
pub(crate) fn cluster(options: ClusterOptions) -> Result<Cluster, Failure> {
    let sandbox = Sandbox::open(&SandboxOptions::new(None, SystemTime::now));
    let sandbox = sandbox.map_err(|error| Failure::new(error.to_string()))?;
    let namespace = options.namespace.clone().unwrap_or_default();
    let cluster = Cluster::over(sandbox, &ClusterOptions { cache_dir: None, ..options });
    let cluster = cluster.map_err(|error| Failure::from(pintle::Error::from(error)))?;
    make_namespace(&cluster, &namespace)?;
    Ok(cluster)
}
