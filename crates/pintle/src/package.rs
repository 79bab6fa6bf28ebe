//! `helm package`: chart folders into archives. Helm: pkg/action/package.go.

use chart::{ArchiveTime, Chart};
use source::path;
use version::Version;

use crate::{
    DependencyOptions, Error, ErrorKind, LogLine, Report, dependency,
    signing::{Passphrase, SigningKey},
};

/// What `package` needs.
#[derive(Clone, Debug, Default)]
pub struct PackageOptions {
    /// The arguments: chart folders.
    pub paths: Vec<String>,
    /// `--version`; empty where it is not given.
    pub version: String,
    /// `--app-version`; empty where it is not given.
    pub app_version: String,
    /// `--destination`; Helm's default is `.`.
    pub destination: String,
    /// `--dependency-update`, and with what; `chart` in it counts for nothing.
    pub dependency_update: Option<DependencyOptions>,
    /// `--sign`
    pub sign: bool,
    /// `--key`
    pub key: String,
    /// `--keyring`
    pub keyring: String,
    /// SOURCE_DATE_EPOCH in seconds: the time of every file in the archive.
    pub source_date_epoch: Option<i64>,
    /// The present moment in nanoseconds since 1970-01-01 UTC, for what has no time of its own.
    pub now: i128,
}

/// Writes an archive for each chart; stops at the first that fails.
pub fn package(options: &PackageOptions, passphrase: Passphrase<'_>) -> Report {
    let (mut stdout, mut log) = (String::new(), Vec::new());
    let outcome = package_all(options, passphrase, &mut stdout, &mut log);
    Report { stdout: stdout.into_bytes(), log, outcome }
}

fn package_all(
    options: &PackageOptions,
    passphrase: Passphrase<'_>,
    stdout: &mut String,
    log: &mut Vec<LogLine>,
) -> Result<(), Error> {
    let usage = |text: &str| Err(Error::new(ErrorKind::Usage, text));
    if options.paths.is_empty() {
        return usage("need at least one argument, the path to the chart");
    }
    if options.sign {
        if options.key.is_empty() {
            return usage("--key is required for signing a package");
        }
        if options.keyring.is_empty() {
            return usage("--keyring is required for signing a package");
        }
    }
    for argument in &options.paths {
        source::stat(argument)?;
        let folder = path::absolute(argument);
        if let Some(update) = &options.dependency_update {
            let update = DependencyOptions { chart: folder.clone(), ..update.clone() };
            let report = dependency::dependency_update(&update);
            log.extend(report.log);
            report.outcome?;
        }
        let saved = package_one(options, &folder, log)?;
        if options.sign {
            sign(options, &saved, passphrase)?;
        }
        stdout.push_str(&format!("Successfully packaged chart and saved it to: {saved}\n"));
    }
    Ok(())
}

fn package_one(options: &PackageOptions, folder: &str, log: &mut Vec<LogLine>) -> Result<String, Error> {
    let mut warnings = Vec::new();
    let loaded = source::load_folder(folder, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    let mut chart = loaded?;
    if !options.version.is_empty() {
        chart.metadata.version.clone_from(&options.version);
    }
    Version::parse(&chart.metadata.version).map_err(|error| Error::new(ErrorKind::Chart, error.to_string()))?;
    if !options.app_version.is_empty() {
        chart.metadata.app_version.clone_from(&options.app_version);
    }
    chart.check_dependencies()?;
    let destination = if options.destination == "." { path::absolute(".") } else { options.destination.clone() };
    let time = options.source_date_epoch.map_or_else(|| ArchiveTime::own(options.now), ArchiveTime::Fixed);
    save_archive(&chart, &destination, time)
        .map_err(|error| error.map_message(|text| format!("failed to save: {text}")))
}

/// Writes the signature of an archive beside it. Helm: `Clearsign`.
fn sign(options: &PackageOptions, archive: &str, passphrase: Passphrase<'_>) -> Result<(), Error> {
    let chart = source::load_v2_file(archive, &mut Vec::new())
        .map_err(|error| error.map_message(|text| format!("failed to load chart for signing: {text}")))?;
    let metadata = chart.metadata.to_yaml()?;
    let bytes = std::fs::read(archive).map_err(|error| {
        let reason = source::system::path_error("open", archive, &error);
        Error::new(ErrorKind::Source, format!("failed to read chart archive: {reason}"))
    })?;
    let key = SigningKey { keyring: &options.keyring, key: &options.key, now: options.now };
    let signed = key.sign((&bytes, path::base(archive)), &metadata, passphrase, Error::from)?;
    Ok(source::overwrite_file(&format!("{archive}.prov"), signed.as_bytes())?)
}

/// Writes the archive of a chart into a folder, which is created where it is missing, and gives its path.
///
/// Helm: pkg/chart/v2/util/save.go, `Save`.
pub(crate) fn save_archive(chart: &Chart, folder: &str, time: ArchiveTime) -> Result<String, Error> {
    let mut metadata = chart.metadata.clone();
    metadata.validate().map_err(|error| Error::from(error).map_message(|text| format!("chart validation: {text}")))?;
    let name = path::join(folder, &chart::archive_name(chart));
    let above = path::folder(&name);
    match source::stat(&above) {
        Ok(kind) if kind.is_dir() => {}
        Ok(_) => return Err(Error::new(ErrorKind::Output, format!("is not a directory: {above}"))),
        Err(error) if error.kind() == source::ErrorKind::NotFound => source::create_folders(&above)?,
        Err(error) => return Err(Error::new(ErrorKind::Output, format!("stat {above}: {error}"))),
    }
    let bytes = chart::write_archive(&chart::Chart { metadata, ..chart.clone() }, time)?;
    source::overwrite_file(&name, &bytes)?;
    Ok(name)
}
