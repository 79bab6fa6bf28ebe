//! What a step of a plan makes of an object, as far as that can be told without asking the server.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    compare::Place,
    owners::Owners,
    path::{Path, PathElement},
};
use crate::{
    merge::{known_type, merge_patch, strategic::apply_patch},
    object::{ObjectId, contains},
    plan::{Change, PatchForm, Step},
    schema::{ListKind, Shape},
};

/// The object as the step leaves it; none where it is gone. Values that the server gives to new fields are not in it.
pub fn outcome(step: &Step, live: Option<&Value>) -> Option<Value> {
    match (&step.change, live) {
        (Change::Delete | Change::Gone, _) => None,
        (Change::Keep { .. } | Change::Unchanged | Change::SkipUnmappable { .. }, live) => live.cloned(),
        (Change::Apply { object, .. }, Some(live)) => Some(overlaid(&step.id, live, object, Leaving::Ours)),
        (Change::Replace { object, .. } | Change::Recreate { object, .. }, Some(live)) => {
            Some(overlaid(&step.id, live, object, Leaving::Anybodys))
        }
        (Change::Patch { form, patch }, Some(live)) => {
            let strategic = known_type(&step.id).filter(|_| *form == PatchForm::Strategic);
            match strategic.map(|of_type| apply_patch(live, patch, of_type)) {
                Some(Ok(patched)) => Some(patched),
                _ => {
                    let mut patched = live.clone();
                    merge_patch(&mut patched, patch);
                    Some(patched)
                }
            }
        }
        (Change::Patch { .. }, None) => None,
        (Change::Create { object }, _)
        | (Change::Apply { object, .. } | Change::Replace { object, .. } | Change::Recreate { object, .. }, None) => {
            Some(object.clone())
        }
    }
}

/// Which fields that are not wanted leave the object.
#[derive(Clone, Copy, PartialEq)]
enum Leaving {
    /// Those that we alone manage.
    Ours,
    /// Those that anybody manages: what nobody does, the server puts there again.
    Anybodys,
}

fn overlaid(id: &ObjectId, live: &Value, wanted: &Value, leaving: Leaving) -> Value {
    let shape = known_type(id).map(Shape::Struct);
    let place = Place { path: Path::default(), owners: Owners::of(live), shape, list: ListKind::Atomic };
    leaving.overlay(live, wanted, &place)
}

impl Leaving {
    fn overlay(self, live: &Value, wanted: &Value, place: &Place<'_>) -> Value {
        match (live, wanted) {
            (Value::Object(live), Value::Object(wanted)) => Value::Object(self.maps(live, wanted, place)),
            (Value::Array(old), Value::Array(new)) => match place.names(old).zip(place.names(new)) {
                Some((old_names, new_names)) => self.lists((old, old_names), (new, new_names), place),
                // What more the items have that live, the server has most likely put there.
                None if old.len() == new.len() && contains(live, wanted) => live.clone(),
                None => wanted.clone(),
            },
            _ => wanted.clone(),
        }
    }

    fn maps(self, live: &Map<String, Value>, wanted: &Map<String, Value>, place: &Place<'_>) -> Map<String, Value> {
        let mut merged = Map::new();
        for (name, value) in live {
            let place = place.field(name);
            let value = match wanted.get(name) {
                Some(wanted) => Some(self.overlay(value, wanted, &place)),
                None => self.remains(value, &place),
            };
            if let Some(value) = value {
                merged.insert(name.clone(), value);
            }
        }
        for (name, value) in wanted.iter().filter(|(name, value)| !live.contains_key(*name) && !value.is_null()) {
            merged.insert(name.clone(), value.clone());
        }
        merged
    }

    /// Items that stay keep their place, but those that are wanted come in the wanted order.
    fn lists(
        self,
        (old, old_names): (&[Value], Vec<PathElement>),
        (new, new_names): (&[Value], Vec<PathElement>),
        place: &Place<'_>,
    ) -> Value {
        let live: HashMap<String, &Value> = old_names.iter().map(PathElement::text).zip(old).collect();
        let mut wanted = new_names.iter().zip(new).map(|(name, item)| match live.get(&name.text()) {
            Some(live) => self.overlay(live, item, &place.item(name.clone())),
            None => item.clone(),
        });
        let asked: HashMap<String, ()> = new_names.iter().map(|name| (name.text(), ())).collect();
        let mut merged = Vec::with_capacity(old.len().max(new.len()));
        for (name, item) in old_names.iter().zip(old) {
            if asked.contains_key(&name.text()) {
                merged.extend(wanted.next());
            } else {
                merged.extend(self.remains(item, &place.item(name.clone())));
            }
        }
        merged.extend(wanted);
        Value::Array(merged)
    }

    /// What remains of a value that is not wanted.
    fn remains(self, value: &Value, place: &Place<'_>) -> Option<Value> {
        let owners = &place.owners;
        let leaves = match self {
            Leaving::Ours => owners.has_us(),
            Leaving::Anybodys => !owners.is_empty(),
        };
        let shared = self == Leaving::Ours && owners.has_others();
        match value {
            _ if !leaves => Some(value.clone()),
            Value::Object(fields) if shared => {
                let rest = fields
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), self.remains(value, &place.field(name))?)));
                Some(Value::Object(rest.collect()))
            }
            _ if shared => Some(value.clone()),
            _ => None,
        }
    }
}
