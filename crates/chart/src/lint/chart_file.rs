//! Rules on `Chart.yaml`. Helm: pkg/chart/v2/lint/rules/chartfile.go.

use value::{Map, Value, quote::quote, yaml};
use version::{Constraint, Version};

use super::{
    Findings, Severity,
    web::{is_email, is_request_url, is_url},
};
use crate::{API_VERSION_1, API_VERSION_2, Metadata};

const FILE: &str = "Chart.yaml";

/// Checks `Chart.yaml`: its content, or why it cannot be read, and whether it is a folder.
pub fn lint_chart_file(content: Result<&[u8], String>, is_folder: bool, findings: &mut Findings) {
    let mut check = |severity, outcome| findings.check(severity, FILE, outcome);
    if is_folder {
        check(Severity::Error, Err("should be a file, not a directory".into()));
    }
    let bytes = content.as_ref().copied().unwrap_or_default();
    let read = content.and_then(|bytes| Metadata::from_yaml(bytes).map_err(|error| error.to_string()));
    let metadata = match read {
        Ok(metadata) => metadata,
        Err(reason) => {
            check(Severity::Error, Err(format!("unable to parse YAML\n\t{reason}")));
            return;
        }
    };
    let strict = Metadata::from_yaml_strict(bytes).map(|_| ());
    check(
        Severity::Warning,
        strict.map_err(|error| format!("failed to strictly parse chart metadata file\n\t{error}")),
    );
    let raw = yaml::map_from_slice(bytes).unwrap_or_default();
    check(Severity::Error, name(&metadata));
    check(Severity::Error, api_version(&metadata));
    check(Severity::Error, is_text(&raw, "version"));
    check(Severity::Error, version(&metadata));
    check(Severity::Error, is_text(&raw, "appVersion"));
    check(Severity::Error, maintainers(&raw));
    check(Severity::Error, sources(&metadata));
    check(Severity::Info, if metadata.icon.is_empty() { Err("icon is recommended".into()) } else { Ok(()) });
    check(Severity::Error, icon(&metadata));
    check(Severity::Error, chart_type(&metadata));
    check(Severity::Error, dependencies(&metadata));
    check(Severity::Warning, strict_version(&metadata));
}

type Outcome = Result<(), String>;

fn name(metadata: &Metadata) -> Outcome {
    let name = &metadata.name;
    if name.is_empty() {
        return Err("name is required".into());
    }
    if name != "/" && name.contains('/') {
        return Err(format!("chart name {} is invalid", quote(name.as_bytes())));
    }
    Ok(())
}

fn api_version(metadata: &Metadata) -> Outcome {
    match metadata.api_version.as_str() {
        "" => Err("apiVersion is required. The value must be either \"v1\" or \"v2\"".into()),
        API_VERSION_1 | API_VERSION_2 => Ok(()),
        other => Err(format!("apiVersion '{other}' is not valid. The value must be either \"v1\" or \"v2\"")),
    }
}

fn is_text(raw: &Map, key: &str) -> Outcome {
    match raw.get(key) {
        None | Some(Value::String(_)) => Ok(()),
        Some(value) => Err(format!("{key} should be of type string but it's of type {}", value.go_type())),
    }
}

fn version(metadata: &Metadata) -> Outcome {
    let text = &metadata.version;
    if text.is_empty() {
        return Err("version is required".into());
    }
    let version = Version::parse(text).map_err(|_| format!("version '{text}' is not a valid SemVer"))?;
    let constraint = Constraint::parse(">0.0.0-0").map_err(|error| error.to_string())?;
    match constraint.validate(&version) {
        Err(reasons) => reasons.first().map_or(Ok(()), |reason| Err(format!("version {reason}"))),
        Ok(()) => Ok(()),
    }
}

fn strict_version(metadata: &Metadata) -> Outcome {
    match Version::parse_strict(&metadata.version) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("version '{}' is not a valid SemVerV2", metadata.version)),
    }
}

/// Looks at the document itself, which has the empty entries that a chart cannot have.
fn maintainers(raw: &Map) -> Outcome {
    let Some(Value::List(list)) = raw.get("maintainers") else { return Ok(()) };
    for maintainer in list.iter() {
        let Value::Map(fields) = maintainer else { return Err("a maintainer entry is empty".into()) };
        let field = |name: &str| match fields.get(name) {
            Some(Value::String(text)) => text.to_string(),
            Some(Value::Nil) | None => String::new(),
            Some(other) => crate::print::plain(&other),
        };
        let (name, email, url) = (field("name"), field("email"), field("url"));
        if name.is_empty() {
            return Err("each maintainer requires a name".into());
        }
        if !email.is_empty() && !is_email(&email) {
            return Err(format!("invalid email '{email}' for maintainer '{name}'"));
        }
        if !url.is_empty() && !is_url(&url) {
            return Err(format!("invalid url '{url}' for maintainer '{name}'"));
        }
    }
    Ok(())
}

fn sources(metadata: &Metadata) -> Outcome {
    match metadata.sources.iter().find(|source| !is_request_url(source)) {
        Some(source) => Err(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}

fn icon(metadata: &Metadata) -> Outcome {
    let icon = &metadata.icon;
    if icon.is_empty() || is_request_url(icon) { Ok(()) } else { Err(format!("invalid icon URL '{icon}'")) }
}

fn chart_type(metadata: &Metadata) -> Outcome {
    let named = metadata.chart_type.as_ref().is_some_and(|name| !name.is_empty());
    if named && metadata.api_version != API_VERSION_2 {
        return Err(format!(
            "chart type is not valid in apiVersion '{}'. It is valid in apiVersion '{API_VERSION_2}'",
            metadata.api_version
        ));
    }
    Ok(())
}

fn dependencies(metadata: &Metadata) -> Outcome {
    let count = metadata.dependencies.len() + usize::from(metadata.marks.null_dependency.is_some());
    if count > 0 && metadata.api_version != API_VERSION_2 {
        return Err(format!(
            "dependencies are not valid in the Chart file with apiVersion '{}'. They are valid in apiVersion \
             '{API_VERSION_2}'",
            metadata.api_version
        ));
    }
    Ok(())
}
