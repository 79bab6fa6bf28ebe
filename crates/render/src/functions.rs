//! Helm's own template functions. Helm: `pkg/engine/funcs.go` and `engine.go`.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use template::{Body, BoundFunction, Call, Failure, Function, Functions, toml};
use value::{Map, Signature, Str, Type, Value, json, yaml};

use crate::{Lookup, Mode, Warning};

/// How often a template may be included within itself. Helm: `recursionMaxNums`.
const MAX_NESTED_INCLUDES: usize = 1_000;

/// What functions of one render share.
pub(crate) struct State {
    pub(crate) mode: Mode,
    pub(crate) lookup: Option<Rc<dyn Lookup>>,
    pub(crate) warnings: RefCell<Vec<Warning>>,
    included: RefCell<HashMap<Str, usize>>,
}

impl State {
    pub(crate) fn new(mode: Mode, lookup: Option<Rc<dyn Lookup>>) -> State {
        State { mode, lookup, warnings: RefCell::default(), included: RefCell::default() }
    }

    fn warn(&self, warning: Warning) {
        self.warnings.borrow_mut().push(warning);
    }
}

/// Sprig's functions without `env` and `expandenv`, and Helm's own.
pub(crate) fn functions(state: &Rc<State>) -> Functions {
    let mut functions = Functions::default();
    functions.extend(template::sprig::functions());
    functions.remove("env");
    functions.remove("expandenv");
    functions.extend(conversions());
    functions.extend([
        bound("include", &[Type::String, Type::Any], state, include),
        bound("tpl", &[Type::String, Type::Any], state, tpl),
        bound("required", &[Type::String, Type::Any], state, required),
        bound("fail", &[Type::String], state, fail),
        bound("lookup", &[Type::String, Type::String, Type::String, Type::String], state, lookup),
    ]);
    functions
}

type Stateful = fn(&State, &mut Call<'_>, &[Value]) -> Result<Value, Failure>;

fn bound(name: &'static str, params: &'static [Type], state: &Rc<State>, body: Stateful) -> Function {
    let state = Rc::clone(state);
    let body: Rc<BoundFunction> = Rc::new(move |call, arguments| body(&state, call, arguments));
    Function { name, signature: Signature::fixed(params), body: Body::Bound(body) }
}

fn conversions() -> Vec<Function> {
    const ANY: Signature = Signature::fixed(&[Type::Any]);
    const TEXT: Signature = Signature::fixed(&[Type::String]);
    vec![
        Function::native("toYaml", ANY, |call, arguments| to_text(call, arguments, YAML)),
        Function::native("mustToYaml", ANY, |call, arguments| must(call, arguments, YAML)),
        Function::native("toYamlPretty", ANY, |call, arguments| to_text(call, arguments, PRETTY_YAML)),
        Function::native("toJson", ANY, |call, arguments| to_text(call, arguments, JSON)),
        Function::native("mustToJson", ANY, |call, arguments| must(call, arguments, JSON)),
        Function::native("toToml", ANY, |call, arguments| {
            let value = arguments.first().unwrap_or(&Value::Nil);
            let paid = call.budget.whole(value, 0)?;
            let text = match toml::to_vec(value) {
                Ok(text) => text,
                Err(error) if error.panics => return Err(Failure::new(error.message)),
                Err(error) => error.message.into_bytes(),
            };
            call.budget.bytes(text.len().saturating_sub(paid))?;
            Ok(Value::string(text))
        }),
        Function::native("mustToToml", ANY, |call, arguments| must(call, arguments, TOML)),
        Function::native("fromYaml", TEXT, |call, arguments| {
            let read = yaml::map_from_slice(text(call, arguments)?).map(Value::Map);
            let read = aliases_paid(call, arguments, read.map_err(|error| error.to_string()))?;
            Ok(map_or_error(read.and_then(as_map)))
        }),
        Function::native("fromYamlArray", TEXT, |call, arguments| {
            let read = yaml::from_slice(text(call, arguments)?).map_err(|error| error.to_string());
            let read = aliases_paid(call, arguments, read)?;
            Ok(list_or_error(read, "error unmarshaling JSON: while decoding JSON: "))
        }),
        Function::native("fromJson", TEXT, |call, arguments| {
            let read = json::from_slice(text(call, arguments)?).map_err(|error| error.to_string());
            Ok(map_or_error(read.and_then(as_map)))
        }),
        Function::native("fromJsonArray", TEXT, |call, arguments| {
            let read = json::from_slice(text(call, arguments)?).map_err(|error| error.to_string());
            Ok(list_or_error(read, ""))
        }),
        Function::native("fromToml", TEXT, |call, arguments| {
            let text = text(call, arguments)?;
            Ok(map_or_error(toml::from_slice(text, call.surroundings)))
        }),
    ]
}

/// How a value is written.
struct Writer {
    write: fn(&Value) -> Result<Vec<u8>, String>,
    /// How many bytes a line begins with for each level, at the least.
    indent: usize,
}

const JSON: Writer = Writer { write: |value| json::to_vec(value).map_err(|error| error.to_string()), indent: 0 };
const TOML: Writer = Writer { write: |value| toml::to_vec(value).map_err(|error| error.message), indent: 0 };
const YAML: Writer = Writer { write: to_yaml, indent: 1 };
const PRETTY_YAML: Writer = Writer {
    write: |value| yaml::to_vec_pretty(value).map(without_newline).map_err(|error| error.to_string()),
    indent: 2,
};

impl Writer {
    /// Writes the argument; what cannot be written is the inner error. The budget pays first: a value that is shared
    /// many times over is small only until it is written.
    fn write(&self, call: &mut Call<'_>, arguments: &[Value]) -> Result<Result<Vec<u8>, String>, Failure> {
        let value = arguments.first().unwrap_or(&Value::Nil);
        let paid = call.budget.whole(value, self.indent)?;
        let written = (self.write)(value);
        if let Ok(text) = &written {
            call.budget.bytes(text.len().saturating_sub(paid))?;
        }
        Ok(written)
    }
}

/// Writes the argument; empty where it cannot be written.
fn to_text(call: &mut Call<'_>, arguments: &[Value], writer: Writer) -> Result<Value, Failure> {
    Ok(Value::string(writer.write(call, arguments)?.unwrap_or_default()))
}

/// Writes the argument; the function fails where it cannot be written (Go's counterpart panics).
fn must(call: &mut Call<'_>, arguments: &[Value], writer: Writer) -> Result<Value, Failure> {
    Ok(Value::string(writer.write(call, arguments)?.map_err(Failure::new)?))
}

fn to_yaml(value: &Value) -> Result<Vec<u8>, String> {
    yaml::to_vec(value).map(without_newline).map_err(|error| error.to_string())
}

fn without_newline(mut text: Vec<u8>) -> Vec<u8> {
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    text
}

/// The text argument, its size charged for what reading it will make.
fn text<'a>(call: &mut Call<'_>, arguments: &'a [Value]) -> Result<&'a [u8], Failure> {
    let text = arguments.first().and_then(Value::as_str).map(Str::as_bytes).unwrap_or_default();
    let times = if text.len() < 1 << 20 { 4 } else { 16 };
    call.budget.bytes(text.len().saturating_mul(times))?;
    Ok(text)
}

/// Pays for what the aliases of a YAML text became, which may be many times as much as the text.
fn aliases_paid<E>(call: &Call<'_>, arguments: &[Value], read: Result<Value, E>) -> Result<Result<Value, E>, Failure> {
    let text = arguments.first().and_then(Value::as_str).map(Str::as_bytes).unwrap_or_default();
    if text.contains(&b'*') {
        match &read {
            Ok(value) => call.budget.whole(value, 0).map(drop)?,
            // So many nodes may have been read before the aliases were found to be too many.
            Err(_) => call.budget.step(400_000)?,
        }
    }
    Ok(read)
}

/// Helm's `fromYaml` and the like give the error under the key `Error`.
fn map_or_error(read: Result<Map, String>) -> Value {
    Value::Map(read.unwrap_or_else(|message| {
        let map = Map::default();
        map.insert("Error", Value::string(message));
        map
    }))
}

fn as_map(read: Value) -> Result<Map, String> {
    match read {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Map::new(value::MapType::NilAny)),
        other => {
            Err(format!("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", json_kind(&other)))
        }
    }
}

fn list_or_error(read: Result<Value, String>, prefix: &str) -> Value {
    let message = match read {
        Ok(Value::List(list)) => return Value::List(list),
        Ok(Value::Nil) if prefix.is_empty() => return Value::List(value::List::new(value::Elem::NilAny, Vec::new())),
        Ok(Value::Nil) => return Value::list(Vec::new()),
        Ok(other) => {
            format!("{prefix}json: cannot unmarshal {} into Go value of type []interface {{}}", json_kind(&other))
        }
        Err(message) => message,
    };
    Value::list(vec![Value::string(message)])
}

/// What Go's JSON decoder calls a value that does not fit.
fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::String(_) | Value::Bytes(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) | Value::Object(_) => "object",
        Value::Nil => "null",
        Value::Int(..) | Value::Uint(..) | Value::Float(..) => "number",
    }
}

fn include(state: &State, call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [Value::String(name), data] = arguments else {
        return Err(Failure::new("include takes a name and a value"));
    };
    let depth = *state.included.borrow_mut().entry(name.clone()).and_modify(|depth| *depth += 1).or_insert(1);
    // Helm counts after it has looked: a name may be open 1,001 times.
    if depth > MAX_NESTED_INCLUDES + 1 {
        return Err(Failure::new(format!(
            "rendering template has a nested reference name: {name}: unable to execute template"
        )));
    }
    let result = call.executor.execute(&name.to_text(), data);
    if let Some(depth) = state.included.borrow_mut().get_mut(name) {
        *depth -= 1;
    }
    Ok(Value::string(result.map_err(|error| Failure::wrap("", error))?))
}

fn tpl(_: &State, call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [Value::String(text), data] = arguments else {
        return Err(Failure::new("tpl takes a text and a value"));
    };
    let executed = call
        .executor
        .execute_text(text, data)
        .map_err(|error| Failure::wrap(&format!("cannot parse template {}: ", value::quote::quote(text)), error))?;
    let output = executed.map_err(|error| {
        let prefix = format!("error during tpl function execution for {}: ", value::quote::quote(text));
        Failure::wrap(&prefix, error)
    })?;
    Ok(Value::string(&*crate::without_no_value(&output)))
}

fn required(state: &State, _: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [Value::String(message), value] = arguments else {
        return Err(Failure::new("required takes a message and a value"));
    };
    let missing = match value {
        Value::Nil => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    match state.mode {
        _ if !missing => Ok(value.clone()),
        Mode::Lint => {
            state.warn(Warning::MissingRequired { message: message.to_string(), nil: value.is_nil() });
            Ok(Value::string(""))
        }
        Mode::Render => Err(Failure::new(crate::error::mark(message))),
    }
}

fn fail(state: &State, _: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let message = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    match state.mode {
        Mode::Lint => {
            state.warn(Warning::Failed { message: message.to_string() });
            Ok(Value::string(""))
        }
        Mode::Render => Err(Failure::new(crate::error::mark(&message))),
    }
}

fn lookup(state: &State, _: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some(cluster) = state.lookup.as_ref().filter(|_| state.mode == Mode::Render) else {
        return Ok(Value::Map(Map::default()));
    };
    let texts: Vec<String> = arguments.iter().filter_map(Value::as_str).map(ToString::to_string).collect();
    let [api_version, kind, namespace, name] = texts.as_slice() else {
        return Err(Failure::new("lookup takes an apiVersion, a kind, a namespace and a name"));
    };
    cluster.lookup(api_version, kind, namespace, name).map(Value::Map).map_err(Failure::new)
}
