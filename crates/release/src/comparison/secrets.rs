//! What of Secrets is shown: their sizes and whether they changed, or what they hold. helm-diff: `diff/diff.go`.

use std::collections::BTreeMap;

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use value::{Map, Str, Value, yaml};

use super::documents::{Document, text_of};

const GO: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// The fields that metadata have; what else is there, no server keeps.
const METADATA: [&str; 15] = [
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
];

/// A Secret, as the API's type of it reads one.
struct Secret {
    fields: Vec<(&'static str, Value)>,
    data: BTreeMap<Str, Vec<u8>>,
}

/// Shows of two states of a Secret which values differ, and how long each is.
pub(super) fn redact(old: &mut Document, new: &mut Document, exists: [bool; 2]) {
    show(old, new, exists, |mark, same, bytes| {
        let mark = if same { "REDACTED" } else { mark };
        Value::string(format!("{mark} # ({} bytes)", bytes.len()))
    });
    for document in [old, new] {
        document.content = document.content.replacen("stringData", "data", 1);
    }
}

/// Shows what two states of a Secret hold.
pub(super) fn decode(old: &mut Document, new: &mut Document, exists: [bool; 2]) {
    show(old, new, exists, |_, _, bytes| Value::string(String::from_utf8_lossy(bytes).into_owned()));
}

fn show(old: &mut Document, new: &mut Document, exists: [bool; 2], shown: impl Fn(&str, bool, &[u8]) -> Value) {
    let read = |document: &Document, exists: bool| exists.then(|| Secret::read(&document.content));
    let (before, after) = (read(old, exists[0]), read(new, exists[1]));
    let data = |secret: &Option<Result<Secret, String>>| match secret {
        Some(Ok(secret)) => secret.data.clone(),
        _ => BTreeMap::new(),
    };
    let (old_data, new_data) = (data(&before), data(&after));
    for (document, secret, other, name) in
        [(old, before, new_data, ("old", "--------")), (new, after, old_data, ("new", "++++++++"))]
    {
        match secret {
            None => {}
            Some(Err(error)) => document.content = format!("Error parsing {} secret: {error}", name.0),
            Some(Ok(secret)) => {
                let texts = secret.data.iter().map(|(key, bytes)| {
                    // A key that the other has not reads as an empty value there, as a Go map does.
                    let same =
                        exists == [true, true] && other.get(key).map_or(bytes.is_empty(), |other| other == bytes);
                    (key.clone(), shown(name.1, same, bytes))
                });
                let texts = Value::map(texts);
                document.content = comment(&document.content) + &secret.text(texts);
            }
        }
    }
}

/// The first line, where it is a comment: it tells the template.
fn comment(content: &str) -> String {
    match content.split_once('\n') {
        Some((line, _)) if line.starts_with('#') => format!("{line}\n"),
        _ => String::new(),
    }
}

impl Secret {
    fn read(content: &str) -> Result<Secret, String> {
        let wrong = |text: String| format!("error unmarshaling JSON: while decoding JSON: {text}");
        let value = yaml::from_slice_typed(content.as_bytes()).map_err(|error| error.message)?;
        let map = match value {
            Value::Map(map) => map,
            Value::Nil => Map::default(),
            other => {
                let found = json_word(&other);
                return Err(wrong(format!("json: cannot unmarshal {found} into Go value of type v1.Secret")));
            }
        };
        let mut data: BTreeMap<Str, Vec<u8>> = BTreeMap::new();
        for (key, value) in entries(&map, "data") {
            data.insert(key, bytes_of(&value).map_err(wrong)?);
        }
        for (key, value) in entries(&map, "stringData") {
            data.insert(key, text_of(&value).into_bytes());
        }
        let mut fields = Vec::new();
        for name in ["apiVersion", "kind", "type"] {
            let text = map.get(name).map(|value| text_of(&value)).unwrap_or_default();
            if !text.is_empty() {
                fields.push((name, Value::string(text)));
            }
        }
        if let Some(Value::Bool(immutable)) = map.get("immutable") {
            fields.push(("immutable", Value::Bool(immutable)));
        }
        fields.push(("metadata", metadata(&map)));
        Ok(Secret { fields, data })
    }

    /// The Secret as YAML, with these texts for its data.
    fn text(self, texts: Value) -> String {
        let mut fields = self.fields;
        if texts.as_map().is_some_and(|map| !map.is_empty()) {
            fields.push(("stringData", texts));
        }
        let bytes = yaml::to_vec(&Value::map(fields)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn entries(map: &Map, field: &str) -> Vec<(Str, Value)> {
    map.get(field).and_then(|value| value.as_map().map(Map::entries)).unwrap_or_default()
}

/// The metadata that a server would keep; texts of labels and annotations are texts.
fn metadata(secret: &Map) -> Value {
    let mut kept = Vec::new();
    for (key, value) in entries(secret, "metadata") {
        let name = key.to_string();
        let value = match (name.as_str(), &value) {
            ("labels" | "annotations", Value::Map(map)) => map_of_texts(map),
            ("name" | "namespace" | "generateName" | "uid" | "resourceVersion", scalar) => {
                Value::string(text_of(scalar))
            }
            _ => value,
        };
        let is_empty = match &value {
            Value::Nil => true,
            Value::String(text) => text.is_empty(),
            Value::Map(map) => map.is_empty(),
            Value::List(list) => list.is_empty(),
            _ => false,
        };
        if METADATA.contains(&name.as_str()) && !is_empty {
            kept.push((name, value));
        }
    }
    Value::map(kept)
}

fn map_of_texts(map: &Map) -> Value {
    Value::map(map.entries().into_iter().map(|(key, value)| (key, Value::string(text_of(&value)))))
}

fn bytes_of(value: &Value) -> Result<Vec<u8>, String> {
    let text = match value {
        Value::Nil => return Ok(Vec::new()),
        Value::String(text) => text,
        other => {
            let found = json_word(other);
            return Err(format!("json: cannot unmarshal {found} into Go struct field Secret.data of type []uint8"));
        }
    };
    let text: Vec<u8> = text.as_bytes().iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    GO.decode(&text).map_err(|error| {
        let place = match error {
            base64::DecodeError::InvalidByte(place, _) => place,
            _ => text.len() / 4 * 4,
        };
        format!("illegal base64 data at input byte {place}")
    })
}

fn json_word(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::String(_) | Value::Bytes(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    }
}
