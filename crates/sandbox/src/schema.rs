//! What fields objects may have: the built-in kinds from a table that a real API server's OpenAPI document gave, custom
//! ones from their definitions.

use std::{
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

use serde::Deserialize;
use serde_json::Value;

/// The type of a field, as OpenAPI and Kubernetes' extensions of it describe it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Type {
    #[serde(default, rename = "type")]
    pub(crate) name: String,
    #[serde(default, rename = "ref")]
    reference: String,
    #[serde(default)]
    pub(crate) properties: Option<BTreeMap<String, Type>>,
    #[serde(default)]
    pub(crate) items: Option<Box<Type>>,
    #[serde(default)]
    additional_properties: Option<Additional>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    #[serde(default)]
    pub(crate) format: String,
    #[serde(default, rename = "enum")]
    pub(crate) allowed: Vec<Value>,
    #[serde(default, alias = "x-kubernetes-list-type")]
    list_type: String,
    #[serde(default, alias = "x-kubernetes-list-map-keys")]
    list_keys: Vec<String>,
    #[serde(default, alias = "x-kubernetes-map-type")]
    map_type: String,
    #[serde(default)]
    patch_strategy: String,
    #[serde(default)]
    pub(crate) patch_key: String,
    #[serde(default, alias = "x-kubernetes-preserve-unknown-fields")]
    preserves_unknown: bool,
    #[serde(default, alias = "x-kubernetes-int-or-string")]
    int_or_string: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Additional {
    Any(#[expect(dead_code, reason = "both say that any value may be there")] bool),
    Of(Box<Type>),
}

/// How a value is made up, as far as merging and checking need to know.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape<'a> {
    /// Known fields, each for itself.
    Struct(&'a Type),
    /// Any keys, each for itself; their values are of this type.
    Map(Option<&'a Type>),
    /// A list whose elements are told apart by these keys.
    Keyed(&'a [String], Option<&'a Type>),
    /// A list in which each value is there once.
    Set,
    /// A list, map or struct that is written as a whole.
    Atomic(Option<&'a Type>),
    /// A text, number or switch.
    Scalar(&'a Type),
    /// Nothing is known.
    Unknown,
}

#[derive(Deserialize)]
struct Table {
    kinds: HashMap<String, String>,
    definitions: HashMap<String, Type>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        serde_json::from_str(include_str!("../data/schema.json"))
            .unwrap_or_else(|_| Table { kinds: HashMap::new(), definitions: HashMap::new() })
    })
}

/// The type of a built-in kind.
pub(crate) fn built_in(api_version: &str, kind: &str) -> Option<&'static Type> {
    let table = table();
    table.definitions.get(table.kinds.get(&format!("{api_version}/{kind}"))?)
}

/// The type of a custom kind in one version: none where its definition does not say.
pub(crate) fn of_definition(definition: &Value, version: &str) -> Option<Type> {
    let versions = crate::object::array_at(definition, &["spec", "versions"]);
    let version = versions.iter().find(|candidate| candidate.get("name").and_then(Value::as_str) == Some(version))?;
    let schema = version.get("schema")?.get("openAPIV3Schema")?;
    let mut schema: Type = serde_json::from_value(schema.clone()).ok()?;
    if let Some(properties) = &mut schema.properties {
        let meta = table().definitions.get("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
        properties.insert("metadata".into(), meta.cloned().unwrap_or_default());
        for name in ["apiVersion", "kind"] {
            properties.entry(name.into()).or_insert_with(|| Type { name: "string".into(), ..Type::default() });
        }
    }
    Some(schema)
}

impl Type {
    /// The type itself, where this only points to one.
    fn resolved(&self) -> &Type {
        if self.reference.is_empty() {
            return self;
        }
        table().definitions.get(&self.reference).unwrap_or(self)
    }

    /// The field of a struct, or the value of a map.
    pub(crate) fn field(&self, name: &str) -> Option<&Type> {
        let this = self.resolved();
        match this.properties.as_ref().and_then(|properties| properties.get(name)) {
            Some(field) => Some(field),
            None => match &this.additional_properties {
                Some(Additional::Of(of)) => Some(of),
                _ => None,
            },
        }
    }

    /// Whether lists of this type are merged by a key when they are patched strategically.
    pub(crate) fn merges(&self) -> bool {
        self.patch_strategy.split(',').any(|strategy| strategy == "merge")
    }

    /// Whether fields that nobody declared stay.
    pub(crate) fn is_open(&self) -> bool {
        let this = self.resolved();
        this.preserves_unknown || this.additional_properties.is_some() || this.properties.is_none()
    }

    /// Whether both texts and whole numbers are allowed.
    pub(crate) fn is_int_or_string(&self) -> bool {
        self.int_or_string || self.format == "int-or-string"
    }

    /// How values of this type are made up.
    pub(crate) fn shape(&self) -> Shape<'_> {
        let this = self.resolved();
        let (list_type, map_type) = (
            if self.list_type.is_empty() { &this.list_type } else { &self.list_type },
            if self.map_type.is_empty() { &this.map_type } else { &self.map_type },
        );
        let items = this.items.as_deref();
        match (this.name.as_str(), list_type.as_str()) {
            ("array", "map") => {
                Shape::Keyed(if self.list_keys.is_empty() { &this.list_keys } else { &self.list_keys }, items)
            }
            ("array", "set") => Shape::Set,
            ("array", _) => Shape::Atomic(Some(this)),
            _ if map_type == "atomic" => Shape::Atomic(Some(this)),
            _ if this.properties.is_some() => Shape::Struct(this),
            ("object", _) => match &this.additional_properties {
                Some(Additional::Of(of)) => Shape::Map(Some(of)),
                Some(Additional::Any(_)) => Shape::Map(None),
                None if this.preserves_unknown => Shape::Map(None),
                None => Shape::Unknown,
            },
            ("", _) => Shape::Unknown,
            _ => Shape::Scalar(this),
        }
    }

    /// The definition that it points to, with its name.
    pub(crate) fn definition(&self) -> &str {
        self.reference.rsplit('.').next().unwrap_or_default()
    }

    /// The type behind a reference.
    pub(crate) fn target(&self) -> &Type {
        self.resolved()
    }
}

/// The shape of a value whose type may not be known: maps are told apart by keys, lists are written as a whole.
pub(crate) fn shape_of<'a>(of: Option<&'a Type>, value: &Value) -> Shape<'a> {
    match (of.map(Type::shape), value) {
        (None | Some(Shape::Unknown), Value::Object(_)) => Shape::Map(None),
        (None | Some(Shape::Unknown), _) => Shape::Unknown,
        (Some(shape), _) => shape,
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, built_in};

    #[test]
    fn the_table_of_types_is_read() {
        let deployment = built_in("apps/v1", "Deployment").unwrap();
        let containers = deployment.field("spec").and_then(|spec| spec.field("template")).unwrap();
        let containers = containers.field("spec").and_then(|spec| spec.field("containers")).unwrap();
        let Shape::Keyed(keys, Some(container)) = containers.shape() else { panic!("{containers:?}") };
        assert_eq!(keys, ["name"]);
        assert!(containers.merges() && container.field("image").is_some() && !container.is_open());
        let selector = built_in("v1", "Service").and_then(|service| service.field("spec")?.field("selector")).unwrap();
        assert!(matches!(selector.shape(), Shape::Atomic(_)));
    }
}
