//! Compares what we make of manifests, objects and histories with what Helm and the libraries of Kubernetes answered.

mod diff;
mod history;
mod merge;
mod objects;
mod ownership;
mod plan;

use std::path::Path;

use serde_json::{Value, json};

/// The lines of a file of cases: a name, what was asked, what was answered.
fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/release").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| as_go(serde_json::from_str(line).unwrap())).collect()
}

/// Numbers beyond `int64` are floats to Go.
fn as_go(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_u64() && !number.is_i64() => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(as_go).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, as_go(value))).collect(),
        other => other,
    }
}

/// Runs every case of a file and tells all that differ.
fn check(file: &str, ours: impl Fn(&Value) -> Value) {
    let cases = cases(file);
    let mut wrong = Vec::new();
    for case in &cases {
        let answer = ours(&case["request"]);
        if answer != case["answer"] {
            let (name, asked, want) = (&case["name"], &case["request"], &case["answer"]);
            wrong.push(format!("{name}\n  asked    {asked}\n  want     {want}\n  got      {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
