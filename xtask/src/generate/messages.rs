//! The table of messages: how Kubernetes numbers the fields of its types in protobuf, from its `.proto` files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use anyhow::Context as _;
use serde_json::Value;

/// The modules whose files are read.
const MODULES: [&str; 2] = ["k8s.io/api@v0.36.3", "k8s.io/apimachinery@v0.36.3"];
/// What the body of a deletion is.
const DELETE_OPTIONS: &str = "meta.v1.DeleteOptions";

/// The fields of a message: number, name, and what it is.
type Message = Vec<(u32, String, String)>;

/// A line for each message that an object of a stable version may hold, and its fields below it.
pub(super) fn table(types: &BTreeMap<String, Value>) -> anyhow::Result<String> {
    let mut messages = BTreeMap::new();
    for module in MODULES {
        read_folder(&super::module(module)?, &mut messages)?;
    }
    let schemas: BTreeMap<&str, &Value> = types.iter().map(|(name, schema)| (super::short(name), schema)).collect();
    let mut wanted = BTreeSet::new();
    reach(DELETE_OPTIONS, &messages, &mut wanted);
    for (name, schema) in &schemas {
        if is_stable_object(schema) {
            reach(name, &messages, &mut wanted);
        }
    }
    anyhow::ensure!(wanted.len() > 400, "the modules of Kubernetes have too few messages");
    let mut table =
        format!("# The messages of {}; written by `cargo xtask gen`, read by protobuf/mod.rs.\n", MODULES[0]);
    for name in &wanted {
        writeln!(table, "message {name}")?;
        let properties = schemas.get(name.as_str()).and_then(|schema| schema["properties"].as_object());
        for (number, field, of) in messages.get(name).into_iter().flatten() {
            let shown = properties.map(|known| {
                let same = |property: &&String| property.eq_ignore_ascii_case(field);
                known.keys().find(|property| *property == field).or_else(|| known.keys().find(same))
            });
            match shown {
                // What the type has no field for is spread into it.
                Some(None) => writeln!(table, " {number} {field} +{of}")?,
                Some(Some(property)) => writeln!(table, " {number} {property} {of}")?,
                None => writeln!(table, " {number} {field} {of}")?,
            }
        }
    }
    Ok(table)
}

/// Whether a type is that of an object, in a version that servers serve by themselves.
fn is_stable_object(schema: &Value) -> bool {
    let metadata = &schema["properties"]["metadata"];
    let reference = metadata["$ref"].as_str().or_else(|| metadata["allOf"][0]["$ref"].as_str());
    let versions = schema["x-kubernetes-group-version-kind"].as_array().map_or(&[][..], Vec::as_slice);
    let is_stable = |kind: &Value| {
        let version = kind["version"].as_str().unwrap_or_default();
        version.trim_start_matches('v').bytes().all(|byte| byte.is_ascii_digit())
    };
    reference.is_some_and(|reference| reference.ends_with("v1.ObjectMeta")) && versions.iter().any(is_stable)
}

fn reach(name: &str, messages: &BTreeMap<String, Message>, wanted: &mut BTreeSet<String>) {
    let Some(fields) = messages.get(name) else { return };
    if !wanted.insert(name.to_owned()) {
        return;
    }
    for (.., of) in fields {
        if let Some((_, of)) = of.split_once('@') {
            reach(of, messages, wanted);
        }
    }
}

fn read_folder(folder: &Path, messages: &mut BTreeMap<String, Message>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(&path, messages)?;
        } else if path.file_name().is_some_and(|name| name == "generated.proto") {
            read_file(&std::fs::read_to_string(&path)?, messages);
        }
    }
    Ok(())
}

fn read_file(text: &str, messages: &mut BTreeMap<String, Message>) {
    let (mut package, mut current) = ("", None);
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix("package ") {
            package = name.trim_end_matches(';');
        } else if let Some(name) = line.strip_prefix("message ") {
            let name = short(&format!("{package}.{}", name.trim_end_matches([' ', '{'])));
            messages.insert(name.clone(), Vec::new());
            current = Some(name);
        } else if line == "}" {
            current = None;
        } else if let Some(name) = &current
            && let Some(field) = field(line, package)
            && let Some(message) = messages.get_mut(name)
        {
            message.push(field);
        }
    }
}

/// `optional string name = 1;`, `repeated …`, `map<string, bytes> data = 2;`.
fn field(line: &str, package: &str) -> Option<(u32, String, String)> {
    let (declared, number) = line.trim_end_matches(';').split_once(" = ")?;
    let number = number.split(' ').next()?.parse().ok()?;
    let (of, name) = declared.rsplit_once(' ')?;
    let expression = match of.strip_prefix("map<string,").and_then(|rest| rest.strip_suffix('>')) {
        Some(of) => format!("{{}}{}", expression(of.trim(), package)),
        None => match of.split_once(' ')? {
            ("repeated", of) => format!("[]{}", expression(of, package)),
            (_, of) => expression(of, package),
        },
    };
    Some((number, name.to_owned(), expression))
}

/// What a field is: `s` text, `y` bytes, `b` boolean, `i` and `u` integers, `n` number, `t` time, `d` duration, `q`
/// quantity, `p` integer or text, `o` JSON, `@name` a message; `[]x` and `{}x` as in the table of types.
fn expression(of: &str, package: &str) -> String {
    let name = match of {
        "string" => return "s".into(),
        "bytes" => return "y".into(),
        "bool" => return "b".into(),
        "int32" | "int64" => return "i".into(),
        "uint32" | "uint64" => return "u".into(),
        "double" | "float" => return "n".into(),
        of => match of.strip_prefix('.') {
            Some(name) => short(name),
            None => short(&format!("{package}.{of}")),
        },
    };
    match name.as_str() {
        "meta.v1.Time" | "meta.v1.MicroTime" => "t".into(),
        "meta.v1.Duration" => "d".into(),
        "api.resource.Quantity" => "q".into(),
        "util.intstr.IntOrString" => "p".into(),
        "runtime.RawExtension" | "meta.v1.FieldsV1" => "o".into(),
        _ => format!("@{name}"),
    }
}

/// The name by which the table of types knows a message: `core.v1.Pod` for `k8s.io.api.core.v1.Pod`.
fn short(name: &str) -> String {
    match name.strip_prefix("k8s.io.") {
        Some(rest) => super::short(&format!("io.k8s.{rest}")).to_owned(),
        None => name.to_owned(),
    }
}
