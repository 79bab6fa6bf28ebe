//! The functions of the recorder: one for each type of parameter, and what Helm's `include` and `tpl` are made of.

use std::cell::Cell;

use template::{Call, Failure, Function, Functions, fmt};
use value::{Elem, List, Map, Signature, Type, Value};

/// How deep `include` and `tpl` may be nested; the recorder stops there, too.
const MAX_DEPTH: u32 = 50;

/// All of them.
pub(super) fn all() -> Functions {
    let same = |name, params| Function::native(name, Signature::fixed(params), |_, values| Ok(values[0].clone()));
    let mut functions = Functions::default();
    functions.extend([
        same("fstr", &[Type::String]),
        same("fint", &[Type::Int]),
        same("fint64", &[Type::Int64]),
        same("fu32", &[Type::Uint32]),
        same("ffloat", &[Type::Float64]),
        same("fbool", &[Type::Bool]),
        same("fany", &[Type::Any]),
        same("fmap", &[Type::Map]),
        same("flist", &[Type::List]),
        same("fbytes", &[Type::Bytes]),
        Function::native("nilany", Signature::fixed(&[]), |_, _| Ok(Value::Nil)),
        Function::native("list", Signature::variadic(&[], Type::Any), |_, values| Ok(Value::list(values.to_vec()))),
        Function::native("strs", Signature::variadic(&[], Type::String), |_, values| {
            Ok(Value::List(List::new(Elem::String, values.to_vec())))
        }),
        Function::native("two", Signature::variadic(&[Type::String, Type::Int], Type::Any), |_, values| {
            Ok(Value::int(values.len() as i64))
        }),
        Function::native("dict", Signature::variadic(&[], Type::Any), |_, values| Ok(dict(values))),
        Function::native("fail", Signature::fixed(&[Type::String]), |_, values| {
            Err(Failure::new(values[0].as_str().unwrap().to_text()))
        }),
        Function::native("quote", Signature::variadic(&[], Type::Any), |_, values| Ok(quote(values))),
        Function::native("include", Signature::fixed(&[Type::String, Type::Any]), include),
        Function::native("tpl", Signature::fixed(&[Type::String, Type::Any]), tpl),
    ]);
    functions
}

fn dict(values: &[Value]) -> Value {
    let map = Map::default();
    for pair in values.chunks(2) {
        map.insert(fmt::display(&pair[0]), pair.get(1).cloned().unwrap_or_else(|| Value::string("")));
    }
    map.into()
}

fn quote(values: &[Value]) -> Value {
    let quoted = values.iter().filter(|value| !value.is_nil()).map(|value| value::quote::quote(&fmt::display(value)));
    Value::string(quoted.collect::<Vec<_>>().join(" "))
}

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

fn deeper(run: impl FnOnce() -> Result<Value, Failure>) -> Result<Value, Failure> {
    DEPTH.set(DEPTH.get() + 1);
    let result = if DEPTH.get() > MAX_DEPTH { Err(Failure::new("too deep")) } else { run() };
    DEPTH.set(DEPTH.get() - 1);
    result
}

fn include(call: &mut Call<'_>, values: &[Value]) -> Result<Value, Failure> {
    let name = values[0].as_str().unwrap().to_text().into_owned();
    deeper(|| match call.executor.execute(&name, &values[1]) {
        Ok(output) => Ok(Value::string(output)),
        Err(error) => Err(Failure::wrap("", error)),
    })
}

fn tpl(call: &mut Call<'_>, values: &[Value]) -> Result<Value, Failure> {
    let text = values[0].as_str().unwrap();
    let quoted = value::quote::quote(text);
    deeper(|| match call.executor.execute_text(text, &values[1]) {
        Ok(Ok(output)) => Ok(Value::string(bstr::ByteSlice::replace(output.as_slice(), "<no value>", ""))),
        Ok(Err(error)) => Err(Failure::wrap(&format!("error during tpl function execution for {quoted}: "), error)),
        Err(error) => Err(Failure::wrap(&format!("cannot parse template {quoted}: "), error)),
    })
}
