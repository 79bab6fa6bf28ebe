//! Values that nobody may see: those that a schema says are only written, and those that a flag names.

use chart::Chart;
use serde_json::Value as Json;
use value::{Map, Value};

use super::{path_text, usage::at};

/// What stands in the place of a value that nobody may see.
const REDACTED: &str = "REDACTED";

/// Schemas nest so deep at the most, references counted.
const DEPTH: usize = 32;

/// The values that the schemas of a chart and its subcharts mark with `writeOnly`.
pub fn sensitive_paths(chart: &Chart) -> Vec<String> {
    let mut paths = Vec::new();
    of_chart(chart, &mut Vec::new(), &mut paths);
    paths
}

fn of_chart(chart: &Chart, prefix: &mut Vec<String>, paths: &mut Vec<String>) {
    if prefix.len() > DEPTH {
        return;
    }
    let schema = chart.schema.as_ref().and_then(|schema| serde_json::from_slice::<Json>(schema.as_bytes()).ok());
    if let Some(schema) = schema {
        of_schema(&schema, (&schema, 0), prefix, paths);
    }
    for below in &chart.dependencies {
        prefix.push(below.name().to_owned());
        of_chart(below, prefix, paths);
        prefix.pop();
    }
}

fn of_schema(schema: &Json, (root, depth): (&Json, usize), path: &mut Vec<String>, paths: &mut Vec<String>) {
    if depth > DEPTH {
        return;
    }
    if schema.get("writeOnly") == Some(&Json::Bool(true)) {
        paths.push(path_text(path));
        return;
    }
    let reference = schema.get("$ref").and_then(Json::as_str).and_then(|reference| reference.strip_prefix('#'));
    if let Some(other) = reference.and_then(|pointer| root.pointer(pointer)) {
        of_schema(other, (root, depth + 1), path, paths);
    }
    for (name, below) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
        path.push(name.clone());
        of_schema(below, (root, depth + 1), path, paths);
        path.pop();
    }
    for joined in ["allOf", "anyOf", "oneOf"] {
        for below in schema.get(joined).and_then(Json::as_array).into_iter().flatten() {
            of_schema(below, (root, depth + 1), path, paths);
        }
    }
}

/// A copy of values in which those at `paths` cannot be seen, and how many these are.
pub fn redacted(values: &Map, paths: &[String]) -> (Map, usize) {
    let copy = match Value::Map(values.clone()).deep_copy() {
        Value::Map(map) => map,
        _ => Map::default(),
    };
    let mut count = 0;
    for path in paths {
        let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
        let Some((last, above)) = keys.split_last() else { continue };
        let is_said = at(&copy, &keys).is_some_and(|value| match &value {
            Value::Nil => false,
            Value::String(text) => !text.is_empty(),
            _ => true,
        });
        let map =
            if above.is_empty() { Some(copy.clone()) } else { at(&copy, above).and_then(|map| map.as_map().cloned()) };
        if let (true, Some(map)) = (is_said, map) {
            map.insert(last.as_str(), Value::string(REDACTED));
            count += 1;
        }
    }
    (copy, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_written_is_not_shown() {
        let schema = r##"{"properties": {"db": {"$ref": "#/$defs/db"}, "list": {"writeOnly": true}, "open": {}},
            "$defs": {"db": {"properties": {"password": {"type": "string", "writeOnly": true}, "host": {}}}}}"##;
        let chart = Chart { schema: Some(schema.into()), ..Chart::default() };
        let paths = sensitive_paths(&chart);
        assert_eq!(paths, ["db.password", "list"]);
        let values = value::yaml::map_from_slice(b"{db: {password: x, host: h}, list: [1], open: z}").unwrap();
        let (shown, count) = redacted(&values, &paths);
        let text = value::yaml::to_vec(&Value::Map(shown)).unwrap();
        assert_eq!(text, b"db:\n  host: h\n  password: REDACTED\nlist: REDACTED\nopen: z\n");
        assert_eq!(count, 2);
        assert!(
            values.get("db").unwrap().as_map().unwrap().get("password").unwrap().as_str().unwrap().as_bytes() == b"x"
        );
    }
}
