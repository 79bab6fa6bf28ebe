//! Fields, keys of maps, and methods.

use value::{Kind, Map, MapType, Object, Value, quote::quote};

use super::{Machine, Reflected, methods};
use crate::{
    Budget, Error, MissingKey,
    lex::Span,
    tree::{Node, Operand, OperandKind, Tree},
};

/// What `.name` is looked up in, and with which arguments.
struct Access<'a> {
    node: &'a Operand,
    arguments: &'a [Operand],
    last: Option<Reflected>,
}

impl Access<'_> {
    fn has_arguments(&self) -> bool {
        !self.arguments.is_empty() || self.last.is_some()
    }
}

impl Machine<'_> {
    /// `.a.b`, `$x.a.b` or `(…).a.b`, with the arguments that the last name gets if it is a method.
    pub(super) fn fields_of(
        &mut self,
        tree: &Tree,
        node: &Operand,
        arguments: &[Operand],
        last: Option<Reflected>,
    ) -> Result<Reflected, Error> {
        self.at = Node::Operand(node.id);
        match node.kind {
            OperandKind::Field(names) => {
                let receiver = self.dot.clone();
                self.chain(tree, receiver, names.of(&tree.names), Access { node, arguments, last })
            }
            OperandKind::Variable { slot, names } => {
                let Some((&name, names)) = names.of(&tree.names).split_first() else {
                    return Ok(Reflected::invalid());
                };
                let place = self.place(tree, slot, tree.text(name));
                let Some(variable) = place.and_then(|place| self.variables.get(place)) else {
                    return Err(self.undefined(tree, tree.text(name)));
                };
                let value = variable.value.clone();
                if names.is_empty() {
                    self.no_arguments(tree, node, arguments, &last)?;
                    return Ok(value);
                }
                self.chain(tree, value, names, Access { node, arguments, last })
            }
            OperandKind::Chain { operand, names } => {
                let receiver = match tree.operands.get(operand as usize) {
                    Some(inner) => self.chained(tree, inner)?,
                    None => Reflected::invalid(),
                };
                self.chain(tree, receiver, names.of(&tree.names), Access { node, arguments, last })
            }
            _ => self.constant(tree, node),
        }
    }

    /// What the fields of a chain are looked up in.
    fn chained(&mut self, tree: &Tree, inner: &Operand) -> Result<Reflected, Error> {
        self.at = Node::Operand(inner.id);
        match inner.kind {
            OperandKind::Pipe(pipe) => self.nested_pipeline(tree, pipe),
            OperandKind::Function(function) => self.function(tree, function, Node::Operand(inner.id), &[], None),
            _ => self.constant(tree, inner),
        }
    }

    fn chain(
        &mut self,
        tree: &Tree,
        mut receiver: Reflected,
        names: &[Span],
        access: Access<'_>,
    ) -> Result<Reflected, Error> {
        let Some((&end, before)) = names.split_last() else {
            return Ok(receiver);
        };
        for &name in before {
            receiver = match plain_entry(&receiver, tree.text(name)) {
                Some(value) => value,
                None => {
                    let access = Access { node: access.node, arguments: &[], last: None };
                    self.field(tree, receiver, tree.text(name), access)?
                }
            };
        }
        if !access.has_arguments()
            && let Some(value) = plain_entry(&receiver, tree.text(end))
        {
            return Ok(value);
        }
        self.field(tree, receiver, tree.text(end), access)
    }

    /// Go: text/template `evalField`.
    fn field(&mut self, tree: &Tree, receiver: Reflected, name: &[u8], access: Access<'_>) -> Result<Reflected, Error> {
        if !receiver.is_valid() {
            if self.templates.missing_key() == MissingKey::Error {
                return Err(self.error(tree, format!("nil data; no entry for key {}", quote(name))));
            }
            return Ok(Reflected::invalid());
        }
        if receiver.is_nil_interface() {
            let message = format!("nil pointer evaluating {}.{}", receiver.type_name(), lossy(name));
            return Err(self.error(tree, message));
        }
        match &receiver.value {
            Value::Map(map) => {
                if let Some(method) = methods::of_values(map, name) {
                    let node = Node::Operand(access.node.id);
                    let receiver = map.clone();
                    return self.method(
                        tree,
                        method.signature,
                        (node, name),
                        access.arguments,
                        access.last,
                        |budget, values| (method.call)(budget, &receiver, values),
                    );
                }
                self.entry(tree, map, name, &access)
            }
            Value::Object(object) => {
                let object = std::rc::Rc::clone(object);
                self.object_field(tree, &receiver, object.as_ref(), name, access)
            }
            _ => Err(self.no_field(tree, &receiver, name)),
        }
    }

    fn object_field(
        &mut self,
        tree: &Tree,
        receiver: &Reflected,
        object: &dyn Object,
        name: &[u8],
        access: Access<'_>,
    ) -> Result<Reflected, Error> {
        let Ok(text) = std::str::from_utf8(name) else {
            return Err(self.no_field(tree, receiver, name));
        };
        if let Some(method) = object.method(text) {
            let node = Node::Operand(access.node.id);
            let run = |budget: &Budget, values: &[Value]| {
                let cost = object.cost(text, values);
                budget.step(cost.steps)?;
                budget.bytes(cost.bytes)?;
                Ok((method.call)(object, values)?)
            };
            return self.method(tree, method.signature, (node, name), access.arguments, access.last, run);
        }
        if let Some(field) = object.field(text) {
            if access.has_arguments() {
                return Err(self.error(tree, format!("{text} has arguments but cannot be invoked as function")));
            }
            return Ok(Reflected::concrete(field));
        }
        match object.underlying() {
            Some(Value::Map(map)) if object.kind() == Kind::Map => self.entry(tree, &map, name, &access),
            _ => Err(self.no_field(tree, receiver, name)),
        }
    }

    /// The entry of a map under this key.
    fn entry(&self, tree: &Tree, map: &Map, name: &[u8], access: &Access<'_>) -> Result<Reflected, Error> {
        if access.has_arguments() {
            return Err(self.error(tree, format!("{} is not a method but has arguments", lossy(name))));
        }
        if let Some(value) = map.get(name) {
            return Ok(Reflected::entry(map.map_type(), value));
        }
        match self.templates.missing_key() {
            MissingKey::Default => Ok(Reflected::invalid()),
            MissingKey::Zero => Ok(Reflected::zero_entry(map)),
            MissingKey::Error => Err(self.error(tree, format!("map has no entry for key {}", quote(name)))),
        }
    }

    fn no_field(&self, tree: &Tree, receiver: &Reflected, name: &[u8]) -> Error {
        self.error(tree, format!("can't evaluate field {} in type {}", lossy(name), receiver.type_name()))
    }
}

/// The common case: a key that a map of plain type has.
fn plain_entry(receiver: &Reflected, name: &[u8]) -> Option<Reflected> {
    match &receiver.value {
        Value::Map(map) if map.map_type() == MapType::Any => map.get(name).map(Reflected::interface),
        _ => None,
    }
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
