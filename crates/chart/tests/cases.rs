//! Compares with the answers of Helm 4.2.4: each line of a case file is one JSON object.

#[path = "cases/bomb.rs"]
mod bomb;
#[path = "cases/dump.rs"]
mod dump;

use std::{fs, path::Path};

use chart::{
    Chart, Error, File, Ignore, KubeVersion, Limits, Lock, Metadata, ValueOptions, Warning, coalesce_values,
    process_dependencies, read_archive, read_values, set, set_file, set_json, set_literal, set_string,
};
use serde_json::{Value as Json, json};
use value::{Map, Str, Value};

use crate::dump::{dump, dump_chart, dump_files, from_json, log_lines};

/// Answers all cases of a family and compares.
fn check(family: &str, answer: fn(&Json) -> Result<Json, Error>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/chart").join(family);
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let case: Json = serde_json::from_str(line).unwrap();
            let answer = match answer(&case["input"]) {
                Ok(answer) => json!({ "output": answer }),
                Err(error) => json!({ "error": error.to_string() }),
            };
            let wanted = if case["error"].is_null() {
                json!({ "output": case["output"] })
            } else {
                json!({ "error": case["error"] })
            };
            count += 1;
            if answer != wanted {
                let file = path.file_name().unwrap().to_string_lossy().into_owned();
                wrong.push(format!("{file}:{}\n  wanted {wanted}\n  got    {answer}", number + 1));
            }
        }
    }
    assert!(count > 10, "no cases in {}", folder.display());
    assert!(wrong.is_empty(), "{} of {count} {family} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn text<'a>(input: &'a Json, key: &str) -> &'a str {
    input[key].as_str().unwrap_or_default()
}

fn map(input: &Json, key: &str) -> Map {
    match from_json(&input[key]) {
        Value::Map(map) => map,
        _ => Map::default(),
    }
}

/// What stands for a file system where `--set-file` reads.
fn read_file(name: &str) -> Result<Str, String> {
    if name.starts_with("no") {
        return Err(format!("open {name}: no such file or directory"));
    }
    Ok(Str::from(format!("<{name}>")))
}

#[test]
fn strvals() {
    check("strvals", |input| {
        let (line, into) = (text(input, "text"), map(input, "into"));
        match text(input, "kind") {
            "set" => set(line, &into),
            "string" => set_string(line, &into),
            "json" => set_json(line, &into),
            "literal" => set_literal(line, &into),
            _ => set_file(line, &into, &mut read_file),
        }?;
        Ok(dump(&Value::Map(into)).into())
    });
}

#[test]
fn kube_versions() {
    check("kube_versions", |input| {
        let version = KubeVersion::parse(text(input, "text"))?;
        Ok(json!([version.version, version.to_string(), version.major, version.minor]))
    });
}

#[test]
fn ignore() {
    check("ignore", |input| {
        let ignore = Ignore::parse(text(input, "text").as_bytes())?;
        let names = input["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        let ignored = names.filter(|name| ignore.is_ignored(name.trim_end_matches('/'), name.ends_with('/')));
        Ok(ignored.collect())
    });
}

#[test]
fn archives() {
    check("archives", |input| {
        let hex = text(input, "hex").as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let bytes: Vec<u8> = hex.chunks(2).map(byte).collect();
        Ok(dump_files(&read_archive(&bytes, Limits::default())?))
    });
}

/// Bombs are refused with Helm's words, however small they are when packed; the limits are a hundredth of Helm's.
#[test]
fn archive_bombs() {
    assert_eq!(Limits::default(), Limits { chart: 104_857_600, file: 5_242_880 });
    let limits = Limits { chart: 1_048_576, file: 52_428 };
    let read = |sizes: &[usize]| read_archive(&bomb::zeros(sizes), limits).map_err(|error| error.to_string());
    let too_large = "decompressed chart is larger than the maximum size 1048576";
    assert_eq!(read(&[52_428; 21]).unwrap_err(), too_large);
    assert_eq!(read(&[16_384; 64]).unwrap_err(), too_large);
    assert_eq!(read(&[1_048_577]).unwrap_err(), too_large);
    let file = r#"decompressed chart file "bomb/0" is larger than the maximum file size 52428"#;
    assert_eq!(read(&[52_429]).unwrap_err(), file);
    assert_eq!(read(&[52_428; 19]).unwrap().len(), 19);
}

/// Archives in archives may not hold more together than a few charts may.
#[test]
fn nested_archive_bombs() {
    let limits = Limits { chart: 1 << 20, file: 1 << 20 };
    let inner = bomb::chart("inner", &[("zeros".into(), vec![0; 1_000_000])]);
    let nested = |count: usize| {
        let archives: Vec<_> = (0..count).map(|index| (format!("charts/{index}.tgz"), inner.clone())).collect();
        Chart::from_archive("outer.tgz", &bomb::chart("outer", &archives), limits, &mut Vec::new())
    };
    assert_eq!(nested(3).unwrap().dependencies.len(), 3);
    let error = nested(4).unwrap_err().to_string();
    assert!(error.starts_with("error unpacking subchart 3.tgz in outer: decompressed chart is larger than"), "{error}");
}

#[test]
fn metadata() {
    check("metadata", |input| {
        let mut metadata = Metadata::from_yaml(text(input, "text").as_bytes())?;
        if metadata.api_version.is_empty() {
            metadata.api_version = "v1".into();
        }
        metadata.validate()?;
        Ok(String::from_utf8(metadata.to_json().unwrap()).unwrap().into())
    });
}

#[test]
fn locks() {
    check("locks", |input| {
        let lock = Lock::from_yaml(text(input, "text").as_bytes())?;
        Ok(lock.map_or("null".into(), |lock| String::from_utf8(lock.to_json().unwrap()).unwrap().into()))
    });
}

#[test]
fn values_files() {
    check("values_files", |input| {
        let values = read_values(text(input, "text").as_bytes())?;
        Ok(dump(&Value::Map(values)).into())
    });
}

#[test]
fn value_options() {
    check("value_options", |input| {
        let list = |key: &str| -> Vec<String> {
            input[key].as_array().into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
        };
        let options = ValueOptions {
            files: list("files").into_iter().map(|text| ("values.yaml".into(), text.into_bytes())).collect(),
            json: list("json"),
            set: list("set"),
            strings: list("strings"),
            file_values: list("file_values"),
            literals: list("literals"),
        };
        Ok(dump(&Value::Map(options.merge(&mut read_file)?)).into())
    });
}

/// Charts are loaded, their dependencies processed, their values coalesced.
#[test]
fn charts() {
    check("charts", |input| {
        let file =
            |file: &Json| File { name: text(file, "name").into(), data: text(file, "data").into(), modified: None };
        let files = input["files"].as_array().unwrap().iter().map(file).collect();
        let values = map(input, "values");
        let mut warnings: Vec<Warning> = Vec::new();
        let mut chart = Chart::from_files(files, &mut warnings)?;
        process_dependencies(&mut chart, &values, &mut warnings)?;
        let processed = dump_chart(&chart);
        let values = coalesce_values(&chart, &values, &mut warnings)?;
        Ok(json!({ "chart": processed, "values": dump(&Value::Map(values)), "log": log_lines(&warnings) }))
    });
}
