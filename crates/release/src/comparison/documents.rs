//! The documents of a manifest, each under the name that helm-diff gives it. helm-diff: `manifest/parse.go`.

use std::collections::BTreeMap;

use value::{Map, Value, yaml};

use super::ordered;

/// Lists may hold lists; so deep.
const MOST_LISTS: usize = 32;

/// One object's document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The kind of the object.
    pub kind: String,
    /// The text, as it is compared.
    pub content: String,
    /// Whether the object stays when the manifest no longer has it: `helm.sh/resource-policy: keep`.
    pub kept: bool,
}

/// How documents are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'a> {
    /// The namespace of objects that name none.
    pub namespace: &'a str,
    /// Whether texts are written anew, so that style does not count.
    pub normalize: bool,
    /// Whether hooks that are tests are read.
    pub tests: bool,
}

/// The documents of a manifest by their names, such as `default, web, Deployment (apps)`.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// The documents.
    pub by_name: BTreeMap<String, Document>,
    /// Names that occur again; the first document counts.
    pub duplicates: Vec<String>,
}

/// A document that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("YAML unmarshal error: {message}\nCan't unmarshal {content}")]
pub struct ReadError {
    /// What is wrong.
    pub message: String,
    /// The document.
    pub content: String,
}

/// Reads the documents of a manifest.
///
/// # Errors
/// One that is no YAML.
pub fn read(manifest: &[u8], options: &ReadOptions<'_>) -> Result<Documents, ReadError> {
    let text = String::from_utf8_lossy(manifest);
    let text = format!("\n{text}");
    let mut documents = Documents::default();
    for content in text.split("\n---\n").map(str::trim).filter(|content| !content.is_empty()) {
        documents.add(content.to_owned(), options, 0)?;
    }
    Ok(documents)
}

impl Documents {
    fn add(&mut self, mut content: String, options: &ReadOptions<'_>, depth: usize) -> Result<(), ReadError> {
        let value = match yaml::from_slice_typed(content.as_bytes()) {
            Ok(value) => value,
            Err(error) => return Err(ReadError { message: error.message, content }),
        };
        let head = Head::of(&value, &content);
        if head.api_version.is_empty() && head.kind.is_empty() {
            return Ok(());
        }
        if head.kind.ends_with("List") && depth < MOST_LISTS {
            for item in ordered::items(content.as_bytes()) {
                self.add(item, options, depth + 1)?;
            }
            return Ok(());
        }
        if options.normalize {
            content = match yaml::to_vec(&value) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) => return Err(ReadError { message: error.message, content }),
            };
        }
        let hook = head.annotation("helm.sh/hook");
        if !options.tests && matches!(hook.as_deref(), Some("test" | "test-success")) {
            return Ok(());
        }
        let name = head.name(options.namespace);
        if self.by_name.contains_key(&name) {
            self.duplicates.push(name);
            return Ok(());
        }
        let kept = head.annotation("helm.sh/resource-policy").as_deref() == Some("keep");
        self.by_name.insert(name, Document { kind: head.kind, content, kept });
        Ok(())
    }
}

/// What names a document.
struct Head {
    api_version: String,
    kind: String,
    metadata: Option<Map>,
}

impl Head {
    fn of(document: &Value, content: &str) -> Head {
        let text = |key: &str| document.as_map().and_then(|map| map.get(key)).map(|value| text_of(&value));
        let metadata = document.as_map().and_then(|map| map.get("metadata"));
        let metadata = metadata.and_then(|metadata| metadata.as_map().map(|map| map.map_values(Value::clone)));
        if let Some(metadata) = &metadata {
            for key in ["name", "namespace"] {
                // A name such as `y` is a text here, whatever YAML takes it for.
                if metadata.get(key).is_some_and(|value| !matches!(value, Value::String(_) | Value::Nil))
                    && let Some(text) = as_written(content, key)
                {
                    metadata.insert(key, Value::string(text));
                }
            }
        }
        Head { api_version: text("apiVersion").unwrap_or_default(), kind: text("kind").unwrap_or_default(), metadata }
    }

    fn field(&self, key: &str) -> String {
        self.metadata.as_ref().and_then(|map| map.get(key)).map(|value| text_of(&value)).unwrap_or_default()
    }

    fn annotation(&self, key: &str) -> Option<String> {
        let annotations = self.metadata.as_ref()?.get("annotations")?;
        Some(text_of(&annotations.as_map()?.get(key)?))
    }

    fn name(&self, namespace: &str) -> String {
        let api = self.api_version.rsplit_once('/').map_or(self.api_version.as_str(), |(group, _)| group);
        let name = self.annotation("helm-diff/base-name").unwrap_or_else(|| self.field("name"));
        let own = self.field("namespace");
        let namespace = if own.is_empty() { namespace } else { &own };
        format!("{namespace}, {name}, {} ({api})", self.kind)
    }
}

/// A plain scalar of the metadata, as the document has it.
fn as_written(content: &str, key: &str) -> Option<String> {
    let document = yaml::spanned(content.as_bytes()).ok()??;
    let place = document.entry("metadata")?.value.entry(key)?.value.position;
    let line = content.lines().nth(place.line.checked_sub(1)?)?;
    let rest: String = line.chars().skip(place.column.checked_sub(1)?).collect();
    let end = rest.find([' ', ',', '}']).unwrap_or(rest.len());
    rest.get(..end).map(str::to_owned)
}

/// A scalar as text; nothing for what is none.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number, _) => number.to_string(),
        Value::Uint(number, _) => number.to_string(),
        Value::Float(number, _) => value::number::format_float(*number, b'g', None, 64),
        _ => String::new(),
    }
}

/// The documents under the names of their templates, for releases of one chart under several names.
/// helm-diff: `reIndexForRelease`.
pub fn by_source(documents: &BTreeMap<String, Document>) -> BTreeMap<String, Document> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut indexed: BTreeMap<String, Document> = BTreeMap::new();
    for document in documents.values() {
        let line = document.content.split('\n').next().unwrap_or_default().replacen("# Source: ", "", 1);
        let taken = indexed.contains_key(&line);
        let count = counts.entry(line.clone()).or_default();
        *count += 1;
        let name = if taken { format!("{line} {count}") } else { line };
        indexed.insert(name, document.clone());
    }
    indexed
}
