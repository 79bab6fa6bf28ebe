//! JSONPath templates as kubectl and `helm show values --jsonpath` take them. Kubernetes: client-go, util/jsonpath.

mod compare;
mod evaluate;
mod parse;

use value::{Map, Value};

use crate::{Error, ErrorKind};

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Text(String),
    /// What stands between braces.
    List(Vec<Node>),
    Field(String),
    /// `range` and `end`, and what is neither.
    Identifier(String),
    Filter {
        left: Vec<Node>,
        right: Vec<Node>,
        operator: String,
    },
    /// Start, end and step of a slice.
    Slice([Bound; 3]),
    Int(i64),
    Float(f64),
    Bool(bool),
    Wildcard,
    Recursive,
    Union(Vec<Vec<Node>>),
}

/// A number of a slice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bound {
    value: i64,
    /// Whether it is written there, or follows from the start.
    known: bool,
    /// Whether it follows from the start.
    derived: bool,
}

/// A template that has been read.
#[derive(Clone, Debug)]
pub(crate) struct JsonPath {
    nodes: Vec<Node>,
}

impl JsonPath {
    /// Reads a template. Fails with Helm's text.
    pub(crate) fn parse(text: &str) -> Result<JsonPath, Error> {
        match parse::template(text) {
            Ok(nodes) => Ok(JsonPath { nodes }),
            Err(reason) => Err(Error::new(ErrorKind::Usage, format!("error parsing jsonpath {text}: {reason}"))),
        }
    }

    /// Writes what the template finds. Where it finds nothing or does not fit the values, that is nothing: Helm
    /// swallows the error.
    pub(crate) fn write(&self, values: &Map, out: &mut Vec<u8>) {
        if let Ok(text) = evaluate::evaluate(&self.nodes, &Value::Map(values.clone())) {
            out.extend_from_slice(&text);
        }
    }
}
