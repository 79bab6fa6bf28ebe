//! The pods behind an object.

use serde_json::Value;

use super::status::{self, Readiness};
use crate::{
    Error,
    cluster::Inner,
    discovery::Mapping,
    object::{text_at, value_at},
    objects::Selector,
};

/// How many pods of an object have failed for good; those on their way out and those without a node are none.
/// cli-utils: `podControllerStatusReader`.
pub(super) async fn failed(inner: &Inner, object: &Value, now: i64) -> usize {
    let selector = value_at(object, &["spec", "selector"]).map(selector_text).unwrap_or_default();
    if selector.is_empty() {
        return 0;
    }
    let pods = list(inner, text_at(object, &["metadata", "namespace"]), selector).await.unwrap_or_default();
    let failed = pods.iter().filter(|pod| {
        let leaving = !text_at(pod, &["metadata", "deletionTimestamp"]).is_empty();
        !leaving && !status::is_unschedulable(pod) && status::compute_status(pod, now).readiness == Readiness::Failed
    });
    failed.count()
}

/// The pods that a label selector picks.
pub(crate) async fn list(inner: &Inner, namespace: &str, labels: String) -> Result<Vec<Value>, Error> {
    let pods = Mapping { api_version: "v1".into(), kind: "Pod".into(), resource: "pods".into(), namespaced: true };
    inner.list(&pods, &Selector { namespace: namespace.to_owned(), labels, fields: String::new() }).await
}

/// A `LabelSelector`, or the plain map of a ReplicationController, as a query has it.
pub(crate) fn selector_text(selector: &Value) -> String {
    let Some(fields) = selector.as_object() else { return String::new() };
    let structured = fields.contains_key("matchLabels") || fields.contains_key("matchExpressions");
    let labels = if structured { fields.get("matchLabels").and_then(Value::as_object) } else { Some(fields) };
    let mut terms: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    for expression in fields.get("matchExpressions").and_then(Value::as_array).into_iter().flatten() {
        let key = text_at(expression, &["key"]);
        let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
        let values: Vec<&str> = values.filter_map(Value::as_str).collect();
        terms.push(match text_at(expression, &["operator"]) {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        });
    }
    terms.join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::selector_text;

    #[test]
    fn selectors_become_queries() {
        let selector = json!({"matchLabels": {"a": "b"}, "matchExpressions": [
            {"key": "c", "operator": "In", "values": ["d", "e"]}, {"key": "f", "operator": "DoesNotExist"},
            {"key": "g", "operator": "Exists"}]});
        assert_eq!(selector_text(&selector), "a=b,c in (d,e),!f,g");
        assert_eq!(selector_text(&json!({"app": "x"})), "app=x");
    }
}
