//! YAML and JSON to values: sigs.k8s.io/yaml 1.6.0 over go-yaml 2.4.3, encoding/json and strconv of Go 1.26,
//! apimachinery 0.36.1.

use serde_json::Value as Json;
use value::{Value, json, number, yaml};

use super::super::cases;

/// The text of a case, which is given in hexadecimal where it is not UTF-8.
fn text(case: &Json) -> Vec<u8> {
    match case["text"].as_str() {
        Some(text) => text.into(),
        None => {
            let hex = case["hex"].as_str().unwrap().as_bytes().to_vec();
            hex.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
        }
    }
}

fn answer<E: ToString>(result: Result<Value, E>) -> Json {
    match result {
        Ok(value) => {
            let json = String::from_utf8(json::to_vec_raw(&value).unwrap()).unwrap();
            serde_json::json!({ "json": json })
        }
        Err(error) => serde_json::json!({ "error": error.to_string() }),
    }
}

/// Compares with the answer under this name, or with the case's own.
fn compare<E: ToString>(case: &Json, name: &str, result: Result<Value, E>, failures: &mut Vec<String>) {
    let want = case.get(name).unwrap_or(case);
    let got = answer(result);
    if got.get("json") != want.get("json") || got.get("error") != want.get("error") {
        let text = String::from_utf8_lossy(&text(case)).into_owned();
        failures.push(format!("{text:?} ({name})\n  Go:   {want}\n  here: {got}"));
    }
}

fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn yaml_is_read_as_go_reads_it() {
    let mut failures = Vec::new();
    for case in cases("yaml_decode") {
        let text = text(&case);
        compare(&case, "value", yaml::from_slice(&text), &mut failures);
        compare(&case, "strict", yaml::from_slice_strict(&text), &mut failures);
        compare(&case, "map", yaml::map_from_slice(&text).map(Value::Map), &mut failures);
    }
    assert_none(&failures);
}

/// Whatever key is asked for, what else stands in the document is found wrong as ever.
#[test]
fn a_head_is_checked_as_the_whole_is() {
    const KEYS: &[&str] = &["A", "x"];
    for case in cases("yaml_decode") {
        let text = text(&case);
        match (yaml::from_slice_typed(&text), yaml::head_from_slice(&text, KEYS)) {
            (Ok(Value::Map(whole)), Ok(Value::Map(head))) => {
                for key in ["a", "A", "x", "X"] {
                    let of = |map: &value::Map| map.get(key).map(|value| format!("{value:?}"));
                    assert_eq!(of(&whole), of(&head), "{key} of {case}");
                }
            }
            (Ok(whole), Ok(head)) => {
                assert_eq!(std::mem::discriminant(&whole), std::mem::discriminant(&head), "{case}")
            }
            (whole, head) => assert_eq!(whole.err(), head.err(), "{case}"),
        }
    }
}

#[test]
fn places_do_not_change_what_is_read() {
    let mut failures = Vec::new();
    for case in cases("yaml_decode") {
        let spanned = yaml::spanned(&text(&case));
        let value = spanned.map(|spanned| spanned.map_or(Value::Nil, |spanned| spanned.to_value()));
        compare(&case, "value", value, &mut failures);
    }
    assert_none(&failures);
}

#[test]
fn json_is_read_as_go_reads_it() {
    let mut failures = Vec::new();
    for case in cases("json_decode") {
        compare(&case, "value", json::from_slice(&text(&case)), &mut failures);
    }
    assert_none(&failures);
}

#[test]
fn numbers_are_read_as_go_reads_them() {
    let mut failures = Vec::new();
    for case in cases("number_parse") {
        let text = case["text"].as_str().unwrap();
        let base = case["base"].as_u64().unwrap() as u32;
        let bits = case["bits"].as_u64().unwrap() as u32;
        let got = match case["function"].as_str().unwrap() {
            "ParseInt" => number::parse_int(text, base, bits).map(|number| number.to_string()),
            "ParseUint" => number::parse_uint(text, base, bits).map(|number| number.to_string()),
            "Atoi" => number::atoi(text).map(|number| number.to_string()),
            _ => number::parse_float(text, bits).map(|number| number::format_float(number, b'g', None, 64)),
        };
        let got = got.map_err(|error| error.to_string());
        let want = match case["number"].as_str() {
            Some(number) => Ok(number.to_string()),
            None => Err(case["error"].as_str().unwrap().to_string()),
        };
        if got != want {
            failures.push(format!("{case}: {got:?}"));
        }
    }
    assert_none(&failures);
}

#[test]
fn streams_are_split_as_apimachinery_splits_them() {
    let mut failures = Vec::new();
    for case in cases("yaml_split") {
        let text = case["text"].as_str().unwrap();
        let mut documents = Vec::new();
        let mut error = None;
        for document in yaml::split_documents(text.as_bytes()) {
            match document {
                Ok(document) => documents.push(String::from_utf8(document.text.into_owned()).unwrap()),
                Err(problem) => error = Some(problem.to_string()),
            }
        }
        if Json::from(documents.clone()) != case["documents"] || error.as_deref() != case["error"].as_str() {
            failures.push(format!("{case}: {documents:?} {error:?}"));
        }
    }
    assert_none(&failures);
}

#[test]
fn typed_numbers_keep_their_types() {
    let value = yaml::from_slice_typed(b"[1, 18446744073709551615, 1.0, 9007199254740993, 0x10]").unwrap();
    let types: Vec<_> = value.as_list().unwrap().iter().map(|item| format!("{item:?}")).collect();
    assert_eq!(types, ["1Int", "18446744073709551615Uint64", "1Float64", "9007199254740993Int", "16Int"]);
    let value = json::from_slice_int64(b"[1, 9223372036854775808, 1.0, -9223372036854775808, 1e2]").unwrap();
    let types: Vec<_> = value.as_list().unwrap().iter().map(|item| format!("{item:?}")).collect();
    assert_eq!(types, ["1Int64", "9223372036854776000Float64", "1Float64", "-9223372036854775808Int64", "100Float64"]);
}

#[test]
fn keys_and_values_know_their_places() {
    let text = "# c\nbase: &b\n  x: 1 # é\n  \"y\": [a, {é: b}]\nuse:\n  <<: *b\n  x: 2\n  z: *b\nx: !!str é\n";
    let root = yaml::spanned(text.as_bytes()).unwrap().unwrap();
    let place = |position: yaml::Position| (position.line, position.column);
    let base = root.entry("base").unwrap();
    assert_eq!((place(base.position), place(base.value.position)), ((2, 1), (2, 7)));
    let item = base.value.entry("y").unwrap().value.item(1).unwrap();
    assert_eq!(place(item.position), (4, 12));
    let inner = item.entry("é").unwrap();
    assert_eq!((place(inner.position), place(inner.value.position)), ((4, 13), (4, 16)));
    let merged = &root.entry("use").unwrap().value;
    assert_eq!(place(merged.entry("x").unwrap().position), (7, 3));
    assert_eq!(place(merged.entry("y").unwrap().position), (4, 3));
    let alias = &merged.entry("z").unwrap().value;
    assert_eq!((place(alias.position), place(alias.entry("x").unwrap().position)), ((8, 6), (3, 3)));
    assert_eq!(place(root.entry("x").unwrap().value.position), (9, 4));
    assert!(root.entry("absent").is_none() && root.item(0).is_none());
}

#[test]
fn errors_know_their_line() {
    for (text, line) in [
        ("a: b: c", Some(1)),
        ("a: 1\nb: [\nc", Some(4)),
        ("a: 1\n\tb: 2", Some(2)),
        ("a: *x", Some(1)),
        ("a: 1\nb: !!int x", Some(2)),
        ("a: \u{1}", None),
    ] {
        assert_eq!(yaml::from_slice(text.as_bytes()).unwrap_err().line, line, "{text:?}");
    }
    let error = yaml::from_slice_strict(b"a: 1\nb: 2\na: 3\nb: 4\n").unwrap_err();
    assert_eq!(error.line, Some(3));
    let stream = b"a: 1\n---\n# c\nb: 2\n---\nc\n--- x\n";
    let lines: Vec<_> = yaml::split_documents(stream).map(|part| part.map(|part| part.line)).collect();
    assert_eq!(lines[..2], [Ok(1), Ok(3)]);
    assert_eq!(lines[2].as_ref().unwrap_err().line, Some(7));
}
