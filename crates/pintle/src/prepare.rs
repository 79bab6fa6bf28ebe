//! From a chart reference and value flags to a chart that can be rendered. Helm: `pkg/cmd/install.go`, `runInstall`.

use chart::{Capabilities, Chart, KubeVersion, Warning};
use release::RenderedFile;
use render::{Mode, Release, RenderOptions, Rendered};
use source::ChartQuery;
use template::Limits;
use value::Map;

use crate::{Composition, Error, ErrorKind, Level, LogLine, ValuesFlags, World, compose, install_name};

/// A chart and the user's values.
pub struct Prepared {
    /// The chart as it was loaded.
    pub chart: Chart,
    /// The merged values of the flags, without the chart's own.
    pub values: Map,
}

/// Finds and loads a chart, merges the values of the flags, and checks that the chart can be installed and has its
/// dependencies.
///
/// What Helm logs on the way is added to `log`.
pub fn prepare(
    query: &ChartQuery,
    flags: &ValuesFlags,
    world: &mut World<'_>,
    log: &mut Vec<LogLine>,
) -> Result<Prepared, Error> {
    let path = source::locate(query)?;
    log.push(LogLine::new(Level::Debug, "Chart path").with("path", &path));
    let values = flags.merge(world.stdin)?;
    let mut warnings = Vec::new();
    let chart = source::load(&path, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    let chart = chart?;
    match chart.metadata.chart_type.as_deref() {
        None | Some("" | "application") => {}
        Some(other) => return Err(Error::new(ErrorKind::Chart, format!("{other} charts are not installable"))),
    }
    if chart.metadata.deprecated {
        log.push(LogLine::new(Level::Warn, "this chart is deprecated"));
    }
    chart.check_dependencies().map_err(|missing| {
        let message = format!(
            "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to \
             fetch missing dependencies: {missing}"
        );
        Error::new(ErrorKind::MissingDependencies, message)
            .hinted(format!("`helm dependency update {}` fetches them into charts/", query.reference))
    })?;
    Ok(Prepared { chart, values })
}

/// How a prepared chart is rendered.
pub struct RenderRequest<'a> {
    /// `.Release`
    pub release: Release,
    /// `.Capabilities`
    pub capabilities: &'a Capabilities,
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// `--render-subchart-notes`
    pub subchart_notes: bool,
}

/// A failed render, and what had been rendered before it failed: nothing where it failed before the templates ran.
pub struct FailedRender {
    /// Why it failed.
    pub error: Error,
    /// The files, where all were rendered and one is no YAML.
    pub files: Option<Vec<RenderedFile>>,
    /// Whether Helm would show what there is with `--debug`.
    pub partial: bool,
}

impl From<Error> for FailedRender {
    fn from(error: Error) -> FailedRender {
        FailedRender { error, files: None, partial: false }
    }
}

/// Processes dependencies, merges values with the charts' own, checks them against the schemas, renders all templates
/// and sorts what they gave. Gives the chart back with its dependencies processed.
pub fn render(
    prepared: Prepared,
    request: &RenderRequest<'_>,
    world: &World<'_>,
    log: &mut Vec<LogLine>,
) -> Result<(Chart, Composition), FailedRender> {
    let Prepared { mut chart, values } = prepared;
    let merged = merge(&mut chart, &values, request, log)?;
    check_kube_version(&chart, &request.capabilities.kube_version)?;
    let options = RenderOptions {
        release: request.release.clone(),
        capabilities: request.capabilities,
        mode: Mode::Render,
        strict: false,
        lookup: None,
        surroundings: world.surroundings,
        limits: Limits::default(),
    };
    let Rendered { files, .. } = render::render(&chart, merged, &options).map_err(|error| FailedRender {
        error: Error::from(error),
        files: None,
        partial: true,
    })?;
    let composition = compose(files, chart.name(), request.subchart_notes).map_err(|(error, files)| FailedRender {
        error: Error::from(error),
        files: Some(files),
        partial: true,
    })?;
    for types in &composition.unknown_hooks {
        log.push(LogLine::new(Level::Info, "skipping unknown hooks").with("hookTypes", types));
    }
    Ok((chart, composition))
}

fn merge(chart: &mut Chart, values: &Map, request: &RenderRequest<'_>, log: &mut Vec<LogLine>) -> Result<Map, Error> {
    install_name::validate(&request.release.name).map_err(|reason| {
        let reason = format!("release name {}: {reason}", value::quote::quote(request.release.name.as_bytes()));
        log.push(LogLine::new(Level::Error, "release name check failed").with("error", &reason));
        Error::new(ErrorKind::Usage, format!("release name check failed: {reason}"))
    })?;
    let mut warnings: Vec<Warning> = Vec::new();
    let processed = chart::process_dependencies(chart, values, &mut warnings);
    log.extend(warnings.drain(..).map(LogLine::from));
    if let Err(error) = processed {
        log.push(LogLine::new(Level::Error, "chart dependencies processing failed").with("error", error.to_string()));
        return Err(Error::new(ErrorKind::Chart, format!("chart dependencies processing failed: {error}")));
    }
    let merged = chart::coalesce_values(chart, values, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    let merged = merged?;
    if !request.skip_schema_validation {
        check_schemas(chart, &merged, log)?;
    }
    Ok(merged)
}

/// Helm: `pkg/chart/common/util/values.go`.
fn check_schemas(chart: &Chart, values: &Map, log: &mut Vec<LogLine>) -> Result<(), Error> {
    tell_charts(chart, values, log);
    let mut warnings = Vec::new();
    let checked = chart::validate_values(chart, values, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    checked.map_err(|error| {
        let message =
            format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{error}");
        let converted = Error::new(ErrorKind::Values, message);
        match error.hint() {
            Some(hint) => converted.hinted(hint),
            None => converted,
        }
    })
}

/// Tells which charts' schemas are looked at. Helm: `pkg/chart/common/util/jsonschema.go`, `ValidateAgainstSchema`.
pub(crate) fn tell_charts(chart: &Chart, values: &Map, log: &mut Vec<LogLine>) {
    if chart.schema.is_some() {
        log.push(LogLine::new(Level::Debug, "chart name").with("chart-name", chart.name()));
    }
    let line = LogLine::new(Level::Debug, "number of dependencies in the chart").with("chart", chart.name());
    log.push(line.with("dependencies", chart.dependencies.len().to_string()));
    for subchart in &chart.dependencies {
        if let Some(values) = values.get(subchart.name()).as_ref().and_then(|values| values.as_map()) {
            tell_charts(subchart, values, log);
        }
    }
}

/// Helm: `pkg/action/action.go`, `renderResources`.
fn check_kube_version(chart: &Chart, version: &KubeVersion) -> Result<(), FailedRender> {
    let wanted = &chart.metadata.kube_version;
    if wanted.is_empty() || chart::is_compatible_range(wanted, &version.normalized) {
        return Ok(());
    }
    let message =
        format!("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {}", version.version);
    let hint = "--kube-version says which version to render for";
    Err(FailedRender { error: Error::new(ErrorKind::Chart, message).hinted(hint), files: None, partial: true })
}
