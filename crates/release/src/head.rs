//! What Helm reads of a manifest before it sorts it.

use value::{Str, Value, yaml};

/// How long a document may be: reading takes some twenty times as much memory, and no server takes even a tenth.
const MAX_DOCUMENT: usize = 64 << 20;

/// The parts of a manifest that decide where it goes. A text that is absent is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.annotations`, in key order.
    pub annotations: Vec<(String, String)>,
}

impl Head {
    /// Reads the head of one document.
    ///
    /// The error is worded as Go's YAML and JSON libraries do when they decode into Helm's `SimpleHead`
    /// (Helm: `pkg/release/v1/util/manifest.go`): scalars are taken for texts, lists and maps are refused.
    pub fn parse(document: &[u8]) -> Result<Head, yaml::Error> {
        if document.len() > MAX_DOCUMENT {
            let message = format!("the document is larger than {} MiB", MAX_DOCUMENT >> 20);
            return Err(yaml::Error { message, line: None });
        }
        let map = match yaml::head_from_slice(document, &["apiVersion", "kind", "metadata"])? {
            Value::Nil => return Ok(Head::default()),
            Value::Map(map) => map,
            other => return Err(mismatch(&other, "Go value of type util.SimpleHead")),
        };
        let mut head = Head::default();
        for (key, value) in map.entries() {
            match fold(&key).as_str() {
                "apiversion" => head.api_version = text(&value, "SimpleHead.apiVersion")?,
                "kind" => head.kind = text(&value, "SimpleHead.kind")?,
                "metadata" => head.read_metadata(&value)?,
                _ => {}
            }
        }
        Ok(head)
    }

    /// The annotation `key`, where it is there.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    fn read_metadata(&mut self, metadata: &Value) -> Result<(), yaml::Error> {
        let map = match metadata {
            Value::Nil => return Ok(()),
            Value::Map(map) => map,
            other => {
                let target = "Go struct field SimpleHead.metadata of type struct { Name string \"json:\\\"name\\\"\"; \
                              Annotations map[string]string \"json:\\\"annotations\\\"\" }";
                return Err(mismatch(other, target));
            }
        };
        for (key, value) in map.entries() {
            match fold(&key).as_str() {
                "name" => self.name = text(&value, ".metadata.name")?,
                "annotations" => self.read_annotations(&value)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_annotations(&mut self, annotations: &Value) -> Result<(), yaml::Error> {
        match annotations {
            Value::Nil => Ok(()),
            Value::Map(map) => map.visit(|key, value| {
                let value = text(value, ".metadata.annotations")?;
                self.annotations.push((key.to_string(), value));
                Ok(())
            }),
            other => Err(mismatch(other, "Go struct field .metadata.annotations of type map[string]string")),
        }
    }
}

/// Go's JSON decoder finds fields without regard to case.
fn fold(key: &Str) -> String {
    key.to_text().to_ascii_lowercase()
}

/// A scalar as text: a number or boolean is written out, because sigs.k8s.io/yaml looks at the field's type.
fn text(value: &Value, field: &str) -> Result<String, yaml::Error> {
    match value {
        Value::Nil => Ok(String::new()),
        Value::String(text) => Ok(text.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Float(number, _) => Ok(value::number::format_float(*number, b'g', None, 64)),
        Value::Int(number, _) => Ok(number.to_string()),
        Value::Uint(number, _) => Ok(number.to_string()),
        other => Err(mismatch(other, &format!("Go struct field {field} of type string"))),
    }
}

fn mismatch(value: &Value, target: &str) -> yaml::Error {
    let found = match value {
        Value::Bool(_) => "bool".to_owned(),
        Value::String(_) | Value::Bytes(_) => "string".to_owned(),
        Value::List(_) => "array".to_owned(),
        Value::Map(_) => "object".to_owned(),
        Value::Nil => "null".to_owned(),
        _ => "number".to_owned(),
    };
    let message = format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into {target}");
    yaml::Error { message, line: None }
}
