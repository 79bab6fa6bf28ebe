//! Functions on maps. `set`, `unset` and the merges change the map they are given.

mod merge;

use value::{Elem, List, Map, MapType, Signature, Str, Type, Value};

use super::{
    arguments::{Outcome, as_map, map, rest, string, text, value},
    semver,
    text::strval,
};
use crate::{Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Any, Map, String};
    const ANYTHING: Signature = Signature::variadic(&[], Any);
    const MAP_AND_KEY: Signature = Signature::fixed(&[Map, String]);
    const MAP_AND_KEYS: Signature = Signature::variadic(&[Map], String);
    vec![
        Function::native("dict", ANYTHING, dict),
        Function::native("get", MAP_AND_KEY, |_, args| {
            Ok(map(args, 0).get(text(args, 1)).unwrap_or_else(|| Value::from("")))
        }),
        Function::native("set", Signature::fixed(&[Map, String, Any]), set),
        Function::native("unset", MAP_AND_KEY, unset),
        Function::native("hasKey", MAP_AND_KEY, |_, args| Ok(map(args, 0).contains(text(args, 1)).into())),
        Function::native("pluck", Signature::variadic(&[String], Map), pluck),
        Function::native("keys", Signature::variadic(&[], Map), keys),
        Function::native("values", Signature::fixed(&[Map]), values),
        Function::native("pick", MAP_AND_KEYS, pick),
        Function::native("omit", MAP_AND_KEYS, omit),
        Function::native("dig", ANYTHING, dig),
        Function::native("deepCopy", Signature::fixed(&[Any]), deep_copy),
        Function::native("mustDeepCopy", Signature::fixed(&[Any]), deep_copy),
    ]
    .into_iter()
    .chain(merge::functions())
    .collect()
}

fn dict(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let dict = Map::default();
    for pair in args.chunks(2) {
        let key = strval(call.budget, value(pair, 0))?;
        dict.insert(key, pair.get(1).cloned().unwrap_or_else(|| Value::from("")));
    }
    call.budget.bytes(args.len().saturating_mul(size_of::<Value>()))?;
    Ok(dict.into())
}

fn set(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let target = map(args, 0);
    if target.map_type() == MapType::NilAny {
        return Err(Failure::new("assignment to entry in nil map"));
    }
    call.budget.bytes(2 * size_of::<Value>())?;
    target.insert(string(args, 1), value(args, 2).clone());
    Ok(target.into())
}

fn unset(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let target = map(args, 0);
    target.remove(text(args, 1));
    Ok(target.into())
}

fn pluck(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let found: Vec<Value> = rest(args, 1).iter().filter_map(|dict| as_map(dict).get(text(args, 0))).collect();
    call.budget.bytes(found.len().saturating_mul(size_of::<Value>()))?;
    Ok(Value::list(found))
}

/// The keys in order, of one map after another; Go gives them in no order at all.
fn keys(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let mut keys = Vec::new();
    for dict in args.iter().map(as_map) {
        call.budget.bytes(dict.len().saturating_mul(size_of::<Value>()))?;
        keys.extend(dict.keys().into_iter().map(Value::String));
    }
    Ok(Value::List(List::new(Elem::String, keys)))
}

/// The values in the order of their keys; Go gives them in no order at all.
fn values(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let dict = map(args, 0);
    call.budget.bytes(dict.len().saturating_mul(size_of::<Value>()))?;
    Ok(Value::list(dict.entries().into_iter().map(|(_, value)| value).collect()))
}

fn pick(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (dict, picked) = (map(args, 0), Map::default());
    for key in rest(args, 1).iter().filter_map(Value::as_str) {
        call.budget.bytes(2 * size_of::<Value>())?;
        if let Some(value) = dict.get(key) {
            picked.insert(key.clone(), value);
        }
    }
    Ok(picked.into())
}

fn omit(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let dict = map(args, 0);
    call.budget.bytes(dict.len().saturating_mul(2 * size_of::<Value>()))?;
    let kept = Map::from_entries(MapType::Any, dict.entries());
    for key in rest(args, 1).iter().filter_map(Value::as_str) {
        kept.remove(key);
    }
    Ok(kept.into())
}

/// Keys, a default, and the map to look into; worded errors are those of Go's type assertions.
fn dig(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let [keys @ .., default, dict] = args else { return Err(too_few()) };
    if keys.is_empty() {
        return Err(too_few());
    }
    let mut found = asserted_map(dict)?;
    if let Some(key) = keys.iter().find(|key| key.as_str().is_none()) {
        return Err(Failure::new(format!("interface conversion: interface {{}} is {}, not string", dynamic_type(key))));
    }
    let mut keys = keys.iter().filter_map(Value::as_str).peekable();
    while let Some(key) = keys.next() {
        match found.get(key) {
            None => return Ok(default.clone()),
            Some(value) if keys.peek().is_none() => return Ok(value),
            Some(value) => found = asserted_map(&value)?,
        }
    }
    Ok(default.clone())
}

fn too_few() -> Failure {
    Failure::new("dig needs at least three arguments")
}

/// Go's `value.(map[string]interface{})`, which a named map type does not pass.
fn asserted_map(value: &Value) -> Result<Map, Failure> {
    match value {
        Value::Map(map) if matches!(map.map_type(), MapType::Any | MapType::NilAny) => Ok(map.clone()),
        other => Err(Failure::new(format!(
            "interface conversion: interface {{}} is {}, not map[string]interface {{}}",
            dynamic_type(other)
        ))),
    }
}

fn dynamic_type(value: &Value) -> String {
    if value.is_nil() { "nil".into() } else { value.go_type() }
}

/// copystructure's `Copy`: nothing that can change is shared with the original.
fn deep_copy(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    match value(args, 0) {
        Value::Nil => Err(Failure::new("reflect: call of reflect.Value.Type on zero Value")),
        value => copied(call, value, 0),
    }
}

fn copied(call: &Call<'_>, value: &Value, depth: usize) -> Outcome {
    call.budget.step(1)?;
    if depth > Value::MAX_DEPTH {
        return Err(Failure::exhausted("a value is nested too deep to be copied"));
    }
    match value {
        Value::List(list) => {
            call.budget.bytes(list.len().saturating_mul(size_of::<Value>()))?;
            let items: Result<_, Failure> = list.iter().map(|item| copied(call, item, depth + 1)).collect();
            Ok(Value::List(List::new(list.elem(), items?)))
        }
        Value::Map(map) => {
            // A map takes whole nodes of eleven places, which may be half empty.
            call.budget.bytes(map.len().div_ceil(5).saturating_mul(11 * (size_of::<Str>() + size_of::<Value>())))?;
            let copy = Map::new(map.map_type());
            for (key, item) in map.entries() {
                copy.insert(key, copied(call, &item, depth + 1)?);
            }
            Ok(copy.into())
        }
        Value::Object(object) => Ok(semver::without_content(object.as_ref()).unwrap_or_else(|| value.clone())),
        other => Ok(other.clone()),
    }
}
