//! Field by field for people, in the manner of dyff: items of lists by their names, order told apart from content.

use value::{Map, Value, yaml};

use super::{
    compare::{ChangeKind, Comparison, Entry},
    documents::text_of,
    fields::same,
    lines::Delta,
};

/// A comparison, field by field.
pub(super) fn print(comparison: &Comparison, colored: bool) -> String {
    let mut human = Human { text: String::new(), colored, object: String::new() };
    for entry in &comparison.entries {
        human.entry(entry, comparison.suppressed_kinds.contains(&entry.kind));
    }
    human.text.push('\n');
    human.text
}

struct Human {
    text: String,
    colored: bool,
    /// What the fields belong to: `apps/v1/Deployment/default/web`.
    object: String,
}

const BOLD: &str = "1";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";

impl Human {
    fn entry(&mut self, entry: &Entry, suppressed: bool) {
        let side = |other: Delta| {
            let lines = entry.lines.iter().filter(|line| line.delta != other).map(|line| line.text.as_str());
            lines.collect::<Vec<_>>().join("\n")
        };
        let (old, new) = (side(Delta::Added), side(Delta::Removed));
        let [before, after] = [&old, &new].map(|text| yaml::from_slice(text.as_bytes()));
        let named = if entry.change == ChangeKind::Remove { &before } else { &after };
        self.object = named.as_ref().ok().and_then(object_name).unwrap_or_else(|| entry.name.clone());
        match (entry.change, before, after) {
            _ if suppressed => self.block("(file level)", "content suppressed", &[]),
            (ChangeKind::Ownership, ..) => {
                self.block("(file level)", "ownership change", &[('-', old.trim()), ('+', new.trim())]);
            }
            (ChangeKind::ModifySuppressed, ..) => self.block("(file level)", "no lines are left to be shown", &[]),
            (ChangeKind::Add, ..) => self.block("(file level)", "+ one document added:", &[('+', new.trim())]),
            (ChangeKind::Remove, ..) => self.block("(file level)", "- one document removed:", &[('-', old.trim())]),
            (ChangeKind::Modify, Ok(before), Ok(after)) => self.values("", &before, &after),
            (ChangeKind::Modify, ..) => self.block("(file level)", "± value change", &[('-', &old), ('+', &new)]),
        }
    }

    fn block(&mut self, path: &str, what: &str, sides: &[(char, &str)]) {
        let path = self.paint(BOLD, path);
        self.text.push_str(&format!("\n{path}  ({})\n{}\n", self.object, self.paint(YELLOW, what)));
        for (mark, text) in sides {
            let color = if *mark == '-' { RED } else { GREEN };
            for line in text.lines() {
                let line = self.paint(color, &format!("{mark} {line}"));
                self.text.push_str(&line);
                self.text.push('\n');
            }
        }
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.colored { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn values(&mut self, path: &str, old: &Value, new: &Value) {
        match (old, new) {
            _ if same(old, new) => {}
            (Value::Map(old), Value::Map(new)) => self.maps(path, old, new),
            (Value::List(old), Value::List(new)) => {
                let [old, new]: [Vec<Value>; 2] = [old, new].map(|list| list.iter().cloned().collect());
                self.lists(path, &old, &new);
            }
            (old, new) if type_of(old) == type_of(new) => {
                self.block(path, "± value change", &[('-', &shown(old)), ('+', &shown(new))]);
            }
            (old, new) => {
                let what = format!("± type change from {} to {}", type_of(old), type_of(new));
                self.block(path, &what, &[('-', &shown(old)), ('+', &shown(new))]);
            }
        }
    }

    fn maps(&mut self, path: &str, old: &Map, new: &Map) {
        let only = |map: &Map, other: &Map| -> Vec<(value::Str, Value)> {
            map.entries().into_iter().filter(|(key, _)| !other.contains(key)).collect()
        };
        let root = if path.is_empty() { "(root level)" } else { path };
        for (entries, mark, word) in [(only(old, new), '-', "removed"), (only(new, old), '+', "added")] {
            if !entries.is_empty() {
                let what = format!("{mark} {} {word}:", plural(entries.len(), "map entry", "map entries"));
                self.block(root, &what, &[(mark, &shown(&Value::map(entries)))]);
            }
        }
        for (key, before) in old.entries() {
            if let Some(after) = new.get(&key) {
                self.values(&join(path, &key.to_text()), &before, &after);
            }
        }
    }

    fn lists(&mut self, path: &str, old: &[Value], new: &[Value]) {
        let names = |items: &[Value]| items.iter().map(item_name).collect::<Option<Vec<String>>>();
        let (old_names, new_names) = match (names(old), names(new)) {
            (Some(old), Some(new)) => (old, new),
            // Items without names are told apart by what they are.
            _ => (old.iter().map(shown).collect(), new.iter().map(shown).collect()),
        };
        let gone: Vec<Value> = left(old, &old_names, &new_names);
        let added: Vec<Value> = left(new, &new_names, &old_names);
        for (items, mark, word) in [(&gone, '-', "removed"), (&added, '+', "added")] {
            if !items.is_empty() {
                let what = format!("{mark} {} {word}:", plural(items.len(), "list entry", "list entries"));
                self.block(path, &what, &[(mark, &shown(&Value::list(items.clone())))]);
            }
        }
        if gone.is_empty() && added.is_empty() && old_names != new_names {
            let lines = |names: &[String]| names.iter().map(|name| name.trim()).collect::<Vec<_>>().join(", ");
            self.block(path, "⇆ order changed", &[('-', &lines(&old_names)), ('+', &lines(&new_names))]);
        }
        for (name, before) in old_names.iter().zip(old) {
            let place = new_names.iter().position(|other| other == name);
            if let Some(after) = place.and_then(|place| new.get(place)) {
                self.values(&join(path, name), before, after);
            }
        }
    }
}

/// The items whose names the other list has not.
fn left(items: &[Value], names: &[String], others: &[String]) -> Vec<Value> {
    let others: std::collections::HashSet<&String> = others.iter().collect();
    items.iter().zip(names).filter(|(_, name)| !others.contains(name)).map(|(item, _)| item.clone()).collect()
}

/// What an item of a list is called.
fn item_name(item: &Value) -> Option<String> {
    let map = item.as_map()?;
    let name = ["name", "key", "id", "mountPath", "containerPort", "port", "host", "path"]
        .iter()
        .find_map(|key| map.get(key))?;
    Some(text_of(&name)).filter(|name| !name.is_empty())
}

fn object_name(object: &Value) -> Option<String> {
    let map = object.as_map()?;
    let text = |map: &Map, key: &str| map.get(key).map(|value| text_of(&value)).filter(|text| !text.is_empty());
    let metadata = map.get("metadata")?.as_map().cloned()?;
    let parts = [text(map, "apiVersion"), text(map, "kind"), text(&metadata, "namespace"), text(&metadata, "name")];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("/"))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Nil => "<nil>".to_owned(),
        Value::Map(_) | Value::List(_) => {
            String::from_utf8_lossy(&yaml::to_vec(value).unwrap_or_default()).trim_end().to_owned()
        }
        scalar => text_of(scalar),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Nil => "<nil>",
        Value::Bool(_) => "bool",
        Value::String(_) | Value::Bytes(_) => "string",
        Value::Map(_) => "map",
        Value::List(_) => "list",
        Value::Float(number, _) if number.fract() != 0.0 => "float",
        _ => "int",
    }
}

fn plural(count: usize, one: &str, many: &str) -> String {
    const WORDS: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let number = WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned());
    format!("{number} {}", if count == 1 { one } else { many })
}
