//! Go structs on their way to JSON, where the order of the fields is kept, and to YAML, where keys are sorted.

use std::collections::BTreeMap;

use value::{Value, json, yaml};

use crate::Error;

/// What a Go struct marshals to.
pub(crate) enum Ordered {
    /// Anything without a struct in it.
    Plain(Value),
    /// A list of structs.
    List(Vec<Ordered>),
    /// A map of structs; keys in order.
    Map(BTreeMap<String, Ordered>),
    /// A struct: its fields under their JSON names.
    Struct(Fields),
}

/// The fields of a struct in order; Go's `omitempty` is a field that was not put.
#[derive(Default)]
pub(crate) struct Fields(Vec<(&'static str, Ordered)>);

impl Fields {
    /// A field that is always there.
    pub(crate) fn put(&mut self, name: &'static str, value: impl Into<Ordered>) {
        self.0.push((name, value.into()));
    }

    /// A text that is left out where it is empty.
    pub(crate) fn put_text(&mut self, name: &'static str, text: &str) {
        if !text.is_empty() {
            self.put(name, Value::string(text));
        }
    }

    /// A list of texts that is left out where it is empty.
    pub(crate) fn put_texts(&mut self, name: &'static str, texts: &[String]) {
        if !texts.is_empty() {
            self.put(name, Value::strings(texts.iter().map(String::as_str)));
        }
    }

    /// A list of structs that is left out where it is empty.
    pub(crate) fn put_structs(&mut self, name: &'static str, structs: impl IntoIterator<Item = Fields>) {
        let list: Vec<Ordered> = structs.into_iter().map(Ordered::Struct).collect();
        if !list.is_empty() {
            self.put(name, Ordered::List(list));
        }
    }

    /// Leaves a field out again.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(field, _)| *field != name);
    }

    /// The struct as `json.Marshal` writes it.
    pub(crate) fn to_json(&self) -> Result<Vec<u8>, json::Error> {
        let mut out = Vec::new();
        self.write_json(&mut out)?;
        Ok(out)
    }

    /// The struct as `yaml.Marshal` writes it.
    pub(crate) fn into_yaml(self) -> Result<Vec<u8>, Error> {
        yaml::to_vec(&self.into_value()).map_err(|error| Error::Yaml(error.to_string()))
    }

    fn write_json(&self, out: &mut Vec<u8>) -> Result<(), json::Error> {
        out.push(b'{');
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
            value.write_json(out)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn into_value(self) -> Value {
        Value::map(self.0.into_iter().map(|(name, value)| (name, value.into_value())))
    }
}

impl Ordered {
    fn write_json(&self, out: &mut Vec<u8>) -> Result<(), json::Error> {
        match self {
            Ordered::Plain(value) => out.extend(json::to_vec(value)?),
            Ordered::Struct(fields) => fields.write_json(out)?,
            Ordered::Map(entries) => {
                out.push(b'{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    out.extend(json::to_vec(&Value::string(key.as_str()))?);
                    out.push(b':');
                    value.write_json(out)?;
                }
                out.push(b'}');
            }
            Ordered::List(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write_json(out)?;
                }
                out.push(b']');
            }
        }
        Ok(())
    }

    fn into_value(self) -> Value {
        match self {
            Ordered::Plain(value) => value,
            Ordered::Struct(fields) => fields.into_value(),
            Ordered::Map(entries) => Value::map(entries.into_iter().map(|(key, value)| (key, value.into_value()))),
            Ordered::List(items) => Value::list(items.into_iter().map(Ordered::into_value).collect()),
        }
    }
}

impl From<Value> for Ordered {
    fn from(value: Value) -> Ordered {
        Ordered::Plain(value)
    }
}
