//! Calls of functions and methods: counts and checks arguments, and wraps errors.
//!
//! Source of the rules: Go `text/template/exec.go`, `evalCall`, `evalArg` and `validateType`.

use value::{Elem, IntKind, List, Map, MapType, Signature, Str, Type, UintKind, Value};

use super::{Machine, Reflected};
use crate::{
    Budget, Call, Error, Failure, Function,
    tree::{Node, Number, Operand, OperandKind, Target, Tree},
};

/// Who is called, for error messages.
pub(super) type Named<'a> = (Node, &'a [u8]);

impl Machine<'_> {
    /// Calls the function with this index.
    pub(super) fn function(
        &mut self,
        tree: &Tree,
        function: u32,
        node: Node,
        arguments: &[Operand],
        last: Option<Reflected>,
    ) -> Result<Reflected, Error> {
        let Some(callee) = tree.callees.get(function as usize) else {
            return Err(self.error(tree, "unknown node"));
        };
        let named = (node, tree.text(callee.name));
        self.step(tree)?;
        match &callee.target {
            Target::Builtin(builtin) => self.builtin(tree, *builtin, named, arguments, last),
            Target::Function(function) => self.call(tree, function, named, arguments, last),
        }
    }

    fn call(
        &mut self,
        tree: &Tree,
        function: &Function,
        named: Named<'_>,
        arguments: &[Operand],
        last: Option<Reflected>,
    ) -> Result<Reflected, Error> {
        let values = self.arguments(tree, function.signature, named, arguments, last)?;
        let (budget, surroundings) = (self.budget, self.surroundings);
        let result = budget
            .texts(&values)
            .and_then(|()| function.run(&mut Call { budget, surroundings, executor: self }, &values));
        self.recycle(values);
        result.map(Reflected::concrete).map_err(|failure| self.failed(tree, named, failure))
    }

    /// Calls a method, which `run` does.
    pub(super) fn method(
        &mut self,
        tree: &Tree,
        signature: Signature,
        named: Named<'_>,
        arguments: &[Operand],
        last: Option<Reflected>,
        run: impl FnOnce(&Budget, &[Value]) -> Result<Value, Failure>,
    ) -> Result<Reflected, Error> {
        self.step(tree)?;
        let values = self.arguments(tree, signature, named, arguments, last)?;
        let result = self.budget.texts(&values).and_then(|()| run(self.budget, &values));
        self.recycle(values);
        result.map(Reflected::concrete).map_err(|failure| self.failed(tree, named, failure))
    }

    /// The error of a call that failed.
    pub(super) fn failed(&mut self, tree: &Tree, (node, name): Named<'_>, failure: Failure) -> Error {
        self.at = node;
        // Each level of a deep recursion repeats the text of those below it.
        if let Err(failure) = self.budget.bytes(failure.message.len()) {
            return Error::exhausted_at(tree, node, failure);
        }
        Error::call(tree, node, &String::from_utf8_lossy(name), failure)
    }

    /// Evaluates and checks the arguments.
    pub(super) fn arguments(
        &mut self,
        tree: &Tree,
        signature: Signature,
        (_, name): Named<'_>,
        arguments: &[Operand],
        last: Option<Reflected>,
    ) -> Result<Vec<Value>, Error> {
        self.count(
            tree,
            name,
            signature.params.len(),
            signature.variadic.is_some(),
            (arguments.len(), last.is_some()),
        )?;
        let mut values = self.spare.pop().unwrap_or_default();
        values.reserve(arguments.len() + 1);
        let mut types = signature.params.iter().copied();
        let mut next_type = || types.next().or(signature.variadic).unwrap_or(Type::Any);
        for argument in arguments {
            let wanted = next_type();
            values.push(self.argument(tree, wanted, argument)?);
        }
        if let Some(last) = last {
            values.push(self.validate(tree, last, next_type())?);
        }
        Ok(values)
    }

    /// Keeps an argument list for later use.
    pub(super) fn recycle(&mut self, mut values: Vec<Value>) {
        values.clear();
        self.spare.push(values);
    }

    /// Checks the number of arguments: `given` of them, and one more from the pipeline if the flag says so.
    pub(super) fn count(
        &self,
        tree: &Tree,
        name: &[u8],
        fixed: usize,
        variadic: bool,
        (given, piped): (usize, bool),
    ) -> Result<(), Error> {
        let all = given + usize::from(piped);
        let message = if variadic && all < fixed {
            format!("wrong number of args for {}: want at least {fixed} got {given}", String::from_utf8_lossy(name))
        } else if !variadic && all != fixed {
            format!("wrong number of args for {}: want {fixed} got {all}", String::from_utf8_lossy(name))
        } else {
            return Ok(());
        };
        Err(self.error(tree, message))
    }

    /// The value of an operand for a parameter of this type.
    pub(super) fn argument(&mut self, tree: &Tree, wanted: Type, operand: &Operand) -> Result<Value, Error> {
        self.at = Node::Operand(operand.id);
        match operand.kind {
            OperandKind::Nil => match zero(wanted) {
                Some(zero) => Ok(zero),
                None => Err(self.error(tree, format!("cannot assign nil to {}", wanted.go_name()))),
            },
            OperandKind::Bool(_) | OperandKind::String(_) | OperandKind::Number(_) => {
                self.typed_constant(tree, wanted, operand)
            }
            _ => {
                let value = self.operand(tree, operand)?;
                self.validate(tree, value, wanted)
            }
        }
    }

    /// The value of an operand for a parameter of type `reflect.Value`.
    pub(super) fn reflected_argument(&mut self, tree: &Tree, operand: &Operand) -> Result<Reflected, Error> {
        self.at = Node::Operand(operand.id);
        match operand.kind {
            OperandKind::Nil => Ok(Reflected::invalid()),
            OperandKind::Bool(_) | OperandKind::String(_) | OperandKind::Number(_) => self.constant(tree, operand),
            _ => self.operand(tree, operand),
        }
    }

    /// The value of an operand that is no constant.
    fn operand(&mut self, tree: &Tree, operand: &Operand) -> Result<Reflected, Error> {
        match operand.kind {
            OperandKind::Dot => Ok(self.dot.clone()),
            OperandKind::Pipe(pipe) => self.nested_pipeline(tree, pipe),
            OperandKind::Function(function) => self.function(tree, function, Node::Operand(operand.id), &[], None),
            _ => self.fields_of(tree, operand, &[], None),
        }
    }

    /// A constant takes the type that is wanted, if it can.
    fn typed_constant(&mut self, tree: &Tree, wanted: Type, operand: &Operand) -> Result<Value, Error> {
        let number = match operand.kind {
            OperandKind::Number(id) => tree.numbers.get(id as usize),
            _ => None,
        };
        let int = number.and_then(|number: &Number| number.int);
        let found = match wanted {
            Type::Any => return self.constant(tree, operand).map(|constant| constant.value),
            Type::Bool => match operand.kind {
                OperandKind::Bool(flag) => Ok(Value::Bool(flag)),
                _ => Err("bool"),
            },
            Type::String => match operand.kind {
                OperandKind::String(_) => return self.constant(tree, operand).map(|constant| constant.value),
                _ => Err("string"),
            },
            Type::Int => int.map(|int| Value::Int(int, IntKind::Int)).ok_or("integer"),
            Type::Int64 => int.map(|int| Value::Int(int, IntKind::Int64)).ok_or("integer"),
            Type::Uint32 => number
                .and_then(|number| number.uint)
                .map(|uint| Value::Uint(u64::from(uint as u32), UintKind::Uint32))
                .ok_or("unsigned integer"),
            Type::Float64 => number.and_then(|number| number.float).map(Value::float).ok_or("float"),
            Type::Bytes | Type::List | Type::Strings | Type::Map | Type::StringMap | Type::Named(_) => {
                let operand = tree.describe(Node::Operand(operand.id));
                return Err(self.error(tree, format!("can't handle {operand} for arg of type {}", wanted.go_name())));
            }
        };
        found.map_err(|expected| {
            let operand = tree.describe(Node::Operand(operand.id));
            self.error(tree, format!("expected {expected}; found {operand}"))
        })
    }

    /// Checks that a value can be assigned to a parameter of this type.
    pub(super) fn validate(&self, tree: &Tree, value: Reflected, wanted: Type) -> Result<Value, Error> {
        if accepts(wanted, &value.value) {
            return Ok(value.value);
        }
        if !value.is_valid() {
            return match zero(wanted) {
                Some(zero) => Ok(zero),
                None => Err(self.error(tree, format!("invalid value; expected {}", wanted.go_name()))),
            };
        }
        let found = if value.is_nil_interface() { value.type_name() } else { value.value.go_type() };
        if let (Type::Named(wanted), Some(pointed)) = (wanted, found.strip_prefix('*'))
            && wanted == pointed
        {
            return Ok(value.value);
        }
        Err(self.error(tree, format!("wrong type for value; expected {}; got {found}", wanted.go_name())))
    }
}

/// [`Type::accepts`], with the common types first.
fn accepts(wanted: Type, value: &Value) -> bool {
    match (wanted, value) {
        (Type::Any, _) | (Type::String, Value::String(_)) | (Type::Bool, Value::Bool(_)) => true,
        (Type::Int, Value::Int(_, IntKind::Int)) | (Type::Int64, Value::Int(_, IntKind::Int64)) => true,
        (_, Value::Nil | Value::Bool(_) | Value::Int(..) | Value::String(_)) => false,
        _ => wanted.accepts(value),
    }
}

/// The zero value of a type that can be nil.
fn zero(wanted: Type) -> Option<Value> {
    match wanted {
        Type::Any => Some(Value::Nil),
        Type::Bytes => Some(Value::Bytes(Str::default())),
        Type::List => Some(Value::List(List::new(Elem::NilAny, Vec::new()))),
        Type::Strings => Some(Value::List(List::new(Elem::String, Vec::new()))),
        Type::Map => Some(Value::Map(Map::new(MapType::NilAny))),
        Type::StringMap => Some(Value::Map(Map::new(MapType::NilString))),
        Type::Named(name) if name.starts_with(['*', '[']) || name.starts_with("map[") || name == "io.Writer" => {
            Some(Value::Nil)
        }
        Type::Named(_) | Type::Bool | Type::Int | Type::Int64 | Type::Uint32 | Type::Float64 | Type::String => None,
    }
}
