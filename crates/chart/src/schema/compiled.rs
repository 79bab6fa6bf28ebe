//! What the validator walks: compiled schemas.

use std::collections::BTreeMap;

use super::{decimal::Decimal, draft::Draft, format::Format, json::Json, pattern::Pattern};

/// A schema in its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SchemaId(pub(super) usize);

/// Compiled schemas that refer to each other.
#[derive(Debug)]
pub(crate) struct Arena {
    pub(super) schemas: Vec<Schema>,
    pub(crate) root: SchemaId,
}

impl Arena {
    pub(crate) fn get(&self, id: SchemaId) -> Option<&Schema> {
        self.schemas.get(id.0)
    }
}

/// `additionalProperties` and `additionalItems`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Additional {
    Allowed(bool),
    Schema(SchemaId),
}

/// `dependencies` of one property.
#[derive(Clone, Debug)]
pub(crate) enum Needs {
    Properties(Vec<String>),
    Schema(SchemaId),
}

/// `items` before draft 2020-12.
#[derive(Clone, Debug)]
pub(crate) enum Items {
    All(SchemaId),
    Each(Vec<SchemaId>),
}

/// One compiled schema; what a keyword says that is not there is empty.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) location: String,
    pub(crate) draft: Option<Draft>,
    pub(crate) resource: Option<SchemaId>,
    pub(crate) dynamic_anchors: BTreeMap<String, SchemaId>,
    /// Set for `true`, `false` and `{}`.
    pub(crate) always: Option<bool>,
    pub(crate) reference: Option<SchemaId>,
    pub(crate) recursive_reference: Option<SchemaId>,
    pub(crate) recursive_anchor: bool,
    /// Where the reference leads at first, and its anchor.
    pub(crate) dynamic_reference: Option<(SchemaId, String)>,
    pub(crate) dynamic_anchor: String,
    pub(crate) types: Types,
    pub(crate) enumeration: Option<Vec<Json>>,
    pub(crate) constant: Option<Json>,
    pub(crate) format: Option<Format>,
    pub(crate) not: Option<SchemaId>,
    pub(crate) all_of: Vec<SchemaId>,
    pub(crate) any_of: Vec<SchemaId>,
    pub(crate) one_of: Vec<SchemaId>,
    pub(crate) condition: Option<SchemaId>,
    pub(crate) then: Option<SchemaId>,
    pub(crate) otherwise: Option<SchemaId>,
    pub(crate) min_properties: Option<i64>,
    pub(crate) max_properties: Option<i64>,
    pub(crate) required: Vec<String>,
    pub(crate) property_names: Option<SchemaId>,
    pub(crate) properties: BTreeMap<String, SchemaId>,
    pub(crate) pattern_properties: Vec<(Pattern, SchemaId)>,
    pub(crate) additional_properties: Option<Additional>,
    pub(crate) dependencies: BTreeMap<String, Needs>,
    pub(crate) dependent_required: BTreeMap<String, Vec<String>>,
    pub(crate) dependent_schemas: BTreeMap<String, SchemaId>,
    pub(crate) unevaluated_properties: Option<SchemaId>,
    pub(crate) min_items: Option<i64>,
    pub(crate) max_items: Option<i64>,
    pub(crate) unique_items: bool,
    pub(crate) items: Option<Items>,
    pub(crate) additional_items: Option<Additional>,
    pub(crate) prefix_items: Vec<SchemaId>,
    pub(crate) items_2020: Option<SchemaId>,
    pub(crate) contains: Option<SchemaId>,
    pub(crate) min_contains: Option<i64>,
    pub(crate) max_contains: Option<i64>,
    pub(crate) unevaluated_items: Option<SchemaId>,
    pub(crate) min_length: Option<i64>,
    pub(crate) max_length: Option<i64>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) minimum: Option<Decimal>,
    pub(crate) maximum: Option<Decimal>,
    pub(crate) exclusive_minimum: Option<Decimal>,
    pub(crate) exclusive_maximum: Option<Decimal>,
    pub(crate) multiple_of: Option<Decimal>,
}

/// A set of JSON's types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Types(u8);

/// JSON's types in the order in which messages list them.
const TYPE_NAMES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

impl Types {
    pub(crate) const INTEGER: Types = Types(1 << 3);

    /// The set with the type of this name; the empty set for any other name.
    pub(crate) fn named(name: &str) -> Types {
        Types(TYPE_NAMES.iter().position(|known| *known == name).map_or(0, |place| 1 << place))
    }

    pub(super) fn read(value: &Json) -> Types {
        match value {
            Json::String(name) => Types::named(name),
            Json::List(names) => {
                names.iter().filter_map(Json::as_str).fold(Types(0), |types, name| types.with(Types::named(name)))
            }
            _ => Types(0),
        }
    }

    pub(crate) fn with(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    pub(crate) fn has(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn names(self) -> Vec<&'static str> {
        TYPE_NAMES.into_iter().filter(|name| self.has(Types::named(name))).collect()
    }
}
