//! The value itself.

use std::{fmt, rc::Rc};

use crate::{Elem, Kind, List, Map, MapType, Object, Str};

/// A Go value behind an `interface{}`. Cloning shares lists, maps and objects.
#[derive(Clone, Default)]
pub enum Value {
    /// The nil interface.
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// A signed integer.
    Int(i64, IntKind),
    /// An unsigned integer.
    Uint(u64, UintKind),
    /// `float32` or `float64`; a `float32` holds the widened value.
    Float(f64, FloatKind),
    /// `string`
    String(Str),
    /// `[]byte`
    Bytes(Str),
    /// A slice other than `[]byte`.
    List(List),
    /// A map with string keys, shared and mutable.
    Map(Map),
    /// A struct, or a named type with methods.
    Object(Rc<dyn Object>),
}

/// Which of Go's signed integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum IntKind {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
}

/// Which of Go's unsigned integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum UintKind {
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

/// Which of Go's floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum FloatKind {
    Float32,
    Float64,
}

impl Value {
    /// A Go `int`.
    pub fn int(number: i64) -> Value {
        Value::Int(number, IntKind::Int)
    }

    /// A Go `int64`.
    pub fn int64(number: i64) -> Value {
        Value::Int(number, IntKind::Int64)
    }

    /// A Go `float64`, which is what every number of a YAML or JSON document becomes.
    pub fn float(number: f64) -> Value {
        Value::Float(number, FloatKind::Float64)
    }

    /// A Go `string`.
    pub fn string(text: impl Into<Str>) -> Value {
        Value::String(text.into())
    }

    /// A Go `[]interface{}`.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(List::new(Elem::Any, items))
    }

    /// A Go `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Value {
        Value::List(List::new(Elem::String, items.into_iter().map(|item| Value::string(item)).collect()))
    }

    /// A Go `map[string]interface{}` with these entries.
    pub fn map<K: Into<Str>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Map(Map::from_entries(MapType::Any, entries))
    }

    /// True for the nil interface.
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// The string, where the value is a Go `string`.
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The map, where the value is one (a named map type of an object is none).
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, where the value is one other than `[]byte`.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// Go's `reflect.Kind` of the value.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Nil => Kind::Invalid,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_, kind) => kind.kind(),
            Value::Uint(_, kind) => kind.kind(),
            Value::Float(_, FloatKind::Float32) => Kind::Float32,
            Value::Float(_, FloatKind::Float64) => Kind::Float64,
            Value::String(_) => Kind::String,
            Value::Bytes(_) | Value::List(_) => Kind::Slice,
            Value::Map(_) => Kind::Map,
            Value::Object(object) => object.kind(),
        }
    }

    /// Go's `%T` of the value: `int64`, `map[string]interface {}`, `<nil>`.
    pub fn go_type(&self) -> String {
        match self {
            Value::Nil => "<nil>".into(),
            Value::Bytes(_) => "[]uint8".into(),
            Value::List(list) => list.go_type(),
            Value::Map(map) => map.map_type().go_name().into(),
            Value::Object(object) => object.go_type(),
            scalar => scalar.kind().name().into(),
        }
    }

    /// Go's `template.IsTrue`: false for nil, false, zero and anything empty; every struct is true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(flag) => *flag,
            Value::Int(number, _) => *number != 0,
            Value::Uint(number, _) => *number != 0,
            Value::Float(number, _) => *number != 0.0,
            Value::String(text) | Value::Bytes(text) => !text.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Map(map) => !map.is_empty(),
            Value::Object(object) => object.underlying().is_none_or(|value| value.is_true()),
        }
    }

    /// A copy that shares no map with the original (strings are shared, being immutable).
    ///
    /// Objects are shared: nothing in a template can change one.
    /// Maps nested deeper than [`Value::MAX_DEPTH`] are shared too.
    pub fn deep_copy(&self) -> Value {
        self.deep_copy_to(Value::MAX_DEPTH)
    }

    /// The depth beyond which walks over values stop.
    pub const MAX_DEPTH: usize = 1_000;

    fn deep_copy_to(&self, depth: usize) -> Value {
        if depth == 0 {
            return self.clone();
        }
        match self {
            Value::List(list) => Value::List(list.map(|item| item.deep_copy_to(depth - 1))),
            Value::Map(map) => Value::Map(map.map_values(|item| item.deep_copy_to(depth - 1))),
            other => other.clone(),
        }
    }
}

impl FloatKind {
    /// The size in bits: 32 or 64.
    pub fn bits(self) -> u32 {
        match self {
            FloatKind::Float32 => 32,
            FloatKind::Float64 => 64,
        }
    }
}

impl IntKind {
    /// The kind that reflection reports.
    pub fn kind(self) -> Kind {
        match self {
            IntKind::Int => Kind::Int,
            IntKind::Int8 => Kind::Int8,
            IntKind::Int16 => Kind::Int16,
            IntKind::Int32 => Kind::Int32,
            IntKind::Int64 => Kind::Int64,
        }
    }
}

impl UintKind {
    /// The kind that reflection reports.
    pub fn kind(self) -> Kind {
        match self {
            UintKind::Uint => Kind::Uint,
            UintKind::Uint8 => Kind::Uint8,
            UintKind::Uint16 => Kind::Uint16,
            UintKind::Uint32 => Kind::Uint32,
            UintKind::Uint64 => Kind::Uint64,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Bool(flag) => write!(f, "{flag}"),
            Value::Int(number, kind) => write!(f, "{number}{kind:?}"),
            Value::Uint(number, kind) => write!(f, "{number}{kind:?}"),
            Value::Float(number, kind) => write!(f, "{number}{kind:?}"),
            Value::String(text) => write!(f, "{text:?}"),
            Value::Bytes(bytes) => write!(f, "bytes {bytes:?}"),
            Value::List(list) => f.debug_list().entries(list.iter()).finish(),
            Value::Map(map) => f.debug_map().entries(map.entries()).finish(),
            Value::Object(object) => write!(f, "object {}", object.go_type()),
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::string(text)
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Value {
        Value::String(text)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Map(map)
    }
}
