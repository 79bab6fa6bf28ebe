//! The table of resources, from the answers to discovery that Kubernetes publishes with its source.

use std::{fmt::Write as _, path::Path};

use anyhow::Context as _;
use serde_json::Value;

/// The verbs of a resource that can do everything; the table writes `*`.
const ALL: &str = "create,delete,deletecollection,get,list,patch,update,watch";

/// A line for each resource in a stable version, those of its parts below it.
pub(super) fn table(module: &Path) -> anyhow::Result<String> {
    let folder = module.join("api/discovery");
    let read = |file: &str| -> anyhow::Result<Value> {
        let path = folder.join(file);
        let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(serde_json::from_slice(&bytes)?)
    };
    let mut table =
        format!("# The resources of {}; written by `cargo xtask gen`, read by resource/mod.rs.\n", super::MODULE);
    write_group(&mut table, &read("api__v1.json")?)?;
    let groups = read("apis.json")?;
    for group in groups["groups"].as_array().context("a list of groups")? {
        let name = group["name"].as_str().context("a group has a name")?;
        for version in group["versions"].as_array().context("a group has versions")? {
            let version = version["version"].as_str().context("a version has a name")?;
            // A server serves no other versions unless it is told to.
            if version.trim_start_matches('v').bytes().all(|byte| byte.is_ascii_digit()) {
                write_group(&mut table, &read(&format!("apis__{name}__{version}.json"))?)?;
            }
        }
    }
    Ok(table)
}

fn write_group(table: &mut String, list: &Value) -> anyhow::Result<()> {
    let group = list["groupVersion"].as_str().context("a list is of a group")?;
    writeln!(table, "group {group}")?;
    let mut resources: Vec<&Value> = list["resources"].as_array().context("a list of resources")?.iter().collect();
    resources.sort_by_key(|resource| resource["name"].as_str().unwrap_or_default().to_owned());
    for resource in resources {
        let text = |field: &str| resource[field].as_str().unwrap_or_default();
        let words = |field: &str| {
            let list = resource[field].as_array().map_or(&[][..], Vec::as_slice);
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        };
        let verbs = words("verbs");
        let verbs = if verbs == ALL { "*" } else { &verbs };
        match text("name").split_once('/') {
            Some((_, part)) => {
                let of = match (text("group"), text("version")) {
                    (_, "") => String::new(),
                    ("", version) => format!(" {version}"),
                    (group, version) => format!(" {group}/{version}"),
                };
                writeln!(table, " {part} {} {verbs}{of}", text("kind"))?;
            }
            None => {
                let scope = if resource["namespaced"] == true { "namespaced" } else { "cluster" };
                write!(table, "{} {} {} {scope} {verbs}", text("name"), text("singularName"), text("kind"))?;
                for (word, list) in [("short", words("shortNames")), ("categories", words("categories"))] {
                    if !list.is_empty() {
                        write!(table, " {word}={list}")?;
                    }
                }
                table.push('\n');
            }
        }
    }
    Ok(())
}
