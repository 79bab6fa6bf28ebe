//! Which variables a place in a template can see, and where they lie.

use std::collections::HashMap;

/// The variables of one template, innermost scope last.
pub(super) struct Scope<'t> {
    variables: HashMap<&'t [u8], Variable>,
    /// Names in the order in which they became known. Assigning makes a name known, too.
    known: Vec<&'t [u8]>,
    /// Names in the order in which they were declared; the slot is one more than the place in the list.
    declared: Vec<&'t [u8]>,
}

#[derive(Default)]
struct Variable {
    known: usize,
    slots: Vec<u32>,
}

/// A point to go back to.
#[derive(Clone, Copy)]
pub(super) struct ScopeMark {
    known: usize,
    declared: usize,
}

impl<'t> Scope<'t> {
    /// A scope that knows `$`, whose slot is 0.
    pub(super) fn new() -> Scope<'t> {
        Scope { variables: HashMap::new(), known: Vec::new(), declared: Vec::new() }
    }

    pub(super) fn know(&mut self, name: &'t [u8]) {
        self.variables.entry(name).or_default().known += 1;
        self.known.push(name);
    }

    pub(super) fn knows(&self, name: &[u8]) -> bool {
        name == b"$" || self.variables.get(name).is_some_and(|variable| variable.known > 0)
    }

    /// Gives a variable its slot.
    pub(super) fn declare(&mut self, name: &'t [u8]) -> u32 {
        let slot = self.declared.len() as u32 + 1;
        self.variables.entry(name).or_default().slots.push(slot);
        self.declared.push(name);
        slot
    }

    /// The slot of the innermost variable of this name.
    pub(super) fn slot(&self, name: &[u8]) -> Option<u32> {
        let declared = self.variables.get(name).and_then(|variable| variable.slots.last().copied());
        declared.or_else(|| (name == b"$").then_some(0))
    }

    pub(super) fn mark(&self) -> ScopeMark {
        ScopeMark { known: self.known.len(), declared: self.declared.len() }
    }

    /// Forgets what was declared since the mark, though the names stay known: so is it behind an `else`.
    pub(super) fn release_declared(&mut self, mark: ScopeMark) {
        for name in self.declared.drain(mark.declared.min(self.declared.len())..) {
            if let Some(variable) = self.variables.get_mut(name) {
                variable.slots.pop();
            }
        }
    }

    /// Forgets everything since the mark.
    pub(super) fn release(&mut self, mark: ScopeMark) {
        self.release_declared(mark);
        for name in self.known.drain(mark.known.min(self.known.len())..) {
            if let Some(variable) = self.variables.get_mut(name) {
                variable.known -= 1;
            }
        }
    }
}
