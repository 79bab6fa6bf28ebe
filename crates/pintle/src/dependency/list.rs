//! `helm dependency list`. Helm: pkg/action/dependency.go.

use chart::{Chart, Dependency, Warning};
use source::path;
use value::quote::quote;
use version::{Constraint, Version};

use crate::{Error, LogLine, Report, Table, glob::glob};

/// What `dependency list` needs.
#[derive(Clone, Debug, Default)]
pub struct DependencyListOptions {
    /// The argument; empty stands for `.`.
    pub chart: String,
    /// `--max-col-width`; Helm's default is 80.
    pub max_column_width: usize,
}

/// Lists the dependencies that a chart declares, and how it has them.
pub fn dependency_list(options: &DependencyListOptions) -> Report {
    let (mut stdout, mut warnings) = (String::new(), Vec::new());
    let outcome = list(options, &mut stdout, &mut warnings);
    let log = warnings.into_iter().map(LogLine::from).collect();
    Report { stdout: stdout.into_bytes(), log, outcome }
}

fn list(options: &DependencyListOptions, out: &mut String, warnings: &mut Vec<Warning>) -> Result<(), Error> {
    let folder = path::clean(&options.chart);
    let chart = source::load_v2(&folder, warnings)?;
    let dependencies = &chart.metadata.dependencies;
    if dependencies.is_empty() && !chart.metadata.marks.empty_dependencies {
        out.push_str(&format!("WARNING: no dependencies at {}\n", path::join(&folder, "charts")));
        return Ok(());
    }
    let mut table = Table::new(options.max_column_width);
    table.row(["NAME", "VERSION", "REPOSITORY", "STATUS"]);
    for dependency in dependencies {
        let status = status(&folder, dependency, &chart, warnings);
        table.row([&dependency.name, &dependency.version, &dependency.repository, status]);
    }
    out.push_str(&table.text());
    out.push_str("\n\n");
    write_strangers(&folder, dependencies, out, warnings);
    Ok(())
}

/// How a chart has one of its dependencies.
fn status(folder: &str, dependency: &Dependency, parent: &Chart, warnings: &mut Vec<Warning>) -> &'static str {
    let charts = path::join(folder, "charts");
    let Ok(archives) = glob(&path::join(&charts, &format!("{}-*.tgz", dependency.name))) else {
        return "bad pattern";
    };
    // Of several archives only those count whose names end in a version.
    let prefix = format!("{}-", dependency.name);
    let is_versioned = |archive: &&String| {
        let name = path::base(archive).strip_suffix(".tgz").unwrap_or_default();
        Version::parse_strict(name.strip_prefix(prefix.as_str()).unwrap_or(name)).is_ok()
    };
    let archive = match archives.as_slice() {
        [] => None,
        [one] => Some(one),
        many => match many.iter().filter(is_versioned).collect::<Vec<_>>().as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => return "too many matches",
        },
    };
    if let Some(status) = archive.and_then(|archive| archive_status(archive, dependency, warnings)) {
        return status;
    }
    match parent.dependencies.iter().rfind(|chart| chart.name() == dependency.name) {
        None => "missing",
        Some(chart) => version_status(&chart.metadata.version, &dependency.version).unwrap_or("unpacked"),
    }
}

fn archive_status(archive: &str, dependency: &Dependency, warnings: &mut Vec<Warning>) -> Option<&'static str> {
    source::stat(archive).ok()?;
    let Ok(chart) = source::load_v2(archive, warnings) else { return Some("corrupt") };
    if chart.name() != dependency.name {
        return Some("misnamed");
    }
    Some(version_status(&chart.metadata.version, &dependency.version).unwrap_or("ok"))
}

/// What is wrong with a version; nothing where it is the one that is wanted.
fn version_status(version: &str, wanted: &str) -> Option<&'static str> {
    if version == wanted {
        return None;
    }
    match (Constraint::parse(wanted), Version::parse(version)) {
        (Ok(constraint), Ok(version)) if constraint.check(&version) => None,
        (Ok(_), Ok(_)) => Some("wrong version"),
        _ => Some("invalid version"),
    }
}

/// Names what lies in `charts/` and is no chart, or none that the chart declares.
fn write_strangers(folder: &str, dependencies: &[Dependency], out: &mut String, warnings: &mut Vec<Warning>) {
    let files = match glob(&path::join(folder, "charts/*")) {
        Ok(files) => files,
        Err(_) => {
            out.push_str("syntax error in pattern\n");
            return;
        }
    };
    for file in files {
        match source::stat(&file) {
            Err(error) => {
                out.push_str(&format!("Warning: {error}\n"));
                continue;
            }
            Ok(kind) if !kind.is_dir() && path::extension(&file) != ".tgz" => continue,
            Ok(_) => {}
        }
        let shown = quote(file.as_bytes());
        match source::load_v2(&file, warnings) {
            Err(_) => out.push_str(&format!("WARNING: {shown} is not a chart.\n")),
            Ok(chart) if dependencies.iter().any(|dependency| dependency.name == chart.name()) => {}
            Ok(_) => out.push_str(&format!("WARNING: {shown} is not in Chart.yaml.\n")),
        }
    }
}
