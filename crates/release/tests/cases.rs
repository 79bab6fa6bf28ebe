//! Compares what we make of manifests and objects with what the libraries of Kubernetes answered.

use std::path::Path;

use release::object::{Checks, parse};
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
            wrong.push(format!(
                "{}\n  asked    {}\n  want     {}\n  got      {answer}",
                case["name"], case["request"], case["answer"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn manifests_are_read_as_the_resource_builder_reads_them() {
    check("objects/manifests.jsonl", |request| {
        let checks = if request["lenient"] == true { Checks::Lenient } else { Checks::Strict };
        match parse(request["manifest"].as_str().unwrap().as_bytes(), checks) {
            Ok(objects) if objects.is_empty() => json!({}),
            Ok(objects) => json!({"objects": objects.into_iter().map(|object| object.json).collect::<Vec<_>>()}),
            Err(error) => json!({"error": error.to_string()}),
        }
    });
}
