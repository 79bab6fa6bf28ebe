//! Who owns which fields, and server-side apply. structured-merge-diff: `merge.Updater`.

use serde_json::{Map, Value, json};

use crate::{
    failure::Failure,
    fields::{FieldSet, compare, element},
    object::{array_at, remove, set, text_at},
    schema::{Scalar, Shape, Type, shape_of},
};

/// Who writes, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Writer {
    pub(crate) manager: String,
    pub(crate) applies: bool,
    pub(crate) api_version: String,
    pub(crate) subresource: String,
    /// RFC 3339.
    pub(crate) time: String,
}

/// A manager's fields.
#[derive(Clone, Debug)]
struct Managed {
    writer: Writer,
    fields: FieldSet,
}

impl Managed {
    fn is_of(&self, writer: &Writer) -> bool {
        let same =
            |a: &Writer, b: &Writer| a.manager == b.manager && a.applies == b.applies && a.subresource == b.subresource;
        same(&self.writer, writer) && (writer.applies || self.writer.api_version == writer.api_version)
    }

    /// The name that conflicts call it by.
    fn title(&self) -> String {
        let mut title = format!("{:?}", self.writer.manager);
        if !self.writer.subresource.is_empty() {
            title.push_str(&format!(" with subresource {:?}", self.writer.subresource));
        }
        if !self.writer.applies {
            title.push_str(&format!(" using {}", self.writer.api_version));
        }
        title
    }
}

fn read(object: &Value) -> Vec<Managed> {
    let entries = array_at(object, &["metadata", "managedFields"]).iter();
    entries
        .map(|entry| Managed {
            writer: Writer {
                manager: text_at(entry, &["manager"]).to_owned(),
                applies: text_at(entry, &["operation"]) == "Apply",
                api_version: text_at(entry, &["apiVersion"]).to_owned(),
                subresource: text_at(entry, &["subresource"]).to_owned(),
                time: text_at(entry, &["time"]).to_owned(),
            },
            fields: FieldSet::from_managed(entry.get("fieldsV1").unwrap_or(&Value::Null)),
        })
        .collect()
}

fn write(object: &mut Value, managed: Vec<Managed>) {
    let mut managed: Vec<Managed> = managed.into_iter().filter(|entry| !entry.fields.is_empty()).collect();
    managed.sort_by(|a, b| {
        (!a.writer.applies, &a.writer.time, &a.writer.manager).cmp(&(
            !b.writer.applies,
            &b.writer.time,
            &b.writer.manager,
        ))
    });
    let entries: Vec<Value> = managed
        .into_iter()
        .map(|Managed { writer, fields }| {
            let mut entry = json!({
                "manager": writer.manager,
                "operation": if writer.applies { "Apply" } else { "Update" },
                "apiVersion": writer.api_version,
                "time": writer.time,
                "fieldsType": "FieldsV1",
                "fieldsV1": fields.to_json(),
            });
            if !writer.subresource.is_empty() {
                set(&mut entry, &["subresource"], writer.subresource);
            }
            entry
        })
        .collect();
    if entries.is_empty() {
        remove(object, &["metadata", "managedFields"]);
    } else {
        set(object, &["metadata", "managedFields"], entries);
    }
}

/// Notes who owns what after a write that was no apply. `live` is what was there before, `Null` where nothing was.
pub(crate) fn note_update(live: &Value, object: &mut Value, writer: &Writer, of: Option<Type<'_>>) {
    let (changed, removed) = match live {
        Value::Null => (FieldSet::of(object, of, true), FieldSet::default()),
        live => compare(live, object, of),
    };
    let (changed, removed) = (changed.without_identity(), removed.without_identity());
    // Who sends the list along may reset it on purpose; else it goes on from what lives.
    let mut managed = read(live);
    for entry in managed.iter_mut() {
        entry.fields = entry.fields.difference(&removed);
        if !entry.is_of(writer) {
            entry.fields = entry.fields.difference(&changed);
        }
    }
    if !changed.is_empty() {
        match managed.iter_mut().find(|entry| entry.is_of(writer)) {
            Some(entry) => {
                entry.fields = std::mem::take(&mut entry.fields).union(&changed);
                entry.writer.time.clone_from(&writer.time);
            }
            None => managed.push(Managed { writer: writer.clone(), fields: changed }),
        }
    }
    write(object, managed);
}

/// Takes over the list of managers that a writer sent: where somebody patches `managedFields` itself.
pub(crate) fn sets_managers(live: &Value, object: &Value) -> bool {
    let sent = object.get("metadata").and_then(|metadata| metadata.get("managedFields"));
    let known = live.get("metadata").and_then(|metadata| metadata.get("managedFields"));
    sent.is_some() && sent != known
}

/// Nulls in maps of texts are empty texts to Kubernetes' decoder; other nulls are not there.
pub(crate) fn fill_texts(config: &mut Value, of: Option<Type<'_>>) {
    match (shape_of(of, config), config) {
        (Shape::Map(Some(of)), Value::Object(map)) if of.scalar() == Some(Scalar::Text) => {
            map.values_mut().filter(|value| value.is_null()).for_each(|value| *value = "".into());
        }
        (Shape::Struct(of), Value::Object(map)) => {
            map.iter_mut().for_each(|(name, value)| fill_texts(value, of.field(name)));
        }
        (Shape::Keyed(_, of), Value::Array(items)) => items.iter_mut().for_each(|item| fill_texts(item, of)),
        _ => {}
    }
}

/// Applies a configuration to what lives (`Null` where nothing does). Gives the object with its managers.
pub(crate) fn apply(
    live: &Value,
    config: &Value,
    writer: &Writer,
    of: Option<Type<'_>>,
    force: bool,
) -> Result<Value, Failure> {
    let wanted = FieldSet::of(config, of, false).without_identity();
    let mut managed = read(live);
    let before = managed.iter().find(|entry| entry.is_of(writer)).map(|entry| entry.fields.clone()).unwrap_or_default();
    let merged = merge(live, config, of);
    let (changed, _) = match live {
        Value::Null => (FieldSet::default(), FieldSet::default()),
        live => compare(live, &merged, of),
    };
    let mut conflicts = Vec::new();
    for entry in managed.iter_mut().filter(|entry| !entry.is_of(writer)) {
        let taken = entry.fields.intersection(&changed);
        if taken.is_empty() {
            continue;
        }
        if force {
            entry.fields = entry.fields.difference(&taken);
        } else {
            conflicts.push((entry.title(), taken.paths()));
        }
    }
    if !conflicts.is_empty() {
        return Err(Failure::apply_conflict(&conflicts));
    }
    let mut result = merged;
    let mut dropped = before.difference(&wanted);
    for entry in managed.iter().filter(|entry| !entry.is_of(writer)) {
        dropped = dropped.difference(&entry.fields);
    }
    // A container goes only with all that it holds.
    prune(&mut result, &dropped, of);
    let time = managed.iter().find(|entry| entry.is_of(writer)).map(|entry| entry.writer.time.clone());
    managed.retain(|entry| !entry.is_of(writer));
    let unchanged = before == wanted && time.is_some();
    let writer = Writer { time: time.filter(|_| unchanged).unwrap_or_else(|| writer.time.clone()), ..writer.clone() };
    managed.push(Managed { writer, fields: wanted });
    write(&mut result, managed);
    Ok(result)
}

/// What lives, with the configuration on top.
fn merge(live: &Value, config: &Value, of: Option<Type<'_>>) -> Value {
    match (shape_of(of, config), live, config) {
        (shape @ (Shape::Struct(_) | Shape::Map(_)), live, Value::Object(config)) => {
            let mut merged = live.as_object().cloned().unwrap_or_default();
            for (name, value) in config {
                let field = match shape {
                    Shape::Map(of) => of,
                    _ => of.and_then(|of| of.field(name)),
                };
                let under = merged.remove(name).unwrap_or(Value::Null);
                merged.insert(name.clone(), merge(&under, value, field));
            }
            Value::Object(merged)
        }
        (Shape::Keyed(keys, of), Value::Array(live), Value::Array(config)) => {
            let edge = |item: &Value| element(keys, item);
            merge_lists(live, config, edge, |live, config| merge(live, config, of))
        }
        (Shape::Set, Value::Array(live), Value::Array(config)) => {
            merge_lists(live, config, Value::to_string, |_, config| config.clone())
        }
        _ => config.clone(),
    }
}

/// The elements of both lists, each once: in the order of the second one, those that only the first one has where they
/// stood.
fn merge_lists(
    live: &[Value],
    config: &[Value],
    edge: impl Fn(&Value) -> String,
    both: impl Fn(&Value, &Value) -> Value,
) -> Value {
    let live: Vec<(String, &Value)> = live.iter().map(|item| (edge(item), item)).collect();
    let wanted: Vec<String> = config.iter().map(&edge).collect();
    let mut merged = Vec::new();
    let mut rest = live.iter().peekable();
    for (item, name) in config.iter().zip(&wanted) {
        while let Some((_, only)) = rest.next_if(|(name, _)| !wanted.contains(name)) {
            merged.push((*only).clone());
        }
        _ = rest.next();
        match live.iter().find(|(known, _)| known == name) {
            Some((_, under)) => merged.push(both(under, item)),
            None => merged.push(item.clone()),
        }
    }
    merged.extend(rest.filter(|(name, _)| !wanted.contains(name)).map(|(_, only)| (*only).clone()));
    Value::Array(merged)
}

/// Takes fields away. Gives whether nothing is left of a value that held something.
fn prune(value: &mut Value, fields: &FieldSet, of: Option<Type<'_>>) -> bool {
    if fields.is_empty() {
        return false;
    }
    if fields.member && fields.children.is_empty() {
        return true;
    }
    let shape = shape_of(of, value);
    match (shape, value) {
        (Shape::Struct(_) | Shape::Map(_), Value::Object(map)) => {
            prune_map(map, fields, |name| match shape {
                Shape::Map(of) => of,
                _ => of.and_then(|of| of.field(name)),
            });
            map.is_empty()
        }
        (Shape::Keyed(keys, of), Value::Array(items)) => {
            items.retain_mut(|item| match fields.children.get(&element(keys, item)) {
                // An element goes when nobody else holds it; what others set in it keeps it.
                Some(child) if child.member => false,
                Some(child) => !prune(item, child, of),
                None => true,
            });
            items.is_empty()
        }
        (Shape::Set, Value::Array(items)) => {
            items.retain(|item| !fields.children.contains_key(&format!("v:{item}")));
            items.is_empty()
        }
        _ => false,
    }
}

fn prune_map<'a>(map: &mut Map<String, Value>, fields: &FieldSet, of: impl Fn(&str) -> Option<Type<'a>>) {
    for (edge, child) in &fields.children {
        let Some(name) = edge.strip_prefix("f:") else { continue };
        if map.get_mut(name).is_some_and(|value| prune(value, child, of(name))) {
            map.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Writer, apply, note_update};
    use crate::schema::built_in;

    fn writer(manager: &str, applies: bool) -> Writer {
        let time = "2026-01-01T00:00:00Z".to_owned();
        Writer { manager: manager.into(), applies, api_version: "v1".into(), subresource: String::new(), time }
    }

    #[test]
    fn apply_owns_merges_prunes_and_conflicts() {
        let of = built_in("v1", "ConfigMap");
        let config =
            |data: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data});
        let helm = writer("helm", true);
        let first = apply(&Value::Null, &config(json!({"a": "1", "b": "1"})), &helm, of, false).unwrap();
        let second = apply(&first, &config(json!({"a": "2"})), &helm, of, false).unwrap();
        assert_eq!(second["data"], json!({"a": "2"}));
        let mut edited = second.clone();
        edited["data"]["a"] = json!("hand");
        note_update(&second, &mut edited, &writer("kubectl-patch", false), of);
        let error = apply(&edited, &config(json!({"a": "3"})), &helm, of, false).unwrap_err();
        assert_eq!(error.message, "Apply failed with 1 conflict: conflict with \"kubectl-patch\" using v1: .data.a");
        let forced = apply(&edited, &config(json!({"a": "3"})), &helm, of, true).unwrap();
        assert_eq!(
            (&forced["data"], forced["metadata"]["managedFields"].as_array().unwrap().len()),
            (&json!({"a": "3"}), 1)
        );
        // The same value is no conflict: both own it, and it stays when one lets go.
        let shared = apply(&edited, &config(json!({"a": "hand"})), &helm, of, false).unwrap();
        let let_go = apply(&shared, &config(json!({})), &helm, of, false).unwrap();
        assert_eq!(let_go["data"], json!({"a": "hand"}));
    }
}
