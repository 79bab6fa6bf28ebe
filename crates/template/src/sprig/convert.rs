//! Conversions to numbers, as spf13/cast 1.7 makes them: what cannot be converted is zero.

use value::{
    Signature, Type, Value,
    number::{self, ParseErrorKind},
};

use super::{
    arguments::{Outcome, text, value},
    math::float_to_int,
    text::append_display,
};
use crate::{Call, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    const ONE: Signature = Signature::fixed(&[Type::Any]);
    vec![
        Function::native("int", ONE, |_, args| Ok(Value::int(to_int(value(args, 0))))),
        Function::native("int64", ONE, |_, args| Ok(Value::int64(to_int(value(args, 0))))),
        Function::native("float64", ONE, |_, args| Ok(Value::float(to_float(value(args, 0))))),
        Function::native("atoi", Signature::fixed(&[Type::String]), atoi),
        Function::native("toDecimal", ONE, to_decimal),
    ]
}

/// cast's `ToInt64`, and `ToInt`, which is the same on 64 bits.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Bool(flag) => i64::from(*flag),
        Value::Int(number, _) => *number,
        Value::Uint(number, _) => *number as i64,
        Value::Float(number, _) => float_to_int(*number),
        Value::String(text) => number::parse_int(without_zero_decimals(text), 0, 64).unwrap_or(0),
        Value::Nil | Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::Object(_) => 0,
    }
}

/// cast's `ToFloat64`.
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Bool(flag) => f64::from(*flag),
        Value::Int(number, _) => *number as f64,
        Value::Uint(number, _) => *number as f64,
        Value::Float(number, _) => *number,
        Value::String(text) => number::parse_float(text, 64).unwrap_or(0.0),
        Value::Nil | Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::Object(_) => 0.0,
    }
}

/// cast's `trimZeroDecimal`: `1.00` is read as `1`.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let mut zeros = false;
    for (index, byte) in text.iter().enumerate().rev() {
        match byte {
            b'0' => zeros = true,
            b'.' if zeros => return text.get(..index).unwrap_or_default(),
            b'.' => {}
            _ => break,
        }
    }
    text
}

/// Go's `strconv.Atoi` with its error dropped: what is out of range is the nearest number that is not.
fn atoi(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let text = text(args, 0);
    Ok(Value::int(match number::atoi(text) {
        Ok(number) => number,
        Err(error) if error.kind != ParseErrorKind::Range => 0,
        Err(_) if text.starts_with(b"-") => i64::MIN,
        Err(_) => i64::MAX,
    }))
}

/// Reads the value's text as an octal number.
fn to_decimal(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let mut digits = Vec::new();
    append_display(call.budget, &mut digits, value(args, 0))?;
    Ok(Value::int64(number::parse_int(&digits, 8, 64).unwrap_or(0)))
}
