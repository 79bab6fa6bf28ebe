//! Compares what filters find, as Go's older template functions do: only like with like.

use std::cmp::Ordering;

use value::Value;

/// How two values stand to each other; nothing for what is not to be compared. A NaN stands nowhere.
enum Basic<'a> {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(&'a [u8]),
}

fn basic(value: &Value) -> Option<Basic<'_>> {
    match value {
        Value::Bool(flag) => Some(Basic::Bool(*flag)),
        Value::Int(number, _) => Some(Basic::Int(*number)),
        Value::Uint(number, _) => Some(Basic::Uint(*number)),
        Value::Float(number, _) => Some(Basic::Float(*number)),
        Value::String(text) => Some(Basic::Text(text)),
        _ => None,
    }
}

/// Whether `left OPERATOR right` holds; nothing where the two cannot be compared or the operator is none.
pub(super) fn holds(left: &Value, operator: &str, right: &Value) -> Option<bool> {
    let order = match (basic(left)?, basic(right)?) {
        // Flags have no order.
        (Basic::Bool(a), Basic::Bool(b)) => match operator {
            "==" | "!=" => a.cmp(&b),
            _ => return None,
        },
        (Basic::Int(a), Basic::Int(b)) => a.cmp(&b),
        (Basic::Uint(a), Basic::Uint(b)) => a.cmp(&b),
        (Basic::Int(a), Basic::Uint(b)) => u64::try_from(a).map_or(Ordering::Less, |a| a.cmp(&b)),
        (Basic::Uint(a), Basic::Int(b)) => u64::try_from(b).map_or(Ordering::Greater, |b| a.cmp(&b)),
        (Basic::Float(a), Basic::Float(b)) => a.partial_cmp(&b)?,
        (Basic::Text(a), Basic::Text(b)) => a.cmp(b),
        _ => return None,
    };
    match operator {
        "<" => Some(order.is_lt()),
        ">" => Some(order.is_gt()),
        "==" => Some(order.is_eq()),
        "!=" => Some(order.is_ne()),
        "<=" => Some(order.is_le()),
        ">=" => Some(order.is_ge()),
        _ => None,
    }
}
