//! Defaults, choices, and JSON.

use value::{Signature, Type, Value, json};

use super::{
    arguments::{Outcome, flag, rest, text, value},
    reflect::is_empty,
};
use crate::{Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Any, Bool, String};
    const ANYTHING: Signature = Signature::variadic(&[], Any);
    const ONE: Signature = Signature::fixed(&[Any]);
    const TEXT: Signature = Signature::fixed(&[String]);
    vec![
        Function::native("default", Signature::variadic(&[Any], Any), default),
        Function::native("empty", ONE, |_, args| Ok(is_empty(value(args, 0)).into())),
        Function::native("coalesce", ANYTHING, coalesce),
        Function::native("all", ANYTHING, |_, args| Ok((!args.iter().any(is_empty)).into())),
        Function::native("any", ANYTHING, |_, args| Ok((!args.iter().all(is_empty)).into())),
        Function::native("ternary", Signature::fixed(&[Any, Any, Bool]), ternary),
        Function::native("fromJson", TEXT, |_, args| Ok(json::from_slice(text(args, 0)).unwrap_or_default())),
        Function::native("mustFromJson", TEXT, must_from_json),
        Function::native("toJson", ONE, |call, args| write(call, args, (json::to_vec, Errors::Dropped))),
        Function::native("mustToJson", ONE, |call, args| write(call, args, (json::to_vec, Errors::Given))),
        Function::native("toPrettyJson", ONE, |call, args| write(call, args, (pretty, Errors::Dropped))),
        Function::native("mustToPrettyJson", ONE, |call, args| write(call, args, (pretty, Errors::Given))),
        Function::native("toRawJson", ONE, |call, args| write(call, args, (json::to_vec_raw, Errors::Given))),
        Function::native("mustToRawJson", ONE, |call, args| write(call, args, (json::to_vec_raw, Errors::Given))),
    ]
}

fn default(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let given = value(rest(args, 1), 0);
    Ok(if is_empty(given) { value(args, 0) } else { given }.clone())
}

fn coalesce(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    Ok(args.iter().find(|argument| !is_empty(argument)).cloned().unwrap_or_default())
}

fn ternary(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    Ok(value(args, if flag(args, 2) { 0 } else { 1 }).clone())
}

fn must_from_json(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    json::from_slice(text(args, 0)).map_err(|error| Failure::new(error.to_string()))
}

/// What becomes of a value that JSON has no text for.
#[derive(Clone, Copy, Debug)]
enum Errors {
    /// The result is empty.
    Dropped,
    Given,
}

type Writer = fn(&Value) -> Result<Vec<u8>, json::Error>;

fn pretty(value: &Value) -> Result<Vec<u8>, json::Error> {
    json::to_vec_indent(value, "  ")
}

fn write(call: &mut Call<'_>, args: &[Value], (write, errors): (Writer, Errors)) -> Outcome {
    let paid = call.budget.whole(value(args, 0), 0)?;
    match (write(value(args, 0)), errors) {
        (Ok(text), _) => {
            call.budget.bytes(text.len().saturating_sub(paid))?;
            Ok(Value::string(text))
        }
        (Err(_), Errors::Dropped) => Ok(Value::from("")),
        (Err(error), Errors::Given) => Err(Failure::new(error.to_string())),
    }
}
