//! What one render may use up, `tpl` and `include` and everything they parse included.

use std::cell::Cell;

use value::Value;

use crate::Failure;

/// The bounds of a [`Budget`].
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes evaluated, items visited and the like.
    pub steps: u64,
    /// Bytes produced in all, by output and by functions.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { steps: 200_000_000, bytes: 2 << 30 }
    }
}

/// A budget that is used up as a render goes on.
#[derive(Debug)]
pub struct Budget {
    steps: Cell<u64>,
    bytes: Cell<u64>,
    limits: Limits,
}

impl Budget {
    /// A full budget.
    pub fn new(limits: Limits) -> Budget {
        Budget { steps: Cell::new(limits.steps), bytes: Cell::new(limits.bytes), limits }
    }

    /// Takes `count` steps. Fails once none are left.
    pub fn step(&self, count: u64) -> Result<(), Failure> {
        match self.steps.get().checked_sub(count) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => Err(Failure::exhausted(format!("the templates need more than {} steps", self.limits.steps))),
        }
    }

    /// How many steps are left.
    pub(crate) fn steps_left(&self) -> u64 {
        self.steps.get()
    }

    /// How many bytes are left.
    pub(crate) fn bytes_left(&self) -> usize {
        usize::try_from(self.bytes.get()).unwrap_or(usize::MAX)
    }

    /// Pays for a function's reading of its arguments' texts, and refuses those of which nothing may be made: what quotes
    /// or escapes a text may make six times as much of it.
    pub(crate) fn texts(&self, values: &[Value]) -> Result<(), Failure> {
        let sizes = values.iter().filter_map(|value| match value {
            Value::String(text) | Value::Bytes(text) => Some(text.len()),
            _ => None,
        });
        let size = sizes.fold(0usize, usize::saturating_add);
        if size < 64 {
            return Ok(());
        }
        self.step(size as u64 / 64)?;
        if size > 1 << 20 && size.saturating_mul(6) > self.bytes_left() {
            return Err(self.too_many_bytes());
        }
        Ok(())
    }

    /// Pays, before a value is written, for all that is in it, however often it is shared: a step for each value and
    /// room for its strings, its keys and `indent` bytes a level. Gives the bytes that are paid for.
    pub fn whole(&self, value: &Value, indent: usize) -> Result<usize, Failure> {
        self.part(value, indent, 0)
    }

    fn part(&self, value: &Value, indent: usize, depth: usize) -> Result<usize, Failure> {
        self.step(1)?;
        // Whoever writes the value looks for cycles that deep.
        if depth > Value::MAX_DEPTH {
            return Ok(0);
        }
        let line = indent.saturating_mul(depth);
        match value {
            Value::String(text) => self.paid(text.len()),
            Value::Bytes(bytes) => self.paid(bytes.len()),
            Value::List(list) => list
                .iter()
                .try_fold(0usize, |sum, item| Ok(sum + self.paid(line)? + self.part(item, indent, depth + 1)?)),
            Value::Map(map) => {
                let mut sum = 0usize;
                map.visit(|key, item| -> Result<(), Failure> {
                    sum += self.paid(line + key.len())? + self.part(item, indent, depth + 1)?;
                    Ok(())
                })?;
                Ok(sum)
            }
            Value::Object(object) => self.part(&object.to_plain(), indent, depth + 1),
            _ => Ok(0),
        }
    }

    fn paid(&self, count: usize) -> Result<usize, Failure> {
        self.bytes(count).map(|()| count)
    }

    /// Takes room for `count` bytes; ask before making them. Fails where they are not left.
    pub fn bytes(&self, count: usize) -> Result<(), Failure> {
        match self.bytes.get().checked_sub(count as u64) {
            Some(left) => {
                self.bytes.set(left);
                Ok(())
            }
            None => Err(self.too_many_bytes()),
        }
    }

    fn too_many_bytes(&self) -> Failure {
        Failure::exhausted(format!("the templates produce more than {} bytes", self.limits.bytes))
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::new(Limits::default())
    }
}
