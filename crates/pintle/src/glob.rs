//! Finds files by pattern, as Go's `filepath.Glob`.

use std::fs;

use chart::{BadPattern, path_matches};
use source::path;

/// The paths that match, in order. What cannot be read holds nothing.
pub(crate) fn glob(pattern: &str) -> Result<Vec<String>, BadPattern> {
    path_matches(pattern.as_bytes(), b"")?;
    if !has_meta(pattern) {
        return Ok(if fs::symlink_metadata(pattern).is_ok() { vec![pattern.to_owned()] } else { Vec::new() });
    }
    let (folder, name) = match pattern.rsplit_once('/') {
        None => (".", pattern),
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
    };
    let folders = if has_meta(folder) && folder != pattern { glob(folder)? } else { vec![folder.to_owned()] };
    let mut found = Vec::new();
    for folder in folders {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        for entry in names {
            if path_matches(name.as_bytes(), entry.as_bytes())? {
                found.push(path::join(&folder, &entry));
            }
        }
    }
    Ok(found)
}

fn has_meta(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '\\'])
}
