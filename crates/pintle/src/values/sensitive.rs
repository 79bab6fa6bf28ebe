//! Values that nobody may see: those that a schema says are only written, and those that a flag names.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bstr::ByteSlice as _;
use chart::Chart;
use release::Record;
use serde_json::Value as Json;
use value::{Map, Str, Value};

use super::{path_text, usage::at};

/// What stands in the place of a value that nobody may see.
const REDACTED: &str = "REDACTED";

/// Schemas nest so deep at the most, references counted.
const DEPTH: usize = 32;

/// Texts shorter than this stand in too many places by chance to be taken out of them.
const SHORTEST: usize = 4;

/// Which values nobody may see.
#[derive(Clone, Debug, Default)]
pub struct Hidden {
    /// `--sensitive`
    pub paths: Vec<String>,
    /// Whether those that schemas mark are shown all the same: `--show-secrets`.
    pub shows_marked: bool,
}

impl Hidden {
    /// The paths of such values in a chart.
    pub fn of(&self, chart: &Chart) -> Vec<String> {
        let mut paths = self.paths.clone();
        if !self.shows_marked {
            paths.extend(sensitive_paths(chart));
        }
        paths
    }
}

/// Texts that nobody may see, to be taken out of what is shown.
#[derive(Clone, Debug, Default)]
pub struct Mask(Vec<Vec<u8>>);

impl Mask {
    /// Adds the texts that a chart has of such values, with these over its own.
    pub fn note(&mut self, hidden: &Hidden, chart: &Chart, values: &Map) {
        let paths = hidden.of(chart);
        if paths.is_empty() {
            return;
        }
        let computed = chart::coalesce_values(chart, values, &mut Vec::new()).unwrap_or_else(|_| values.clone());
        for path in paths {
            let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
            if let Some(value) = at(&computed, &keys) {
                self.note_texts(&value, 0);
            }
        }
        self.0.sort_by_key(|text| std::cmp::Reverse(text.len()));
        self.0.dedup();
    }

    fn note_texts(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) if text.len() >= SHORTEST => {
                self.0.push(BASE64.encode(text.as_bytes()).into_bytes());
                self.0.push(text.as_bytes().to_vec());
            }
            Value::Map(map) if depth < DEPTH => {
                map.entries().iter().for_each(|(_, below)| self.note_texts(below, depth + 1));
            }
            Value::List(list) if depth < DEPTH => {
                list.iter().for_each(|below| self.note_texts(below, depth + 1));
            }
            _ => {}
        }
    }

    /// A text without them.
    pub fn cover(&self, text: &[u8]) -> Vec<u8> {
        self.0.iter().fold(text.to_vec(), |covered, secret| covered.replace(secret, REDACTED))
    }

    fn cover_text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.cover(text.as_bytes())).into_owned()
    }
}

/// A copy of a revision, to be shown, in which such values cannot be seen, neither among the values nor in what was
/// rendered with them; and how many there are. None where there are none.
pub fn covered(record: &Record, hidden: &Hidden) -> Option<(Record, usize)> {
    let paths = hidden.of(&record.chart);
    if paths.is_empty() {
        return None;
    }
    let mut mask = Mask::default();
    mask.note(hidden, &record.chart, &record.config);
    let (config, count) = redacted(&record.config, &paths);
    if mask.0.is_empty() && count == 0 {
        return None;
    }
    let mut shown = Record { config, ..record.clone() };
    shown.manifest = mask.cover_text(&shown.manifest);
    shown.info.notes = mask.cover_text(&shown.info.notes);
    for hook in &mut shown.hooks {
        hook.manifest = Str::from(mask.cover(hook.manifest.as_bytes()));
    }
    Some((shown, count.max(1)))
}

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
    fn texts_are_covered_wherever_they_stand() {
        let schema = r#"{"properties": {"password": {"writeOnly": true}, "pin": {"writeOnly": true}}}"#;
        let chart = Chart { schema: Some(schema.into()), ..Chart::default() };
        let values = value::yaml::map_from_slice(b"{password: hunter2, pin: 123, open: z, key: abcd}").unwrap();
        let mut mask = Mask::default();
        mask.note(&Hidden { paths: vec!["key".into()], shows_marked: false }, &chart, &values);
        let text = mask.cover(b"a: hunter2\nb: aHVudGVyMg==\nc: 123 abcd z hunter");
        assert_eq!(text, b"a: REDACTED\nb: REDACTED\nc: 123 REDACTED z hunter");
        let mut mask = Mask::default();
        mask.note(&Hidden { paths: Vec::new(), shows_marked: true }, &chart, &values);
        assert_eq!(mask.cover(b"hunter2"), b"hunter2");
    }

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
