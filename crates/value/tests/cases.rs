//! Compares with the answers of Go's libraries: each line of a case file is one JSON object.

use std::{fs, path::Path};

use serde_json::Value as Json;

mod cases {
    mod bounds;
    mod decode;
    mod depth;
    mod encode;
    mod object;
}

/// The cases of all files of a family.
fn cases(family: &str) -> Vec<Json> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/value").join(family);
    let mut cases = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        cases.extend(text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()));
    }
    assert!(cases.len() > 10, "no cases in {}", folder.display());
    cases
}
