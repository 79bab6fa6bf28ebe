//! Compares sprig's functions with the answers of the Go ones: each line of a case file is one call, its arguments
//! written as pairs of a type and a value, with what Go gave back, and the arguments after the call.

use std::{collections::HashMap, fs, path::Path, slice::from_ref};

use serde_json::Value as Json;
use template::{Budget, Call, Error, Executor, Failure, Fixed, Function, Limits, fmt, sprig};
use value::{Elem, FloatKind, IntKind, List, Map, MapType, Signature, Str, Type, UintKind, Value, json};

/// An executor for functions that run no templates.
struct NoTemplates;

impl Executor for NoTemplates {
    fn execute(&mut self, _: &str, _: &Value) -> Result<Vec<u8>, Error> {
        Ok(Vec::new())
    }

    fn execute_text(&mut self, _: &Str, _: &Value) -> Result<Result<Vec<u8>, Error>, Error> {
        Ok(Ok(Vec::new()))
    }
}

/// The functions by name, and how often a case called them.
pub(crate) struct Checker {
    functions: HashMap<&'static str, Function>,
}

impl Checker {
    pub(crate) fn new() -> Checker {
        Checker { functions: sprig::functions().into_iter().map(|function| (function.name, function)).collect() }
    }

    /// Runs one case; an error says what differs.
    pub(crate) fn check(&self, case: &Json) -> Result<(), String> {
        let name = case["f"].as_str().unwrap_or_default();
        let function = self.functions.get(name).ok_or_else(|| format!("no function {name}"))?;
        let mut builder = Builder::default();
        let arguments = case["args"].as_array().map_or(&[][..], Vec::as_slice);
        let arguments: Vec<Value> = arguments.iter().map(|argument| builder.build(argument)).collect();
        if !accepts(&function.signature, &arguments) {
            return if case["wrong_type"] == Json::Bool(true) { Ok(()) } else { Err("arguments not taken".into()) };
        }
        if case["wrong_type"] == Json::Bool(true) {
            return Err("arguments of wrong types taken".into());
        }
        let result = self.call(function, &arguments);
        match (&result, case["error"].as_str()) {
            (Err(message), Some(wanted)) if message == wanted => return Ok(()),
            // Which key of a map Go comes to first is random.
            (Err(message), Some(wanted)) if is_about_types(message) && is_about_types(wanted) => return Ok(()),
            (Err(message), wanted) => return Err(format!("error {message:?}, not {wanted:?}")),
            (Ok(value), Some(wanted)) => return Err(format!("{value:?}, not error {wanted:?}")),
            (Ok(_), None) => {}
        }
        let result = ordered(name, result.unwrap_or_default());
        let one = std::slice::from_ref(&result);
        same("type", result.go_type().as_bytes(), &case["type"])?;
        same("text", &fmt::sprintf(b"%v", one), &case["text"])?;
        same("s", &fmt::sprintf(b"%s", one), &case["s"])?;
        same("json", &json::to_vec(&result).unwrap_or_default(), &case["json"])?;
        poke(&result);
        // Go sorts a list of strings in place, here a list never changes.
        // What a merge did before it failed depends on which key Go came to first.
        let is_known = name != "sortAlpha" && (name != "merge" || result.as_map().is_some());
        let arguments = if is_known { arguments.as_slice() } else { &[] };
        for (index, argument) in arguments.iter().enumerate() {
            same("argument afterwards", &fmt::display(argument), &case["after"][index])?;
        }
        Ok(())
    }

    fn call(&self, function: &Function, arguments: &[Value]) -> Result<Value, String> {
        let budget = Budget::default();
        let mut call = Call { budget: &budget, surroundings: &Fixed::default(), executor: &mut NoTemplates };
        function.run(&mut call, arguments).map_err(|failure| failure.message)
    }
}

fn is_about_types(message: &str) -> bool {
    message.starts_with("reflect.Value.SetMapIndex: value of type ") || message.starts_with("reflect: call of ")
}

/// Go gives the keys and values of a map in no order, so the recorded ones are sorted by type and text.
fn ordered(name: &str, result: Value) -> Value {
    match (&result, name) {
        (Value::List(list), "values" | "keys") => {
            let mut items = list.to_vec();
            items.sort_by_key(|item| (fmt::sprintf(b"%T%v", &[item.clone(), item.clone()]), json::to_vec(item).ok()));
            Value::List(List::new(list.elem(), items))
        }
        _ => result,
    }
}

fn accepts(signature: &Signature, arguments: &[Value]) -> bool {
    let types = signature.params.iter().copied().map(Some).chain(std::iter::repeat(signature.variadic));
    // A literal nil is a nil map to a parameter that is a map.
    let is_nil_map = |value: &Value| matches!(value, Value::Map(map) if map.map_type() == MapType::NilAny);
    arguments.iter().zip(types).all(|(argument, wanted)| {
        wanted.is_some_and(|wanted| wanted.accepts(argument) || wanted == Type::Map && is_nil_map(argument))
    })
}

/// Changes what the result shares with the arguments.
fn poke(result: &Value) {
    let Value::Map(map) = result else { return };
    if map.map_type() != MapType::Any {
        return;
    }
    for (_, item) in map.entries() {
        match item {
            Value::Map(inner) if inner.map_type() == MapType::Any => {
                inner.insert("zz", Value::int(1));
            }
            _ => {}
        }
    }
    map.insert("yy", Value::int(2));
}

fn same(what: &str, got: &[u8], wanted: &Json) -> Result<(), String> {
    let wanted = match wanted {
        Json::Null => Vec::new(),
        other => bytes(other),
    };
    if got == wanted {
        return Ok(());
    }
    Err(format!("{what}: {:?}, not {:?}", String::from_utf8_lossy(got), String::from_utf8_lossy(&wanted)))
}

/// A text, which is in base 64 where it is no UTF-8.
fn bytes(json: &Json) -> Vec<u8> {
    match json {
        Json::String(text) => text.clone().into_bytes(),
        other => from_base_64(other["b64"].as_str().unwrap_or_default()),
    }
}

fn from_base_64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut filled) = (0_u32, 0);
    for digit in text.bytes().filter_map(|byte| ALPHABET.iter().position(|&letter| letter == byte)) {
        bits = bits << 6 | digit as u32;
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            out.push((bits >> filled) as u8);
        }
    }
    out
}

/// Makes values of their descriptions; a map that was described before may be referred to.
#[derive(Default)]
struct Builder {
    maps: Vec<Map>,
}

impl Builder {
    /// The value that a pair of type and value describes.
    fn build(&mut self, json: &Json) -> Value {
        let (name, json) = (json[0].as_str().unwrap_or_default(), &json[1]);
        let text = || json.as_str().unwrap_or_default();
        let int = |kind| Value::Int(text().parse().unwrap(), kind);
        let uint = |kind| Value::Uint(text().parse().unwrap(), kind);
        let float = |kind| Value::Float(f64::from_bits(text().parse().unwrap()), kind);
        match name {
            "nil" => Value::Nil,
            "bool" => Value::Bool(json.as_bool().unwrap()),
            "string" => Value::string(bytes(json)),
            "bytes" => Value::Bytes(from_base_64(text()).into()),
            "int" => int(IntKind::Int),
            "int8" => int(IntKind::Int8),
            "int16" => int(IntKind::Int16),
            "int32" => int(IntKind::Int32),
            "int64" => int(IntKind::Int64),
            "uint" => uint(UintKind::Uint),
            "uint8" => uint(UintKind::Uint8),
            "uint16" => uint(UintKind::Uint16),
            "uint32" => uint(UintKind::Uint32),
            "uint64" => uint(UintKind::Uint64),
            "float32" => float(FloatKind::Float32),
            "float64" => float(FloatKind::Float64),
            "list" => self.list(Elem::Any, json),
            "nillist" => self.list(Elem::NilAny, json),
            "strings" => self.list(Elem::String, json),
            "ints" => self.list(Elem::Int, json),
            "slice" => self.list(Elem::Named("[]interface {}"), json),
            "map" => self.map(MapType::Any, json),
            "values" => self.map(MapType::Values, json),
            "nilmap" => Map::new(MapType::NilAny).into(),
            "stringmap" => {
                let entries = json.as_object().into_iter().flatten();
                let entries = entries.map(|(key, item)| (key.as_str(), self.build(item)));
                Map::from_entries(MapType::String, entries.collect::<Vec<_>>()).into()
            }
            "ref" => self.maps[json.as_u64().unwrap() as usize].clone().into(),
            "semver" => semver(json),
            other => panic!("no type {other}"),
        }
    }

    fn list(&mut self, elem: Elem, json: &Json) -> Value {
        let items = json.as_array().into_iter().flatten().map(|item| self.build(item)).collect();
        Value::List(List::new(elem, items))
    }

    fn map(&mut self, map_type: MapType, json: &Json) -> Value {
        let map = Map::new(map_type);
        self.maps.push(map.clone());
        for (key, item) in json.as_object().into_iter().flatten() {
            let item = self.build(item);
            map.insert(key.as_str(), item);
        }
        map.into()
    }
}

/// What the function `semver` makes of a text.
fn semver(text: &Json) -> Value {
    let checker = Checker::new();
    checker.call(&checker.functions["semver"], &[Value::string(bytes(text))]).unwrap()
}

#[test]
fn sprig_functions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/template");
    let checker = Checker::new();
    let (mut count, mut wrong) = (0, Vec::new());
    for folder in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
        if !folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("sprig_")) {
            continue;
        }
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_none_or(|extension| extension != "jsonl") {
                continue;
            }
            for line in fs::read_to_string(file).unwrap().lines() {
                count += 1;
                let case: Json = serde_json::from_str(line).unwrap();
                if let Err(difference) = checker.check(&case) {
                    wrong.push(format!("{line}\n  {difference}"));
                }
            }
        }
    }
    assert!(count > 1_000, "{count} cases");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Calls a function with little budget left.
pub(crate) fn call_on(budget: &Budget, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let checker = Checker::new();
    let mut call = Call { budget, surroundings: &Fixed::default(), executor: &mut NoTemplates };
    checker.functions[name].run(&mut call, arguments)
}

#[test]
fn functions_that_would_use_up_everything_stop_at_the_budget() {
    let doubled = || (0..64).fold(Value::list(Vec::new()), |list, _| Value::list(vec![list.clone(), list]));
    let (nested, other_nested) = (doubled(), doubled());
    let looping = Map::default();
    looping.insert("again", looping.clone().into());
    let looping = Value::Map(looping);
    let text = || Value::from("text");
    let cases: &[(&str, &[Value])] = &[
        ("repeat", &[Value::int(1 << 40), text()]),
        ("indent", &[Value::int(1 << 40), text()]),
        ("until", &[Value::int(1 << 40)]),
        ("untilStep", &[Value::int(0), Value::int(i64::MAX), Value::int(i64::MAX / 2)]),
        ("seq", &[Value::int(1 << 40)]),
        ("randAlphaNum", &[Value::int(1 << 40)]),
        ("randBytes", &[Value::int(1 << 40)]),
        ("chunk", &[Value::int(1), Value::list(vec![text(); 200_000])]),
        ("wrapWith", &[Value::int(1), Value::string("x".repeat(1000)), Value::string("y".repeat(2000))]),
        ("replace", &[Value::from("y"), Value::string("x".repeat(2000)), Value::string("y".repeat(2000))]),
        ("join", &[Value::string("x".repeat(2000)), Value::list(vec![text(); 2000])]),
        ("toString", from_ref(&nested)),
        ("toPrettyJson", from_ref(&nested)),
        ("deepCopy", from_ref(&nested)),
        ("deepEqual", &[nested.clone(), other_nested]),
        ("deepCopy", from_ref(&looping)),
        ("mergeOverwrite", &[looping.clone(), looping.clone()]),
    ];
    for (name, arguments) in cases {
        let budget = Budget::new(Limits { steps: 1_000_000, bytes: 1 << 20 });
        let outcome = call_on(&budget, name, arguments);
        assert!(outcome.is_err_and(|failure| failure.exhausted), "{name} went on");
    }
}

#[test]
fn random_functions_give_what_was_asked_for() {
    let budget = Budget::default();
    let text = |name: &str, count: i64| match call_on(&budget, name, &[Value::int(count)]) {
        Ok(Value::String(text)) => text.to_text().into_owned(),
        other => panic!("{name}: {other:?}"),
    };
    type Class = fn(&u8) -> bool;
    let cases: [(&str, Class); 4] = [
        ("randAlphaNum", u8::is_ascii_alphanumeric),
        ("randAlpha", u8::is_ascii_alphabetic),
        ("randNumeric", u8::is_ascii_digit),
        ("randAscii", |byte| (b' '..=b'~').contains(byte)),
    ];
    for (name, belongs) in cases {
        let long = text(name, 1000);
        assert!(long.len() == 1000 && long.bytes().all(|byte| belongs(&byte)), "{name}: {long}");
        assert!(long.bytes().collect::<std::collections::HashSet<_>>().len() >= 10, "{name}: {long}");
        assert_eq!(text(name, 0), "");
        assert_eq!(text(name, -1), "");
    }
    assert_eq!(text("randBytes", 32).len(), 44);
    let number = call_on(&budget, "randInt", &[Value::int(-3), Value::int(4)]);
    assert!(matches!(number, Ok(Value::Int(-3..=3, IntKind::Int))), "{number:?}");
    let failure = call_on(&budget, "randInt", &[Value::int(4), Value::int(4)]).unwrap_err();
    assert_eq!(failure.message, "invalid argument to Intn");
    let shuffled = call_on(&budget, "shuffle", &[Value::from("abcdé")]).unwrap();
    let mut runes: Vec<char> = shuffled.as_str().unwrap().runes().collect();
    runes.sort_unstable();
    assert_eq!(runes, ['a', 'b', 'c', 'd', 'é']);
}
