//! From a manifest to its objects, as Helm's resource builder reads it.
//! Helm: `pkg/kube/client.go`, `Build`; cli-runtime: `pkg/resource/{builder,visitor,mapper}.go`.

use std::fmt;

use serde_json::{Map, Value};
use value::yaml;

use super::{Anonymous, Object, ObjectId, convert, metadata, text_at};

/// Which checks of the builder are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checks {
    /// Every document must say what it is, before any of it is decoded: for what is to be applied.
    #[default]
    Strict,
    /// With `--disable-openapi-validation`, and for manifests of old revisions.
    Lenient,
}

/// Everything that is wrong with a manifest's objects. Displays as Helm shows it behind
/// `unable to build kubernetes objects from …: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectError(pub Vec<ObjectErrorKind>);

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectErrorKind {
    /// The stream is no YAML.
    Syntax(String),
    /// The document does not say what it is.
    Invalid(Vec<String>),
    /// The document is no object.
    Undecodable(String),
    /// A list in a list, which Helm does not take apart.
    NestedList,
    /// An item of a list that does not say what it is.
    UntypedItem(Anonymous),
}

impl fmt::Display for ObjectErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ObjectErrorKind::Syntax(message) => write!(f, "error parsing : {message}"),
            ObjectErrorKind::Invalid(reasons) => {
                write!(f, "error validating \"\": error validating data: {}", aggregate(reasons))
            }
            ObjectErrorKind::Undecodable(message) => write!(f, "unable to decode \"\": {message}"),
            ObjectErrorKind::NestedList => {
                f.write_str("*unstructured.Unstructured is not a list: no Items field in this object")
            }
            ObjectErrorKind::UntypedItem(missing) => {
                // apimachinery: `pkg/runtime/scheme.go`; the blank is its own.
                let found = match missing.field() {
                    "Kind" => "object has no kind field ",
                    _ => "object has no apiVersion field",
                };
                let object = "unable to get type info from the object \"*unstructured.Unstructured\"";
                write!(f, "{object}: Object '{}' is missing in '{found}'", missing.field())
            }
        }
    }
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&aggregate(&self.0.iter().map(ToString::to_string).collect::<Vec<_>>()))
    }
}

impl std::error::Error for ObjectError {}

/// Several errors as apimachinery's `Aggregate` lists them: each once.
fn aggregate(texts: &[String]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for text in texts {
        if !seen.contains(&text.as_str()) {
            seen.push(text);
        }
    }
    match seen.as_slice() {
        [only] => (*only).to_owned(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// Reads the objects of a manifest, in its order. Blank documents are passed over; lists (`kind: List`, `ConfigMapList`,
/// anything with `items`) give their items.
///
/// # Errors
/// All that is wrong, in Helm's words and Helm's order: a document that is no YAML or does not say what it is ends the
/// reading.
pub fn parse(manifest: &[u8], checks: Checks) -> Result<Vec<Object>, ObjectError> {
    let mut objects = Vec::new();
    let mut errors = Vec::new();
    for document in yaml::split_documents(manifest) {
        let read = document
            .map_err(|error| ObjectErrorKind::Syntax(error.message))
            .and_then(|document| Ok((source_of(&document.text), json_of(&document.text)?)));
        let (source, json) = match read {
            Ok((_, Value::Null)) => continue,
            Ok(read) => read,
            Err(error) => {
                errors.push(error);
                break;
            }
        };
        if let (Checks::Strict, Err(reasons)) = (checks, validate(&json)) {
            errors.push(ObjectErrorKind::Invalid(reasons));
            break;
        }
        if let Err(error) = expand(json, &source, &mut objects) {
            errors.push(error);
        }
    }
    if errors.is_empty() { Ok(objects) } else { Err(ObjectError(errors)) }
}

/// What Helm writes above each document: `# Source: demo/templates/service.yaml`.
fn source_of(document: &[u8]) -> String {
    let lines = document.split(|byte| *byte == b'\n');
    let mut comments = lines.take_while(|line| line.is_empty() || line.starts_with(b"#") || line.starts_with(b"---"));
    let source = comments.find_map(|line| line.strip_prefix(b"# Source: "));
    String::from_utf8_lossy(source.unwrap_or_default()).trim_end().to_owned()
}

fn json_of(document: &[u8]) -> Result<Value, ObjectErrorKind> {
    let value = yaml::from_slice_typed(document).map_err(|error| ObjectErrorKind::Syntax(error.message))?;
    convert::from_value(&value)
        .map_err(|message| ObjectErrorKind::Syntax(format!("error converting YAML to JSON: {message}")))
}

/// Whether a document says what it is. kubectl: `pkg/validation`, `getObjectKind` and `validateList`.
fn validate(json: &Value) -> Result<(), Vec<String>> {
    let (api_version, kind) = stated_kind(json)?;
    if (api_version, kind) != ("v1", "List") {
        return Ok(());
    }
    let Some(items) = json.get("items").and_then(Value::as_array) else {
        return Err(vec!["invalid object to validate".into()]);
    };
    let reasons: Vec<String> = items.iter().filter_map(|item| stated_kind(item).err()).flatten().collect();
    if reasons.is_empty() { Ok(()) } else { Err(reasons) }
}

fn stated_kind(json: &Value) -> Result<(&str, &str), Vec<String>> {
    let Some(fields) = json.as_object() else {
        return Err(vec!["invalid object to validate".into()]);
    };
    let mut reasons = Vec::new();
    let mut text = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => {
            reasons.push(format!("{name} not set"));
            ""
        }
        Some(Value::String(text)) => text.as_str(),
        Some(_) => {
            reasons.push(format!("{name} isn't string type"));
            ""
        }
    };
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if api_version.matches('/').count() > 1 {
        reasons.insert(0, format!("unexpected GroupVersion string: {api_version}"));
    }
    if reasons.is_empty() { Ok((api_version, kind)) } else { Err(reasons) }
}

/// The objects of one document. apimachinery: `unstructuredJSONScheme.Decode`; cli-runtime: `FlattenListVisitor`.
fn expand(json: Value, source: &str, objects: &mut Vec<Object>) -> Result<(), ObjectErrorKind> {
    let cannot = |found: &Value, expected: &str| ObjectErrorKind::Undecodable(metadata::cannot(found, expected));
    if !json.is_object() {
        return Err(cannot(&json, "Go value of type unstructured.detector"));
    }
    let items = json.get("items").cloned().map(|items| items_of(items, &json)).transpose()?;
    let (api_version, kind) = (text_at(&json, &["apiVersion"]), text_at(&json, &["kind"]));
    if kind.is_empty() || api_version.matches('/').count() > 1 {
        return Err(ObjectErrorKind::Undecodable(format!("Object 'Kind' is missing in '{}'", compact(&json))));
    }
    metadata::check(&json).map_err(ObjectErrorKind::Undecodable)?;
    let Some(items) = items else {
        objects.push(Object { id: ObjectId::stated(&json), json, source: source.to_owned() });
        return Ok(());
    };
    for item in items {
        if item.get("items").is_some_and(Value::is_array) {
            return Err(ObjectErrorKind::NestedList);
        }
        let id = ObjectId::of(&item).map_err(ObjectErrorKind::UntypedItem)?;
        objects.push(Object { id, json: item, source: source.to_owned() });
    }
    Ok(())
}

/// The items of a list. Those of a typed list (`ConfigMapList`) need not say what they are.
fn items_of(items: Value, list: &Value) -> Result<Vec<Value>, ObjectErrorKind> {
    let cannot = |found: &Value, expected: &str| ObjectErrorKind::Undecodable(metadata::cannot(found, expected));
    let items = match items {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        other => return Err(cannot(&other, "Go struct field decodeList.items of type []json.RawMessage")),
    };
    let (kind, api_version) = (text_at(list, &["kind"]), text_at(list, &["apiVersion"]));
    let kind = kind.strip_suffix("List").unwrap_or(kind);
    let mut typed = Vec::with_capacity(items.len());
    for item in items {
        let mut fields = match item {
            Value::Object(fields) => fields,
            Value::Null => Map::new(),
            other => return Err(cannot(&other, "Go value of type map[string]interface {}")),
        };
        let says = |name: &str| fields.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        if !says("kind") && !says("apiVersion") {
            fields.insert("kind".into(), kind.into());
            fields.insert("apiVersion".into(), api_version.into());
        }
        typed.push(Value::Object(fields));
    }
    Ok(typed)
}

/// JSON with sorted keys, as Go writes a map.
fn compact(object: &Value) -> String {
    let text = object.to_string();
    let sorted = value::json::from_slice_int64(text.as_bytes()).and_then(|value| value::json::to_vec(&value));
    sorted.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}
