//! Compares with the answers of Masterminds/semver 3.5.0: each line of a case file is one JSON object.

use std::{fs, path::Path};

use serde_json::Value;
use version::{Constraint, Version};

/// The cases of all files of a family.
fn cases(family: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/version").join(family);
    let mut cases = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        cases.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    }
    assert!(cases.len() > 10, "no cases in {}", folder.display());
    cases
}

fn text<'a>(case: &'a Value, key: &str) -> Option<&'a str> {
    case.get(key).and_then(Value::as_str)
}

#[test]
fn constraints() {
    for case in cases("constraints") {
        let source = text(&case, "constraint").unwrap();
        let constraint = match Constraint::parse(source) {
            Ok(constraint) => constraint,
            Err(error) => {
                assert_eq!(Some(error.to_string().as_str()), text(&case, "error"), "{source:?}");
                continue;
            }
        };
        assert_eq!(Some(constraint.to_string().as_str()), text(&case, "text"), "{source:?}");
        for (version, wanted) in case["versions"].as_object().unwrap() {
            let parsed = Version::parse(version).unwrap();
            let outcome = match constraint.validate(&parsed) {
                Ok(()) => Value::Bool(true),
                Err(reasons) => reasons.into(),
            };
            assert_eq!(&outcome, wanted, "{source:?} on {version:?}");
            assert_eq!(constraint.check(&parsed), *wanted == Value::Bool(true), "{source:?} on {version:?}");
        }
    }
}

#[test]
fn versions() {
    for case in cases("versions") {
        let source = text(&case, "version").unwrap();
        let strict = Version::parse_strict(source).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(Some(strict.as_str()), text(&case, "strict"), "{source:?}");
        let version = match Version::parse(source) {
            Ok(version) => version,
            Err(error) => {
                assert_eq!(Some(error.to_string().as_str()), text(&case, "error"), "{source:?}");
                continue;
            }
        };
        assert_eq!(Some(version.to_string().as_str()), text(&case, "text"), "{source:?}");
        let next = [version.next_major(), version.next_minor(), version.next_patch()];
        let next = next.map(|next| next.map_or_else(|error| error.to_string(), |version| version.original));
        assert_eq!(Value::from(next.to_vec()), case["next"], "{source:?}");
    }
}

#[test]
fn order() {
    let cases = cases("order");
    let versions: Vec<Version> =
        cases.iter().map(|case| Version::parse(text(case, "version").unwrap()).unwrap()).collect();
    for (case, version) in cases.iter().zip(&versions) {
        let greater = versions.iter().filter(|other| version.compare(other).is_lt());
        let greater: Vec<&str> = greater.map(|other| other.original.as_str()).collect();
        let wanted = case["less_than"].as_array().cloned().unwrap_or_default();
        assert_eq!(Value::from(greater), Value::from(wanted), "{version}");
    }
}
