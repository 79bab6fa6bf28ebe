//! May we? Asked before anything is changed.

use futures::StreamExt as _;
use http::Method;
use serde_json::{Value, json};

use crate::{Cluster, Error, object::value_at, request::Call};

/// One thing that an operation will want to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccessCheck {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`.
    pub verb: String,
    /// The API group; empty for the core.
    pub group: String,
    /// The resource, such as `deployments`.
    pub resource: String,
    /// The namespace; empty for the cluster.
    pub namespace: String,
    /// The object; empty for any.
    pub name: String,
}

impl Cluster {
    /// Asks of each thing whether the user may do it (`SelfSubjectAccessReview`), in the order given.
    pub fn allowed(&self, checks: &[AccessCheck]) -> Vec<Result<bool, Error>> {
        let transport = &self.inner.transport;
        let ask = |check: &AccessCheck| {
            let attributes = json!({
                "verb": check.verb, "group": check.group, "resource": check.resource,
                "namespace": check.namespace, "name": check.name,
            });
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": attributes},
            });
            let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
            let call = Call::new(Method::POST, path).body("application/json", review.to_string().into_bytes());
            async move {
                let answer = self.inner.json(&call).await?;
                Ok(value_at(&answer, &["status", "allowed"]).and_then(Value::as_bool).unwrap_or_default())
            }
        };
        let asked = futures::stream::iter(checks.iter().map(ask)).buffered(transport.throttle.places());
        self.block_on(asked.collect())
    }
}
