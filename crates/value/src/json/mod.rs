//! JSON as Go's `encoding/json` reads and writes it.

mod decode;
mod encode;
mod fields;

pub use self::fields::{Fields, array};
use crate::{
    Value,
    json::{decode::Numbers, encode::Layout},
};

/// What is wrong with a JSON text or with a value to be written; displays as Go words it
/// (`invalid character '}' looking for beginning of value`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

/// Reads a text as `json.Unmarshal` into an `interface{}` does: every number is a `float64`.
pub fn from_slice(bytes: &[u8]) -> Result<Value, Error> {
    decode::decode(bytes, Numbers::Float)
}

/// As [`from_slice`], with a number an `int64` where it has no fraction and no exponent and fits, else a `float64`:
/// what Kubernetes does for unstructured objects (apimachinery: `util/json`).
pub fn from_slice_int64(bytes: &[u8]) -> Result<Value, Error> {
    decode::decode(bytes, Numbers::Int64)
}

/// Writes a value as `json.Marshal` does: no blanks, keys sorted, `<`, `>`, `&` escaped.
pub fn to_vec(value: &Value) -> Result<Vec<u8>, Error> {
    encode::encode(value, Layout { indent: None, escape_html: true })
}

/// Writes a value as `json.MarshalIndent` does, with no prefix.
pub fn to_vec_indent(value: &Value, indent: &str) -> Result<Vec<u8>, Error> {
    encode::encode(value, Layout { indent: Some(indent), escape_html: true })
}

/// As [`to_vec`], with `<`, `>` and `&` as they are (`SetEscapeHTML(false)`), without the encoder's final newline.
pub fn to_vec_raw(value: &Value) -> Result<Vec<u8>, Error> {
    encode::encode(value, Layout { indent: None, escape_html: false })
}
