//! Evaluates pipelines, commands and variables.

use super::{Machine, Reflected, frame::Variable};
use crate::{
    Error, stack,
    tree::{Command, Declaration, Ideal, Node, Operand, OperandKind, Tree},
};

impl Machine<'_> {
    /// The value of a pipeline, whose variables are declared or assigned.
    pub(super) fn pipeline(&mut self, tree: &Tree, id: u32) -> Result<Reflected, Error> {
        self.at = Node::Pipe(id);
        let Some(pipe) = tree.pipes.get(id as usize) else {
            return Ok(Reflected::invalid());
        };
        let mut commands = pipe.commands.of(&tree.commands).iter().zip(pipe.commands.start..);
        let Some((command, id)) = commands.next() else {
            return Ok(Reflected::invalid());
        };
        let mut value = self.command(tree, command, id, None)?;
        value.dig_in_place();
        for (command, id) in commands {
            value = self.command(tree, command, id, Some(value))?;
            value.dig_in_place();
        }
        for declaration in pipe.declarations.of(&tree.declarations) {
            if pipe.assigns {
                self.assign(tree, *declaration, value.clone())?;
            } else {
                self.declare(tree, *declaration, value.clone());
            }
        }
        Ok(value)
    }

    /// A pipeline in parentheses.
    pub(super) fn nested_pipeline(&mut self, tree: &Tree, id: u32) -> Result<Reflected, Error> {
        self.step(tree)?;
        stack::grow(|| self.pipeline(tree, id))
    }

    fn command(
        &mut self,
        tree: &Tree,
        command: &Command,
        id: u32,
        last: Option<Reflected>,
    ) -> Result<Reflected, Error> {
        let Some((first, arguments)) = command.operands.of(&tree.operands).split_first() else {
            return Ok(Reflected::invalid());
        };
        match first.kind {
            OperandKind::Field(_) | OperandKind::Variable { .. } | OperandKind::Chain { .. } => {
                return self.fields_of(tree, first, arguments, last);
            }
            OperandKind::Function(function) => {
                self.at = Node::Operand(first.id);
                return self.function(tree, function, Node::Command(id), arguments, last);
            }
            OperandKind::Pipe(pipe) => {
                self.no_arguments(tree, first, arguments, &last)?;
                return self.nested_pipeline(tree, pipe);
            }
            _ => {}
        }
        self.at = Node::Operand(first.id);
        self.no_arguments(tree, first, arguments, &last)?;
        match first.kind {
            OperandKind::Dot => Ok(self.dot.clone()),
            OperandKind::Nil => Err(self.error(tree, "nil is not a command")),
            _ => self.constant(tree, first),
        }
    }

    /// Fails where something that is no function has arguments.
    pub(super) fn no_arguments(
        &self,
        tree: &Tree,
        first: &Operand,
        arguments: &[Operand],
        last: &Option<Reflected>,
    ) -> Result<(), Error> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        let first = tree.describe(Node::Operand(first.id));
        Err(self.error(tree, format!("can't give argument to non-function {first}")))
    }

    /// The value of a constant where no type is asked for.
    pub(super) fn constant(&mut self, tree: &Tree, operand: &Operand) -> Result<Reflected, Error> {
        match operand.kind {
            OperandKind::Bool(flag) => Ok(Reflected::concrete(flag.into())),
            OperandKind::String(id) => {
                let text = tree.strings.get(id as usize).map(|text| text.value.clone());
                Ok(text.map_or_else(Reflected::invalid, Reflected::concrete))
            }
            OperandKind::Number(id) => {
                self.at = Node::Operand(operand.id);
                match tree.numbers.get(id as usize).map(|number| &number.ideal) {
                    Some(Ideal::Value(value)) => Ok(Reflected::concrete(value.clone())),
                    Some(Ideal::Overflow) => {
                        let text = tree.describe(Node::Operand(operand.id));
                        Err(self.error(tree, format!("{text} overflows int")))
                    }
                    None => Ok(Reflected::invalid()),
                }
            }
            _ => {
                let operand = tree.describe(Node::Operand(operand.id));
                Err(self.error(tree, format!("can't evaluate command {operand}")))
            }
        }
    }

    fn declare(&mut self, tree: &Tree, declaration: Declaration, value: Reflected) {
        if !tree.searches
            && let Some(slot) = declaration.slot
        {
            // Variables of scopes that have ended may still be there.
            self.variables.truncate(self.base + slot as usize);
        }
        self.variables.push(Variable { name: declaration.name, value });
    }

    pub(super) fn assign(&mut self, tree: &Tree, declaration: Declaration, value: Reflected) -> Result<(), Error> {
        let place = self.place(tree, declaration.slot, tree.text(declaration.name));
        match place.and_then(|place| self.variables.get_mut(place)) {
            Some(variable) => {
                variable.value = value;
                Ok(())
            }
            None => Err(self.undefined(tree, tree.text(declaration.name))),
        }
    }

    /// The variable's place among all that there are.
    pub(super) fn place(&self, tree: &Tree, slot: Option<u32>, name: &[u8]) -> Option<usize> {
        if !tree.searches {
            return Some(self.base + slot? as usize);
        }
        let named = |variable: &Variable| {
            let known = tree.text(variable.name);
            if known.is_empty() { name == b"$" } else { known == name }
        };
        let offset = self.variables.get(self.base..)?.iter().rposition(named)?;
        Some(self.base + offset)
    }

    pub(super) fn undefined(&self, tree: &Tree, name: &[u8]) -> Error {
        self.error(tree, format!("undefined variable: {}", String::from_utf8_lossy(name)))
    }
}
