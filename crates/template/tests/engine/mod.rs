//! Templates and what Go's text/template makes of them:
//! `{"templates": [[name, text], …], "data": …, "missing": …, "output": …}` or `"error"`.
//!
//! The last template runs. Data is JSON, integers being Go's `int`; what JSON has not is an object of one entry
//! whose key begins with `$`: `{"$float": "2.5"}`, `{"$text": hex}` a string that is not UTF-8.

mod functions;
mod limits;
mod objects;

use std::{fs, path::Path, rc::Rc};

use serde_json::Value as Json;
use template::{Budget, Fixed, MissingKey, Templates};
use value::{Elem, FloatKind, IntKind, List, Map, MapType, Str, UintKind, Value};

#[test]
fn go_says_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/template/engine");
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        for (index, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            count += 1;
            if let Err(difference) = check(&serde_json::from_str(line).unwrap()) {
                wrong.push(format!("{}:{}\n{difference}", path.display(), index + 1));
            }
        }
    }
    assert!(count > 600, "only {count} cases");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn check(case: &Json) -> Result<(), String> {
    let (wanted, got) = match (case.get("output"), run(case)) {
        (Some(output), Ok(got)) => (text(output).to_vec(), got),
        (None, Err(got)) => (text(&case["error"]).to_vec(), got),
        (_, Ok(got) | Err(got)) => (case["output"].to_string().into_bytes(), got),
    };
    if wanted == got {
        return Ok(());
    }
    let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Err(format!("  {}\n  wanted {}\n  got    {}", case["templates"], show(&wanted), show(&got)))
}

fn run(case: &Json) -> Result<Vec<u8>, Vec<u8>> {
    let missing = match case.get("missing").and_then(Json::as_str) {
        Some("default") => MissingKey::Default,
        Some("error") => MissingKey::Error,
        _ => MissingKey::Zero,
    };
    let mut templates = Templates::new(functions::all(), missing);
    let mut last = String::new();
    for template in case["templates"].as_array().unwrap() {
        last = template[0].as_str().unwrap().to_owned();
        templates.parse(&last, text(&template[1])).map_err(|error| error.to_string().into_bytes())?;
    }
    let data = value(&case["data"]);
    templates
        .execute(&last, &data, &Budget::default(), &Fixed::default())
        .map_err(|error| error.to_string().into_bytes())
}

fn from_hex(digits: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap() as u8;
    digits.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |sum, byte| sum * 16 + digit(byte))).collect()
}

fn text(json: &Json) -> Str {
    match json {
        Json::String(text) => Str::from(text.as_str()),
        other => Str::from(from_hex(other["$text"].as_str().unwrap())),
    }
}

fn items(json: &Json) -> Vec<Value> {
    json.as_array().unwrap().iter().map(value).collect()
}

fn entries(json: &Json) -> Vec<(&str, Value)> {
    json.as_object().unwrap().iter().map(|(key, item)| (key.as_str(), value(item))).collect()
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::int(number.as_i64().unwrap()),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(_) => Value::list(items(json)),
        Json::Object(object) => match object.iter().next() {
            Some((tag, inner)) if tag.starts_with('$') => tagged(tag, inner),
            _ => Value::map(entries(json)),
        },
    }
}

fn tagged(tag: &str, json: &Json) -> Value {
    match (tag, json) {
        ("$text", Json::String(digits)) => Value::string(from_hex(digits)),
        ("$bytes", Json::String(digits)) => Value::Bytes(Str::from(from_hex(digits))),
        ("$float", Json::String(number)) => Value::float(number.replace("Inf", "inf").parse().unwrap()),
        ("$float32", Json::String(number)) => {
            Value::Float(f64::from(number.parse::<f32>().unwrap()), FloatKind::Float32)
        }
        ("$int64", number) => Value::int64(number.as_i64().unwrap()),
        ("$int8", number) => Value::Int(number.as_i64().unwrap(), IntKind::Int8),
        ("$uint", number) => Value::Uint(number.as_u64().unwrap(), UintKind::Uint),
        ("$uint8", number) => Value::Uint(number.as_u64().unwrap(), UintKind::Uint8),
        ("$strings", list) => Value::List(List::new(Elem::String, items(list))),
        ("$ints", list) => Value::List(List::new(Elem::Int, items(list))),
        ("$string-map", map) => Value::Map(Map::from_entries(MapType::String, entries(map))),
        ("$nil", Json::String(kind)) if kind == "map" => Value::Map(Map::new(MapType::NilAny)),
        ("$nil", Json::String(kind)) if kind == "list" => Value::List(List::new(Elem::NilAny, Vec::new())),
        ("$object", Json::String(kind)) => Value::Object(Rc::clone(&objects::named(kind))),
        other => panic!("{other:?}"),
    }
}
