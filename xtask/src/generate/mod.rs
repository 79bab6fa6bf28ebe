//! `cargo xtask gen`: tables of Kubernetes' types, resources and messages, from what Kubernetes publishes with its source,
//! and the answers of its libraries to the cases in `tests/cases/release`. The man pages, too, which are not kept.

mod allowed;
mod internal;
mod manual;
mod messages;
mod resources;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{tools, workspace};

/// The module whose documents are read.
const MODULE: &str = "k8s.io/kubernetes@v1.36.3";
const TABLE: &str = "crates/release/src/schema/kubernetes.txt";
const RESOURCES: &str = "crates/sandbox/src/resource/kubernetes.txt";
const INTERNAL: &str = "crates/sandbox/src/validate/internal.txt";
const MESSAGES: &str = "crates/sandbox/src/protobuf/kubernetes.txt";
/// Files of requests to `tests/oracle/kubernetes`, and its answers.
const ANSWERED: [&str; 2] = ["objects", "merge"];

/// Writes what is generated, or (`check`) tells whether it is as it would be written.
pub(crate) fn run(check: bool) -> anyhow::Result<bool> {
    let root = workspace::root();
    let source = module(MODULE)?;
    let types = types(&source)?;
    let mut files = vec![
        (root.join(TABLE), table(&types, &allowed::read(&source)?)?),
        (root.join(RESOURCES), resources::table(&source)?),
        (root.join(INTERNAL), internal::table(&source)?),
        (root.join(MESSAGES), messages::table(&types)?),
    ];
    for folder in ANSWERED {
        for file in std::fs::read_dir(root.join("tests/cases/release").join(folder))? {
            let path = file?.path();
            let text = answered(&std::fs::read_to_string(&path)?)?;
            files.push((path, text));
        }
    }
    let mut same = true;
    for (path, text) in files {
        if std::fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        println!("{}{}", path.display(), if check { " is out of date: run `cargo xtask gen`" } else { "" });
        same = false;
        if !check {
            std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        }
    }
    if check {
        return Ok(same & modules()? & manual::check()?);
    }
    manual::write()?;
    Ok(true)
}

/// Whether the Go modules that tests build programs from name all that those need, with its sums.
fn modules() -> anyhow::Result<bool> {
    let mut good = true;
    for module in tools::GO_MODULES {
        let folder = workspace::root().join("tests").join(module);
        let output = Command::new("go")
            .args(["list", "-mod=readonly", "-deps", "tool"])
            .env("GOFLAGS", "")
            .current_dir(&folder)
            .output()
            .context("running go")?;
        if !output.status.success() {
            println!("tests/{module}: {}", String::from_utf8_lossy(&output.stderr).trim());
            good = false;
        }
    }
    Ok(good)
}

/// Lines of cases with their answers asked anew.
fn answered(cases: &str) -> anyhow::Result<String> {
    let cases: Vec<Value> = cases.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut asked: String = cases.iter().map(|case| format!("{}\n", case["request"])).collect();
    asked.push('\n');
    let mut child = Command::new(tools::kubernetes_oracle()?).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().context("the program reads")?;
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| anyhow::anyhow!("asking the program"))??;
    let answers = String::from_utf8(output.stdout)?;
    let answers: Vec<Value> = answers.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    anyhow::ensure!(answers.len() == cases.len(), "{} answers to {} cases", answers.len(), cases.len());
    let mut text = String::new();
    for (case, answer) in cases.iter().zip(answers) {
        writeln!(text, "{}", json!({"name": case["name"], "request": case["request"], "answer": answer}))?;
    }
    Ok(text)
}

/// The folder of a module in the cache of Go modules.
fn module(name: &str) -> anyhow::Result<PathBuf> {
    let output = Command::new("go").args(["mod", "download", "-json", name]).output().context("running go")?;
    anyhow::ensure!(output.status.success(), "downloading {name}");
    let told: Value = serde_json::from_slice(&output.stdout)?;
    Ok(PathBuf::from(told["Dir"].as_str().context("go tells the folder of a module")?))
}

/// The schemas of all types, by name.
fn types(source: &Path) -> anyhow::Result<BTreeMap<String, Value>> {
    let folder = source.join("api/openapi-spec/v3");
    let mut types = BTreeMap::new();
    for file in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let document: Value = serde_json::from_slice(&std::fs::read(file?.path())?)?;
        for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
            types.insert(name.clone(), schema.clone());
        }
    }
    Ok(types)
}

/// The values that fields may have, by type and field; the short name of the type.
type Allowed = BTreeMap<(String, String), Vec<String>>;

fn table(types: &BTreeMap<String, Value>, allowed: &Allowed) -> anyhow::Result<String> {
    let (mut kinds, mut listed) = (BTreeSet::new(), String::new());
    for (name, schema) in types {
        let gvks = schema["x-kubernetes-group-version-kind"].as_array().map_or(&[][..], Vec::as_slice);
        // Kinds that every group has are no objects.
        if let [gvk] = gvks {
            let text = |field: &str| gvk[field].as_str().unwrap_or_default();
            let slash = if text("group").is_empty() { "" } else { "/" };
            kinds.insert(format!("kind {}{slash}{} {} {}", text("group"), text("version"), text("kind"), short(name)));
        }
        write_type(&mut listed, name, schema, allowed)?;
    }
    anyhow::ensure!(kinds.len() > 100 && types.len() > 500, "the documents of {MODULE} have too few types");
    let kinds: Vec<String> = kinds.into_iter().collect();
    Ok(format!(
        "# The types of {MODULE}; written by `cargo xtask gen`, read by schema/mod.rs.\n{}\n{listed}",
        kinds.join("\n")
    ))
}

fn write_type(out: &mut String, name: &str, schema: &Value, allowed: &Allowed) -> anyhow::Result<()> {
    let Some(properties) = schema["properties"].as_object() else { return Ok(()) };
    let atomic = if schema["x-kubernetes-map-type"] == "atomic" { " atomic" } else { "" };
    writeln!(out, "type {}{atomic}", short(name))?;
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    let fields: BTreeMap<&String, &Value> = properties.iter().collect();
    for (field, schema) in fields {
        let must = if required.iter().any(|name| name == field.as_str()) { "!" } else { "" };
        write!(out, " {field}{must} {}", expression(schema).with_context(|| format!("{name}.{field}"))?)?;
        let text = |key: &str| schema[key].as_str();
        if let Some(strategy) = text("x-kubernetes-patch-strategy") {
            write!(out, " patch={strategy}")?;
        }
        if let Some(key) = text("x-kubernetes-patch-merge-key") {
            write!(out, " key={key}")?;
        }
        match text("x-kubernetes-list-type") {
            Some("map") => {
                let keys = schema["x-kubernetes-list-map-keys"].as_array().context("a list with keys names them")?;
                let keys: Vec<&str> = keys.iter().filter_map(Value::as_str).collect();
                write!(out, " list={}", keys.join(","))?;
            }
            Some("set") => out.push_str(" set"),
            // Lists are atomic unless they say otherwise.
            _ => {}
        }
        if text("x-kubernetes-map-type") == Some("atomic") {
            out.push_str(" atomic");
        }
        if text("format") == Some("int64") {
            out.push_str(" long");
        }
        if let Some(values) = allowed.get(&(short(name).to_owned(), field.clone())) {
            write!(out, " enum={}", values.join("|"))?;
        }
        let default = &schema["default"];
        let empty = ["null", "\"\"", "{}", "[]", "0", "false"].contains(&default.to_string().as_str());
        if !empty {
            write!(out, " default={default}")?;
        }
        out.push('\n');
    }
    Ok(())
}

/// What a value is: `s` text, `y` bytes in base64, `b` boolean, `i` integer, `n` number, `q` quantity, `p` integer or text, `o` anything, `@name`
/// a type, `[]x` a list, `{}x` a map.
fn expression(schema: &Value) -> anyhow::Result<String> {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(reference) = reference {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return Ok(match name.rsplit('.').next().unwrap_or_default() {
            "Quantity" => "q".into(),
            "IntOrString" => "p".into(),
            "Time" | "MicroTime" => "s".into(),
            "RawExtension" | "FieldsV1" | "JSON" => "o".into(),
            "JSONSchemaPropsOrArray" | "JSONSchemaPropsOrBool" | "JSONSchemaPropsOrStringArray" => "o".into(),
            _ => format!("@{}", short(name)),
        });
    }
    Ok(match schema["type"].as_str() {
        Some("string") if schema["format"] == "byte" => "y".into(),
        Some("string") => "s".into(),
        Some("boolean") => "b".into(),
        Some("integer") => "i".into(),
        Some("number") => "n".into(),
        Some("array") => format!("[]{}", expression(&schema["items"])?),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("{{}}{}", expression(&schema["additionalProperties"])?)
        }
        Some("object") | None => "o".into(),
        Some(other) => anyhow::bail!("a type {other}"),
    })
}

/// `apps.v1.DeploymentSpec` for `io.k8s.api.apps.v1.DeploymentSpec`.
fn short(name: &str) -> &str {
    const ROOTS: [&str; 5] = [
        "io.k8s.api.",
        "io.k8s.apimachinery.pkg.apis.",
        "io.k8s.apimachinery.pkg.",
        "io.k8s.apiextensions-apiserver.pkg.apis.",
        "io.k8s.kube-aggregator.pkg.apis.",
    ];
    ROOTS.iter().find_map(|root| name.strip_prefix(root)).unwrap_or(name)
}
