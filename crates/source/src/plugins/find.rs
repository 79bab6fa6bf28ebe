//! Finds plugins: folders with a `plugin.yaml`. Helm: internal/plugin/loader.go.

use std::{collections::BTreeMap, fs};

use plugin::{PLUGIN_FILE, Plugin};
use value::quote::quote;

use crate::{Error, ErrorKind, Loudness, Note, Notes, path, system};

/// More than this is no description of a plugin.
const MAX_DESCRIPTION: u64 = 1 << 20;

/// Reads the plugin in a folder.
pub fn load_plugin(folder: &str) -> Result<Plugin, Error> {
    let file = path::join(folder, PLUGIN_FILE);
    let bytes = crate::read::up_to(&file, MAX_DESCRIPTION).map_err(|error| {
        let shown = quote(file.as_bytes());
        error.map_message(|text| format!("failed to read plugin at {shown}: {text}"))
    })?;
    plugin::parse(&bytes, folder).map_err(|error| {
        let shown = quote(folder.as_bytes());
        Error::new(ErrorKind::Unreadable, format!("failed to load plugin {shown}: {error}"))
    })
}

/// Reads the plugins in the folders below this one, by name of the folder. One that cannot be read is told and left
/// out.
///
/// Fails where two have one name.
pub fn load_plugins(base: &str, notes: Notes<'_>) -> Result<Vec<Plugin>, Error> {
    let mut folders: Vec<String> = match fs::read_dir(base) {
        Ok(entries) => entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect(),
        // Where there is no such folder, there are no plugins.
        Err(_) => return Ok(Vec::new()),
    };
    folders.sort();
    let mut plugins: Vec<Plugin> = Vec::new();
    for folder in folders {
        let folder = path::join(base, &folder);
        let file = path::join(&folder, PLUGIN_FILE);
        if fs::symlink_metadata(&file).is_err() {
            continue;
        }
        match load_plugin(&folder) {
            Ok(plugin) => plugins.push(plugin),
            Err(error) => {
                let note = Note::log(Loudness::Warn, "failed to load plugin (ignoring)");
                notes(note.with("plugin_yaml", file).with("error", error.to_string()));
            }
        }
    }
    refuse_duplicates(&plugins)?;
    Ok(plugins)
}

fn refuse_duplicates(plugins: &[Plugin]) -> Result<(), Error> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for plugin in plugins {
        if let Some(other) = seen.insert(&plugin.name, &plugin.folder) {
            let show = |text: &str| quote(text.as_bytes());
            let (name, folder) = (show(&plugin.name), show(&plugin.folder));
            let text = format!("two plugins claim the name {name} at {} and {folder}", show(other));
            return Err(Error::new(ErrorKind::Unreadable, text));
        }
    }
    Ok(())
}

/// Whether a folder has a plugin.
pub(super) fn is_plugin(folder: &str) -> bool {
    fs::metadata(path::join(folder, PLUGIN_FILE)).is_ok()
}

/// Helm's error of a folder without a plugin.
pub(super) fn missing_metadata() -> Error {
    Error::new(ErrorKind::NotFound, "plugin metadata (plugin.yaml) missing")
}

/// Go's text for a file that cannot be looked at.
pub(super) fn stat_failed(file: &str, error: &std::io::Error) -> Error {
    Error::unreadable(system::path_error("stat", file, error))
}
