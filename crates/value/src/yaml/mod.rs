//! YAML as Helm reads and writes it: `sigs.k8s.io/yaml` 1.6 over go-yaml v2, and go-yaml v3 for `toYamlPretty`.

mod emit;
mod emit_analysis;
mod emit_order;
mod emit_resolve;
mod emit_scalar;
mod emit_text;
mod emit_writer;
mod pretty;
mod read;
mod tree;

pub use self::read::{
    Content, Documents, Position, RawContent, RawNode, Spanned, SpannedEntry, StreamDocument, Tree, TreeKind, TreeNode,
    TreeStyle, split_documents,
};
use crate::{Map, Value};

/// What is wrong with a YAML document; displays as the Go library words it
/// (`yaml: line 3: mapping values are not allowed in this context`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The whole message.
    pub message: String,
    /// The line it is about, counted from 1, where it is known.
    pub line: Option<usize>,
}

/// Reads the first document as `yaml.Unmarshal` into an `interface{}` does: YAML to JSON to value,
/// so that every number is a `float64` and every key a string. An empty document is nil.
pub fn from_slice(bytes: &[u8]) -> Result<Value, Error> {
    read::from_slice(bytes)
}

/// As [`from_slice`], with a duplicate key an error (`yaml.UnmarshalStrict`).
pub fn from_slice_strict(bytes: &[u8]) -> Result<Value, Error> {
    read::from_slice_strict(bytes)
}

/// As [`from_slice`], with numbers as go-yaml reads them: `int`, `uint64` where that is too small, `float64`.
/// Whoever fills a struct needs them, as a number for a string field is written by its type;
/// infinities and NaN, which no JSON can hold, are given too.
pub fn from_slice_typed(bytes: &[u8]) -> Result<Value, Error> {
    read::from_slice_typed(bytes)
}

/// As [`from_slice_typed`], errors included, but of a mapping only the values of these keys are given, whatever the case of
/// their letters; those of others may be nil. Much cheaper where a document is large.
pub fn head_from_slice(bytes: &[u8], keys: &'static [&'static str]) -> Result<Value, Error> {
    read::head_from_slice(bytes, keys)
}

/// As [`from_slice_typed`], with a duplicate key an error.
pub fn from_slice_typed_strict(bytes: &[u8]) -> Result<Value, Error> {
    read::from_slice_typed_strict(bytes)
}

/// Reads the first document as [`from_slice`] does, with the place of each key and value; nothing where there is none.
///
/// Errors are those of [`from_slice`], and one for a document nested deeper than [`Value::MAX_DEPTH`].
pub fn spanned(bytes: &[u8]) -> Result<Option<Spanned>, Error> {
    read::spanned(bytes)
}

/// Reads the first document as go-yaml v3 reads a `yaml.Node`: comments, styles, anchors and tags included. Nothing
/// where there is none.
pub fn tree(bytes: &[u8]) -> Result<Option<Tree>, Error> {
    read::tree(bytes)
}

/// Writes documents as go-yaml v3 with `CompactSeqIndent` writes `yaml.Node`s, `---` between them.
pub fn write_trees(trees: &[Tree]) -> Vec<u8> {
    tree::write(trees)
}

/// Reads the first document as it is written: scalars keep their texts. Nothing where there is none.
pub fn raw(bytes: &[u8]) -> Result<Option<RawNode>, Error> {
    read::raw(bytes)
}

/// Reads a document into a `map[string]interface{}` as `yaml.Unmarshal` into one does: an empty or null
/// document is an empty map, anything else that is no mapping is the JSON decoder's error
/// (`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}`).
pub fn map_from_slice(bytes: &[u8]) -> Result<Map, Error> {
    read::map_from_slice(bytes, "map[string]interface {}")
}

/// The same where Go's variable has a type of its own, such as `common.Values`, which the error names.
pub fn map_from_slice_as(bytes: &[u8], go_type: &str) -> Result<Map, Error> {
    read::map_from_slice(bytes, go_type)
}

/// Writes a value as `yaml.Marshal` does, final newline included.
///
/// An error is what cannot be marshalled (NaN, text that the round trip through JSON makes unreadable).
pub fn to_vec(value: &Value) -> Result<Vec<u8>, Error> {
    emit::to_vec(value)
}

/// Writes a value as go-yaml v3 with an indent of two does (`toYamlPretty`), final newline included.
pub fn to_vec_pretty(value: &Value) -> Result<Vec<u8>, Error> {
    pretty::to_vec_pretty(value)
}
