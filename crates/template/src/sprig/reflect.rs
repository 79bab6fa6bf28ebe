//! Functions that ask for types, and Go's `reflect.DeepEqual`.

use std::rc::Rc;

use value::{Signature, Type, Value};

use super::arguments::{Outcome, text, value};
use crate::{Budget, Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Any, String};
    const ONE: Signature = Signature::fixed(&[Any]);
    const TEXT_AND_ONE: Signature = Signature::fixed(&[String, Any]);
    vec![
        Function::native("typeOf", ONE, |_, args| Ok(value(args, 0).go_type().into())),
        Function::native("typeIs", TEXT_AND_ONE, |_, args| Ok(is_type(text(args, 0), value(args, 1)).into())),
        Function::native("typeIsLike", TEXT_AND_ONE, type_is_like),
        Function::native("kindOf", ONE, |_, args| Ok(value(args, 0).kind().name().into())),
        Function::native("kindIs", TEXT_AND_ONE, kind_is),
        Function::native("deepEqual", Signature::fixed(&[Any, Any]), |call, args| {
            Ok(deep_equal(call.budget, value(args, 0), value(args, 1))?.into())
        }),
    ]
}

fn is_type(name: &[u8], value: &Value) -> bool {
    value.go_type().as_bytes() == name
}

fn type_is_like(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (name, value) = (text(args, 0), value(args, 1));
    let pointer = [b"*", name].concat();
    Ok((is_type(name, value) || is_type(&pointer, value)).into())
}

fn kind_is(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    Ok((value(args, 1).kind().name().as_bytes() == text(args, 0)).into())
}

/// Sprig's `empty`: the zero value of its type, or a map, slice or string without anything in it.
pub(super) fn is_empty(value: &Value) -> bool {
    !value.is_true()
}

/// Go's `reflect.DeepEqual`: the same types all the way down, and the same contents.
pub(super) fn deep_equal(budget: &Budget, a: &Value, b: &Value) -> Result<bool, Failure> {
    equal(budget, a, b, 0)
}

fn equal(budget: &Budget, a: &Value, b: &Value, depth: usize) -> Result<bool, Failure> {
    budget.step(1)?;
    if depth > Value::MAX_DEPTH {
        return Err(Failure::exhausted("values are nested too deep to be compared"));
    }
    Ok(match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, a_kind), Value::Int(b, b_kind)) => a_kind == b_kind && a == b,
        (Value::Uint(a, a_kind), Value::Uint(b, b_kind)) => a_kind == b_kind && a == b,
        (Value::Float(a, a_kind), Value::Float(b, b_kind)) => a_kind == b_kind && a == b,
        (Value::String(a), Value::String(b)) | (Value::Bytes(a), Value::Bytes(b)) => {
            budget.step(a.len().min(b.len()) as u64 / 64)?;
            a == b
        }
        (Value::List(a), Value::List(b)) => {
            if a.elem() != b.elem() || a.len() != b.len() {
                return Ok(false);
            }
            a.same(b) || equal_all(budget, a, b, depth + 1)?
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.map_type() != b.map_type() || a.len() != b.len() {
                return Ok(false);
            }
            if a.same(b) {
                return Ok(true);
            }
            for (key, item) in a.entries() {
                match b.get(&key) {
                    Some(other) if equal(budget, &item, &other, depth + 1)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        (Value::Object(a), Value::Object(b)) => {
            if Rc::ptr_eq(a, b) {
                return Ok(true);
            }
            let same_text = a.go_type() == b.go_type() && a.display() == b.display();
            same_text && equal(budget, &a.to_plain(), &b.to_plain(), depth + 1)?
        }
        _ => false,
    })
}

fn equal_all(budget: &Budget, a: &[Value], b: &[Value], depth: usize) -> Result<bool, Failure> {
    for (a, b) in a.iter().zip(b) {
        if !equal(budget, a, b, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}
