//! Fits a YAML document into the fields of a Go struct, as `sigs.k8s.io/yaml` and `encoding/json` do together.
//!
//! sigs.k8s.io/yaml turns scalars into texts where the target is a Go `string`; `encoding/json` then matches names
//! whatever their case, skips what it does not know, and reports the first value of a wrong type.

use value::{Map, Str, Value, json, number, quote::quote};

use crate::rfc3339;

/// What a Go type takes.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// `interface{}`
    Any,
    /// `string`
    Text,
    /// `bool`
    Flag,
    /// `time.Time`
    Time,
    /// A slice: its Go name and its elements.
    List(&'static str, &'static Shape),
    /// `map[string]string`
    Texts,
    /// A map: its Go name and its values.
    Map(&'static str, &'static Shape),
    /// A struct, or a pointer to one.
    Record(&'static Record),
}

/// A Go struct.
pub(crate) struct Record {
    /// The name without its package, such as `Metadata`.
    pub(crate) name: &'static str,
    /// The name with its package, such as `v2.Metadata`.
    pub(crate) go_type: &'static str,
    /// The fields under their JSON names.
    pub(crate) fields: &'static [(&'static str, Shape)],
}

/// A value that has its shape.
#[derive(Clone, Debug)]
pub(crate) enum Fitted {
    Null,
    Any(Value),
    Text(String),
    Flag(bool),
    List(Vec<Fitted>),
    Texts(Vec<(String, Option<String>)>),
    Map(Vec<(String, Fitted)>),
    Record(Fields),
}

/// The fields of a record in the order in which Go decodes them; a name may come twice (`name` and `Name`).
pub(crate) type Fields = Vec<(&'static str, Fitted)>;

/// Whether an unknown field is an error (`yaml.UnmarshalStrict`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    Skip,
    Refuse,
}

/// Fits a document into a record. Nothing where the document is null or empty, which changes no field.
///
/// The error is what `yaml.Unmarshal` says after it has parsed the YAML.
pub(crate) fn fit(value: &Value, record: &'static Record, unknown: Unknown) -> Result<Option<Fields>, String> {
    fit_with(value, record, Fitter { unknown, json: false, saved: None, path: Vec::new() })
}

/// Fits a JSON document into a record, as `json.Unmarshal` alone does: no scalar becomes a text.
pub(crate) fn fit_json(value: &Value, record: &'static Record) -> Result<Option<Fields>, String> {
    fit_with(value, record, Fitter { unknown: Unknown::Skip, json: true, saved: None, path: Vec::new() })
}

/// Fits a YAML document into any shape, with unknown fields as errors.
pub(crate) fn fit_shape(value: &Value, shape: &'static Shape) -> Result<Fitted, String> {
    let mut fitter = Fitter { unknown: Unknown::Refuse, json: false, saved: None, path: Vec::new() };
    let fitted = fitter.value(value, shape)?;
    fitter.saved.map_or(Ok(fitted), Err)
}

fn fit_with(value: &Value, record: &'static Record, mut fitter: Fitter) -> Result<Option<Fields>, String> {
    let fitted = match value {
        Value::Nil => None,
        Value::Map(map) => Some(fitter.record(map, record)?),
        other => {
            let found = describe(other);
            fitter.save(format!("json: cannot unmarshal {found} into Go value of type {}", record.go_type));
            None
        }
    };
    match fitter.saved {
        Some(message) if fitter.json => Err(message),
        Some(message) => Err(decoding(&message)),
        None => Ok(fitted),
    }
}

struct Fitter {
    unknown: Unknown,
    /// Whether the document is JSON, so that sigs.k8s.io/yaml has no part in it.
    json: bool,
    /// The first value of a wrong type; Go reads on, for a worse error may come.
    saved: Option<String>,
    /// Where we are: struct and field.
    path: Vec<(&'static str, &'static str)>,
}

fn decoding(message: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {message}")
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Nil => "null",
        Value::Bool(_) => "bool",
        Value::Int(..) | Value::Uint(..) | Value::Float(..) => "number",
        Value::String(_) | Value::Bytes(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) | Value::Object(_) => "object",
    }
}

impl Fitter {
    fn save(&mut self, message: String) {
        if self.saved.is_none() {
            self.saved = Some(message);
        }
    }

    fn mismatch(&mut self, value: &Value, go_type: &str) -> Fitted {
        let found = describe(value);
        let message = match self.path.last() {
            Some((record, _)) => {
                let fields: Vec<&str> = self.path.iter().map(|(_, field)| *field).collect();
                let path = fields.join(".");
                format!("json: cannot unmarshal {found} into Go struct field {record}.{path} of type {go_type}")
            }
            None => format!("json: cannot unmarshal {found} into Go value of type {go_type}"),
        };
        self.save(message);
        Fitted::Null
    }

    fn record(&mut self, map: &Map, record: &'static Record) -> Result<Fields, String> {
        let mut fields = Vec::with_capacity(map.len());
        map.visit(|key, value| {
            let Some((name, shape)) = find_field(record, key) else {
                if self.unknown == Unknown::Refuse {
                    self.save(format!("json: unknown field {}", quote(key)));
                }
                // Go has made JSON of the whole document before.
                return as_json(value, Value::MAX_DEPTH).map(|_| ());
            };
            self.path.push((record.name, name));
            let fitted = self.value(value, shape)?;
            self.path.pop();
            fields.push((*name, fitted));
            Ok(())
        })?;
        Ok(fields)
    }

    /// Fits one value; an error ends the decoding at once and beats every saved one.
    fn value(&mut self, value: &Value, shape: &'static Shape) -> Result<Fitted, String> {
        if let Value::Float(number, _) = value
            && !number.is_finite()
            && !matches!(shape, Shape::Text)
        {
            return Err(not_json(*number));
        }
        Ok(match (shape, value) {
            (Shape::Time, Value::Nil) => Fitted::Null,
            (Shape::Time, Value::String(text)) => {
                rfc3339::check(&json_text(text)).map_err(|message| decoding(&message))?;
                Fitted::Text(text.to_text().into_owned())
            }
            (Shape::Time, _) => return Err(decoding("Time.UnmarshalJSON: input is not a JSON string")),
            (_, Value::Nil) => Fitted::Null,
            (Shape::Any, value) => Fitted::Any(as_json(value, Value::MAX_DEPTH)?),
            (Shape::Text, Value::String(text)) => Fitted::Text(text.to_text().into_owned()),
            (Shape::Text, other) if self.json => self.mismatch(other, "string"),
            (Shape::Text, value) => match as_text(value) {
                Some(text) => Fitted::Text(text),
                None => self.mismatch(value, "string"),
            },
            (Shape::Flag, Value::Bool(flag)) => Fitted::Flag(*flag),
            (Shape::Flag, other) => self.mismatch(other, "bool"),
            (Shape::List(_, shape), Value::List(list)) => {
                let items: Result<Vec<Fitted>, String> = list.iter().map(|item| self.value(item, shape)).collect();
                Fitted::List(items?)
            }
            (Shape::List(go_type, _), other) => self.mismatch(other, go_type),
            (Shape::Texts, Value::Map(map)) => self.texts(map),
            (Shape::Texts, other) => self.mismatch(other, "map[string]string"),
            (Shape::Map(_, shape), Value::Map(map)) => {
                let mut entries = Vec::with_capacity(map.len());
                map.visit(|key, value| {
                    entries.push((key.to_text().into_owned(), self.value(value, shape)?));
                    Ok::<(), String>(())
                })?;
                Fitted::Map(entries)
            }
            (Shape::Map(go_type, _), other) => self.mismatch(other, go_type),
            (Shape::Record(record), Value::Map(map)) => Fitted::Record(self.record(map, record)?),
            (Shape::Record(record), other) => self.mismatch(other, record.go_type),
        })
    }

    fn texts(&mut self, map: &Map) -> Fitted {
        let mut entries = Vec::with_capacity(map.len());
        for (key, value) in map.entries() {
            let text = match &value {
                Value::Nil => None,
                value => match as_text(value) {
                    Some(text) => Some(text),
                    None => {
                        self.mismatch(value, "string");
                        continue;
                    }
                },
            };
            entries.push((key.to_text().into_owned(), text));
        }
        Fitted::Texts(entries)
    }
}

fn not_json(number: f64) -> String {
    let name = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "+Inf"
    } else {
        "-Inf"
    };
    format!("error converting YAML to JSON: json: unsupported value: {name}")
}

/// What stands between the quotes of a JSON string.
fn json_text(text: &Str) -> String {
    let json = json::to_vec(&Value::String(text.clone())).unwrap_or_default();
    let json = String::from_utf8(json).unwrap_or_default();
    json.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// What sigs.k8s.io/yaml makes of a scalar whose target is a `string`.
fn as_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) | Value::Bytes(text) => text.to_text().into_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number, _) => number.to_string(),
        Value::Uint(number, _) => number.to_string(),
        Value::Float(number, _) => number::format_float(*number, b'g', None, 32),
        _ => return None,
    })
}

/// What `encoding/json` reads back into an `interface{}`: every number a `float64`.
fn as_json(value: &Value, depth: usize) -> Result<Value, String> {
    let Some(depth) = depth.checked_sub(1) else { return Ok(Value::Nil) };
    Ok(match value {
        Value::Int(number, _) => Value::float(*number as f64),
        Value::Uint(number, _) => Value::float(*number as f64),
        Value::Float(number, _) if !number.is_finite() => return Err(not_json(*number)),
        Value::List(list) => {
            let items: Result<Vec<Value>, String> = list.iter().map(|item| as_json(item, depth)).collect();
            Value::list(items?)
        }
        Value::Map(map) => {
            let mut entries: Vec<(Str, Value)> = Vec::with_capacity(map.len());
            map.visit(|key, value| {
                entries.push((key.clone(), as_json(value, depth)?));
                Ok::<(), String>(())
            })?;
            Value::map(entries)
        }
        other => other.clone(),
    })
}

/// The field that Go's decoder would fill: the exact name first, then a name that differs in case alone.
fn find_field(record: &'static Record, key: &[u8]) -> Option<&'static (&'static str, Shape)> {
    let exact = record.fields.iter().find(|(name, _)| name.as_bytes() == key);
    exact.or_else(|| {
        let key = fold(&String::from_utf8_lossy(key));
        record.fields.iter().find(|(name, _)| fold(name) == key)
    })
}

/// Folds case as `encoding/json` does: two letters beyond ASCII have simple foldings into ASCII.
fn fold(name: &str) -> String {
    let simple = |letter| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => char::to_ascii_lowercase(&other),
    };
    name.chars().map(simple).collect()
}
