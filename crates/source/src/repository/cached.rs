//! Indexes as they were downloaded last. Helm: pkg/helmpath/home.go and pkg/repo/v1/index.go.

use std::{collections::BTreeMap, fs, time::UNIX_EPOCH};

use chart::{IndexEntry, Warning, read_index};

use super::compact::{self, Charts, Origin};
use crate::{Error, ErrorKind, path, read, system, write};

/// What is kept of one version of a chart in an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CachedEntry {
    /// The chart's name, as its `Chart.yaml` has it.
    pub name: String,
    /// The chart's version.
    pub version: String,
    /// The version of what it installs.
    pub app_version: String,
    /// What it is.
    pub description: String,
    /// The SHA-256 of the archive.
    pub digest: String,
    /// Words to search for.
    pub keywords: Vec<String>,
    /// Where the archive is; the first one counts.
    pub urls: Vec<String>,
    /// The day on which the archive was made, as `2026-01-02`; empty where the index does not say.
    pub created: String,
    /// Whether it is not to be used any more.
    pub deprecated: bool,
}

impl From<IndexEntry> for CachedEntry {
    fn from(entry: IndexEntry) -> CachedEntry {
        let metadata = entry.metadata;
        CachedEntry {
            name: metadata.name,
            version: metadata.version,
            app_version: metadata.app_version,
            description: metadata.description,
            digest: entry.digest,
            keywords: metadata.keywords,
            urls: entry.urls.unwrap_or_default(),
            created: entry.created.get(..10).unwrap_or_default().to_owned(),
            deprecated: metadata.deprecated,
        }
    }
}

/// An index as it was downloaded last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CachedIndex {
    /// The versions of each chart, the newest first.
    pub entries: BTreeMap<String, Vec<CachedEntry>>,
}

impl CachedIndex {
    /// The version of a chart that a wish means; an empty wish is the newest one that is no pre-release.
    ///
    /// Fails with Helm's text: of kind [`ErrorKind::NotFound`] where there is none. Helm: `IndexFile.Get`.
    pub fn get(&self, name: &str, wish: &str) -> Result<&CachedEntry, Error> {
        let missing = |text: String| Error::new(ErrorKind::NotFound, text);
        let versions = self.entries.get(name).ok_or_else(|| missing("no chart name found".into()))?;
        if versions.is_empty() {
            return Err(missing("no chart version found".into()));
        }
        let texts = versions.iter().map(|entry| entry.version.as_str());
        let chosen =
            chart::choose_version(texts, wish).map_err(|error| Error::new(ErrorKind::NotFound, error.to_string()))?;
        chosen
            .and_then(|at| versions.get(at))
            .ok_or_else(|| missing(format!("no chart version found for {name}-{wish}")))
    }
}

/// The path of a repository's cached index. Helm: pkg/helmpath, `CacheIndexFile`.
pub fn index_file(cache: &str, name: &str) -> String {
    path::join(cache, &if name.is_empty() { "index.yaml".to_owned() } else { format!("{name}-index.yaml") })
}

/// The path of a repository's list of charts, which completion reads. Helm: pkg/helmpath, `CacheChartsFile`.
pub fn charts_file(cache: &str, name: &str) -> String {
    path::join(cache, &if name.is_empty() { "charts.txt".to_owned() } else { format!("{name}-charts.txt") })
}

fn compact_file(index: &str) -> String {
    format!("{}.pintle", index.strip_suffix(".yaml").unwrap_or(index))
}

/// Reads a cached index: its short form, or the index itself, of which a short form is then kept.
///
/// Fails where the file is missing (kind [`ErrorKind::NotFound`]) or malformed.
pub fn cached_index(index: &str, warnings: &mut Vec<Warning>) -> Result<CachedIndex, Error> {
    let stamp = stamp(index);
    let short = compact_file(index);
    let known = stamp.and_then(|_| fs::read(&short).ok());
    let mut origin = Origin::default();
    if let Some(bytes) = known {
        match compact::read(&bytes) {
            Some((from, entries)) if Some(from.stamp) == stamp => return Ok(CachedIndex { entries }),
            Some((from, _)) if from.url.is_empty() => origin = from,
            _ => {}
        }
    }
    let bytes = read::bounded(index)?;
    let read =
        parse(&bytes, index).map_err(|error| error.map_message(|text| format!("error loading {index}: {text}")))?;
    // An index with entries that are skipped is read each time, for its warnings.
    let quiet = read.warnings.is_empty();
    warnings.extend(read.warnings);
    if let Some(stamp) = stamp.filter(|_| quiet) {
        keep(index, Origin { stamp, ..origin }, &read.entries);
    }
    Ok(CachedIndex { entries: read.entries })
}

/// Reads an index of which [`CachedEntry`]s are kept.
pub(super) fn parse(bytes: &[u8], source: &str) -> Result<chart::Reading<CachedEntry>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    Ok(read_index(bytes, source, threads, CachedEntry::from)?)
}

/// Keeps a new index and its short form. Helm: `DownloadIndexFile`.
pub(super) fn store(index: &str, bytes: &[u8], charts: &Charts, mut origin: Origin, quiet: bool) -> Result<(), Error> {
    let _ = write::create_folders(&path::folder(index));
    write::replace_file(index, bytes, 0o644)?;
    match stamp(index) {
        Some(stamp) if quiet => {
            origin.stamp = stamp;
            keep(index, origin, charts);
        }
        _ => {
            let _ = fs::remove_file(compact_file(index));
        }
    }
    Ok(())
}

/// Keeps a short form. It is only there for speed, so that failing to write it is no failure.
fn keep(index: &str, origin: Origin, charts: &Charts) {
    let _ = write::replace_file(&compact_file(index), &compact::write(&origin, charts), 0o644);
}

/// The `ETag` of the cached index, if it came from this URL and has not been changed since.
pub(super) fn known_etag(index: &str, url: &str) -> Option<String> {
    let origin = compact::read_origin(&fs::read(compact_file(index)).ok()?)?;
    let current = Some(origin.stamp) == stamp(index) && origin.url == url && !origin.etag.is_empty();
    if current { Some(origin.etag) } else { None }
}

/// Size and time of a file.
fn stamp(file: &str) -> Option<(u64, u64)> {
    let kind = fs::metadata(file).ok()?;
    let age = kind.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((kind.len(), u64::try_from(age.as_nanos()).ok()?))
}

/// Removes what is cached of a repository. Helm: pkg/cmd/repo_remove.go, `removeRepoCache`.
pub fn remove_cache(cache: &str, name: &str) -> Result<(), Error> {
    let _ = fs::remove_file(charts_file(cache, name));
    let index = index_file(cache, name);
    let _ = fs::remove_file(compact_file(&index));
    match fs::metadata(&index) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            let reason = system::path_error("stat", &index, &error);
            return Err(Error::unreadable(format!("can't remove index file {index}: {reason}")));
        }
        Ok(_) => {}
    }
    fs::remove_file(&index).map_err(|error| Error::unreadable(system::path_error("remove", &index, &error)))
}
