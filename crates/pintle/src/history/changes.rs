//! What changed between two revisions, at a glance. Values themselves are not told: they may be secrets.

use std::collections::BTreeMap;

use chart::File;
use release::Record;
use value::{Map, Value};

/// So many names are listed; the others are counted.
const LISTED: usize = 5;

/// What changed, a line for each kind of change; none where nothing did.
pub(super) fn changes(before: &Record, after: &Record) -> Vec<String> {
    let (old, new) = (&before.chart.metadata, &after.chart.metadata);
    let mut lines = Vec::new();
    for (what, old, new) in [
        ("chart", &old.name, &new.name),
        ("chart version", &old.version, &new.version),
        ("app version", &old.app_version, &new.app_version),
    ] {
        if old != new {
            lines.push(format!("{what}: {} -> {}", shown(old), shown(new)));
        }
    }
    let mut named = |what: &str, names: Vec<String>| {
        if !names.is_empty() {
            lines.push(format!("{what}: {}", listed(&names)));
        }
    };
    named("templates", files(&before.chart.templates, &after.chart.templates));
    named("chart values", values(&before.chart.values, &after.chart.values));
    named("values", values(&before.config, &after.config));
    lines
}

fn shown(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn listed(names: &[String]) -> String {
    let mut text = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(" ");
    if let Some(more) = names.len().checked_sub(LISTED).filter(|more| *more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// Files that came (`+`), went (`-`) or are others (`~`).
fn files(before: &[File], after: &[File]) -> Vec<String> {
    let by_name = |files: &[File]| -> BTreeMap<String, Vec<u8>> {
        files.iter().map(|file| (file.name.clone(), file.data.as_bytes().to_vec())).collect()
    };
    let (before, after) = (by_name(before), by_name(after));
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let marked = names.into_iter().filter_map(|name| {
        let mark = mark(before.get(&name), after.get(&name))?;
        Some(format!("{mark}{}", name.strip_prefix("templates/").unwrap_or(&name)))
    });
    marked.collect()
}

fn mark<T: PartialEq>(before: Option<&T>, after: Option<&T>) -> Option<char> {
    match (before, after) {
        (None, Some(_)) => Some('+'),
        (Some(_), None) => Some('-'),
        (Some(before), Some(after)) if before != after => Some('~'),
        _ => None,
    }
}

/// Paths of values that came, went or are others.
fn values(before: &Map, after: &Map) -> Vec<String> {
    let mut paths = Vec::new();
    compare(before, after, "", Value::MAX_DEPTH, &mut paths);
    paths
}

fn compare(before: &Map, after: &Map, path: &str, depth: usize, paths: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let mut keys: Vec<_> = before.keys().into_iter().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        match (before.get(&key), after.get(&key)) {
            (Some(Value::Map(before)), Some(Value::Map(after))) => compare(&before, &after, &path, depth, paths),
            (None, Some(Value::Map(after))) if !after.is_empty() => {
                compare(&Map::default(), &after, &path, depth, paths);
            }
            (Some(Value::Map(before)), None) if !before.is_empty() => {
                compare(&before, &Map::default(), &path, depth, paths);
            }
            (before, after) => {
                let json = |value: Option<Value>| value.map(|value| value::json::to_vec(&value).unwrap_or_default());
                if let Some(mark) = mark(json(before).as_ref(), json(after).as_ref()) {
                    paths.push(format!("{mark}{path}"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chart::File;
    use release::Record;

    use super::changes;

    fn record(version: &str, templates: &[(&str, &str)], values: &str) -> Record {
        let mut record = Record::default();
        record.chart.metadata.name = "c".into();
        record.chart.metadata.version = version.into();
        let file = |(name, data): &(&str, &str)| File {
            name: format!("templates/{name}"),
            data: (*data).into(),
            modified: None,
        };
        record.chart.templates = templates.iter().map(file).collect();
        record.config = value::yaml::map_from_slice(values.as_bytes()).unwrap();
        record
    }

    #[test]
    fn changes_are_told_and_values_are_not() {
        let before = record("0.1.0", &[("a.yaml", "1"), ("b.yaml", "1")], "a: {b: secret, c: [1]}\nold: 1\n");
        let after = record("0.2.0", &[("a.yaml", "2"), ("c.yaml", "1")], "a: {b: other, c: [1], d: 1}\n");
        assert_eq!(
            changes(&before, &after),
            ["chart version: 0.1.0 -> 0.2.0", "templates: ~a.yaml -b.yaml +c.yaml", "values: ~a.b +a.d -old"]
        );
        assert!(changes(&before, &before).is_empty());
        let many = record(
            "0.1.0",
            &[("a.yaml", "1"), ("b.yaml", "1")],
            "{1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, a: {b: secret, c: [1]}, old: 1}",
        );
        assert_eq!(changes(&before, &many), ["values: +1 +2 +3 +4 +5 and 1 more"]);
    }
}
