//! Where a field is, written as server-side apply writes it: `.spec.containers[name="web"].image`.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// A way into an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path(pub Vec<PathElement>);

/// One step of it.
#[derive(Clone, Debug, PartialEq)]
pub enum PathElement {
    /// A field.
    Field(String),
    /// The item of a list with this key.
    Key(Map<String, Value>),
    /// This value of a set.
    Value(Value),
    /// The item at this place of a list.
    Index(usize),
}

impl Path {
    pub(super) fn to(&self, element: PathElement) -> Path {
        let mut elements = self.0.clone();
        elements.push(element);
        Path(elements)
    }
}

impl PathElement {
    /// The step as text, which tells it from every other one of its kind.
    pub(super) fn text(&self) -> String {
        match self {
            PathElement::Field(name) => format!(".{name}"),
            PathElement::Key(keys) => {
                let mut keys: Vec<String> = keys.iter().map(|(name, value)| format!("{name}={value}")).collect();
                keys.sort_unstable();
                format!("[{}]", keys.join(","))
            }
            PathElement::Value(value) => format!("[={value}]"),
            PathElement::Index(place) => format!("[{place}]"),
        }
    }
}

impl fmt::Display for Path {
    /// structured-merge-diff: `fieldpath/path.go`, `Path.String`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|element| f.write_str(&element.text()))
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
