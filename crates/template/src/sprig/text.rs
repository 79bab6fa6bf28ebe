//! Values as text: sprig's `strval`, and Go's `%v`.

use value::{Str, Value, number};

use crate::{Budget, Failure, fmt};

/// Sprig's `strval`: a string or bytes as they are, anything else as `%v` prints it.
pub(super) fn strval(budget: &Budget, value: &Value) -> Result<Str, Failure> {
    match value {
        Value::String(text) | Value::Bytes(text) => Ok(text.clone()),
        other => Ok(fmt::try_sprint(std::slice::from_ref(other), budget)?.into()),
    }
}

/// Appends what `%v` prints of a value, and charges the budget for it.
pub(super) fn append_display(budget: &Budget, out: &mut Vec<u8>, value: &Value) -> Result<(), Failure> {
    match value {
        Value::String(text) => {
            budget.bytes(text.len())?;
            out.extend_from_slice(text);
        }
        Value::Int(number, _) => number::append_int(out, *number),
        other => out.extend(fmt::try_sprint(std::slice::from_ref(other), budget)?),
    }
    Ok(())
}
