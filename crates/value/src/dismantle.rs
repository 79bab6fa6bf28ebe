//! Dropping of values that are nested deeper than the stack is.

use crate::Value;

/// Values that are dropped level by level: a template can nest lists and maps without end.
#[derive(Default)]
pub(crate) struct Pending(Vec<Value>);

impl Pending {
    /// Drops a value, later where others are in it.
    pub(crate) fn push(&mut self, value: Value) {
        if matches!(value, Value::List(_) | Value::Map(_)) {
            self.0.push(value);
        }
    }

    /// Drops what is left.
    pub(crate) fn dismantle(mut self) {
        while let Some(value) = self.0.pop() {
            match value {
                Value::List(list) => list.into_items().into_iter().flatten().for_each(|item| self.push(item)),
                Value::Map(map) => map.take_apart(|value| self.push(value)),
                _ => {}
            }
        }
    }
}
