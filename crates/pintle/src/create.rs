//! `helm create`: a new chart from Helm's scaffold or from a starter. Helm: pkg/cmd/create.go.

use chart::{ArchiveTime, Chart, Metadata};
use source::path;
use value::quote::quote;

use crate::{Error, ErrorKind, LogLine, Report};

/// What `create` needs.
#[derive(Clone, Debug, Default)]
pub struct CreateOptions {
    /// The argument: the chart's name, or a path that ends in it.
    pub name: String,
    /// `--starter`: a name in the starters' folder, or an absolute path; empty where it is not given.
    pub starter: String,
    /// The starters' folder: `starters` in HELM_DATA_HOME.
    pub starters: String,
    /// `--chart-api-version`; empty where it is not given.
    pub chart_api_version: String,
    /// Whether HELM_EXPERIMENTAL_CHART_V3 is set.
    pub chart_v3: bool,
    /// The present moment in nanoseconds since 1970-01-01 UTC, for files of a starter that have no time.
    pub now: i128,
}

/// Writes a new chart.
pub fn create(options: &CreateOptions) -> Report {
    let mut stdout = format!("Creating {}\n", options.name);
    let mut log = Vec::new();
    let outcome = match options.chart_api_version.as_str() {
        "" | "v2" if options.starter.is_empty() => from_scaffold(options, &mut stdout),
        "" | "v2" => from_starter(options, &mut log),
        "v3" if options.chart_v3 => {
            Err(Error::new(ErrorKind::NotBuilt, "creating charts of apiVersion v3 is not built yet"))
        }
        "v3" => Err(Error::new(
            ErrorKind::Usage,
            "this feature has been marked as experimental and is not enabled by default. Please set \
             HELM_EXPERIMENTAL_CHART_V3=1 in your environment to use this feature",
        )),
        other => {
            Err(Error::new(ErrorKind::Usage, format!("unsupported chart API version: {other} (supported: v2, v3)")))
        }
    };
    Report { stdout: stdout.into_bytes(), log, outcome }
}

/// Writes Helm's scaffold. Helm: pkg/chart/v2/util/create.go, `Create`.
fn from_scaffold(options: &CreateOptions, stdout: &mut String) -> Result<(), Error> {
    let name = path::base(&options.name);
    chart::validate_new_name(name).map_err(|text| Error::new(ErrorKind::Usage, text))?;
    let above = path::absolute(&path::folder(&options.name));
    if !source::stat(&above)?.is_dir() {
        return Err(Error::new(ErrorKind::Output, format!("no such directory {above}")));
    }
    let folder = path::join(&above, name);
    if source::stat(&folder).is_ok_and(|kind| !kind.is_dir()) {
        return Err(Error::new(ErrorKind::Output, format!("file {folder} already exists and is not a directory")));
    }
    for (file, content) in chart::scaffold(name) {
        let file = path::join(&folder, file);
        if source::stat(&file).is_ok() {
            stdout.push_str(&format!("WARNING: File {} already exists. Overwriting.\n", quote(file.as_bytes())));
        }
        source::write_file(&file, content.as_bytes())?;
    }
    source::create_folders(&path::join(&folder, "charts"))?;
    Ok(())
}

/// Writes a chart made of a starter.
fn from_starter(options: &CreateOptions, log: &mut Vec<LogLine>) -> Result<(), Error> {
    let starter = if path::is_absolute(&options.starter) {
        options.starter.clone()
    } else {
        path::join(&options.starters, &options.starter)
    };
    let mut warnings = Vec::new();
    let loaded = source::load_v2(&starter, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    let loaded =
        loaded.map_err(|error| Error::from(error).map_message(|text| format!("could not load {starter}: {text}")))?;
    let metadata = Metadata {
        name: path::base(&options.name).to_owned(),
        description: "A Helm chart for Kubernetes".into(),
        chart_type: Some("application".into()),
        version: "0.1.0".into(),
        app_version: "0.1.0".into(),
        api_version: "v2".into(),
        ..Metadata::default()
    };
    let made = chart::from_starter(loaded, metadata).map_err(|text| Error::new(ErrorKind::Chart, text))?;
    save_folder(&made, &path::folder(&options.name), options.now)
}

/// Writes a chart as a folder below another one. Helm: pkg/chart/v2/util/save.go, `SaveDir`.
fn save_folder(made: &Chart, above: &str, now: i128) -> Result<(), Error> {
    chart::validate_folder_name(made.name()).map_err(|text| Error::new(ErrorKind::Chart, text))?;
    let folder = path::join(above, made.name());
    if source::stat(&folder).is_ok_and(|kind| !kind.is_dir()) {
        return Err(Error::new(ErrorKind::Output, format!("file {folder} already exists and is not a directory")));
    }
    source::create_folders(&folder)?;
    source::overwrite_file(&path::join(&folder, "Chart.yaml"), &made.metadata.to_chart_yaml()?)?;
    for file in made.raw.iter().filter(|file| file.name == "values.yaml") {
        source::write_file(&path::join(&folder, &file.name), &file.data)?;
    }
    if let Some(schema) = &made.schema {
        source::write_file(&path::join(&folder, "values.schema.json"), schema)?;
    }
    for file in made.templates.iter().chain(&made.files) {
        source::write_file(&path::join(&folder, &file.name), &file.data)?;
    }
    for dependency in &made.dependencies {
        let name = Chart::subchart_path(made.name(), dependency.name());
        crate::package::save_archive(dependency, &path::join(&folder, "charts"), ArchiveTime::own(now))
            .map_err(|error| error.map_message(|text| format!("saving {name}: {text}")))?;
    }
    Ok(())
}
