//! Symbolic links, resolved by text as Go's `filepath.EvalSymlinks` does, so that messages name the same places.

use std::fs;

use crate::{path, system};

const MAX_LINKS: usize = 255;

/// The path that a path with links in it leads to.
///
/// Fails with Go's text: of the first place that is not there, or that there are too many links.
pub(crate) fn resolve(link: &str) -> Result<String, String> {
    let mut rest = link.to_owned();
    let mut found = String::from(if path::is_absolute(link) { "/" } else { "" });
    let mut links = 0;
    loop {
        let trimmed = rest.trim_start_matches('/');
        if trimmed.is_empty() {
            return Ok(path::clean(&found));
        }
        let (part, after) = trimmed.split_at(trimmed.find('/').unwrap_or(trimmed.len()));
        match part {
            "." => {
                rest = after.to_owned();
                continue;
            }
            ".." => {
                found = parent(&found);
                rest = after.to_owned();
                continue;
            }
            part => {
                if !found.is_empty() && !found.ends_with('/') {
                    found.push('/');
                }
                found.push_str(part);
            }
        }
        let kind = fs::symlink_metadata(&found).map_err(|error| system::path_error("lstat", &found, &error))?;
        if !kind.is_symlink() {
            if !kind.is_dir() && !after.is_empty() {
                return Err("not a directory".into());
            }
            rest = after.to_owned();
            continue;
        }
        links += 1;
        if links > MAX_LINKS {
            return Err("EvalSymlinks: too many links".into());
        }
        let target = fs::read_link(&found).map_err(|error| system::path_error("readlink", &found, &error))?;
        let target = target.to_string_lossy();
        rest = format!("{target}{after}");
        found = if path::is_absolute(&target) {
            "/".into()
        } else {
            match found.rfind('/') {
                None => String::new(),
                Some(0) => "/".into(),
                Some(slash) => found.get(..slash).unwrap_or_default().into(),
            }
        };
    }
}

fn parent(found: &str) -> String {
    match found.rsplit_once('/') {
        _ if found == "/" => "/".into(),
        Some((before, last)) if last != ".." => (if before.is_empty() { "/" } else { before }).into(),
        None if !found.is_empty() && found != ".." => String::new(),
        _ if found.is_empty() => "..".into(),
        _ => format!("{found}/.."),
    }
}
