//! Whether an object is as we want it, judged by the fields that we manage (see the module's documentation).

use serde_json::{Map, Value};

use super::FIELD_MANAGER;
use crate::{
    merge::known_type,
    object::{ObjectId, text_at},
    schema::{Shape, same_value},
};

/// Fields that say which object it is, or that the server alone writes: no manager owns them.
/// apimachinery: `managedfields/internal/stripmeta.go`.
const UNOWNED: [&str; 2] = ["apiVersion", "kind"];
const UNOWNED_METADATA: [&str; 9] = [
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
];

/// Whether a server-side apply of `wanted` would change nothing of `live`. False where that cannot be known.
pub fn is_as_wanted(wanted: &Value, live: &Value) -> bool {
    if needs_adoption(live) || text_at(wanted, &["apiVersion"]) != text_at(live, &["apiVersion"]) {
        return false;
    }
    let mut ours = own_entries(live, "Apply");
    let (Some(entry), None) = (ours.next(), ours.next()) else { return false };
    if text_at(entry, &["apiVersion"]) != text_at(wanted, &["apiVersion"]) {
        return false;
    }
    match (entry.get("fieldsV1"), wanted, live) {
        (Some(Value::Object(fields)), Value::Object(wanted_fields), Value::Object(live)) => {
            let shape = ObjectId::of(wanted).ok().and_then(|id| known_type(&id)).map(Shape::Struct);
            object_matches(fields, wanted_fields, live, (Level::Object, shape))
        }
        _ => false,
    }
}

/// Whether the object has fields of ours from client-side writes, which a server-side apply would clash with or could not
/// remove. client-go: `util/csaupgrade`.
pub fn needs_adoption(live: &Value) -> bool {
    own_entries(live, "Update").next().is_some()
}

fn own_entries<'a>(live: &'a Value, operation: &'static str) -> impl Iterator<Item = &'a Value> {
    let entries = live.get("metadata").and_then(|metadata| metadata.get("managedFields")).and_then(Value::as_array);
    entries.into_iter().flatten().filter(move |entry| {
        text_at(entry, &["manager"]) == FIELD_MANAGER
            && text_at(entry, &["operation"]) == operation
            && text_at(entry, &["subresource"]).is_empty()
    })
}

/// What lies in a field of a type.
fn shape_of(shape: Option<Shape>, name: &str) -> Option<Shape> {
    match shape? {
        Shape::Struct(of_type) => of_type.field(name).map(|field| field.shape),
        Shape::Map(item) => Some(item.shape()),
        _ => None,
    }
}

/// How deep in an object: its uppermost two levels have fields that nobody owns.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Object,
    Metadata,
    Deeper,
}

impl Level {
    fn is_owned(self, name: &str) -> bool {
        match self {
            Level::Object => !UNOWNED.contains(&name),
            Level::Metadata => !UNOWNED_METADATA.contains(&name),
            Level::Deeper => true,
        }
    }

    fn below(self, name: &str) -> Level {
        if self == Level::Object && name == "metadata" { Level::Metadata } else { Level::Deeper }
    }
}

/// Whether a map's owned fields are those that are wanted, and all are there with the wanted values.
fn object_matches(
    fields: &Map<String, Value>,
    wanted: &Map<String, Value>,
    live: &Map<String, Value>,
    (level, shape): (Level, Option<Shape>),
) -> bool {
    let owned = fields.keys().filter(|key| *key != ".");
    let asked = wanted.keys().filter(|name| level.is_owned(name)).filter(|name| {
        // A wanted `metadata` that holds nothing but what nobody owns leaves no trace.
        level != Level::Object || *name != "metadata" || fields.contains_key("f:metadata")
    });
    if owned.count() != asked.clone().count() {
        return false;
    }
    asked.into_iter().all(|name| {
        let field = fields.get(&format!("f:{name}"));
        match (field, wanted.get(name), live.get(name)) {
            (Some(Value::Object(field)), Some(wanted), Some(live)) => {
                value_matches(field, wanted, live, (level.below(name), shape_of(shape, name)))
            }
            _ => false,
        }
    })
}

fn value_matches(
    field: &Map<String, Value>,
    wanted: &Value,
    live: &Value,
    (level, shape): (Level, Option<Shape>),
) -> bool {
    // Owned as a whole: a scalar, an atomic list or map, or a map that is empty.
    if !field.keys().any(|key| key != ".") {
        return same_value(shape, wanted, live);
    }
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) => object_matches(field, wanted, live, (level, shape)),
        (Value::Array(wanted), Value::Array(live)) => list_matches(field, wanted, live, shape),
        _ => false,
    }
}

/// Whether a list with keys, or a set, has the items that are wanted, in the wanted order.
fn list_matches(field: &Map<String, Value>, wanted: &[Value], live: &[Value], shape: Option<Shape>) -> bool {
    let item_shape = match shape {
        Some(Shape::List(item)) => Some(item.shape()),
        _ => None,
    };
    let items = field.iter().filter(|(key, _)| *key != ".");
    let mut places = Vec::with_capacity(wanted.len());
    for (key, fields) in items {
        let Some(name) = ItemName::parse(key) else { return false };
        let asked = unique(wanted, |item| name.is(item)).or_else(|| unique(wanted, |item| name.may_be(item)));
        let found = unique(live, |item| name.is(item));
        let (Some((asked_at, asked)), Some((found_at, found))) = (asked, found) else { return false };
        let same = match (fields, asked, found) {
            (Value::Object(fields), Value::Object(asked), Value::Object(found)) => {
                object_matches(fields, asked, found, (Level::Deeper, item_shape))
            }
            (_, asked, found) => asked == found,
        };
        if !same {
            return false;
        }
        places.push((asked_at, found_at));
    }
    places.sort_unstable();
    places.len() == wanted.len() && places.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1)
}

/// The one item that a test picks; none where it picks several.
fn unique(items: &[Value], picks: impl Fn(&Value) -> bool) -> Option<(usize, &Value)> {
    let mut picked = items.iter().enumerate().filter(|(_, item)| picks(item));
    picked.next().filter(|_| picked.next().is_none())
}

/// How field sets name an item of a list.
enum ItemName {
    /// `k:{"name":"x"}`: by its key fields.
    Keys(Map<String, Value>),
    /// `v:"x"`: by its value.
    Value(Value),
}

impl ItemName {
    fn parse(key: &str) -> Option<ItemName> {
        match key.split_at_checked(2)? {
            ("k:", keys) => serde_json::from_str(keys).ok().map(ItemName::Keys),
            ("v:", value) => serde_json::from_str(value).ok().map(ItemName::Value),
            _ => None,
        }
    }

    fn is(&self, item: &Value) -> bool {
        match self {
            ItemName::Keys(keys) => keys.iter().all(|(name, value)| item.get(name) == Some(value)),
            ItemName::Value(value) => item == value,
        }
    }

    /// Whether an item of a manifest has this name; key fields that it leaves out get their default from the server.
    fn may_be(&self, item: &Value) -> bool {
        match self {
            ItemName::Keys(keys) => keys.iter().all(|(name, value)| item.get(name).is_none_or(|found| found == value)),
            ItemName::Value(value) => item == value,
        }
    }
}
