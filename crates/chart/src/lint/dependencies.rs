//! Rules on a chart's dependencies. Helm: pkg/chart/v2/lint/rules/dependencies.go.

use std::collections::BTreeSet;

use super::{Findings, Severity};
use crate::Chart;

/// Checks what a chart declares against what lies in `charts/`; `folder` is the chart's own, which messages mention.
pub fn lint_dependencies(chart: Result<&Chart, String>, folder: &str, findings: &mut Findings) {
    let chart = match chart {
        Ok(chart) => chart,
        Err(reason) => {
            findings.check(Severity::Error, "", Err(format!("unable to load chart\n\t{reason}")));
            return;
        }
    };
    let declared = &chart.metadata.dependencies;
    let names: BTreeSet<&str> = declared.iter().map(|dependency| dependency.name.as_str()).collect();
    let present: BTreeSet<&str> = chart.dependencies.iter().map(Chart::name).collect();
    let undeclared = chart.dependencies.iter().map(Chart::name).filter(|name| !names.contains(name));
    let text = "chart metadata is missing these dependencies";
    findings.check(Severity::Error, folder, listed(text, undeclared.collect()));

    let mut seen = BTreeSet::new();
    let keys = declared.iter().map(|one| if one.alias.is_empty() { &one.name } else { &one.alias });
    let doubled = keys.filter(|key| !seen.insert(key.as_str())).map(String::as_str);
    findings.check(Severity::Error, folder, listed("multiple dependencies with name or alias", doubled.collect()));

    let absent = declared.iter().map(|dependency| dependency.name.as_str()).filter(|name| !present.contains(name));
    let text = "chart directory is missing these dependencies";
    findings.check(Severity::Warning, folder, listed(text, absent.collect()));
}

fn listed(text: &str, names: Vec<&str>) -> Result<(), String> {
    if names.is_empty() { Ok(()) } else { Err(format!("{text}: {}", names.join(","))) }
}
