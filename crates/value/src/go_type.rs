//! Go's kinds, and the types of function parameters.

use crate::{Elem, MapType, Value};

/// Go's `reflect.Kind`, as far as templates can meet it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum Kind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float32,
    Float64,
    String,
    Slice,
    Map,
    Struct,
    Ptr,
    Func,
}

impl Kind {
    /// Go's name of the kind: `int64`, `slice`, `ptr`, `invalid`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Int8 => "int8",
            Kind::Int16 => "int16",
            Kind::Int32 => "int32",
            Kind::Int64 => "int64",
            Kind::Uint => "uint",
            Kind::Uint8 => "uint8",
            Kind::Uint16 => "uint16",
            Kind::Uint32 => "uint32",
            Kind::Uint64 => "uint64",
            Kind::Float32 => "float32",
            Kind::Float64 => "float64",
            Kind::String => "string",
            Kind::Slice => "slice",
            Kind::Map => "map",
            Kind::Struct => "struct",
            Kind::Ptr => "ptr",
            Kind::Func => "func",
        }
    }
}

/// The static type of a function's parameter, which the template engine checks arguments against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`: anything, nil included.
    Any,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `uint32`
    Uint32,
    /// `float64`
    Float64,
    /// `string`
    String,
    /// `[]byte`
    Bytes,
    /// `[]interface {}`
    List,
    /// `[]string`
    Strings,
    /// `map[string]interface {}`; `common.Values` may be passed for it.
    Map,
    /// `map[string]string`
    StringMap,
    /// A type whose `%T` is this name, such as `time.Time`.
    Named(&'static str),
}

impl Type {
    /// Go's name of the type, as error messages print it.
    pub fn go_name(self) -> &'static str {
        match self {
            Type::Any => "interface {}",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Int64 => "int64",
            Type::Uint32 => "uint32",
            Type::Float64 => "float64",
            Type::String => "string",
            Type::Bytes => "[]uint8",
            Type::List => "[]interface {}",
            Type::Strings => "[]string",
            Type::Map => "map[string]interface {}",
            Type::StringMap => "map[string]string",
            Type::Named(name) => name,
        }
    }

    /// Whether a value of this dynamic type may be assigned to a parameter of this type (Go's `AssignableTo`).
    pub fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (Type::Any, _) => true,
            (Type::Map, Value::Map(map)) => matches!(map.map_type(), MapType::Any | MapType::Values | MapType::NilAny),
            (Type::List, Value::List(list)) => matches!(list.elem(), Elem::Any | Elem::NilAny),
            (Type::Strings, Value::List(list)) => matches!(list.elem(), Elem::String | Elem::NilString),
            (_, Value::Nil) => false,
            _ => self.go_name() == value.go_type(),
        }
    }
}

/// What a function or method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The fixed parameters.
    pub params: &'static [Type],
    /// The type of each further argument, where the function is variadic.
    pub variadic: Option<Type>,
}

impl Signature {
    /// A function of exactly these parameters.
    pub const fn fixed(params: &'static [Type]) -> Signature {
        Signature { params, variadic: None }
    }

    /// A function of these parameters and any number of further arguments of one type.
    pub const fn variadic(params: &'static [Type], rest: Type) -> Signature {
        Signature { params, variadic: Some(rest) }
    }
}
