//! Reads a chart's folder. Helm: pkg/chart/v2/loader/directory.go and internal/sympath/walk.go.

use std::fs;

use chart::{File, Ignore, Level, Warning};

use crate::{Error, path, symlink, system};

/// Helm's limit for one file.
const MAX_FILE: u64 = 5 * 1024 * 1024;
/// Ours for a folder: links can make a small one look endless.
const MAX_TOTAL: u64 = 1024 * 1024 * 1024;
const MAX_ENTRIES: usize = 200_000;
const MAX_DEPTH: usize = 256;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The files of a chart's folder in the order of their names, without those that `.helmignore` names.
///
/// Links are followed, and each is reported in `warnings`. Fails on what is no regular file, on files larger than
/// Helm allows, on links that lead nowhere or around in a circle.
pub(crate) fn read_folder(folder: &str, warnings: &mut Vec<Warning>) -> Result<Vec<File>, Error> {
    let top = path::absolute(folder);
    let ignore_file = path::join(&top, ".helmignore");
    let rules = match fs::metadata(&ignore_file) {
        Ok(_) => {
            let text = fs::read(&ignore_file).map_err(|error| {
                Error::unreadable(system::path_error(system::read_verb(&error), &ignore_file, &error))
            })?;
            Ignore::parse(&text)?
        }
        Err(_) => Ignore::default(),
    };
    fs::metadata(&top).map_err(|error| Error::unreadable(system::path_error("lstat", &format!("{top}/"), &error)))?;
    let real = symlink::resolve(&top).map_err(Error::unreadable)?;
    let mut walk = Walk { top: &top, rules, files: Vec::new(), warnings, entries: 0, bytes: 0 };
    walk.folder(&Place { path: top.clone(), real }, 0)?;
    Ok(walk.files)
}

/// A place below the chart: the path that leads there, and the same without links.
struct Place {
    path: String,
    real: String,
}

struct Walk<'a> {
    top: &'a str,
    rules: Ignore,
    files: Vec<File>,
    warnings: &'a mut Vec<Warning>,
    entries: usize,
    bytes: u64,
}

impl Walk<'_> {
    fn folder(&mut self, place: &Place, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::unreadable(format!("{} lies deeper than {MAX_DEPTH} folders", place.path)));
        }
        let failed = |error| Error::unreadable(system::path_error("open", &place.path, &error));
        let mut names = Vec::new();
        for entry in fs::read_dir(&place.path).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name());
        }
        names.sort();
        for name in names {
            let name = name.to_string_lossy();
            let below = Place { path: path::join(&place.path, &name), real: path::join(&place.real, &name) };
            self.entry(below, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, mut place: Place, depth: usize) -> Result<(), Error> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(Error::unreadable(format!("chart folder {} has more than {MAX_ENTRIES} files", self.top)));
        }
        let stat = |path: &str| {
            fs::symlink_metadata(path).map_err(|error| Error::unreadable(system::path_error("lstat", path, &error)))
        };
        let mut kind = stat(&place.path)?;
        if kind.is_symlink() {
            self.follow(&mut place)?;
            kind = stat(&place.real)?;
        }
        let name = place.path.strip_prefix(self.top).unwrap_or(&place.path).trim_start_matches('/').to_owned();
        if self.rules.is_ignored(&name, kind.is_dir()) {
            return Ok(());
        }
        if kind.is_dir() { self.folder(&place, depth + 1) } else { self.file(&place, name, &kind) }
    }

    fn follow(&mut self, place: &mut Place) -> Result<(), Error> {
        let bad = |path: &str, reason: String| Error::unreadable(format!("error evaluating symlink {path}: {reason}"));
        let resolved = symlink::resolve(&place.path).map_err(|reason| bad(&place.path, reason))?;
        let holder = path::folder(&place.real);
        if holder == resolved || holder.starts_with(&format!("{}/", resolved.trim_end_matches('/'))) {
            return Err(bad(&place.path, format!("it leads back to {resolved}, which it lies in"))
                .hinted("remove the link: a chart cannot hold itself"));
        }
        self.warnings.push(Warning {
            level: Level::Info,
            message: "found symbolic link in path. Contents of linked file included and used".into(),
            attributes: vec![("path", place.path.clone()), ("resolved", resolved.clone())],
        });
        place.real = resolved;
        Ok(())
    }

    fn file(&mut self, place: &Place, name: String, kind: &fs::Metadata) -> Result<(), Error> {
        if !kind.is_file() {
            let text = format!("cannot load irregular file {} as it has file mode type bits set", place.path);
            return Err(Error::unreadable(text));
        }
        if kind.len() > MAX_FILE {
            let name = value::quote::quote(path::base(&place.real).as_bytes());
            let text = format!("chart file {name} is larger than the maximum file size {MAX_FILE}");
            return Err(Error::unreadable(text));
        }
        self.bytes += kind.len();
        if self.bytes > MAX_TOTAL {
            return Err(Error::unreadable(format!("chart folder {} is larger than {MAX_TOTAL} bytes", self.top)));
        }
        let data = fs::read(&place.path).map_err(|error| {
            Error::unreadable(format!("error reading {name}: {}", system::path_error("open", &place.path, &error)))
        })?;
        let data = data.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&data);
        self.files.push(File { name, data: data.into(), modified: kind.modified().ok() });
        Ok(())
    }
}
