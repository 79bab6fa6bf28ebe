//! Rules on what the templates render to. Helm: pkg/chart/v2/lint/rules/template.go.

use std::collections::BTreeMap;

use chart::{Capabilities, Chart, Findings, KubeVersion, ManifestHead, Severity, Warning, has_listed_resource_policy};
use render::{Mode, Release, RenderOptions};
use source::path;
use template::{Limits, Surroundings};
use value::{Map, Str, quote::quote};

use super::{
    LintOptions, deprecations, names,
    place::{Entry, Place},
};
use crate::{Level, LogLine};

const FOLDER: &str = "templates/";

/// Renders the chart's templates and checks what they give.
pub(super) fn lint(
    place: &Place,
    options: &LintOptions,
    kube: Option<&KubeVersion>,
    surroundings: &dyn Surroundings,
    found: (&mut Findings, &mut Vec<LogLine>),
) {
    let (findings, log) = found;
    let exists = match place.entry("templates") {
        Entry::Missing => Err("directory does not exist".to_owned()),
        _ => Ok(()),
    };
    if !findings.check(Severity::Warning, FOLDER, exists) {
        return;
    }
    let is_folder = if place.entry("templates") == Entry::Folder { Ok(()) } else { Err("not a directory".to_owned()) };
    if !findings.check(Severity::Error, FOLDER, is_folder) {
        return;
    }
    let mut warnings = Vec::new();
    let loaded = place.load(&mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    let mut chart = match loaded {
        Ok(chart) => chart,
        Err(reason) => {
            findings.check(Severity::Error, FOLDER, Err(reason));
            return;
        }
    };
    let mut capabilities = Capabilities::default();
    if let Some(kube) = kube {
        capabilities.kube_version = kube.clone();
    }
    let files = match render(&mut chart, options, &capabilities, surroundings, log) {
        None => return,
        Some(Err(reason)) => {
            findings.check(Severity::Error, FOLDER, Err(reason));
            return;
        }
        Some(Ok(files)) => files,
    };
    let nothing = Str::default();
    for template in &chart.templates {
        let name = &template.name;
        findings.check(Severity::Error, name, extension(name));
        if !matches!(path::extension(name).to_lowercase().as_str(), ".yaml" | ".yml") {
            continue;
        }
        let content = files.get(&path::join(chart.name(), name)).unwrap_or(&nothing);
        if content.to_text().trim().is_empty() {
            continue;
        }
        findings.check(Severity::Warning, name, first_indent(content));
        if !lint_objects(name, content, &capabilities.kube_version, findings) {
            return;
        }
    }
}

/// The rendered files by path; nothing where Helm gives up without a word.
fn render(
    chart: &mut Chart,
    options: &LintOptions,
    capabilities: &Capabilities,
    surroundings: &dyn Surroundings,
    log: &mut Vec<LogLine>,
) -> Option<Result<BTreeMap<String, Str>, String>> {
    let values = match merge(chart, options, log)? {
        Ok(values) => values,
        Err(reason) => return Some(Err(reason)),
    };
    let release =
        Release { name: "test-release".into(), namespace: options.namespace.clone(), revision: 0, is_upgrade: false };
    let render_options = RenderOptions {
        release,
        capabilities,
        mode: Mode::Lint,
        strict: false,
        lookup: None,
        surroundings,
        limits: Limits::default(),
    };
    match render::render(chart, values, &render_options) {
        Err(error) => {
            log.extend(error.warnings().iter().cloned().map(warning_line));
            Some(Err(error.to_string()))
        }
        Ok(rendered) => {
            log.extend(rendered.warnings.into_iter().map(warning_line));
            Some(Ok(rendered.files.into_iter().collect()))
        }
    }
}

fn warning_line(warning: render::Warning) -> LogLine {
    match warning {
        render::Warning::MissingRequired { message, nil } => {
            let text = if nil { "missing required value" } else { "missing required values" };
            LogLine::new(Level::Warn, text).with("message", message)
        }
        render::Warning::Failed { message } => LogLine::new(Level::Info, "funcMap fail").with("message", message),
    }
}

/// Values as templates see them. Imported values play no part in lint (helm/helm#9658).
fn merge(chart: &mut Chart, options: &LintOptions, log: &mut Vec<LogLine>) -> Option<Result<Map, String>> {
    let mut warnings = Vec::new();
    let merged = merge_twice(chart, options, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    let values = match merged? {
        Ok(values) => values,
        Err(reason) => return Some(Err(reason)),
    };
    if options.skip_schema_validation {
        return Some(Ok(values));
    }
    let mut warnings = Vec::new();
    let checked = chart::validate_values(chart, &values, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    Some(checked.map(|()| values).map_err(|error| {
        format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{error}")
    }))
}

fn merge_twice(chart: &mut Chart, options: &LintOptions, warnings: &mut Vec<Warning>) -> Option<Result<Map, String>> {
    chart::process_dependencies(chart, &options.values, warnings).ok()?;
    let once = chart::coalesce_values(chart, &options.values, warnings).ok()?;
    Some(chart::coalesce_values(chart, &once, warnings).map_err(|error| error.to_string()))
}

/// Checks the objects in a rendered file; false where one cannot be read, which ends the rule.
fn lint_objects(name: &str, content: &Str, kube: &KubeVersion, findings: &mut Findings) -> bool {
    for head in chart::read_heads(content) {
        let head = match head {
            Ok(head) => head,
            Err(reason) => {
                return findings.check(Severity::Error, name, Err(format!("unable to parse YAML: {reason}")));
            }
        };
        findings.check(Severity::Warning, name, names::check(&head.kind, &head.name));
        findings.check(Severity::Warning, name, deprecations::check(&head, kube));
        findings.check(Severity::Error, name, selector(&head, content));
        findings.check(Severity::Error, name, listed_annotations(&head, content));
    }
    true
}

fn extension(name: &str) -> Result<(), String> {
    let extension = path::extension(name);
    if matches!(extension, ".yaml" | ".yml" | ".tpl" | ".txt") {
        return Ok(());
    }
    Err(format!("file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"))
}

/// Go's scanner takes no longer line.
const MAX_LINE: usize = 64 * 1024;

fn first_indent(content: &[u8]) -> Result<(), String> {
    for line in content.split(|byte| *byte == b'\n') {
        if line.len() >= MAX_LINE {
            return Err("bufio.Scanner: token too long".into());
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if String::from_utf8_lossy(line).trim().is_empty() {
            continue;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            let shown = quote(line);
            return Err(format!("document starts with an illegal indent: {shown}, which may cause parsing problems"));
        }
        return Ok(());
    }
    Ok(())
}

fn selector(head: &ManifestHead, content: &Str) -> Result<(), String> {
    let ManifestHead { kind, name, .. } = head;
    let text = content.to_text();
    let selects = text.contains("matchLabels") || text.contains("matchExpressions");
    if !selects && matches!(kind.as_str(), "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet") {
        let name = quote(name.as_bytes());
        return Err(format!("a {kind} must contain matchLabels or matchExpressions, and {name} does not"));
    }
    Ok(())
}

fn listed_annotations(head: &ManifestHead, content: &[u8]) -> Result<(), String> {
    if head.kind != "List" {
        return Ok(());
    }
    match has_listed_resource_policy(content) {
        Err(reason) => Err(format!("unable to parse YAML: {reason}")),
        Ok(true) => Err("annotation 'helm.sh/resource-policy' within List objects are ignored".into()),
        Ok(false) => Ok(()),
    }
}
