//! Compares two states of an object field by field.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{
    FieldChange,
    clean::{cleaned, mask},
    owners::Owners,
    path::{Path, PathElement},
};
use crate::{
    merge::known_type,
    object::ObjectId,
    schema::{ListKind, Shape, same_value},
};

/// What differs between a live object and what it becomes.
pub fn field_changes(before: &Value, after: &Value) -> Vec<FieldChange> {
    changes(before, after, false)
}

/// What the manifest wants and the live object has otherwise. What the manifest does not speak of is no drift.
pub fn drift(wanted: &Value, live: &Value) -> Vec<FieldChange> {
    changes(live, wanted, true)
}

fn changes(live: &Value, after: &Value, stated_only: bool) -> Vec<FieldChange> {
    let (mut before, mut wanted) = (cleaned(live), cleaned(after));
    mask(&mut before, &mut wanted);
    let shape = ObjectId::of(after).ok().and_then(|id| known_type(&id)).map_or(Shape::Any, Shape::Struct);
    let mut comparison = Comparison { stated_only, changes: Vec::new() };
    let place = Place { path: Path::default(), owners: Owners::of(live), shape: Some(shape), list: ListKind::Atomic };
    comparison.values(&before, &wanted, &place);
    comparison.changes
}

/// The field that is being compared.
pub(super) struct Place<'a> {
    pub(super) path: Path,
    pub(super) owners: Owners<'a>,
    /// What it is; none where nobody knows.
    pub(super) shape: Option<Shape>,
    /// How its items are told apart, where it is a list.
    pub(super) list: ListKind,
}

impl<'a> Place<'a> {
    /// The place of a field below.
    pub(super) fn field(&self, name: &str) -> Place<'a> {
        let element = PathElement::Field(name.to_owned());
        let owners = self.owners.below(&element);
        let (shape, list) = match self.shape {
            Some(Shape::Struct(of_type)) => match of_type.field(name) {
                Some(field) => (Some(field.shape), field.list),
                None => (None, ListKind::Atomic),
            },
            Some(Shape::Map(item)) => (Some(item.shape()), ListKind::Atomic),
            _ => (None, ListKind::Atomic),
        };
        Place { path: self.path.to(element), owners, shape, list }
    }

    /// The place of an item of a list.
    pub(super) fn item(&self, element: PathElement) -> Place<'a> {
        let shape = match self.shape {
            Some(Shape::List(item)) => Some(item.shape()),
            _ => None,
        };
        let owners = self.owners.below(&element);
        Place { path: self.path.to(element), owners, shape, list: ListKind::Atomic }
    }

    /// The names of the items of a list; none where it is one value. Of kinds that nobody knows, the managers tell.
    pub(super) fn names(&self, items: &[Value]) -> Option<Vec<PathElement>> {
        let keys: Vec<String> = match &self.list {
            ListKind::Map(keys) => keys.iter().map(str::to_owned).collect(),
            ListKind::Set => Vec::new(),
            ListKind::Atomic if matches!(self.shape, Some(Shape::List(_))) => return None,
            ListKind::Atomic => self.owners.item_keys()?,
        };
        items.iter().map(|item| self.name(item, &keys)).collect()
    }

    fn name(&self, item: &Value, keys: &[String]) -> Option<PathElement> {
        if keys.is_empty() {
            return (!item.is_object() && !item.is_array()).then(|| PathElement::Value(item.clone()));
        }
        let default = |key: &str| {
            let Some(Shape::List(item)) = self.shape else { return None };
            let Shape::Struct(of_type) = item.shape() else { return None };
            serde_json::from_str(of_type.field(key)?.default?).ok()
        };
        let mut named = Map::new();
        for key in keys {
            if let Some(value) = item.get(key).cloned().or_else(|| default(key)) {
                named.insert(key.clone(), value);
            }
        }
        (item.is_object() && !named.is_empty()).then_some(PathElement::Key(named))
    }
}

struct Comparison {
    stated_only: bool,
    changes: Vec<FieldChange>,
}

impl Comparison {
    fn tell(&mut self, before: Option<&Value>, after: Option<&Value>, place: &Place<'_>) {
        self.changes.push(FieldChange {
            path: place.path.clone(),
            before: before.cloned(),
            after: after.cloned(),
            owners: place.owners.names(),
        });
    }

    fn values(&mut self, before: &Value, after: &Value, place: &Place<'_>) {
        match (before, after) {
            (before, after) if same_value(place.shape, before, after) => {}
            // A manifest that sets nothing states nothing.
            (_, Value::Null) if self.stated_only => {}
            (Value::Object(before), Value::Object(after)) => self.maps(before, after, place),
            (Value::Array(before_items), Value::Array(after_items)) => {
                let names = place.names(before_items).zip(place.names(after_items));
                match names.filter(|(old, new)| are_distinct(old) && are_distinct(new)) {
                    Some((old, new)) => self.items((before_items, &old), (after_items, &new), place),
                    None if before_items.len() == after_items.len() => {
                        for (index, (before, after)) in before_items.iter().zip(after_items).enumerate() {
                            self.values(before, after, &place.item(PathElement::Index(index)));
                        }
                    }
                    None => self.tell(Some(before), Some(after), place),
                }
            }
            (before, after) => self.tell(Some(before), Some(after), place),
        }
    }

    fn maps(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, place: &Place<'_>) {
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let place = place.field(name);
            match (before.get(name), after.get(name)) {
                (Some(before), Some(after)) => self.values(before, after, &place),
                (None, Some(after)) if !is_nothing(after, place.shape) => self.tell(None, Some(after), &place),
                (Some(before), None) if !self.stated_only && !is_nothing(before, place.shape) => {
                    self.tell(Some(before), None, &place);
                }
                _ => {}
            }
        }
    }

    fn items(
        &mut self,
        (before, old): (&[Value], &[PathElement]),
        (after, new): (&[Value], &[PathElement]),
        place: &Place<'_>,
    ) {
        let mut wanted: HashMap<String, &Value> = new.iter().map(PathElement::text).zip(after).collect();
        for (item, name) in before.iter().zip(old) {
            let place = place.item(name.clone());
            match wanted.remove(&name.text()) {
                Some(after) => self.values(item, after, &place),
                None if self.stated_only => {}
                None => self.tell(Some(item), None, &place),
            }
        }
        for (item, name) in after.iter().zip(new).filter(|(_, name)| wanted.contains_key(&name.text())) {
            self.tell(None, Some(item), &place.item(name.clone()));
        }
    }
}

fn are_distinct(names: &[PathElement]) -> bool {
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().all(|name| seen.insert(name.text()))
}

/// Null, and maps and lists that are empty: the server drops them. An empty map that chooses one of several (`emptyDir: {}`)
/// is something.
fn is_nothing(value: &Value, shape: Option<Shape>) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty() && !matches!(shape, Some(Shape::Struct(_))),
        _ => false,
    }
}
