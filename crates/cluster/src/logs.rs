//! What pods wrote. Helm: `Client.OutputContainerLogsForPodList`.

use crate::{Cluster, Error, discovery::Mapping, request::Call};

/// A log larger than this is cut at its beginning.
const MAX_LOG: &str = "16777216";

impl Cluster {
    /// What a container wrote so far. `tail` asks for that many last lines only.
    ///
    /// # Errors
    /// `failed to stream pod logs for pod: …`: the server does not answer or refuses, or the node does.
    pub fn pod_logs(&self, namespace: &str, pod: &str, container: &str, tail: Option<u32>) -> Result<Vec<u8>, Error> {
        let call = call(namespace, pod, container);
        let call = match tail {
            Some(lines) => call.query("tailLines", &lines.to_string()),
            None => call.query("limitBytes", MAX_LOG),
        };
        let doing = format!("failed to stream pod logs for pod: {pod}, container: {container}");
        self.block_on(self.inner.transport.send(&call)).map_err(|error| error.during(doing))
    }

    /// All that a container wrote so far.
    ///
    /// # Errors
    /// The server does not answer or refuses, or the node does.
    pub fn container_log(&self, namespace: &str, pod: &str, container: &str) -> Result<Vec<u8>, Error> {
        let call = call(namespace, pod, container);
        self.block_on(self.inner.transport.send(&call))
    }
}

/// Asks for the log of a container; of the only one where `container` is empty.
pub(crate) fn call(namespace: &str, pod: &str, container: &str) -> Call {
    let pods = Mapping { api_version: "v1".into(), kind: "Pod".into(), resource: "pods".into(), namespaced: true };
    let call = Call::get(format!("{}/log", pods.object(namespace, pod))).accept("*/*");
    if container.is_empty() { call } else { call.query("container", container) }
}
