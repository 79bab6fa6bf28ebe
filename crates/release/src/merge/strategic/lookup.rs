//! Where in the types a merge is, and how the field below is merged. apimachinery: `pkg/util/strategicpatch/meta.go`.

use super::wrong;
use crate::{
    merge::MergeError,
    schema::{PatchStrategy, Shape, Struct},
};

/// The type of the map that is being merged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level(Shape);

/// How a field is merged.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rule {
    pub(super) strategy: PatchStrategy,
    pub(super) retain_keys: bool,
    pub(super) merge_key: &'static str,
}

impl Level {
    pub(super) fn of(of_type: Struct) -> Level {
        Level(Shape::Struct(of_type))
    }

    /// The level of a map below.
    pub(super) fn map(self, name: &str) -> Result<(Level, Rule), MergeError> {
        let (go_name, field) = match self.0 {
            Shape::Struct(of_type) => (of_type.go_name(), of_type.field(name)),
            Shape::Quantity => ("Quantity", None),
            Shape::IntegerOrText => ("IntOrString", None),
            Shape::Any => ("RawExtension", None),
            other => {
                let found = kind_of(other);
                return Err(wrong(format!(
                    "merging an object in json but data type is not struct, instead is: {found}"
                )));
            }
        };
        let field = field.ok_or_else(|| {
            let quoted = value::quote::quote(name.as_bytes());
            wrong(format!("unable to find api field in struct {go_name} for the json field {quoted}"))
        })?;
        let rule = Rule { strategy: field.patch_strategy, retain_keys: field.retain_keys, merge_key: field.merge_key };
        Ok((Level(field.shape), rule))
    }

    /// The level of the maps in a list below.
    pub(super) fn list(self, name: &str) -> Result<(Level, Rule), MergeError> {
        let (below, rule) = self.map(name)?;
        let Shape::List(item) = below.0 else {
            return Err(wrong(format!("expected slice or array type, but got: {}", kind_of(self.0))));
        };
        match item.shape() {
            Shape::List(_) => Err(wrong("unexpected slice of slice")),
            shape => Ok((Level(shape), rule)),
        }
    }

    /// What Go calls the type, in errors.
    pub(super) fn kind(self) -> &'static str {
        kind_of(self.0)
    }
}

fn kind_of(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "string",
        Shape::Boolean => "bool",
        Shape::Integer => "int32",
        Shape::Number => "float64",
        Shape::Quantity | Shape::IntegerOrText | Shape::Any | Shape::Struct(_) => "struct",
        Shape::List(_) | Shape::Bytes => "slice",
        Shape::Map(_) => "map",
    }
}
