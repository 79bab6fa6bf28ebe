//! Why a revision is as it is: notes that are kept beside its record, whose own description is Helm's.

use std::collections::BTreeMap;

use release::Record;
use serde_json::Value;

use crate::Session;

/// Notes beside a record, by their names.
pub(crate) type Notes = BTreeMap<String, String>;

/// The annotation of a failed revision's storage object that says in one line why it failed.
pub const REASON_ANNOTATION: &str = "pintle-failure";

/// The annotation of a revision that was made because another one failed: it says why that was.
pub const BECAUSE_ANNOTATION: &str = "pintle-because";

/// The annotation with the gates that judged a revision, and their samples: JSON.
pub const GATES_ANNOTATION: &str = "pintle-gates";

/// The annotation of a pending revision whose gates take samples: until when, in seconds since 1970.
pub(crate) const UNTIL_ANNOTATION: &str = "pintle-gates-until";

/// What is kept beside a record; nothing where that cannot be read.
pub(crate) fn notes_of(session: &Session<'_>, record: &Record) -> Notes {
    let entries = session.storage.entries(&record.name).unwrap_or_default();
    let entry = entries.into_iter().find(|entry| entry.revision == record.revision);
    entry.map(|entry| entry.annotations).unwrap_or_default()
}

/// Why a revision failed, or was made.
pub(crate) fn reason(notes: &Notes) -> Option<String> {
    notes.get(REASON_ANNOTATION).or_else(|| notes.get(BECAUSE_ANNOTATION)).cloned()
}

/// What is to be said of a revision, as a sentence.
pub(crate) fn why(revision: i64, notes: &Notes) -> Option<String> {
    let failed = notes.get(REASON_ANNOTATION).map(|reason| format!("revision {revision} failed: {reason}"));
    let because = || notes.get(BECAUSE_ANNOTATION);
    failed.or_else(|| because().map(|because| format!("revision {revision} is an automatic rollback: {because}")))
}

/// The gates that judged a revision.
pub(crate) fn kept_gates(notes: &Notes) -> Option<Value> {
    serde_json::from_str(notes.get(GATES_ANNOTATION)?).ok()
}

/// A line for each gate, with its samples.
pub(crate) fn lines(gates: &Value) -> Vec<String> {
    gates.as_array().into_iter().flatten().map(line).collect()
}

fn line(gate: &Value) -> String {
    let text = |key: &str| gate.get(key).and_then(Value::as_str).unwrap_or_default();
    let samples: Vec<String> =
        gate.get("samples").and_then(Value::as_array).into_iter().flatten().map(sample).collect();
    format!("gate {}: {}, wanted: {}; samples: {}", text("name"), text("verdict"), text("wanted"), samples.join("; "))
}

fn sample(sample: &Value) -> String {
    if let Some(error) = sample.get("error").and_then(Value::as_str) {
        return format!("error: {error}");
    }
    let shown = |number: &Value| number.as_str().map_or_else(|| number.to_string(), str::to_owned);
    let numbers: Vec<String> =
        sample.get("numbers").and_then(Value::as_array).into_iter().flatten().map(shown).collect();
    if numbers.is_empty() { "no data".to_owned() } else { numbers.join(", ") }
}
