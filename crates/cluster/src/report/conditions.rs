//! Conditions that are not as they should be.

use serde_json::Value;

use super::clean;
use crate::object::{text_at, value_at};

/// A message longer than this is cut.
pub(super) const MAX_MESSAGE: usize = 400;

/// Conditions that mean trouble when they are true.
const BAD_WHEN_TRUE: [&str; 8] = [
    "Failed",
    "ReplicaFailure",
    "Stalled",
    "Degraded",
    "FailedCreate",
    "NonStructuralSchema",
    "FileSystemResizePending",
    "DisruptionTarget",
];
/// Conditions that mean trouble when they are false.
const BAD_WHEN_FALSE: [&str; 8] =
    ["Ready", "Available", "Progressing", "Established", "NamesAccepted", "Synced", "Reconciled", "Healthy"];

/// The conditions of an object that mean trouble: `Failed (BackoffLimitExceeded): Job has reached …`.
pub(super) fn bad(object: &Value) -> Vec<String> {
    let conditions = value_at(object, &["status", "conditions"]).and_then(Value::as_array).into_iter().flatten();
    let told = conditions.into_iter().filter_map(|condition| {
        let field = |name: &str| text_at(condition, &[name]);
        let (kind, status) = (field("type"), field("status"));
        let named = match status {
            "True" if BAD_WHEN_TRUE.contains(&kind) => kind.to_owned(),
            "False" if BAD_WHEN_FALSE.contains(&kind) => format!("not {kind}"),
            "Unknown" if BAD_WHEN_FALSE.contains(&kind) => format!("{kind} is unknown"),
            _ => return None,
        };
        let reason = match field("reason") {
            "" => String::new(),
            reason => format!(" ({reason})"),
        };
        let message = match clean(field("message"), MAX_MESSAGE) {
            message if message.is_empty() => String::new(),
            message => format!(": {message}"),
        };
        Some(format!("{named}{reason}{message}"))
    });
    told.collect()
}
