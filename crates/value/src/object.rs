//! Structs, and named types with methods: `.Files`, `.Capabilities`, `time.Time`.

use std::any::Any;

use crate::{Kind, Signature, Value};

/// A Go struct (or a pointer to one), or a named type with methods.
pub trait Object: Any {
    /// Go's `%T`, such as `time.Time` or `*semver.Version`.
    fn go_type(&self) -> String;

    /// The kind that reflection reports for it; `Ptr` for a pointer to a struct.
    fn kind(&self) -> Kind {
        Kind::Struct
    }

    /// For a named map, slice, string or number: its plain value, which `range`, `index`, `len`,
    /// comparison and truth look at. Nothing for a struct.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// The exported field `name`, if there is one.
    fn field(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    /// All fields in declared order, for printing with `%v` and `%+v`.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The exported method `name`, if there is one; the template engine checks arguments against its signature.
    fn method(&self, name: &str) -> Option<Method> {
        let _ = name;
        None
    }

    /// What a call of this method takes, where that grows with what the object holds.
    fn cost(&self, method: &str, arguments: &[Value]) -> Cost {
        let _ = (method, arguments);
        Cost::default()
    }

    /// What `String()` or `Error()` gives, where the type has it.
    fn display(&self) -> Option<String> {
        None
    }

    /// What `GoString()` gives, which `%#v` prints, where the type has it.
    fn go_syntax(&self) -> Option<String> {
        None
    }

    /// As [`Object::display`], where the value is printed in place, not passed to a function: there Go finds
    /// the methods of a pointer to a field too (`{{ .Capabilities.KubeVersion }}`).
    fn display_in_place(&self) -> Option<String> {
        self.display()
    }

    /// For a struct that `encoding/json` writes field by field: its fields under their JSON names in declared
    /// order, without those that `omitempty` leaves out. Nothing for everything else.
    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        None
    }

    /// What `encoding/json` sees: fields under their JSON names, or what `MarshalJSON` gives.
    fn to_plain(&self) -> Value {
        match self.underlying() {
            Some(value) => value,
            None => Value::map(self.json_fields().unwrap_or_else(|| self.fields())),
        }
    }

    /// For reading back the concrete type.
    fn as_any(&self) -> &dyn Any;
}

/// What a call takes of a budget.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Steps of work.
    pub steps: u64,
    /// Bytes that are made.
    pub bytes: usize,
}

/// A method of an [`Object`].
pub struct Method {
    /// What it takes.
    pub signature: Signature,
    /// Runs it on its receiver; the arguments have been checked against the signature.
    /// An error is what the method's Go counterpart would return or panic with.
    pub call: fn(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String>,
}
