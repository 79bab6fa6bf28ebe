//! Which fields of two documents differ, lists item by item. helm-diff: `diff/structured.go`, over JSON merge patches.

use value::{List, Map, Value, json};

/// One field that differs.
#[derive(Clone, Debug)]
pub(super) struct FieldEdit {
    /// The way to it.
    pub(super) path: String,
    /// Its name, or its place in a list.
    pub(super) field: String,
    /// `add`, `remove` or `replace`.
    pub(super) change: &'static str,
    pub(super) old: Option<Value>,
    pub(super) new: Option<Value>,
}

/// The fields that differ between two documents.
pub(super) fn edits(old: &Map, new: &Map) -> Vec<FieldEdit> {
    let mut walk = Walk { edits: Vec::new(), tokens: Vec::new() };
    walk.maps(Some(old), new);
    walk.edits
}

struct Walk {
    edits: Vec<FieldEdit>,
    tokens: Vec<String>,
}

/// Whether two values are one in JSON.
pub(super) fn same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Nil, Value::Nil) => true,
        _ => json::to_vec(old).ok() == json::to_vec(new).ok(),
    }
}

impl Walk {
    fn at(&mut self, token: String, step: impl FnOnce(&mut Walk)) {
        self.tokens.push(token);
        step(self);
        self.tokens.pop();
    }

    fn tell(&mut self, change: &'static str, old: Option<&Value>, new: Option<&Value>) {
        let (field, above) =
            self.tokens.split_last().map_or((String::new(), &[][..]), |(last, above)| (last.clone(), above));
        let path = path_text(above);
        self.edits.push(FieldEdit { path, field, change, old: old.cloned(), new: new.cloned() });
    }

    /// A map that is new tells its fields, not itself.
    fn maps(&mut self, old: Option<&Map>, new: &Map) {
        let mut keys = new.keys();
        keys.extend(old.iter().flat_map(|old| old.keys()));
        keys.sort();
        keys.dedup();
        for key in keys {
            let (before, after) = (old.and_then(|old| old.get(&key)), new.get(&key));
            self.at(key.to_string(), |walk| walk.values(before.as_ref(), after.as_ref()));
        }
    }

    fn values(&mut self, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (None | Some(Value::Nil), None | Some(Value::Nil)) => {}
            (Some(old), None | Some(Value::Nil)) => self.tell("remove", Some(old), None),
            (Some(old), Some(new)) if same(old, new) => {}
            (old, Some(Value::Map(new))) => self.maps(old.and_then(Value::as_map), new),
            (old, Some(Value::List(new))) => self.lists(old.and_then(Value::as_list), new),
            (None | Some(Value::Nil), Some(new)) => self.tell("add", None, Some(new)),
            (Some(old), Some(new)) => self.tell("replace", Some(old), Some(new)),
        }
    }

    fn lists(&mut self, old: Option<&List>, new: &List) {
        let old: Vec<&Value> = old.map(|old| old.iter().collect()).unwrap_or_default();
        let new: Vec<&Value> = new.iter().collect();
        for place in 0..old.len().max(new.len()) {
            let nothing = |value: &&&Value| !value.is_nil();
            let (before, after) = (old.get(place).filter(nothing).copied(), new.get(place).filter(nothing).copied());
            self.at(place.to_string(), |walk| match (before, after) {
                (Some(before), Some(after)) if same(before, after) => {}
                (Some(Value::Map(before)), Some(Value::Map(after))) => walk.maps(Some(before), after),
                (Some(before), Some(after)) => walk.tell("replace", Some(before), Some(after)),
                (Some(before), None) => walk.tell("remove", Some(before), None),
                (None, Some(after)) => walk.tell("add", None, Some(after)),
                (None, None) => {}
            });
        }
    }
}

/// `spec.containers[0]`: names joined by dots, places in brackets.
fn path_text(tokens: &[String]) -> String {
    let mut path = String::new();
    for token in tokens.iter().filter(|token| !token.is_empty()) {
        if token.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{token}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(token);
        }
    }
    path
}
