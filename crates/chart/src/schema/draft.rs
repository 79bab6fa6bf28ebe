//! The drafts of JSON Schema, and the documents that describe them.

use std::sync::OnceLock;

use super::{compile::Compiler, compiled::Arena, json::Json};

/// A draft of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    D2020,
}

/// A step from a schema to the schemas in it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// The value of the keyword.
    Value(&'static str),
    /// Each value of the object that the keyword holds.
    Values(&'static str),
    /// Each item of the list that the keyword holds.
    Items(&'static str),
}

const PLACES_4: [Place; 12] = [
    Place::Values("definitions"),
    Place::Value("not"),
    Place::Items("allOf"),
    Place::Items("anyOf"),
    Place::Items("oneOf"),
    Place::Values("properties"),
    Place::Value("additionalProperties"),
    Place::Values("patternProperties"),
    Place::Value("items"),
    Place::Items("items"),
    Place::Value("additionalItems"),
    Place::Values("dependencies"),
];
const PLACES_6: [Place; 2] = [Place::Value("propertyNames"), Place::Value("contains")];
const PLACES_7: [Place; 3] = [Place::Value("if"), Place::Value("then"), Place::Value("else")];
const PLACES_2019: [Place; 5] = [
    Place::Values("$defs"),
    Place::Values("dependentSchemas"),
    Place::Value("unevaluatedProperties"),
    Place::Value("unevaluatedItems"),
    Place::Value("contentSchema"),
];
const PLACES_2020: [Place; 1] = [Place::Items("prefixItems")];

impl Draft {
    /// The draft of a schema that names none.
    pub(crate) const LATEST: Draft = Draft::D2020;

    const ALL: [Draft; 5] = [Draft::D4, Draft::D6, Draft::D7, Draft::D2019, Draft::D2020];

    /// The draft that a `$schema` names.
    pub(crate) fn of_url(url: &str) -> Option<Draft> {
        let url = match url.split_once('#') {
            Some((url, "")) => url,
            Some(_) => return None,
            None => url,
        };
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
        match rest {
            "json-schema.org/schema" => Some(Draft::LATEST),
            "json-schema.org/draft/2020-12/schema" => Some(Draft::D2020),
            "json-schema.org/draft/2019-09/schema" => Some(Draft::D2019),
            "json-schema.org/draft-07/schema" => Some(Draft::D7),
            "json-schema.org/draft-06/schema" => Some(Draft::D6),
            "json-schema.org/draft-04/schema" => Some(Draft::D4),
            _ => None,
        }
    }

    fn url(self) -> &'static str {
        match self {
            Draft::D4 => "http://json-schema.org/draft-04/schema",
            Draft::D6 => "http://json-schema.org/draft-06/schema",
            Draft::D7 => "http://json-schema.org/draft-07/schema",
            Draft::D2019 => "https://json-schema.org/draft/2019-09/schema",
            Draft::D2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The keyword that gives a schema its name.
    pub(crate) fn id_keyword(self) -> &'static str {
        if self == Draft::D4 { "id" } else { "$id" }
    }

    /// The name that a schema gives itself, without its fragment; empty where it has none.
    pub(crate) fn id_of(self, schema: &Json) -> &str {
        let Some(object) = schema.as_object() else { return "" };
        // Before 2019 everything beside a $ref counts for nothing.
        if self < Draft::D2019 && object.contains_key("$ref") {
            return "";
        }
        let id = object.get(self.id_keyword()).and_then(Json::as_str).unwrap_or_default();
        id.split('#').next().unwrap_or_default()
    }

    /// Where schemas lie in a schema.
    pub(crate) fn places(self) -> impl Iterator<Item = Place> {
        let later: [(Draft, &'static [Place]); 4] = [
            (Draft::D6, &PLACES_6),
            (Draft::D7, &PLACES_7),
            (Draft::D2019, &PLACES_2019),
            (Draft::D2020, &PLACES_2020),
        ];
        let later = later.into_iter().filter(move |(draft, _)| *draft <= self).flat_map(|(_, places)| places);
        PLACES_4.iter().chain(later).copied()
    }

    /// The compiled schema of the draft's schemas.
    pub(crate) fn meta_schema(self) -> Option<&'static Arena> {
        static COMPILED: [OnceLock<Option<Arena>>; 5] = [const { OnceLock::new() }; 5];
        let index = Draft::ALL.iter().position(|draft| *draft == self)?;
        COMPILED.get(index)?.get_or_init(|| Compiler::for_meta_schema().compile(self.url()).ok()).as_ref()
    }
}

/// The text of a document of json-schema.org.
pub(crate) fn known_document(url: &str) -> Option<&'static str> {
    let path =
        url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?.strip_prefix("json-schema.org/")?;
    macro_rules! documents {
        ($($path:literal => $file:literal,)*) => {
            match path {
                $($path => Some(include_str!(concat!("metaschemas/", $file))),)*
                _ => None,
            }
        };
    }
    documents! {
        "schema" => "2020-12.json",
        "draft-04/schema" => "draft-04.json",
        "draft-06/schema" => "draft-06.json",
        "draft-07/schema" => "draft-07.json",
        "draft/2019-09/schema" => "2019-09.json",
        "draft/2019-09/meta/core" => "2019-09-core.json",
        "draft/2019-09/meta/applicator" => "2019-09-applicator.json",
        "draft/2019-09/meta/validation" => "2019-09-validation.json",
        "draft/2019-09/meta/meta-data" => "2019-09-meta-data.json",
        "draft/2019-09/meta/format" => "2019-09-format.json",
        "draft/2019-09/meta/content" => "2019-09-content.json",
        "draft/2020-12/schema" => "2020-12.json",
        "draft/2020-12/meta/core" => "2020-12-core.json",
        "draft/2020-12/meta/applicator" => "2020-12-applicator.json",
        "draft/2020-12/meta/unevaluated" => "2020-12-unevaluated.json",
        "draft/2020-12/meta/validation" => "2020-12-validation.json",
        "draft/2020-12/meta/meta-data" => "2020-12-meta-data.json",
        "draft/2020-12/meta/format-annotation" => "2020-12-format-annotation.json",
        "draft/2020-12/meta/format-assertion" => "2020-12-format-assertion.json",
        "draft/2020-12/meta/content" => "2020-12-content.json",
    }
}
