//! Calls of template functions, as sprig answered them: `{"call": name, "arguments": […], "answer": …}`, or `"error"`;
//! and of methods: `{"method": name, "on": value, …}`.
//!
//! A value that JSON has not is an object of one entry: `{"bytes": "ff"}` a string that is not UTF-8, `{"int64": 1}`,
//! `{"map": {…}}`, `{"nil": []}` a nil slice, `{"call": [name, …]}` what a function gives. An answer with methods is
//! written as it is printed, with what it is.

use std::{fs, path::Path};

use serde_json::{Value as Json, json};
use template::{Budget, Call, Error, Executor, Fixed, Functions, sprig};
use value::{Map, Object, Str, UintKind, Value};

/// The cases of all files of a family.
fn cases(family: &str) -> Vec<Json> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/template").join(family);
    let mut cases = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = fs::read_to_string(path).unwrap();
            cases.extend(text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()));
        }
    }
    assert!(cases.len() > 10, "no cases in {}", folder.display());
    cases
}

/// No call here runs templates.
struct NoTemplates;

impl Executor for NoTemplates {
    fn execute(&mut self, name: &str, _: &Value) -> Result<Vec<u8>, Error> {
        panic!("template {name}")
    }

    fn execute_text(&mut self, text: &Str, _: &Value) -> Result<Result<Vec<u8>, Error>, Error> {
        panic!("template {text}")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(digits: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap() as u8;
    digits.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |sum, byte| sum * 16 + digit(byte))).collect()
}

fn argument(json: &Json) -> Value {
    match json {
        Json::Object(object) if object.contains_key("call") => {
            let [name, arguments @ ..] = object["call"].as_array().unwrap().as_slice() else { panic!("{json}") };
            run(name.as_str().unwrap(), arguments).unwrap()
        }
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::int(number.as_i64().unwrap()),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(argument).collect()),
        Json::Object(object) => match object.iter().next().unwrap() {
            (kind, Json::String(digits)) if kind == "bytes" => Value::string(from_hex(digits)),
            (kind, number) if kind == "uint32" => Value::Uint(number.as_u64().unwrap(), UintKind::Uint32),
            (kind, number) if kind == "int64" => Value::int64(number.as_i64().unwrap()),
            (kind, Json::Object(entries)) if kind == "map" => {
                let map = Map::default();
                entries.iter().for_each(|(key, value)| drop(map.insert(key.as_str(), argument(value))));
                Value::Map(map)
            }
            other => panic!("{other:?}"),
        },
    }
}

fn answer(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Int(number, _) => json!(number),
        Value::String(text) => text.to_str().map_or_else(|| json!({"bytes": hex(text)}), Json::from),
        Value::List(list) if list.is_nil() => json!({"nil": []}),
        Value::List(list) => list.iter().map(answer).collect(),
        Value::Map(map) => {
            let entries = map.entries();
            let entries = entries.iter().map(|(key, value)| (key.to_string(), answer(value)));
            json!({"map": serde_json::Map::from_iter(entries)})
        }
        Value::Float(number, _) => json!(format!("F{number}")),
        Value::Bytes(bytes) => json!(bytes.to_str().unwrap()),
        Value::Object(object) if object.go_type() == "sprig.certificate" => {
            let fields = object.fields().into_iter().map(|(name, value)| (name.to_owned(), answer(&value)));
            json!({"certificate": serde_json::Map::from_iter(fields)})
        }
        Value::Object(object) => {
            let text = object.display().unwrap();
            json!(match object.go_type().as_str() {
                "time.Time" => format!("{text}|{}", call_method(&**object, "Location", &[]).unwrap()),
                "time.Duration" => format!("D{text}"),
                _ => format!("X{text}"),
            })
        }
        other => panic!("{other:?}"),
    }
}

fn call_method(object: &dyn Object, name: &str, arguments: &[Value]) -> Result<String, String> {
    let method = object.method(name).unwrap();
    Ok(match answer(&(method.call)(object, arguments)?) {
        Json::String(text) if name == "Location" => text.trim_start_matches('X').into(),
        other => other.to_string(),
    })
}

fn run(name: &str, arguments: &[Json]) -> Result<Value, String> {
    let mut functions = Functions::default();
    functions.extend(sprig::functions());
    let function = functions.get(name).unwrap();
    let arguments: Vec<Value> = arguments.iter().map(argument).collect();
    let budget = Budget::default();
    let mut call = Call { budget: &budget, surroundings: &Fixed::default(), executor: &mut NoTemplates };
    function.run(&mut call, &arguments).map_err(|failure| failure.message)
}

fn check(family: &str) {
    for case in cases(family) {
        let arguments = case["arguments"].as_array().unwrap();
        let outcome = match case["method"].as_str() {
            Some(method) => {
                let Value::Object(object) = argument(&case["on"]) else { panic!("{case}") };
                let arguments: Vec<Value> = arguments.iter().map(argument).collect();
                let method = object.method(method).unwrap();
                (method.call)(&*object, &arguments)
            }
            None => run(case["call"].as_str().unwrap(), arguments),
        };
        match outcome {
            Ok(value) => assert_eq!(Some(&answer(&value)), case.get("answer"), "{case}"),
            Err(message) => assert_eq!(Some(message.as_str()), case["error"].as_str(), "{case}"),
        }
    }
}

#[test]
fn regex() {
    check("regex");
}

#[test]
fn crypto() {
    check("crypto");
}

#[test]
fn url() {
    check("url");
}

#[test]
fn date() {
    check("date");
}
