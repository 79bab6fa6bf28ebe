//! What differs between two runs of a scenario.

use serde_json::Value;

use super::{
    run::Done,
    scenario::{Facet, Scenario},
};
use crate::corpus::first_difference;

/// A difference: the number of the step, its facet, and the words for it.
pub(super) struct Difference {
    pub(super) step: usize,
    pub(super) what: String,
    pub(super) facet: String,
    pub(super) text: String,
}

/// Every difference that counts.
pub(super) fn compare(scenario: &Scenario, want: &[Done], got: &[Done]) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (number, ((step, want), got)) in scenario.step.iter().zip(want).zip(got).enumerate() {
        let mut add = |facet: String, text: String| {
            differences.push(Difference { step: number + 1, what: want.what.clone(), facet, text });
        };
        if step.beyond.is_some() && got.exit != 0 {
            add("beyond".to_owned(), format!("  exit {}: {}", got.exit, got.stderr));
        }
        for facet in step.facets() {
            if let Some(text) = difference(facet, want, got) {
                add(format!("{facet:?}").to_lowercase(), text);
            }
        }
    }
    differences
}

fn difference(facet: Facet, want: &Done, got: &Done) -> Option<String> {
    let tree = |of: fn(&super::snapshot::Snapshot) -> &Value| match (&want.snapshot, &got.snapshot) {
        (Some(want), Some(got)) => first(of(want), of(got), ""),
        _ => None,
    };
    match facet {
        Facet::Exit => (want.exit != got.exit)
            .then(|| format!("  want {}, got {}: {}", want.exit, got.exit, got.stderr.trim_end())),
        Facet::Stdout => (want.stdout != got.stdout).then(|| first_difference(&want.stdout, &got.stdout)),
        Facet::Stderr => missing_line(&want.stderr, &got.stderr),
        Facet::Records => tree(|snapshot| &snapshot.records),
        Facet::Objects => tree(|snapshot| &snapshot.objects),
        Facet::Managers => tree(|snapshot| &snapshot.managers),
    }
}

/// The first line of `want` that does not stand in `got`, behind the one before it.
pub(super) fn missing_line(want: &str, got: &str) -> Option<String> {
    let mut lines = got.lines();
    let missing = want.lines().find(|line| !lines.any(|other| other == *line))?;
    Some(format!("  lacks {missing:?}\n  in    {got:?}"))
}

/// The first place in which two trees differ.
fn first(want: &Value, got: &Value, path: &str) -> Option<String> {
    match (want, got) {
        _ if want == got => None,
        (Value::Object(want), Value::Object(got)) => {
            let mut names: Vec<&String> = want.keys().chain(got.keys()).collect();
            names.sort();
            names.into_iter().find_map(|name| {
                let path = format!("{path}/{name}");
                match (want.get(name), got.get(name)) {
                    (Some(want), Some(got)) => first(want, got, &path),
                    (Some(want), None) => Some(format!("  {path}: missing; want {}", short(want))),
                    (None, got) => Some(format!("  {path}: too much: {}", short(got.unwrap_or(&Value::Null)))),
                }
            })
        }
        (Value::Array(want), Value::Array(got)) if want.len() == got.len() => {
            let pairs = want.iter().zip(got).enumerate();
            pairs.into_iter().find_map(|(at, (want, got))| first(want, got, &format!("{path}/{at}")))
        }
        (Value::String(want), Value::String(got)) if want.contains('\n') => {
            Some(format!("  {path}\n{}", first_difference(want, got)))
        }
        _ => Some(format!("  {path}\n    want {}\n    got  {}", short(want), short(got))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    text.chars().take(600).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_is_named_with_its_place() {
        let (want, got) = (json!({"a": [1, {"b": 2}]}), json!({"a": [1, {"b": 3}], "c": 1}));
        assert_eq!(first(&want, &got, "").as_deref(), Some("  /a/1/b\n    want 2\n    got  3"));
        assert_eq!(first(&got, &got, ""), None);
        assert_eq!(missing_line("a\nc", "a\nb\nc\nd"), None);
        assert!(missing_line("c\na", "a\nb\nc").is_some());
    }
}
