//! The table of Kubernetes' internal types of pods: refusals show them as Go's encoder writes them, by other names and with
//! every field that is not set.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use anyhow::Context as _;

/// Where the source has them, in the module.
const SOURCE: &str = "pkg/apis/core/types.go";
/// The type that is shown.
const ROOT: &str = "PodTemplateSpec";

/// What the source declares: structs with their fields, embedded ones without a name; other types with what they stand for.
#[derive(Default)]
struct Declared {
    structs: BTreeMap<String, Vec<(String, String)>>,
    others: BTreeMap<String, String>,
}

/// A line for each struct that a template of pods may hold, and its fields below it, in their order.
pub(super) fn table(module: &Path) -> anyhow::Result<String> {
    let file = module.join(SOURCE);
    let declared = read(&std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?);
    let (mut wanted, mut queue) = (BTreeSet::new(), vec![ROOT.to_owned()]);
    let mut table =
        format!("# Internal types of {}; written by `cargo xtask gen`, read by validate/internal.rs.\n", super::MODULE);
    while let Some(name) = queue.pop() {
        let Some(fields) = declared.structs.get(&name).filter(|_| wanted.insert(name.clone())) else { continue };
        writeln!(table, "type {name}")?;
        for (field, of) in fields {
            let of = expression(of, &declared);
            queue.extend(of.split_once('@').map(|(_, of)| of.to_owned()));
            writeln!(table, " {} {of}", if field.is_empty() { "+" } else { field })?;
        }
    }
    anyhow::ensure!(wanted.len() > 60, "{} has too few types", file.display());
    Ok(table)
}

fn read(source: &str) -> Declared {
    let (mut declared, mut current) = (Declared::default(), None);
    for line in source.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        let words: Vec<&str> = code.split_whitespace().collect();
        match (words.as_slice(), &current) {
            (["type", name, "struct", "{"], _) => {
                declared.structs.insert((*name).to_owned(), Vec::new());
                current = Some((*name).to_owned());
            }
            (["type", name, of], _) => _ = declared.others.insert((*name).to_owned(), (*of).to_owned()),
            (["}"], _) => current = None,
            ([embedded], Some(name)) => push(&mut declared, name, "", embedded),
            ([field, of, ..], Some(name)) => push(&mut declared, name, field, of),
            _ => {}
        }
    }
    declared
}

fn push(declared: &mut Declared, name: &str, field: &str, of: &str) {
    if let Some(fields) = declared.structs.get_mut(name) {
        fields.push((field.to_owned(), of.to_owned()));
    }
}

/// What a field is: `s` text, `i` number, `b` boolean, `n` what is null where it is not set, `o` what has names of its own
/// for JSON, `@name` a struct; `*x`, `[]x` and `{}x` as Go has them.
fn expression(of: &str, declared: &Declared) -> String {
    if let Some(of) = of.strip_prefix('*') {
        return format!("*{}", expression(of, declared));
    }
    if let Some(of) = of.strip_prefix("[]") {
        return format!("[]{}", expression(of, declared));
    }
    if let Some((_, of)) = of.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return format!("{{}}{}", expression(of, declared));
    }
    match of {
        "string" => "s".into(),
        "int" | "int32" | "int64" => "i".into(),
        "bool" => "b".into(),
        of if declared.structs.contains_key(of) => format!("@{of}"),
        of => match declared.others.get(of) {
            Some(other) => expression(other, declared),
            None if of == "resource.Quantity" || of == "types.UID" => "s".into(),
            None => "o".into(),
        },
    }
}
