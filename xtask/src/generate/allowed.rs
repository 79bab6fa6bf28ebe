//! The values that a server allows for fields: the published documents leave them out, Kubernetes' generated source has them.

use std::path::Path;

use anyhow::Context as _;

use super::Allowed;

/// Where the source has them, in the module.
const SOURCE: &str = "pkg/generated/openapi/zz_generated.openapi.go";

/// Reads them: a function for each type, `Properties` in it, and an `Enum` for some of these.
pub(super) fn read(module: &Path) -> anyhow::Result<Allowed> {
    let file = module.join(SOURCE);
    let source = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let (mut allowed, mut of, mut field) = (Allowed::new(), String::new(), String::new());
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("func schema_") {
            of = rest.split_once('(').map_or("", |(name, _)| name).to_owned();
        } else if let Some(name) = property(line) {
            field = name.to_owned();
        } else if let Some(values) = values(line) {
            allowed.insert((type_name(&of), field.clone()), values);
        }
    }
    // A value with a space in it would not fit into the table; no field that people write has one.
    allowed.retain(|_, values| values.iter().all(|value| !value.contains([' ', '|'])));
    anyhow::ensure!(allowed.len() > 50, "{} tells too few values", file.display());
    Ok(allowed)
}

/// The name of a property, where a line begins one of the type itself.
fn property(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("\t\t\t\t\t\"")?;
    rest.strip_suffix("\": {")
}

/// The values that a line lists for a property that is one text, and no list of texts.
fn values(line: &str) -> Option<Vec<String>> {
    let rest = line.strip_prefix("\t\t\t\t\t\t\tEnum:")?;
    let list = rest.trim_start().strip_prefix("[]interface{}{")?.strip_suffix("},")?;
    list.split(", ").map(|value| Some(value.strip_prefix('"')?.strip_suffix('"')?.to_owned())).collect()
}

/// The short name of the type whose function this is: `core.v1.Container` for `k8sio_api_core_v1_Container`.
fn type_name(function: &str) -> String {
    let name = ["k8sio_api_", "pkg_apis_"].iter().find_map(|root| function.strip_prefix(root)).unwrap_or(function);
    name.replace('_', ".")
}
