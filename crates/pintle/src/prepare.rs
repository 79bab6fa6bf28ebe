//! From a chart reference and value flags to a chart that can be rendered. Helm: `pkg/cmd/install.go`, `runInstall`.

use std::rc::Rc;

use chart::{Capabilities, Chart, KubeVersion, Warning};
use release::RenderedFile;
use render::{Lookup, Mode, Release, RenderOptions, Rendered};
use source::ChartQuery;
use template::Limits;
use value::Map;

use crate::{
    Composition, DependencyOptions, Error, ErrorKind, Event, Level, LogLine, Observer, PostRenderer, Report,
    ValuesFlags, World, compose, dependency_update, install_name, rendered, unused_values,
};

/// A chart and the user's values.
pub struct Prepared {
    /// The chart as it was loaded.
    pub chart: Chart,
    /// The merged values of the flags, without the chart's own.
    pub values: Map,
}

/// Which chart, and which values.
#[derive(Clone, Debug, Default)]
pub struct ChartRequest {
    /// The chart.
    pub query: ChartQuery,
    /// The flags that set values.
    pub values: ValuesFlags,
    /// `--dependency-update`: how missing dependencies are fetched.
    pub dependency_update: Option<DependencyOptions>,
    /// `--warn-unused`: tells which of the flags' values nothing uses.
    pub warn_unused: bool,
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
    let path = source::locate(query, &mut |note| log.push(LogLine::from(note)))?;
    log.push(LogLine::new(Level::Debug, "Chart path").with("path", &path));
    let values = flags.merge(world.stdin)?;
    let chart = load(&path, log)?;
    check_installable(&chart)?;
    tell_deprecated(&chart, log);
    check_dependencies(&chart, query)?;
    Ok(Prepared { chart, values })
}

/// As [`prepare`]; dependencies that are missing may be fetched.
///
/// # Errors
/// Helm's, which are of flags, files and charts.
pub fn prepare_install(
    request: &ChartRequest,
    world: &mut World<'_>,
    observer: &mut dyn Observer,
) -> Result<Prepared, Error> {
    let (path, values) = locate(request, world, observer)?;
    let chart = told(observer, |log| {
        let chart = load(&path, log)?;
        check_installable(&chart)?;
        tell_deprecated(&chart, log);
        Ok(chart)
    })?;
    let chart = complete(chart, &path, request, observer)?;
    tell_unused(&chart, &values, request, observer);
    Ok(Prepared { chart, values })
}

/// Does the same for an upgrade, which takes charts of any type. Helm: `pkg/cmd/upgrade.go`.
pub(crate) fn prepare_upgrade(
    request: &ChartRequest,
    world: &mut World<'_>,
    observer: &mut dyn Observer,
) -> Result<Prepared, Error> {
    let (path, values) = locate(request, world, observer)?;
    let chart = told(observer, |log| load(&path, log))?;
    let chart = complete(chart, &path, request, observer)?;
    tell_unused(&chart, &values, request, observer);
    told(observer, |log| {
        tell_deprecated(&chart, log);
        Ok(Prepared { chart, values })
    })
}

fn tell_unused(chart: &Chart, values: &Map, request: &ChartRequest, observer: &mut dyn Observer) {
    if request.warn_unused {
        unused_values(chart, values).iter().for_each(|unused| observer.event(Event::Remark(unused.text())));
    }
}

fn locate(request: &ChartRequest, world: &mut World<'_>, observer: &mut dyn Observer) -> Result<(String, Map), Error> {
    let path = source::locate(&request.query, &mut |note| observer.event(Event::Log(LogLine::from(note))))?;
    observer.event(Event::Log(LogLine::new(Level::Debug, "Chart path").with("path", &path)));
    Ok((path, request.values.merge(world.stdin)?))
}

/// Runs something that logs, and tells what it logged.
pub(crate) fn told<T>(
    observer: &mut dyn Observer,
    run: impl FnOnce(&mut Vec<LogLine>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut log = Vec::new();
    let result = run(&mut log);
    log.into_iter().for_each(|line| observer.event(Event::Log(line)));
    result
}

fn load(path: &str, log: &mut Vec<LogLine>) -> Result<Chart, Error> {
    let mut warnings = Vec::new();
    let chart = source::load(path, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    Ok(chart?)
}

fn check_installable(chart: &Chart) -> Result<(), Error> {
    match chart.metadata.chart_type.as_deref() {
        None | Some("" | "application") => Ok(()),
        Some(other) => Err(Error::new(ErrorKind::Chart, format!("{other} charts are not installable"))),
    }
}

fn tell_deprecated(chart: &Chart, log: &mut Vec<LogLine>) {
    if chart.metadata.deprecated {
        log.push(LogLine::new(Level::Warn, "this chart is deprecated"));
    }
}

fn check_dependencies(chart: &Chart, query: &ChartQuery) -> Result<(), Error> {
    chart.check_dependencies().map_err(|missing| {
        let message = format!(
            "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to \
             fetch missing dependencies: {missing}"
        );
        Error::new(ErrorKind::MissingDependencies, message)
            .hinted(format!("`helm dependency update {}` fetches them into charts/", query.reference))
    })
}

/// The chart with all of its dependencies, which are fetched where the request says how.
fn complete(chart: Chart, path: &str, request: &ChartRequest, observer: &mut dyn Observer) -> Result<Chart, Error> {
    let missing = match check_dependencies(&chart, &request.query) {
        Ok(()) => return Ok(chart),
        Err(missing) => missing,
    };
    let Some(update) = &request.dependency_update else { return Err(missing) };
    let Report { stdout, log, outcome } =
        dependency_update(&DependencyOptions { chart: path.to_owned(), ..update.clone() });
    log.into_iter().for_each(|line| observer.event(Event::Log(line)));
    observer.event(Event::Output(&stdout));
    outcome?;
    told(observer, |log| load(path, log)).map_err(|error| error.during("failed reloading chart after repo update"))
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
    /// What answers `lookup`; without it nothing is found.
    pub lookup: Option<Rc<dyn Lookup>>,
    /// What the rendered files are sent through.
    pub post_renderer: Option<&'a PostRenderer>,
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
    check_name(&request.release.name, log)?;
    let prepared = process_for_install(prepared, log)?;
    render_processed(prepared, request, world, log)
}

/// Does the same with a chart whose dependencies have been processed.
pub(crate) fn render_processed(
    prepared: Prepared,
    request: &RenderRequest<'_>,
    world: &World<'_>,
    log: &mut Vec<LogLine>,
) -> Result<(Chart, Composition), FailedRender> {
    let Prepared { chart, values } = prepared;
    let merged = merge(&chart, &values, request, log)?;
    check_kube_version(&chart, &request.capabilities.kube_version)?;
    let options = RenderOptions {
        release: request.release.clone(),
        capabilities: request.capabilities,
        mode: Mode::Render,
        strict: false,
        lookup: request.lookup.clone(),
        surroundings: world.surroundings,
        limits: Limits::default(),
    };
    let Rendered { files, .. } = render::render(&chart, merged.clone(), &options).map_err(|error| FailedRender {
        error: Error::from(error),
        files: None,
        partial: true,
    })?;
    let files = match request.post_renderer {
        None => files,
        Some(renderer) => renderer.apply(files).map_err(|error| FailedRender { error, files: None, partial: true })?,
    };
    let composition = compose(files, chart.name(), request.subchart_notes).map_err(|(error, files)| {
        let file = files.iter().find(|file| file.path == error.path);
        let place = file.and_then(|file| rendered::line_of(&error, &file.content));
        let origin = place.and_then(|(line, text)| render::origin(&chart, merged, &options, (&error.path, line, text)));
        let error = Error::from(error);
        let error = match origin {
            Some(origin) => error.below(rendered::origin_snippet(&origin)),
            None => error,
        };
        FailedRender { error, files: Some(files), partial: true }
    })?;
    for types in &composition.unknown_hooks {
        log.push(LogLine::new(Level::Info, "skipping unknown hooks").with("hookTypes", types));
    }
    Ok((chart, composition))
}

/// Checks a release's name as `install` does.
pub(crate) fn check_name(name: &str, log: &mut Vec<LogLine>) -> Result<(), Error> {
    install_name::validate(name).map_err(|reason| {
        let reason = format!("release name {}: {reason}", value::quote::quote(name.as_bytes()));
        log.push(LogLine::new(Level::Error, "release name check failed").with("error", &reason));
        Error::new(ErrorKind::Usage, format!("release name check failed: {reason}"))
    })
}

/// Drops the subcharts that values turn off, and imports values of the others.
pub(crate) fn process(mut prepared: Prepared, log: &mut Vec<LogLine>) -> Result<Prepared, Error> {
    let mut warnings: Vec<Warning> = Vec::new();
    let processed = chart::process_dependencies(&mut prepared.chart, &prepared.values, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    processed?;
    Ok(prepared)
}

/// As [`process`], with the words of `install`.
pub(crate) fn process_for_install(prepared: Prepared, log: &mut Vec<LogLine>) -> Result<Prepared, Error> {
    process(prepared, log).map_err(|error| {
        let text = "chart dependencies processing failed";
        log.push(LogLine::new(Level::Error, text).with("error", error.to_string()));
        error.during(text)
    })
}

fn merge(chart: &Chart, values: &Map, request: &RenderRequest<'_>, log: &mut Vec<LogLine>) -> Result<Map, Error> {
    let mut warnings: Vec<Warning> = Vec::new();
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

/// Helm: `pkg/action/action.go`, `renderResources`.
fn check_kube_version(chart: &Chart, version: &KubeVersion) -> Result<(), FailedRender> {
    let wanted = &chart.metadata.kube_version;
    if wanted.is_empty() || chart::is_compatible_range(wanted, &version.to_string()) {
        return Ok(());
    }
    let message =
        format!("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {}", version.version);
    let hint = "--kube-version says which version to render for";
    Err(FailedRender { error: Error::new(ErrorKind::Chart, message).hinted(hint), files: None, partial: true })
}
