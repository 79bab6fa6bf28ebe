//! May we? Asked before anything is changed.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt as _;
use http::Method;
use serde_json::{Value, json};

use crate::{Cluster, Error, cluster::Inner, object::value_at, request::Call};

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
    /// Tells of each thing whether the user may do it, in the order given.
    ///
    /// The rules of each namespace are asked for first (`SelfSubjectRulesReview`), one request for all of them. They may be
    /// incomplete, so what they do not allow is asked one by one (`SelfSubjectAccessReview`).
    pub fn allowed(&self, checks: &[AccessCheck]) -> Vec<Result<bool, Error>> {
        self.block_on(async {
            let namespaces: BTreeSet<&str> =
                checks.iter().map(|check| check.namespace.as_str()).filter(|namespace| !namespace.is_empty()).collect();
            let places = self.inner.transport.throttle.places();
            let asked =
                namespaces.into_iter().map(|namespace| async move { (namespace, self.inner.rules(namespace).await) });
            let rules: BTreeMap<&str, Vec<Value>> =
                futures::stream::iter(asked).buffer_unordered(places).collect().await;
            let answers = checks.iter().map(|check| {
                let known =
                    rules.get(check.namespace.as_str()).is_some_and(|rules| rules.iter().any(|rule| check.is_in(rule)));
                async move { if known { Ok(true) } else { self.inner.access(check).await } }
            });
            futures::stream::iter(answers).buffered(places).collect().await
        })
    }
}

impl Cluster {
    /// The name that the server knows the user by; none where it does not tell.
    pub fn user(&self) -> Option<String> {
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        let call = Call::new(Method::POST, path).body("application/json", review.to_string().into_bytes());
        let answer = self.block_on(self.inner.json(&call)).ok()?;
        value_at(&answer, &["status", "userInfo", "username"])?.as_str().map(str::to_owned)
    }
}

impl Inner {
    /// What the user may do in a namespace and everywhere; nothing where that cannot be found out.
    async fn rules(&self, namespace: &str) -> Vec<Value> {
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": namespace},
        });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
        let call = Call::new(Method::POST, path).body("application/json", review.to_string().into_bytes());
        let mut answer = self.json(&call).await.unwrap_or_default();
        match answer.pointer_mut("/status/resourceRules").map(Value::take) {
            Some(Value::Array(rules)) => rules,
            _ => Vec::new(),
        }
    }

    async fn access(&self, check: &AccessCheck) -> Result<bool, Error> {
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
        let answer = self.json(&call).await?;
        Ok(value_at(&answer, &["status", "allowed"]).and_then(Value::as_bool).unwrap_or_default())
    }
}

impl AccessCheck {
    /// Whether a rule of a namespace allows it. Rules for objects of the cluster hold there too, so a rule that comes from
    /// a Role may be taken for more than it is: of those objects none is asked that way.
    fn is_in(&self, rule: &Value) -> bool {
        let lists = |field: &str, wanted: &str| {
            let mut entries = rule.get(field).and_then(Value::as_array).into_iter().flatten();
            entries.any(|entry| entry == "*" || entry == wanted)
        };
        let names = rule.get("resourceNames").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
        !self.namespace.is_empty()
            && !names
            && lists("verbs", &self.verb)
            && lists("apiGroups", &self.group)
            && lists("resources", &self.resource)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::AccessCheck;

    #[test]
    fn rules_allow_what_they_name() {
        let check = |verb: &str, namespace: &str| AccessCheck {
            verb: verb.into(),
            group: "apps".into(),
            resource: "deployments".into(),
            namespace: namespace.into(),
            name: String::new(),
        };
        let rule = json!({"verbs": ["get", "patch"], "apiGroups": ["apps"], "resources": ["*"]});
        assert!(check("patch", "a").is_in(&rule) && !check("delete", "a").is_in(&rule));
        assert!(!check("patch", "").is_in(&rule), "rules of a namespace say nothing of the cluster");
        let named = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "resourceNames": ["x"]});
        assert!(!check("patch", "a").is_in(&named));
    }
}
