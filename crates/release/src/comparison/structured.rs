//! The structured form: fields that differ, as JSON. helm-diff: `diff/structured.go`.

use value::{
    Map, Value,
    json::{self, to_vec_indent},
    yaml,
};

use super::{
    compare::{ChangeKind, Entry},
    fields::{FieldEdit, edits},
    print::key_parts,
};

/// A document that differs, with its fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Structured {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
    exists: [bool; 2],
    changes: Vec<FieldEdit>,
    suppressed: bool,
}

impl Structured {
    /// Compares the fields of two states of a document.
    pub(super) fn of(entry: &Entry, states: [Option<&str>; 2], suppressed: bool) -> Result<Structured, String> {
        let is_there = |state: &Option<&str>| state.is_some_and(|state| !state.trim().is_empty());
        let mut structured =
            Structured { exists: [is_there(&states[0]), is_there(&states[1])], suppressed, ..Structured::default() };
        let read = |state: Option<&str>, which: &str| match state.filter(|state| !state.trim().is_empty()) {
            None => Ok(None),
            Some(state) => match yaml::from_slice(state.as_bytes()) {
                Ok(Value::Nil) => Ok(None),
                Ok(Value::Map(map)) => Ok(Some(map)),
                Ok(_) => Err(format!("convert {which} manifest: it is no object")),
                Err(error) => {
                    let text = error.message.trim_start_matches("error converting YAML to JSON: ");
                    Err(format!("convert {which} manifest: {text}"))
                }
            },
        };
        let [old, new] = [read(states[0], "old")?, read(states[1], "new")?];
        for map in [&old, &new].into_iter().flatten() {
            structured.name_by(map);
        }
        structured.name_by_key(&entry.name);
        if !suppressed
            && entry.change == ChangeKind::Modify
            && let (Some(old), Some(new)) = (old, new)
        {
            structured.changes = edits(&old, &new);
        }
        Ok(structured)
    }

    /// Whether there is nothing to be told of it.
    pub(super) fn is_unchanged(&self) -> bool {
        !self.suppressed && self.changes.is_empty()
    }

    fn name_by(&mut self, object: &Map) {
        let text = |map: &Map, key: &str| map.get(key).and_then(|value| value.as_str().map(ToString::to_string));
        let fill = |slot: &mut String, text: Option<String>| {
            if slot.is_empty() {
                *slot = text.unwrap_or_default();
            }
        };
        fill(&mut self.api_version, text(object, "apiVersion"));
        fill(&mut self.kind, text(object, "kind"));
        if let Some(Value::Map(metadata)) = object.get("metadata") {
            fill(&mut self.name, text(&metadata, "name"));
            fill(&mut self.namespace, text(&metadata, "namespace"));
        }
    }

    fn name_by_key(&mut self, key: &str) {
        let Some(parts) = key_parts(key) else { return };
        for (slot, part) in [
            (&mut self.kind, parts.kind),
            (&mut self.name, parts.name),
            (&mut self.namespace, parts.namespace),
            (&mut self.api_version, parts.api),
        ] {
            if slot.is_empty() {
                *slot = part.to_owned();
            }
        }
    }
}

/// All documents that differ as JSON.
pub(super) fn print(entries: &[Entry]) -> String {
    let shown: Vec<String> = entries.iter().map(entry_text).collect();
    if shown.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", shown.join(",\n")) }
}

fn entry_text(entry: &Entry) -> String {
    let mut fields = Fields::default();
    match &entry.structured {
        Some(structured) => {
            fields.some_text("apiVersion", &structured.api_version);
            fields.some_text("kind", &structured.kind);
            fields.some_text("namespace", &structured.namespace);
            fields.some_text("name", &structured.name);
            fields.some_text("changeType", entry.change.name());
            fields.status(structured.exists);
            if !structured.changes.is_empty() {
                let changes: Vec<String> = structured.changes.iter().map(edit_text).collect();
                fields.raw("changes", format!("[\n{}\n    ]", changes.join(",\n")));
            }
            if structured.suppressed {
                fields.raw("changesSuppressed", "true".to_owned());
            }
        }
        None => {
            fields.some_text("name", &entry.name);
            fields.some_text("changeType", entry.change.name());
            fields.status([false, false]);
        }
    }
    fields.text("  ")
}

fn edit_text(edit: &FieldEdit) -> String {
    let mut fields = Fields::default();
    fields.some_text("path", &edit.path);
    fields.some_text("field", &edit.field);
    fields.raw("change", quoted(edit.change));
    for (name, value) in [("oldValue", &edit.old), ("newValue", &edit.new)] {
        if let Some(value) = value.as_ref().filter(|value| !value.is_nil()) {
            fields.raw(name, indented(value, "        "));
        }
    }
    fields.text("      ")
}

/// The fields of an object, in the order they are given.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn raw(&mut self, name: &'static str, json: String) {
        self.0.push((name, json));
    }

    fn some_text(&mut self, name: &'static str, text: &str) {
        if !text.is_empty() {
            self.raw(name, quoted(text));
        }
    }

    fn status(&mut self, [old, new]: [bool; 2]) {
        self.raw("resourceStatus", format!("{{\n      \"oldExists\": {old},\n      \"newExists\": {new}\n    }}"));
    }

    /// The object, set in.
    fn text(&self, indent: &str) -> String {
        let lines: Vec<String> = self.0.iter().map(|(name, json)| format!("{indent}  \"{name}\": {json}")).collect();
        format!("{indent}{{\n{}\n{indent}}}", lines.join(",\n"))
    }
}

fn quoted(text: &str) -> String {
    let bytes = json::to_vec(&Value::string(text)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn indented(value: &Value, indent: &str) -> String {
    let bytes = to_vec_indent(value, "  ").unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\n', &format!("\n{indent}"))
}
