//! A value together with what Go's reflection knows of how it was come by.

use value::{Elem, List, Map, MapType, Value};

use crate::complex::Complex;

/// Go's `reflect.Value`: tells an interface that holds a value from the value, and nothing from a nil interface.
#[derive(Clone, Debug)]
pub(crate) struct Reflected {
    pub(crate) value: Value,
    origin: Origin,
}

// As wide as a word, so that values are moved in whole words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
enum Origin {
    /// No value at all; `value` is nil.
    Invalid,
    /// Out of an `interface {}`: an element of a list or map.
    Interface,
    /// Of its own type.
    Concrete,
}

impl Reflected {
    /// The zero `reflect.Value`.
    pub(crate) fn invalid() -> Reflected {
        Reflected { value: Value::Nil, origin: Origin::Invalid }
    }

    /// An `interface {}` that holds this.
    pub(crate) fn interface(value: Value) -> Reflected {
        Reflected { value, origin: Origin::Interface }
    }

    /// A value of its own type, where it is not nil.
    pub(crate) fn concrete(value: Value) -> Reflected {
        let origin = if value.is_nil() { Origin::Interface } else { Origin::Concrete };
        Reflected { value, origin }
    }

    /// `reflect.ValueOf` of an interface with this value.
    pub(crate) fn of_interface(value: &Value) -> Reflected {
        Reflected::interface(value.clone()).dig()
    }

    /// What is in the interface, where it is one.
    pub(crate) fn dig(mut self) -> Reflected {
        self.dig_in_place();
        self
    }

    /// [`Reflected::dig`] without moving the value.
    pub(crate) fn dig_in_place(&mut self) {
        if self.origin == Origin::Interface {
            self.origin = if self.value.is_nil() { Origin::Invalid } else { Origin::Concrete };
        }
    }

    /// The element of a list.
    pub(crate) fn item(list: &List, value: Value) -> Reflected {
        match list.elem() {
            Elem::Any | Elem::NilAny => Reflected::interface(value),
            _ => Reflected::concrete(value),
        }
    }

    /// The element of a map.
    pub(crate) fn entry(map_type: MapType, value: Value) -> Reflected {
        match map_type {
            MapType::Any | MapType::Values | MapType::NilAny => Reflected::interface(value),
            MapType::String | MapType::NilString | MapType::Bytes => Reflected::concrete(value),
        }
    }

    /// The zero value of a map's elements.
    pub(crate) fn zero_entry(map: &Map) -> Reflected {
        match map.map_type() {
            MapType::Any | MapType::Values | MapType::NilAny => Reflected::interface(Value::Nil),
            MapType::String | MapType::NilString => Reflected::concrete(Value::string("")),
            MapType::Bytes => Reflected::concrete(Value::Bytes(value::Str::default())),
        }
    }

    pub(crate) fn is_valid(&self) -> bool {
        self.origin != Origin::Invalid
    }

    /// Out of an `interface {}`.
    pub(crate) fn is_interface(&self) -> bool {
        self.origin == Origin::Interface
    }

    /// An interface that holds nothing.
    pub(crate) fn is_nil_interface(&self) -> bool {
        self.origin == Origin::Interface && self.value.is_nil()
    }

    /// The type that Go's messages name.
    pub(crate) fn type_name(&self) -> String {
        match self.origin {
            Origin::Interface => "interface {}".into(),
            _ => self.value.go_type(),
        }
    }

    /// Go's `template.IsTrue`.
    pub(crate) fn is_true(&self) -> bool {
        if let Value::Object(object) = &self.value
            && let Some(complex) = object.as_any().downcast_ref::<Complex>()
        {
            return complex.real != 0.0 || complex.imaginary != 0.0;
        }
        self.value.is_true()
    }
}
