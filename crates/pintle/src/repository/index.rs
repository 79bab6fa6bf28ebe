//! `helm repo index`: makes the index of a folder of archives. Helm: pkg/cmd/repo_index.go and pkg/repo/v1/index.go.

use std::fs;

use chart::{Index, IndexEntry};
use sha2::{Digest, Sha256};
use source::{path, system};
use value::url::Url;

use crate::{Error, ErrorKind, Event, LogLine, Observer, dependency::local_time, glob::glob};

/// What `repo index` needs.
#[derive(Clone, Debug, Default)]
pub struct RepoIndexOptions {
    /// The folder.
    pub folder: String,
    /// `--url`
    pub url: String,
    /// `--merge`; empty where it is not given.
    pub merge: String,
    /// `--json`
    pub json: bool,
    /// The present moment in nanoseconds since 1970-01-01 UTC.
    pub now: i128,
    /// How many seconds local time is ahead of UTC.
    pub utc_offset: i32,
}

impl RepoIndexOptions {
    /// The present moment as Go writes it.
    fn moment(&self) -> String {
        local_time(self.now, self.utc_offset)
    }
}

/// Writes `index.yaml` into a folder of archives.
pub fn repo_index(options: &RepoIndexOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let folder = path::absolute(&options.folder);
    let mut index = read_folder(&folder, options, observer)?;
    if !options.merge.is_empty() {
        index.merge(other(options, observer)?);
    }
    index.sort();
    write(&index, &path::join(&folder, "index.yaml"), options.json)
}

/// The archives in a folder and in the folders in it. Helm: `IndexDirectory`.
fn read_folder(folder: &str, options: &RepoIndexOptions, observer: &mut dyn Observer) -> Result<Index, Error> {
    let mut archives = Vec::new();
    for pattern in ["*.tgz", "**/*.tgz"] {
        let found = glob(&path::join(folder, pattern));
        archives.extend(found.map_err(|_| Error::new(ErrorKind::Source, "syntax error in pattern"))?);
    }
    let mut index = Index::new(options.moment());
    for archive in archives {
        let below = archive.strip_prefix(folder).unwrap_or(&archive).trim_start_matches('/');
        let (parent, file) = below.rsplit_once('/').unwrap_or(("", below));
        let mut warnings = Vec::new();
        // What cannot be loaded is taken for something else than a chart.
        let Ok(chart) = source::load_v2(&archive, &mut warnings) else { continue };
        warnings.into_iter().for_each(|warning| observer.event(Event::Log(LogLine::from(warning))));
        let digest = digest(&archive)?;
        let entry = IndexEntry {
            metadata: chart.metadata,
            urls: Some(vec![address(&join_url(&options.url, parent), file)]),
            created: options.moment(),
            digest,
            ..IndexEntry::default()
        };
        index.add(entry, file).map_err(|error| {
            Error::from(error).map_message(|text| format!("failed adding to {file} to index: {text}"))
        })?;
    }
    Ok(index)
}

fn address(parent: &str, file: &str) -> String {
    if parent.is_empty() { file.to_owned() } else { join_url(parent, file) }
}

/// A path below a URL; what is no URL is taken for a path. Helm: internal/urlutil, `URLJoin`.
fn join_url(base: &str, below: &str) -> String {
    match Url::parse(base) {
        Err(_) => path::join(base, below),
        Ok(mut url) => {
            url.path = path::join(&String::from_utf8_lossy(&url.path), below).into_bytes();
            url.raw_path = Vec::new();
            String::from_utf8_lossy(&url.to_bytes()).into_owned()
        }
    }
}

fn digest(file: &str) -> Result<String, Error> {
    let bytes = fs::read(file)
        .map_err(|error| Error::new(ErrorKind::Source, system::path_error(system::read_verb(&error), file, &error)))?;
    Ok(Sha256::digest(&bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

/// The index to merge with; where there is none an empty one is written, as Helm does.
fn other(options: &RepoIndexOptions, observer: &mut dyn Observer) -> Result<Index, Error> {
    let file = &options.merge;
    if matches!(fs::metadata(file), Err(error) if error.kind() == std::io::ErrorKind::NotFound) {
        let empty = Index::new(options.moment());
        let _ = write(&empty, file, options.json);
        return Ok(empty);
    }
    let failed = |text: String| Error::new(ErrorKind::Source, format!("merge failed: {text}"));
    let bytes = fs::read(file).map_err(|error| failed(system::path_error(system::read_verb(&error), file, &error)))?;
    let (index, warnings) =
        Index::from_slice(&bytes, file).map_err(|error| failed(format!("error loading {file}: {error}")))?;
    warnings.into_iter().for_each(|warning| observer.event(Event::Log(LogLine::from(warning))));
    Ok(index)
}

fn write(index: &Index, file: &str, json: bool) -> Result<(), Error> {
    let bytes = if json { index.to_json()? } else { index.to_yaml()? };
    Ok(source::replace_file(file, &bytes, 0o644)?)
}
