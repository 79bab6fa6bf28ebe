//! Which subcharts take part: versions, aliases, conditions and tags.
//!
//! Helm: pkg/chart/v2/util/dependencies.go.

use std::collections::BTreeSet;

use value::{Map, Value};
use version::{Constraint, Version};

use crate::{
    Chart, Dependency, Error, Metadata, Warning, coalesce::coalesce_values, import_values::import_values, path,
};

/// Drops the subcharts that conditions and tags turn off, gives the others their aliases, and imports values
/// from children into their parents, as `import-values` says: Helm's `ProcessDependencies`.
///
/// # Errors
/// A value for a subchart that is no table.
pub fn process_dependencies(chart: &mut Chart, values: &Map, warnings: &mut Vec<Warning>) -> Result<(), Error> {
    enable(chart, values, "", warnings)?;
    import_values(chart, warnings)
}

impl Chart {
    /// Checks that every dependency that `Chart.yaml` names is there (Helm: `action.CheckDependencies`).
    pub fn check_dependencies(&self) -> Result<(), Error> {
        let is_missing = |name: &&str| !self.dependencies.iter().any(|child| child.name() == *name);
        let names = self.metadata.dependencies.iter().map(|dependency| dependency.name.as_str());
        let missing: Vec<&str> = names.filter(is_missing).collect();
        if missing.is_empty() { Ok(()) } else { Err(Error::MissingDependencies(missing.join(", "))) }
    }
}

/// Whether a version satisfies a constraint; false where one of them cannot be read
/// (Helm: `chartutil.IsCompatibleRange`).
pub fn is_compatible_range(constraint: &str, version: &str) -> bool {
    let Ok(version) = Version::parse(version) else { return false };
    Constraint::parse(constraint).is_ok_and(|constraint| constraint.check(&version))
}

impl Metadata {
    /// Whether Helm looks at the dependencies at all: it does for an empty list, and does not without one.
    pub(crate) fn names_dependencies(&self) -> bool {
        self.marks.empty_dependencies || !self.dependencies.is_empty()
    }
}

fn enable(chart: &mut Chart, values: &Map, prefix: &str, warnings: &mut Vec<Warning>) -> Result<(), Error> {
    if !chart.metadata.names_dependencies() {
        return Ok(());
    }
    select(chart);
    let values = coalesce_values(chart, values, warnings)?;
    let requirements = &mut chart.metadata.dependencies;
    requirements.iter_mut().for_each(|requirement| requirement.enabled = true);
    apply_tags(requirements, &values, warnings);
    apply_conditions(requirements, &values, prefix, warnings);

    let off = requirements.iter().filter(|requirement| !requirement.enabled);
    let off: BTreeSet<String> = off.map(|requirement| requirement.name.clone()).collect();
    requirements.retain(|requirement| !off.contains(&requirement.name));
    chart.metadata.marks.empty_dependencies = false;
    chart.dependencies.retain(|child| !off.contains(child.name()));
    for child in &mut chart.dependencies {
        let prefix = format!("{prefix}{}.", child.name());
        enable(child, &values, &prefix, warnings)?;
    }
    Ok(())
}

/// Orders the subcharts: first those that `Chart.yaml` does not name, then those that it names in its order,
/// one for each alias; a version that does not fit is left out.
fn select(chart: &mut Chart) {
    let children = std::mem::take(&mut chart.dependencies);
    let fits = |requirement: &Dependency, child: &Chart| {
        child.name() == requirement.name && is_compatible_range(&requirement.version, &child.metadata.version)
    };
    let requirements = &mut chart.metadata.dependencies;
    let is_named = |child: &Chart| requirements.iter().any(|requirement| fits(requirement, child));
    let (mut named, mut selected): (Vec<Option<Chart>>, Vec<Chart>) = (Vec::new(), Vec::new());
    for child in children {
        if is_named(&child) { named.push(Some(child)) } else { selected.push(child) }
    }
    let place = |requirement: &Dependency| {
        named.iter().position(|child| child.as_ref().is_some_and(|child| fits(requirement, child)))
    };
    let mut places: Vec<Option<usize>> = requirements.iter().map(place).collect();
    for requirement in requirements {
        let place = if places.is_empty() { None } else { places.remove(0) };
        let again = places.contains(&place);
        let child = place.and_then(|place| named.get_mut(place));
        if let Some(mut child) = child.and_then(|child| if again { child.clone() } else { child.take() }) {
            if !requirement.alias.is_empty() {
                child.metadata.name.clone_from(&requirement.alias);
            }
            selected.push(child);
        }
        if !requirement.alias.is_empty() {
            requirement.name.clone_from(&requirement.alias);
        }
    }
    chart.dependencies = selected;
}

fn apply_tags(requirements: &mut [Dependency], values: &Map, warnings: &mut Vec<Warning>) {
    let Some(Value::Map(tags)) = values.get("tags") else { return };
    for requirement in requirements {
        let (mut on, mut off) = (false, false);
        for tag in &requirement.tags {
            match tags.get(tag) {
                Some(Value::Bool(true)) => on = true,
                Some(Value::Bool(false)) => off = true,
                Some(_) => warnings.push(no_boolean("tag", tag, requirement)),
                None => {}
            }
        }
        requirement.enabled = on || !off;
    }
}

fn apply_conditions(requirements: &mut [Dependency], values: &Map, prefix: &str, warnings: &mut Vec<Warning>) {
    for requirement in requirements {
        let condition = requirement.condition.clone();
        for path in condition.trim().split(',').filter(|path| !path.is_empty()) {
            match path::value(values, &format!("{prefix}{path}")) {
                Some(Value::Bool(flag)) => {
                    requirement.enabled = flag;
                    break;
                }
                Some(_) => warnings.push(no_boolean("path", path, requirement)),
                None => {}
            }
        }
    }
}

fn no_boolean(kind: &'static str, name: &str, requirement: &Dependency) -> Warning {
    Warning::warn("returned non-bool value", vec![(kind, name.into()), ("chart", requirement.name.clone())])
}
