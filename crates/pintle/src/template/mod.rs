//! `helm template`: renders a chart and prints it. Helm: `pkg/cmd/template.go`.

mod print;
mod server;

use chart::{Capabilities, Chart, KubeVersion};
use cluster::Cluster;
use render::Release;
use source::ChartQuery;

use self::print::{manifests, print, print_broken};
use crate::{
    Composition, Error, ErrorKind, Level, LogLine, NameOptions, PostRenderer, Prepared, RenderRequest, Session,
    ValuesFlags, World, lookup, prepare, render, unused_values,
};

pub(crate) use self::print::{is_test, show_only};

/// What `template` needs.
#[derive(Clone, Debug, Default)]
pub struct TemplateOptions {
    /// Name and chart; the name where none is given is `release-name`.
    pub name: NameOptions,
    /// Which chart; its reference is the one that `name` tells.
    pub chart: ChartQuery,
    /// The flags that set values.
    pub values: ValuesFlags,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `--kube-version`; empty where it is not given.
    pub kube_version: String,
    /// `--api-versions`
    pub api_versions: Vec<String>,
    /// `--include-crds`
    pub include_crds: bool,
    /// `--skip-tests`
    pub skip_tests: bool,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// `--is-upgrade`
    pub is_upgrade: bool,
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// `--show-only`
    pub show_only: Vec<String>,
    /// `--output-dir`; empty where it is not given.
    pub output_dir: String,
    /// `--release-name`: the files go into a folder of that name below `output_dir`.
    pub use_release_name: bool,
    /// `--skip-crds`: says nothing of CRDs where a cluster is asked.
    pub skip_crds: bool,
    /// `--take-ownership`
    pub take_ownership: bool,
    /// `--disable-openapi-validation`
    pub disable_openapi_validation: bool,
    /// `--warn-unused`: tells which of the flags' values nothing uses.
    pub warn_unused: bool,
    /// `--debug`: what cannot be read as YAML is shown before the error.
    pub debug: bool,
    /// `--post-renderer`
    pub post_renderer: Option<PostRenderer>,
}

/// A file to be written, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteFile {
    /// Where.
    pub path: String,
    /// What.
    pub content: Vec<u8>,
    /// What becomes of a file that is there.
    pub mode: WriteMode,
}

/// What becomes of a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteMode {
    /// It is replaced.
    Replace,
    /// The content goes behind it; where there is none, it is created.
    Append,
}

/// What `template` gives.
#[derive(Debug)]
#[must_use]
pub struct TemplateReport {
    /// The files to write first, each followed by a line `wrote PATH` on stdout.
    pub files: Vec<WriteFile>,
    /// What belongs on stdout behind these lines.
    pub stdout: Vec<u8>,
    /// What Helm logs on the way.
    pub log: Vec<LogLine>,
    /// How it ended.
    pub outcome: Result<(), Error>,
    /// What it was made of.
    pub material: Material,
}

/// The chart that was rendered, and its parts. A program that ends next may forget them: to free a large chart piece by
/// piece takes one part in twenty of the time that rendering it takes.
#[derive(Debug, Default)]
pub struct Material {
    _made: Option<(Chart, Composition)>,
}

impl Default for TemplateReport {
    fn default() -> TemplateReport {
        TemplateReport {
            files: Vec::new(),
            stdout: Vec::new(),
            log: Vec::new(),
            outcome: Ok(()),
            material: Material::default(),
        }
    }
}

/// Renders a chart without a cluster.
pub fn template(options: &TemplateOptions, world: &mut World<'_>) -> TemplateReport {
    run(options, world, None)
}

/// Renders a chart with what a cluster is able to do and has, and has the cluster's say on the objects:
/// `--dry-run=server`.
pub fn template_on(options: &TemplateOptions, session: &mut Session<'_>) -> TemplateReport {
    run(options, &mut session.world, Some(session.cluster))
}

fn run(options: &TemplateOptions, world: &mut World<'_>, cluster: Option<&Cluster>) -> TemplateReport {
    let mut report = TemplateReport::default();
    report.outcome = outcome(options, world, cluster, &mut report);
    report
}

fn outcome(
    options: &TemplateOptions,
    world: &mut World<'_>,
    cluster: Option<&Cluster>,
    report: &mut TemplateReport,
) -> Result<(), Error> {
    capabilities(options)?;
    let named = options.name.resolve(world.surroundings)?;
    let query = ChartQuery { reference: named.chart, ..options.chart.clone() };
    let prepared = prepare(&query, &options.values, world, &mut report.log)?;
    if options.warn_unused {
        for unused in unused_values(&prepared.chart, &prepared.values) {
            report.log.push(LogLine::new(Level::Warn, unused.text().trim_start_matches("warning: ")));
        }
    }
    let release =
        Release { name: named.name, namespace: options.namespace.clone(), revision: 1, is_upgrade: options.is_upgrade };
    render_manifests(&Rendering { options, release, cluster }, prepared, world, report)
}

/// How a chart that has been found is rendered.
pub(crate) struct Rendering<'a> {
    /// What the command says.
    pub(crate) options: &'a TemplateOptions,
    /// `.Release`
    pub(crate) release: Release,
    /// The cluster that is asked; none for rendering without one.
    pub(crate) cluster: Option<&'a Cluster>,
}

/// Renders a chart and its values to the text that `template` prints.
pub(crate) fn render_manifests(
    rendering: &Rendering<'_>,
    prepared: Prepared,
    world: &World<'_>,
    report: &mut TemplateReport,
) -> Result<(), Error> {
    let Rendering { options, release, cluster } = rendering;
    let capabilities = match cluster {
        Some(cluster) => server::capabilities(options, &prepared.chart, cluster, &mut report.log)?,
        None => capabilities(options)?,
    };
    let request = RenderRequest {
        release: release.clone(),
        capabilities: &capabilities,
        skip_schema_validation: options.skip_schema_validation,
        subchart_notes: false,
        lookup: cluster.and_then(lookup::live),
        post_renderer: options.post_renderer.as_ref(),
    };
    let (chart, composition) = rendered(options, prepared, &request, world, report)?;
    let folder = output_folder(options, &request.release.name);
    let manifests = manifests(options, &folder, &chart, &composition, report);
    if let Some(cluster) = cluster {
        server::check(options, &request.release.name, &manifests, cluster, &mut report.log)?;
    }
    let printed = print(options, &folder, manifests, &composition, report);
    report.material = Material { _made: Some((chart, composition)) };
    printed
}

/// Renders; shows with `--debug` what there is where that fails.
fn rendered(
    options: &TemplateOptions,
    prepared: Prepared,
    request: &RenderRequest<'_>,
    world: &World<'_>,
    report: &mut TemplateReport,
) -> Result<(Chart, Composition), Error> {
    render(prepared, request, world, &mut report.log).map_err(|failed| match (failed.partial, options.debug) {
        (false, _) => failed.error,
        (true, true) => {
            print_broken(failed.files.as_deref().unwrap_or_default(), report);
            failed.error
        }
        (true, false) => {
            failed.error.map_message(|text| format!("{text}\n\nUse --debug flag to render out invalid YAML"))
        }
    })
}

fn capabilities(options: &TemplateOptions) -> Result<Capabilities, Error> {
    let mut capabilities = Capabilities::default();
    if !options.kube_version.is_empty() {
        capabilities.kube_version = KubeVersion::parse(&options.kube_version).map_err(|error| {
            Error::new(ErrorKind::Usage, format!("invalid kube version '{}': {error}", options.kube_version))
        })?;
    }
    capabilities.api_versions.0.extend(options.api_versions.iter().cloned());
    Ok(capabilities)
}

fn output_folder(options: &TemplateOptions, name: &str) -> String {
    match (options.output_dir.as_str(), options.use_release_name) {
        ("", _) => String::new(),
        (folder, false) => folder.to_owned(),
        (folder, true) => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}
