//! Compares conditions with the answers of expr-lang 1.17.6, which Argo Rollouts evaluates them with: each line is a case.

use std::{fs, path::Path};

use metrics::condition::{Condition, Measured};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/metrics/conditions.jsonl");
    let cases: Vec<Value> =
        fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 100);
    cases
}

#[test]
fn conditions_hold_where_they_do_in_argo_rollouts() {
    let mut wrong = Vec::new();
    for case in cases() {
        let text = case["condition"].as_str().unwrap();
        let mut result: Vec<f64> =
            case["result"].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect();
        if case.get("nan").is_some() {
            result = vec![f64::NAN];
        }
        let measured = Measured { result: &result, before: None };
        let ours = Condition::parse(text).and_then(|condition| condition.holds(measured)).ok();
        let theirs = case.get("holds").and_then(Value::as_bool);
        if ours != theirs {
            wrong.push(format!("{text} of {result:?}: {ours:?}, there {theirs:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_understood_says_so() {
    let cases = [
        ("result[0] <", "the condition ends too early"),
        ("result[0] = 1", "'=' means nothing here, at column 11 of \"result[0] = 1\""),
        (
            "foo > 1",
            "\"foo\" is unknown: a condition knows result, before, all, any, none, one, len, isNaN, isInf, default, asFloat, abs, min and max",
        ),
        ("len(result", "\")\" is missing"),
        ("all(result)", "all takes 2 arguments, not 1"),
        ("result[0] 1", "the number 1 is not expected, at column 11 of \"result[0] 1\""),
    ];
    for (text, message) in cases {
        assert_eq!(Condition::parse(text).unwrap_err().to_string(), message);
    }
    let deep = format!("{}1{} == 1", "(".repeat(100), ")".repeat(100));
    assert_eq!(Condition::parse(&deep).unwrap_err().to_string(), "a condition may nest 64 deep");
    let long = format!("1 == 1{}", " && 1 == 1".repeat(400));
    assert!(Condition::parse(&long).unwrap().holds(Measured::default()).unwrap());
    assert!(Condition::parse(&" ".repeat(5000)).is_err());
}

#[test]
fn before_is_what_was_measured_then() {
    let condition = Condition::parse("result[0] <= before[0] * 1.5").unwrap();
    assert!(condition.needs_before());
    let holds = |result: f64, before: Option<&[f64]>| condition.holds(Measured { result: &[result], before });
    assert_eq!(holds(0.015, Some(&[0.01])), Ok(true));
    assert_eq!(holds(0.016, Some(&[0.01])), Ok(false));
    assert_eq!(holds(0.016, None).unwrap_err().to_string(), "nothing was measured before the operation");
    assert_eq!(holds(0.016, Some(&[])).unwrap_err().to_string(), "there is no element 0 among 0");
}
