//! Which properties and items no schema has looked at: `unevaluatedProperties` and `unevaluatedItems`.

use std::collections::BTreeSet;

use super::{Frame, Run};
use crate::schema::{
    compiled::{Items, Schema},
    draft::Draft,
    json::Json,
};

/// The properties and items that are still to be looked at, where that is wanted.
#[derive(Debug, Default)]
pub(super) struct Unevaluated<'a> {
    properties: BTreeSet<&'a str>,
    items: BTreeSet<usize>,
}

impl<'a> Unevaluated<'a> {
    /// All of a value, where the schema or the one that applies it asks.
    pub(super) fn of(value: &'a Json, schema: &Schema, wanted: bool) -> Unevaluated<'a> {
        let mut unevaluated = Unevaluated::default();
        match value {
            Json::Object(object)
                if schema.additional_properties.is_none() && (wanted || schema.unevaluated_properties.is_some()) =>
            {
                unevaluated.properties = object.keys().map(|name| &**name).collect();
            }
            Json::List(list) if wanted || schema.unevaluated_items.is_some() => {
                let newest = schema.draft >= Some(Draft::D2020);
                let (all, first) = match &schema.items {
                    _ if newest => (schema.items_2020.is_some(), schema.prefix_items.len()),
                    Some(Items::All(_)) => (true, 0),
                    Some(Items::Each(items)) => (schema.additional_items.is_some(), items.len()),
                    None => (schema.additional_items.is_some(), 0),
                };
                if !all {
                    unevaluated.items = (first..list.len()).collect();
                }
            }
            _ => {}
        }
        unevaluated
    }

    pub(super) fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.items.is_empty()
    }

    pub(super) fn evaluate_property(&mut self, name: &str) {
        self.properties.remove(name);
    }

    pub(super) fn evaluate_item(&mut self, index: usize) {
        self.items.remove(&index);
    }

    /// Keeps what another schema that fits the same value has not looked at either.
    pub(super) fn merge(&mut self, other: &Unevaluated<'a>) {
        self.properties.retain(|name| other.properties.contains(name));
        self.items.retain(|index| other.items.contains(index));
    }
}

impl<'a> Run<'a, '_> {
    pub(super) fn check_unevaluated(&mut self, frame: &mut Frame<'a>) {
        let schema = frame.schema;
        match frame.value {
            Json::Object(object) => {
                let Some(id) = schema.unevaluated_properties else { return };
                for name in std::mem::take(&mut frame.unevaluated.properties) {
                    if let Some(value) = object.get(name) {
                        let outcome = self.apply_below(frame, id, value, name);
                        frame.add(outcome);
                    }
                }
            }
            Json::List(list) => {
                let Some(id) = schema.unevaluated_items else { return };
                for index in std::mem::take(&mut frame.unevaluated.items) {
                    if let Some(value) = list.get(index) {
                        let outcome = self.apply_below(frame, id, value, &index.to_string());
                        frame.add(outcome);
                    }
                }
            }
            _ => {}
        }
    }
}
