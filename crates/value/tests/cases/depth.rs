//! Values without end, and how deep Go goes.

use value::{Map, Value, json, yaml};

/// So many lists around a string.
fn lists(depth: usize) -> Value {
    (0..depth).fold(Value::string("x"), |value, _| Value::list(vec![value]))
}

fn message<T, E: ToString>(result: Result<T, E>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn nesting_is_written_as_deep_as_go_writes_it() {
    let deep = lists(10_000);
    assert!(yaml::to_vec(&deep).is_ok() && json::to_vec(&deep).is_ok() && json::to_vec_indent(&deep, "").is_ok());
    let deeper = lists(10_001);
    assert!(yaml::to_vec(&deeper).is_err() && json::to_vec(&deeper).is_ok());
    assert_eq!(message(json::to_vec_indent(&deeper, "")), "invalid character '[' exceeded max depth");
    let empty = (0..10_000).fold(Value::list(Vec::new()), |value, _| Value::list(vec![value]));
    assert!(yaml::to_vec(&empty).is_err() && json::to_vec(&empty).is_ok() && json::to_vec_indent(&empty, "").is_err());
}

#[test]
fn values_of_any_depth_can_be_dropped() {
    drop(lists(200_000));
    let map = (0..200_000).fold(Value::Nil, |value, _| Value::map([("a", value)]));
    drop(map);
}

#[test]
fn cycles_are_refused() {
    let map = Map::default();
    map.insert("a", Value::int(1));
    map.insert("b", Value::list(vec![Value::Map(map.clone())]));
    let value = Value::Map(map.clone());
    let through_map = "json: unsupported value: encountered a cycle via map[string]interface {}";
    assert_eq!(message(json::to_vec(&value)), through_map);
    assert_eq!(message(yaml::to_vec(&value)), format!("error marshaling into JSON: {through_map}"));
    assert_eq!(message(yaml::to_vec_pretty(&value)), "yaml: the value contains itself");
    let through_list = "json: unsupported value: encountered a cycle via []interface {}";
    assert_eq!(message(json::to_vec(&Value::list(vec![value]))), through_list);
    map.remove("b");
}
