//! What fields objects may have: the built-in kinds from the table of Kubernetes' types, custom ones from their definitions.

use std::collections::BTreeMap;

use release::schema::{self, Field, Keys, ListKind, Struct};
use serde::Deserialize;
use serde_json::Value;

/// A type, at the place where it was found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type<'a> {
    /// One of Kubernetes' own: what the value is, and the field that it is the value of.
    Known(schema::Shape, Option<Field>),
    /// One of a custom resource definition.
    Custom(&'a Custom),
}

/// The type of a field, as a custom resource definition describes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Custom {
    #[serde(rename = "type")]
    name: String,
    properties: Option<BTreeMap<String, Custom>>,
    items: Option<Box<Custom>>,
    additional_properties: Option<Additional>,
    required: Vec<String>,
    format: String,
    #[serde(rename = "enum")]
    allowed: Vec<Value>,
    #[serde(rename = "x-kubernetes-list-type")]
    list_type: String,
    #[serde(rename = "x-kubernetes-list-map-keys")]
    list_keys: Vec<String>,
    #[serde(rename = "x-kubernetes-map-type")]
    map_type: String,
    #[serde(rename = "x-kubernetes-preserve-unknown-fields")]
    preserves_unknown: bool,
    #[serde(rename = "x-kubernetes-int-or-string")]
    int_or_string: bool,
    /// Whether it is the type of whole objects, whose metadata Kubernetes describes.
    #[serde(skip)]
    is_root: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Additional {
    Any(#[expect(dead_code, reason = "both say that any value may be there")] bool),
    Of(Box<Custom>),
}

/// How a value is made up, as far as merging and checking need to know.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape<'a> {
    /// Known fields, each for itself.
    Struct(Type<'a>),
    /// Any keys, each for itself; their values are of this type.
    Map(Option<Type<'a>>),
    /// A list whose elements are told apart by these keys.
    Keyed(ItemKeys<'a>, Option<Type<'a>>),
    /// A list in which each value is there once.
    Set,
    /// A list, map or struct that is written as a whole.
    Atomic(Type<'a>),
    /// A text, number or switch.
    Scalar(Type<'a>),
    /// Nothing is known.
    Unknown,
}

/// The fields by which the elements of a list are told apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ItemKeys<'a> {
    Known(Keys),
    Custom(&'a [String]),
}

impl ItemKeys<'_> {
    /// What an element has in these fields.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            ItemKeys::Known(keys) => keys.iter().collect(),
            ItemKeys::Custom(keys) => keys.iter().map(String::as_str).collect(),
        }
    }
}

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    /// A text that may be written as a number.
    Quantity,
    Boolean,
    /// A whole number; whether it may be written as a text.
    Integer,
    IntegerOrText,
    Number,
}

/// The type of a built-in kind.
pub(crate) fn built_in(api_version: &str, kind: &str) -> Option<Type<'static>> {
    schema::kind(api_version, kind).map(|of| Type::Known(schema::Shape::Struct(of), None))
}

/// The type of a custom kind in one version: none where its definition does not say.
pub(crate) fn of_definition(definition: &Value, version: &str) -> Option<Custom> {
    let versions = crate::object::array_at(definition, &["spec", "versions"]);
    let version = versions.iter().find(|candidate| candidate.get("name").and_then(Value::as_str) == Some(version))?;
    let schema = version.get("schema")?.get("openAPIV3Schema")?;
    let schema: Custom = serde_json::from_value(schema.clone()).ok()?;
    Some(Custom { is_root: true, ..schema })
}

impl<'a> Type<'a> {
    /// The field of a struct, or the value of a map.
    pub(crate) fn field(self, name: &str) -> Option<Type<'a>> {
        match self {
            Type::Known(schema::Shape::Struct(of), _) => {
                of.field(name).map(|field| Type::Known(field.shape, Some(field)))
            }
            Type::Known(schema::Shape::Map(item), _) => Some(Type::Known(item.shape(), None)),
            Type::Known(..) => None,
            Type::Custom(of) => of.field(name),
        }
    }

    /// What the elements of a list are.
    pub(crate) fn items(self) -> Option<Type<'a>> {
        match self {
            Type::Known(schema::Shape::List(item), _) => Some(Type::Known(item.shape(), None)),
            Type::Known(..) => None,
            Type::Custom(of) => of.items.as_deref().map(Type::Custom),
        }
    }

    /// The fields that must be there.
    pub(crate) fn required(self) -> Vec<&'a str> {
        match self {
            Type::Known(schema::Shape::Struct(of), _) => {
                of.fields().filter(|field| field.required).map(|field| field.name).collect()
            }
            Type::Known(..) => Vec::new(),
            Type::Custom(of) => of.required.iter().map(String::as_str).collect(),
        }
    }

    /// Whether it has fields that are known.
    pub(crate) fn has_fields(self) -> bool {
        match self {
            Type::Known(schema::Shape::Struct(of), _) => of.fields().next().is_some(),
            Type::Known(..) => false,
            Type::Custom(of) => of.is_root || of.properties.is_some(),
        }
    }

    /// Whether fields that nobody declared stay.
    pub(crate) fn is_open(self) -> bool {
        match self {
            Type::Known(..) => !self.has_fields(),
            Type::Custom(of) => of.preserves_unknown || of.additional_properties.is_some() || of.properties.is_none(),
        }
    }

    /// Whether it is a list.
    pub(crate) fn is_list(self) -> bool {
        match self {
            Type::Known(shape, _) => matches!(shape, schema::Shape::List(_)),
            Type::Custom(of) => of.name == "array",
        }
    }

    /// What it is, where it is a scalar.
    pub(crate) fn scalar(self) -> Option<Scalar> {
        use release::schema::Shape as S;
        Some(match self {
            Type::Known(S::Text | S::Bytes, _) => Scalar::Text,
            Type::Known(S::Quantity, _) => Scalar::Quantity,
            Type::Known(S::Boolean, _) => Scalar::Boolean,
            Type::Known(S::Integer, _) => Scalar::Integer,
            Type::Known(S::IntegerOrText, _) => Scalar::IntegerOrText,
            Type::Known(S::Number, _) => Scalar::Number,
            Type::Known(..) => return None,
            Type::Custom(of) if of.int_or_string => Scalar::IntegerOrText,
            Type::Custom(of) => match of.name.as_str() {
                "string" => Scalar::Text,
                "boolean" => Scalar::Boolean,
                "integer" => Scalar::Integer,
                "number" => Scalar::Number,
                _ => return None,
            },
        })
    }

    /// Whether a whole number of it has 64 bits.
    pub(crate) fn is_long(self) -> bool {
        match self {
            Type::Known(_, field) => field.is_some_and(|field| field.long),
            Type::Custom(of) => of.format == "int64",
        }
    }

    /// The values that it may have, where this one is none of them.
    pub(crate) fn refuses(self, value: &Value) -> Option<Vec<String>> {
        let allowed: Vec<String> = match self {
            Type::Known(_, field) => field?.allowed().map(str::to_owned).collect(),
            Type::Custom(of) if of.allowed.contains(value) => return None,
            Type::Custom(of) => of.allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        };
        let is_one = value.as_str().is_some_and(|text| text.is_empty() || allowed.iter().any(|known| known == text));
        (!allowed.is_empty() && !is_one).then_some(allowed)
    }

    /// The name of its struct in Kubernetes' source; empty where it has none.
    pub(crate) fn go_name(self) -> &'static str {
        match self {
            Type::Known(schema::Shape::Struct(of), _) => of.go_name(),
            _ => "",
        }
    }

    /// How values of this type are made up.
    pub(crate) fn shape(self) -> Shape<'a> {
        let (shape, field) = match self {
            Type::Custom(of) => return of.shape(),
            Type::Known(shape, field) => (shape, field),
        };
        let is_atomic = field.is_some_and(|field| field.atomic);
        match shape {
            schema::Shape::Struct(of) if is_atomic || of.is_atomic() => Shape::Atomic(self),
            schema::Shape::Struct(_) if self.has_fields() => Shape::Struct(self),
            schema::Shape::Struct(_) | schema::Shape::Any => Shape::Unknown,
            schema::Shape::Map(_) if is_atomic => Shape::Atomic(self),
            schema::Shape::Map(item) => Shape::Map(Some(Type::Known(item.shape(), None))),
            schema::Shape::List(_) => match field.map_or(ListKind::Atomic, |field| field.list) {
                ListKind::Atomic => Shape::Atomic(self),
                ListKind::Set => Shape::Set,
                ListKind::Map(keys) => Shape::Keyed(ItemKeys::Known(keys), self.items()),
            },
            _ => Shape::Scalar(self),
        }
    }
}

impl Custom {
    fn field(&self, name: &str) -> Option<Type<'_>> {
        match name {
            "metadata" if self.is_root => {
                return Some(Type::Known(schema::Shape::Struct(Struct { name: "meta.v1.ObjectMeta" }), None));
            }
            "apiVersion" | "kind" if self.is_root => return Some(Type::Known(schema::Shape::Text, None)),
            _ => {}
        }
        match self.properties.as_ref().and_then(|properties| properties.get(name)) {
            Some(field) => Some(Type::Custom(field)),
            None => match &self.additional_properties {
                Some(Additional::Of(of)) => Some(Type::Custom(of)),
                _ => None,
            },
        }
    }

    fn shape(&self) -> Shape<'_> {
        let of = Type::Custom(self);
        match (self.name.as_str(), self.list_type.as_str()) {
            ("array", "map") => Shape::Keyed(ItemKeys::Custom(&self.list_keys), of.items()),
            ("array", "set") => Shape::Set,
            ("array", _) => Shape::Atomic(of),
            _ if self.map_type == "atomic" => Shape::Atomic(of),
            _ if of.has_fields() => Shape::Struct(of),
            ("object", _) => match &self.additional_properties {
                Some(Additional::Of(of)) => Shape::Map(Some(Type::Custom(of))),
                Some(Additional::Any(_)) => Shape::Map(None),
                None if self.preserves_unknown => Shape::Map(None),
                None => Shape::Unknown,
            },
            _ => of.scalar().map_or(Shape::Unknown, |_| Shape::Scalar(of)),
        }
    }
}

/// The shape of a value whose type may not be known: maps are told apart by keys, lists are written as a whole.
pub(crate) fn shape_of<'a>(of: Option<Type<'a>>, value: &Value) -> Shape<'a> {
    match (of.map(Type::shape), value) {
        (None | Some(Shape::Unknown), Value::Object(_)) => Shape::Map(None),
        (None | Some(Shape::Unknown), _) => Shape::Unknown,
        (Some(shape), _) => shape,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Shape, Type, built_in, of_definition};

    #[test]
    fn types_are_found_in_the_table() {
        let deployment = built_in("apps/v1", "Deployment").unwrap();
        let containers = deployment.field("spec").and_then(|spec| spec.field("template")).unwrap();
        let containers = containers.field("spec").and_then(|spec| spec.field("containers")).unwrap();
        let Shape::Keyed(keys, Some(container)) = containers.shape() else { panic!("{containers:?}") };
        assert_eq!(keys.names(), ["name"]);
        assert!(container.field("image").is_some() && !container.is_open());
        let protocol = container.field("ports").and_then(|ports| ports.items()?.field("protocol")).unwrap();
        assert_eq!(protocol.refuses(&json!("ICMP")).unwrap(), ["SCTP", "TCP", "UDP"]);
        assert!(protocol.refuses(&json!("TCP")).is_none());
        let selector = built_in("v1", "Service").and_then(|service| service.field("spec")?.field("selector")).unwrap();
        assert!(matches!(selector.shape(), Shape::Atomic(_)));
    }

    #[test]
    fn types_are_found_in_definitions() {
        let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
            "sizes": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "integer"}}}}}});
        let version = json!({"name": "v1", "schema": {"openAPIV3Schema": schema}});
        let custom = of_definition(&json!({"spec": {"versions": [version]}}), "v1").unwrap();
        let of = Type::Custom(&custom);
        let sizes = of.field("spec").and_then(|spec| spec.field("sizes")).unwrap();
        assert!(matches!(sizes.shape(), Shape::Set) && of.field("status").is_none() && !of.is_open());
        assert!(of.field("metadata").and_then(|metadata| metadata.field("labels")).is_some());
    }
}
