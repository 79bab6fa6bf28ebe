//! A chart from its files: Helm's `loader.LoadFiles`.

use std::collections::BTreeMap;

use value::{Map, MapType};

use crate::{
    Chart, Error, File, Limits, Lock, Metadata, Warning,
    archive::{self, check_magic},
    metadata::{API_VERSION_1, Draft},
    shape::Unknown,
    values_file::read_values,
};

/// How deep charts may lie in each other: beyond this an archive was made to exhaust us.
const MAX_NESTING: usize = 64;

/// How many times the limit of one archive all archives in a chart may hold together; Helm has no bound there.
const NESTED_ARCHIVES: u64 = 3;

const MOVED_DEPENDENCIES: &str = "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". \
     We recommend migrating dependencies to Chart.yaml.";
const MOVED_LOCK: &str = "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". \
     We recommend migrating to Chart.lock.";

impl Chart {
    /// Makes a chart of its files, subcharts in `charts/` included (as folders or archives).
    ///
    /// Subcharts come in the order of their names below `charts/`, where Helm's order is random.
    /// Helm: pkg/chart/v2/loader/load.go, `LoadFiles`.
    pub fn from_files(files: Vec<File>, warnings: &mut Vec<Warning>) -> Result<Chart, Error> {
        load(files, &mut Surroundings::new(Limits::default(), warnings))
    }

    /// Reads the archive of the file `name`, which messages mention.
    /// Helm: pkg/chart/loader/load.go, `LoadFile`.
    pub fn from_archive(name: &str, bytes: &[u8], limits: Limits, warnings: &mut Vec<Warning>) -> Result<Chart, Error> {
        check_magic(name, bytes)?;
        let files = archive::read(bytes, limits).map_err(|error| match named(error, name) {
            named @ Error::InvalidChartFile { .. } => named,
            _ => Error::UnreadableArchive,
        })?;
        let chart_yaml = files.iter().find(|file| file.name == "Chart.yaml").ok_or(Error::ChartVersionUnknown)?;
        Metadata::check_api_version(&chart_yaml.data)?;
        load(files, &mut Surroundings::new(limits, warnings)).map_err(|error| named(error, name))
    }

    /// Reads the archive of the file `name` as that of a chart of apiVersion v1 or v2, whatever it says.
    /// Helm: pkg/chart/v2/loader/archive.go, `LoadFile`.
    pub fn from_v2_archive(
        name: &str,
        bytes: &[u8],
        limits: Limits,
        warnings: &mut Vec<Warning>,
    ) -> Result<Chart, Error> {
        check_magic(name, bytes)?;
        let files = archive::read(bytes, limits).map_err(|error| named(error, name))?;
        load(files, &mut Surroundings::new(limits, warnings)).map_err(|error| named(error, name))
    }
}

/// The error, with the name of the archive where a gzip header is broken: its own, or that of an archive in it.
fn named(error: Error, name: &str) -> Error {
    fn is_broken_header(error: &Error) -> bool {
        match error {
            Error::Stream(archive::GZIP_HEADER) => true,
            Error::Subchart { reason, .. } => is_broken_header(reason),
            _ => false,
        }
    }
    if is_broken_header(&error) {
        return Error::InvalidChartFile { name: name.into(), reason: Box::new(error) };
    }
    error
}

/// What the charts that lie in each other share.
struct Surroundings<'a> {
    limits: Limits,
    warnings: &'a mut Vec<Warning>,
    /// How deep we are.
    nesting: usize,
    /// How much the archives in `charts/` may still hold.
    archives: u64,
}

impl<'a> Surroundings<'a> {
    fn new(limits: Limits, warnings: &'a mut Vec<Warning>) -> Surroundings<'a> {
        Surroundings { limits, warnings, nesting: 0, archives: limits.chart.saturating_mul(NESTED_ARCHIVES) }
    }

    /// The files of an archive in `charts/`.
    fn read_archive(&mut self, bytes: &[u8]) -> Result<Vec<File>, Error> {
        let files = archive::read(bytes, Limits { chart: self.limits.chart.min(self.archives), ..self.limits })?;
        let size: u64 = files.iter().map(|file| file.data.len() as u64).sum();
        self.archives = self.archives.saturating_sub(size);
        Ok(files)
    }
}

fn load(files: Vec<File>, around: &mut Surroundings<'_>) -> Result<Chart, Error> {
    let mut loader = Loader::default();
    loader.chart.raw = files;
    loader.read_chart_yaml()?;
    loader.sort_files(around.warnings)?;
    let Loader { mut chart, draft, subcharts } = loader;
    chart.metadata = draft.ok_or(Error::MissingChartYaml)?.finish();
    chart.metadata.validate()?;
    for (name, files) in subcharts {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let child = subchart(&chart, &name, files, around)?;
        chart.dependencies.push(child);
    }
    Ok(chart)
}

#[derive(Default)]
struct Loader {
    chart: Chart,
    draft: Option<Draft>,
    /// The files below `charts/`, by the first part of the name that is left.
    subcharts: BTreeMap<String, Vec<File>>,
}

impl Loader {
    /// `Chart.yaml` is read first, wherever it lies among the files.
    fn read_chart_yaml(&mut self) -> Result<(), Error> {
        for file in self.chart.raw.iter().filter(|file| file.name == "Chart.yaml") {
            let draft = self.draft.get_or_insert_default();
            read_draft(draft, file, "Chart.yaml")?;
            if draft.api_version().is_empty() {
                *draft.api_version() = API_VERSION_1.into();
            }
            self.chart.modified = file.modified;
        }
        Ok(())
    }

    fn sort_files(&mut self, warnings: &mut Vec<Warning>) -> Result<(), Error> {
        // Without a values.yaml it is nil in Go, and null in the record.
        self.chart.values = Map::new(MapType::NilAny);
        let raw = std::mem::take(&mut self.chart.raw);
        for file in &raw {
            match file.name.as_str() {
                "Chart.yaml" => {}
                "Chart.lock" => self.chart.lock = read_lock(file, "Chart.lock")?,
                "values.yaml" => {
                    self.chart.values =
                        read_values(&file.data).map_err(|reason| cannot_load("values.yaml", &reason))?;
                }
                "values.schema.json" => {
                    self.chart.schema = Some(file.data.clone());
                    self.chart.schema_modified = file.modified;
                }
                "requirements.yaml" => {
                    let draft = self.draft.get_or_insert_default();
                    if draft.api_version() != API_VERSION_1 {
                        warnings.push(Warning::log(MOVED_DEPENDENCIES));
                    }
                    read_draft(draft, file, "requirements.yaml")?;
                    self.keep_if_first_version(file);
                }
                "requirements.lock" => {
                    self.chart.lock = read_lock(file, "requirements.lock")?;
                    if self.draft.get_or_insert_default().api_version() != API_VERSION_1 {
                        warnings.push(Warning::log(MOVED_LOCK));
                    }
                    self.keep_if_first_version(file);
                }
                name if name.starts_with("templates/") => self.chart.templates.push(file.clone()),
                name => match name.strip_prefix("charts/") {
                    Some(rest) if extension(rest) != "prov" => self.add_to_subchart(rest, file),
                    _ => self.chart.files.push(file.clone()),
                },
            }
        }
        self.chart.raw = raw;
        Ok(())
    }

    fn keep_if_first_version(&mut self, file: &File) {
        if self.draft.as_mut().is_some_and(|draft| draft.api_version() == API_VERSION_1) {
            self.chart.files.push(file.clone());
        }
    }

    fn add_to_subchart(&mut self, rest: &str, file: &File) {
        let name = rest.split('/').next().unwrap_or_default();
        let file = File { name: rest.into(), data: file.data.clone(), modified: file.modified };
        match self.subcharts.get_mut(name) {
            Some(files) => files.push(file),
            None => {
                self.subcharts.insert(name.into(), vec![file]);
            }
        }
    }
}

/// One subchart: an archive, or a folder whose own name is dropped from its files'.
fn subchart(parent: &Chart, name: &str, files: Vec<File>, around: &mut Surroundings<'_>) -> Result<Chart, Error> {
    if extension(name) == "tgz"
        && let Some(file) = files.first()
        && file.name != name
    {
        let (parent, expected, got) = (parent.name().into(), name.into(), file.name.clone());
        return Err(Error::SubchartArchive { parent, expected, got });
    }
    around.nesting += 1;
    let loaded = subchart_files(name, files, around).and_then(|files| load(files, around));
    around.nesting -= 1;
    loaded.map_err(|reason| Error::Subchart {
        name: name.into(),
        parent: parent.name().into(),
        reason: Box::new(reason),
    })
}

fn subchart_files(name: &str, files: Vec<File>, around: &mut Surroundings<'_>) -> Result<Vec<File>, Error> {
    if around.nesting > MAX_NESTING {
        return Err(Error::ChartsTooDeep(MAX_NESTING));
    }
    if extension(name) == "tgz" {
        return files.first().map_or_else(|| Ok(Vec::new()), |file| around.read_archive(&file.data));
    }
    let inside = |mut file: File| {
        file.name = file.name.split_once('/')?.1.to_owned();
        Some(file)
    };
    Ok(files.into_iter().filter_map(inside).collect())
}

fn read_draft(draft: &mut Draft, file: &File, name: &'static str) -> Result<(), Error> {
    draft.read(&file.data, Unknown::Skip).map_err(|reason| Error::CannotLoad { file: name, reason })
}

fn read_lock(file: &File, name: &'static str) -> Result<Option<Lock>, Error> {
    Lock::from_yaml(&file.data).map_err(|reason| cannot_load(name, &reason))
}

fn cannot_load(file: &'static str, reason: &Error) -> Error {
    Error::CannotLoad { file, reason: reason.to_string() }
}

/// Go's `filepath.Ext` without the dot.
fn extension(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').map_or("", |(_, extension)| extension)
}
