//! Checks of the house that no compiler makes: arrows between crates, sizes of files, forgotten test files, words that
//! stay out.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;

use crate::workspace;

/// Which workspace crates a crate may depend on. `value` and `version` may be used by all.
const ARROWS: [(&str, &[&str]); 15] = [
    ("value", &[]),
    ("version", &[]),
    ("regexp", &[]),
    ("template", &["regexp"]),
    ("chart", &["regexp"]),
    ("render", &["template", "chart"]),
    ("plugin", &[]),
    ("source", &["chart", "plugin"]),
    ("release", &["chart"]),
    ("cluster", &["release", "chart"]),
    ("metrics", &["release"]),
    ("sandbox", &["release"]),
    (
        "pintle",
        &["regexp", "chart", "source", "template", "render", "release", "cluster", "plugin", "sandbox", "metrics"],
    ),
    ("cli", &["pintle", "chart", "metrics"]),
    ("helm", &["cli"]),
];

/// Crates that only tests and tasks use: they may depend on everything.
const FREE: [&str; 3] = ["fuzz", "testkit", "xtask"];

/// Above this a file is long and is reported; above [`MAX_LINES`] it needs a reason written at its top.
const LONG_LINES: usize = 400;
const MAX_LINES: usize = 800;

/// Runs every check and prints what is wrong; false where anything is.
pub(crate) fn run() -> anyhow::Result<bool> {
    let mut faults = Vec::new();
    arrows(&mut faults)?;
    sizes(&mut faults)?;
    forgotten_tests(&mut faults)?;
    words(&mut faults)?;
    for fault in &faults {
        println!("tidy: {fault}");
    }
    not_built()?;
    println!("tidy: {} faults", faults.len());
    Ok(faults.is_empty())
}

fn arrows(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let output = crate::process::cargo().args(["metadata", "--format-version", "1", "--no-deps"]).output()?;
    anyhow::ensure!(output.status.success(), "running cargo metadata");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists packages")?;
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if FREE.contains(&name) {
            continue;
        }
        let Some(allowed) = allowed.get(name) else {
            faults.push(format!("the crate {name} has no place in the table of arrows"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let target = dependency["name"].as_str().unwrap_or_default();
            let free = ["value", "version"].contains(&target) || dependency["kind"] == "dev";
            if names.contains(&target) && !free && !allowed.contains(&target) {
                faults.push(format!("{name} must not depend on {target}"));
            }
        }
    }
    Ok(())
}

fn sizes(faults: &mut Vec<String>) -> anyhow::Result<()> {
    for file in rust_files()? {
        let text = std::fs::read_to_string(workspace::root().join(&file))?;
        let lines = text.lines().count();
        let reason = text.lines().take(12).any(|line| line.starts_with("//!") && line.contains("long because"));
        if lines > MAX_LINES && !reason {
            faults.push(format!("{file} has {lines} lines: split it, or say at its top that it is long because …"));
        } else if lines > LONG_LINES {
            eprintln!("tidy: long: {file} ({lines} lines)");
        }
        let documented = text.starts_with("//!") || text.starts_with("#!");
        if file.contains("/src/") && !documented {
            faults.push(format!("{file} does not open with a sentence on what it is"));
        }
    }
    Ok(())
}

/// A test file that no `mod` line and no cargo target names is never run.
fn forgotten_tests(faults: &mut Vec<String>) -> anyhow::Result<()> {
    for file in rust_files()?.iter().filter(|file| file.contains("/tests/")) {
        let path = Path::new(file);
        let (Some(folder), Some(stem)) = (path.parent(), path.file_stem()) else { continue };
        if folder.ends_with("tests") {
            continue;
        }
        let stem = stem.to_string_lossy();
        let named = |parent: &Path| {
            std::fs::read_dir(workspace::root().join(parent)).into_iter().flatten().flatten().any(|entry| {
                std::fs::read_to_string(entry.path())
                    .is_ok_and(|text| text.contains(&format!("mod {stem};")) || text.contains(&format!("{stem}.rs\"")))
            })
        };
        if stem != "mod" && !named(folder) && !folder.parent().is_some_and(named) {
            faults.push(format!("{file} is a test file that nothing names"));
        }
    }
    Ok(())
}

/// What code and documents must not say: unfinished work, and paths of one machine.
fn words(faults: &mut Vec<String>) -> anyhow::Result<()> {
    const WORDS: [&str; 5] = ["todo!(", "unimplemented!(", "#[ignore]", "dbg!(", "/home/"];
    for file in rust_files()?.iter().filter(|file| !file.starts_with("xtask/")) {
        let text = std::fs::read_to_string(workspace::root().join(file))?;
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = WORDS.iter().find(|word| line.contains(**word)) {
                faults.push(format!("{file}:{}: {word}", number + 1));
            }
        }
    }
    Ok(())
}

/// Lists the commands and flags whose work belongs to a later issue, so that none is forgotten.
fn not_built() -> anyhow::Result<()> {
    let file = workspace::root().join("crates/cli/src/not_built.rs");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let names: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix('"')?.split('"').next()).collect();
    if !names.is_empty() {
        println!("tidy: not built yet ({}): {}", names.len(), names.join(", "));
    }
    Ok(())
}

fn rust_files() -> anyhow::Result<Vec<String>> {
    let files = workspace::files(".")?;
    let names = files.iter().map(|file| file.to_string_lossy().into_owned());
    Ok(names.filter(|name| name.ends_with(".rs")).collect())
}
