//! `helm lint`: examines charts. Helm: pkg/action/lint.go, pkg/cmd/lint.go and pkg/chart/v2/lint.

mod deprecations;
mod names;
mod place;
mod templates;

use std::fs;

use chart::{Findings, KubeVersion, Severity};
use source::path;
use template::Surroundings;
use value::{Map, yaml};

use self::place::{Entry, Place};
use crate::{Error, ErrorKind, LogLine, Report};

/// What `lint` needs.
#[derive(Clone, Debug, Default)]
pub struct LintOptions {
    /// The arguments: chart folders and archives.
    pub paths: Vec<String>,
    /// The merged values of `-f` and the `--set` flags.
    pub values: Map,
    /// `--namespace`, or what stands for it.
    pub namespace: String,
    /// `--strict`
    pub strict: bool,
    /// `--with-subcharts`
    pub with_subcharts: bool,
    /// `--quiet`
    pub quiet: bool,
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// `--kube-version`; empty where it is not given.
    pub kube_version: String,
}

/// Examines charts; the outcome is an error where one of them fails.
pub fn lint(options: &LintOptions, surroundings: &dyn Surroundings) -> Report {
    let kube = match options.kube_version.as_str() {
        "" => None,
        text => match KubeVersion::parse(text) {
            Ok(version) => Some(version),
            Err(error) => {
                let text = format!("invalid kube version '{text}': {error}");
                return Report::failed(Error::new(ErrorKind::Usage, text));
            }
        },
    };
    let mut paths = options.paths.clone();
    if options.with_subcharts {
        for argument in &options.paths {
            subcharts(&path::join(argument, "charts"), &mut paths, 0);
        }
    }
    let lint = Lint { options, kube: kube.as_ref(), surroundings };
    lint.all(&paths)
}

/// How deep folders below `charts/` are looked into.
const MAX_DEPTH: usize = 64;

/// Adds the charts below a folder: folders with a `Chart.yaml`, and archives. Links are not followed.
fn subcharts(folder: &str, paths: &mut Vec<String>, depth: usize) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let below = path::join(folder, &name);
        if name == "Chart.yaml" {
            paths.push(folder.to_owned());
        } else if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
            paths.push(below.clone());
        }
        if depth < MAX_DEPTH && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            subcharts(&below, paths, depth + 1);
        }
    }
}

struct Lint<'a> {
    options: &'a LintOptions,
    kube: Option<&'a KubeVersion>,
    surroundings: &'a dyn Surroundings,
}

impl Lint<'_> {
    fn all(&self, paths: &[String]) -> Report {
        let (mut text, mut log) = (String::new(), Vec::new());
        let (mut failed, mut noticed) = (0, 0);
        for argument in paths {
            let examined = self.one(argument, &mut log);
            let worst = examined
                .as_ref()
                .map_or(Some(Severity::Error), |findings| findings.0.iter().map(|finding| finding.severity).max());
            let lowest = if self.options.strict { Severity::Warning } else { Severity::Error };
            noticed += usize::from(worst > Some(Severity::Info));
            if self.options.quiet && worst <= Some(Severity::Info) {
                continue;
            }
            text.push_str(&format!("==> Linting {argument}\n"));
            match &examined {
                Err(reason) => text.push_str(&format!("Error {reason}\n")),
                Ok(findings) => {
                    let least = if self.options.quiet { Severity::Warning } else { Severity::Info };
                    for finding in findings.0.iter().filter(|finding| finding.severity >= least) {
                        text.push_str(&format!("{finding}\n"));
                    }
                }
            }
            failed += usize::from(worst >= Some(lowest));
            text.push('\n');
        }
        let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
        let outcome = if failed > 0 { Err(Error::new(ErrorKind::Chart, &summary)) } else { Ok(()) };
        if outcome.is_ok() && (!self.options.quiet || noticed > 0) {
            text.push_str(&format!("{summary}\n"));
        }
        Report { stdout: text.into_bytes(), log, outcome }
    }

    /// What there is to say about one chart; an error where it is none.
    fn one(&self, argument: &str, log: &mut Vec<LogLine>) -> Result<Findings, String> {
        let place = Place::open(argument)?;
        let mut findings = Findings::default();
        let chart_yaml = place.read("Chart.yaml");
        let is_folder = place.entry("Chart.yaml") == Entry::Folder;
        chart::lint_chart_file(chart_yaml.as_deref().map_err(Clone::clone), is_folder, &mut findings);
        self.values(&place, &mut findings, log);
        templates::lint(&place, self.options, self.kube, self.surroundings, (&mut findings, log));
        let mut warnings = Vec::new();
        let loaded = place.load(&mut warnings);
        chart::lint_dependencies(loaded.as_ref().map_err(Clone::clone), place.shown(), &mut findings);
        log.extend(warnings.into_iter().map(LogLine::from));
        self.crds(&place, &mut findings, log);
        Ok(findings)
    }

    /// Helm: pkg/chart/v2/lint/rules/values.go.
    fn values(&self, place: &Place, findings: &mut Findings, log: &mut Vec<LogLine>) {
        let file = "values.yaml";
        if place.entry(file) == Entry::Missing {
            findings.check(Severity::Info, file, Err("file does not exist".into()));
            return;
        }
        let outcome = self.check_values(place, log);
        findings.check(Severity::Error, file, outcome);
    }

    fn check_values(&self, place: &Place, log: &mut Vec<LogLine>) -> Result<(), String> {
        let failed = |reason: String| format!("unable to parse YAML: {reason}");
        let bytes = place.read("values.yaml").map_err(failed)?;
        let values = yaml::map_from_slice_as(&bytes, "common.Values").map_err(|error| failed(error.to_string()))?;
        let mut warnings = Vec::new();
        let merged = chart::coalesce_tables(&self.options.values, &values, &mut warnings);
        let schema = place.read("values.schema.json").unwrap_or_default();
        let outcome = if schema.is_empty() || self.options.skip_schema_validation {
            Ok(())
        } else {
            chart::validate_against(&merged, &schema, &mut warnings).map_err(|error| error.to_string())
        };
        log.extend(warnings.into_iter().map(LogLine::from));
        outcome
    }

    /// Helm: pkg/chart/v2/lint/rules/crds.go.
    fn crds(&self, place: &Place, findings: &mut Findings, log: &mut Vec<LogLine>) {
        let folder = "crds/";
        match place.entry("crds") {
            Entry::Missing => return,
            Entry::File => {
                findings.check(Severity::Error, folder, Err("not a directory".into()));
                return;
            }
            Entry::Folder => {}
        }
        let mut warnings = Vec::new();
        let loaded = place.load(&mut warnings);
        log.extend(warnings.into_iter().map(LogLine::from));
        match loaded {
            Err(reason) => {
                findings.check(Severity::Error, folder, Err(reason));
            }
            Ok(chart) => {
                let _ = chart.crds().iter().all(|crd| chart::lint_crd(crd, findings));
            }
        }
    }
}
