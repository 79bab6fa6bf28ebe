//! Who manages which field of a live object: its `managedFields`, walked along with the object.

use serde_json::{Map, Value};

use super::{FieldOwner, path::PathElement};
use crate::{object::text_at, plan::FIELD_MANAGER};

/// The managers of the field that is being looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners<'a>(Vec<(&'a Value, &'a Map<String, Value>)>);

impl<'a> Owners<'a> {
    /// The managers of an object.
    pub(super) fn of(live: &'a Value) -> Owners<'a> {
        let entries = live.get("metadata").and_then(|metadata| metadata.get("managedFields")).and_then(Value::as_array);
        let entries = entries.into_iter().flatten();
        Owners(entries.filter_map(|entry| Some((entry, entry.get("fieldsV1")?.as_object()?))).collect())
    }

    /// The managers of what lies below. Who owns a value as a whole owns all of it.
    pub(super) fn below(&self, element: &PathElement) -> Owners<'a> {
        let below = |(entry, fields): &(&'a Value, &'a Map<String, Value>)| {
            if is_whole(fields) {
                return Some((*entry, *fields));
            }
            let field = match element {
                PathElement::Field(name) => fields.get(&format!("f:{name}")),
                PathElement::Index(place) => fields.get(&format!("i:{place}")),
                PathElement::Value(value) => find(fields, "v:", |named| named == value),
                PathElement::Key(keys) => {
                    find(fields, "k:", |named| named.as_object().is_some_and(|named| named == keys))
                }
            };
            Some((*entry, field?.as_object()?))
        };
        Owners(self.0.iter().filter_map(below).collect())
    }

    /// Their names.
    pub(super) fn names(&self) -> Vec<FieldOwner> {
        let name = |(entry, _): &(&Value, &Map<String, Value>)| FieldOwner {
            manager: text_at(entry, &["manager"]).to_owned(),
            operation: text_at(entry, &["operation"]).to_owned(),
            time: text_at(entry, &["time"]).to_owned(),
            subresource: text_at(entry, &["subresource"]).to_owned(),
        };
        self.0.iter().map(name).collect()
    }

    /// Whether nobody manages it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether we manage it by server-side apply.
    pub(super) fn has_us(&self) -> bool {
        self.0.iter().any(|(entry, _)| is_us(entry))
    }

    /// Whether others than we, by server-side apply, manage it or part of it.
    pub(super) fn has_others(&self) -> bool {
        self.0.iter().any(|(entry, _)| !is_us(entry))
    }

    /// The names of the keys by which the managers know the items of a list; none where they know it as a whole. An empty
    /// one is that of a set.
    pub(super) fn item_keys(&self) -> Option<Vec<String>> {
        let names = self.0.iter().flat_map(|(_, fields)| fields.keys());
        names
            .filter_map(|name| match name.split_at_checked(2) {
                Some(("k:", keys)) => {
                    let keys: Map<String, Value> = serde_json::from_str(keys).ok()?;
                    Some(keys.into_iter().map(|(name, _)| name).collect())
                }
                Some(("v:", _)) => Some(Vec::new()),
                _ => None,
            })
            .next()
    }
}

fn is_us(entry: &Value) -> bool {
    text_at(entry, &["manager"]) == FIELD_MANAGER
        && text_at(entry, &["operation"]) == "Apply"
        && text_at(entry, &["subresource"]).is_empty()
}

fn is_whole(fields: &Map<String, Value>) -> bool {
    fields.keys().all(|name| name == ".")
}

fn find<'a>(fields: &'a Map<String, Value>, form: &str, is: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    let named = |name: &str| name.strip_prefix(form).and_then(|name| serde_json::from_str(name).ok());
    fields.iter().find(|(name, _)| named(name).is_some_and(|named| is(&named))).map(|(_, fields)| fields)
}
