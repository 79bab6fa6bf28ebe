//! What `toYamlPretty` writes: go-yaml v3 looking at the Go value itself, without JSON in between.

use super::{
    Error,
    emit::{Dialect, MAX_BYTES, Place, Refusal, Rest, Walk, emit},
};
use crate::{Elem, List, Object, Str, Value};

/// Writes as go-yaml v3's encoder does with an indent of two.
pub(super) fn to_vec_pretty(value: &Value) -> Result<Vec<u8>, Error> {
    emit(value, Dialect::V3, MAX_BYTES).map_err(|refusal| {
        let message = match refusal {
            Refusal::ByGo => "yaml: the value cannot be written",
            Refusal::TooDeep => "yaml: exceeded max depth of 10000",
            Refusal::Cycle => "yaml: the value contains itself",
            Refusal::TooLong => "yaml: the document is too long",
        };
        Error { message: message.into(), line: None }
    })
}

/// The bytes one by one, which is how version 3 writes `[]byte`.
pub(super) fn byte_list(bytes: &[u8]) -> List {
    List::new(Elem::Int, bytes.iter().map(|byte| Value::int(i64::from(*byte))).collect())
}

impl Walk {
    /// Writes a struct by its Go fields in lower case, and other named types as what they are made of.
    pub(super) fn object(&mut self, object: &dyn Object, place: Place) -> Result<(), Refusal> {
        match (object.go_type().trim_start_matches('*'), object.to_plain()) {
            // Times are written plain, in the format that JSON has too.
            ("time.Time", Value::String(text)) => {
                self.writer.token(&text);
                return Ok(());
            }
            ("time.Duration", _) => {
                return self.node(&Value::string(object.display().unwrap_or_default()), place);
            }
            _ => {}
        }
        if let Some(value) = object.underlying() {
            return match value {
                Value::Object(_) => Err(Refusal::ByGo),
                value => self.node(&value, place),
            };
        }
        if let plain @ Value::String(_) = object.to_plain() {
            // A type that writes itself as text.
            return self.node(&plain, place);
        }
        let exported = |name: &str| name.starts_with(|first: char| first.is_uppercase());
        let fields = object.fields().into_iter().filter(|(name, _)| exported(name));
        let entries: Vec<(Str, Value)> = fields.map(|(name, value)| (name.to_lowercase().into(), value)).collect();
        if entries.is_empty() {
            self.writer.token(b"{}");
            return Ok(());
        }
        self.open(Rest::Map(entries.into_iter(), None), place.inner())
    }
}
