//! Dropping of values that are nested deeper than the stack is.

use crate::Value;

/// Drops values level by level: a template can nest lists and maps without end.
pub(crate) fn dismantle(values: impl IntoIterator<Item = Value>) {
    let mut pending = Vec::new();
    pending.extend(values.into_iter().filter(is_nested));
    while let Some(value) = pending.pop() {
        match value {
            Value::List(list) => pending.extend(list.into_items().into_iter().flatten().filter(is_nested)),
            Value::Map(map) => pending.extend(map.into_values().into_iter().flatten().filter(is_nested)),
            _ => {}
        }
    }
}

fn is_nested(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_))
}
