//! The warnings that the cluster wrote about an object.

use serde_json::Value;

use super::{clean, conditions::MAX_MESSAGE};
use crate::{
    cluster::Inner,
    discovery::Mapping,
    object::{text_at, value_at},
    request::Call,
};

/// So many of the last are told.
const MAX_EVENTS: usize = 3;

/// The last warnings about an object, the oldest first: `FailedScheduling: 0/16 nodes are available (4 times)`.
pub(super) async fn warnings(inner: &Inner, namespace: &str, kind: &str, name: &str) -> Vec<String> {
    let events =
        Mapping { api_version: "v1".into(), kind: "Event".into(), resource: "events".into(), namespaced: true };
    // What is said of the cluster's own objects lies in the default namespace.
    let namespace = if namespace.is_empty() { "default" } else { namespace };
    let selector = format!("type=Warning,involvedObject.kind={kind},involvedObject.name={name}");
    let call = Call::get(events.collection(namespace)).query("fieldSelector", &selector).query("limit", "100");
    let Ok(list) = inner.json(&call).await else { return Vec::new() };
    told(list.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default())
}

fn told(events: &[Value]) -> Vec<String> {
    let mut events: Vec<&Value> = events.iter().collect();
    events.sort_by_key(|event| last_seen(event).to_owned());
    let mut lines: Vec<String> = Vec::new();
    for event in events {
        let message = clean(text_at(event, &["message"]), MAX_MESSAGE);
        let times = match count(event) {
            0 | 1 => String::new(),
            times => format!(" ({times} times)"),
        };
        let line = format!("{}: {message}{times}", text_at(event, &["reason"]));
        lines.retain(|known| *known != line);
        lines.push(line);
    }
    lines.split_off(lines.len().saturating_sub(MAX_EVENTS))
}

/// RFC 3339 in UTC, all of it: such texts sort by time.
fn last_seen(event: &Value) -> &str {
    let times = [
        text_at(event, &["series", "lastObservedTime"]),
        text_at(event, &["lastTimestamp"]),
        text_at(event, &["eventTime"]),
        text_at(event, &["metadata", "creationTimestamp"]),
    ];
    times.into_iter().find(|time| !time.is_empty()).unwrap_or_default()
}

fn count(event: &Value) -> i64 {
    let counts = [value_at(event, &["series", "count"]), value_at(event, &["count"])];
    counts.into_iter().flatten().find_map(Value::as_i64).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::told;

    #[test]
    fn the_last_warnings_are_told_once_each() {
        let event = |reason: &str, seen: &str, count: i64| json!({"reason": reason, "message": "m\u{1b}[2J", "lastTimestamp": seen, "count": count});
        let events = [
            event("C", "2026-01-01T00:00:03Z", 1),
            event("A", "2026-01-01T00:00:01Z", 1),
            event("B", "2026-01-01T00:00:02Z", 7),
            event("D", "2026-01-01T00:00:04Z", 1),
            event("D", "2026-01-01T00:00:05Z", 1),
        ];
        assert_eq!(told(&events), ["B: m (7 times)", "C: m", "D: m"]);
    }
}
