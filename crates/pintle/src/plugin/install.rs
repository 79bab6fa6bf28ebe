//! Installs, updates and removes plugins.

use std::fs;

use ::plugin::Plugin;
use source::{PluginInstaller, PluginPlaces, Verification, path};

use super::{joined, run_hook};
use crate::{Error, ErrorKind, Event, Level, LogLine, Observer};

/// What `plugin install` needs.
#[derive(Clone, Debug, Default)]
pub struct PluginInstallOptions {
    /// The argument.
    pub source: String,
    /// `--version`
    pub version: String,
    /// `--verify`
    pub verify: bool,
    /// `--keyring`
    pub keyring: String,
    /// Where things are kept.
    pub places: PluginPlaces,
}

fn print(observer: &mut dyn Observer, text: &str) {
    observer.event(Event::Output(text.as_bytes()));
}

/// Installs a plugin, and runs its hook. Helm: pkg/cmd/plugin_install.go.
pub fn plugin_install(options: &PluginInstallOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let mut installer = PluginInstaller::new(&options.source, &options.version, &options.places)?;
    let mut verify = options.verify;
    if installer.is_folder() {
        verify = false;
        refuse_foreign(&options.source)?;
        print(observer, "Installing plugin from local directory (development mode)\n");
    } else if !verify {
        print(observer, "WARNING: Skipping plugin signature verification\n");
    } else if !installer.can_verify() {
        let text = "plugin source does not support verification. Use --verify=false to skip verification";
        return Err(Error::new(ErrorKind::Provenance, text));
    }
    if verify {
        print(observer, "Verifying plugin signature...\n");
    }
    let keyring = verify.then_some(options.keyring.as_str());
    let verified = installer.install(keyring, &mut |note| observer.event(Event::Log(LogLine::from(note))))?;
    if let Some(Verification { identities, fingerprint, hash }) = verified {
        let signers: String = identities.iter().map(|name| format!("Signed by: {name}\n")).collect();
        let text = format!("{signers}Using Key With Fingerprint: {fingerprint}\nPlugin Hash Verified: {hash}\n");
        print(observer, &text);
    }
    let folder = installer.folder();
    observer.event(Event::Log(LogLine::new(Level::Debug, "loading plugin").with("path", &folder)));
    let plugin = source::load_plugin(&folder)
        .map_err(|error| Error::from(error).map_message(|text| format!("plugin is installed but unusable: {text}")))?;
    if let Some(refusal) = plugin.refusal() {
        // What cannot be run is not left behind.
        remove(&folder)?;
        return Err(refusal.into());
    }
    run_hook(&plugin, "install", &options.places.variables, observer)?;
    print(observer, &format!("Installed plugin: {}\n", plugin.name));
    Ok(())
}

/// A folder that is linked would stay after a refusal; so it is looked at first.
fn refuse_foreign(folder: &str) -> Result<(), Error> {
    match source::load_plugin(folder).map(|plugin| plugin.refusal()) {
        Ok(Some(refusal)) => Err(refusal.into()),
        _ => Ok(()),
    }
}

/// What is done to plugins that are there, in Helm's words.
struct Verb {
    /// `update`
    name: &'static str,
    /// `Updated`
    done: &'static str,
    /// What the log says first, and what it calls the folder.
    log: (&'static str, &'static str),
}

/// Does something to each of the plugins with these names; failures are told together, at the end.
fn for_each(
    names: &[String],
    places: &PluginPlaces,
    verb: &Verb,
    observer: &mut dyn Observer,
    act: fn(&Plugin, &PluginPlaces, &mut dyn Observer) -> Result<(), Error>,
) -> Result<(), Error> {
    let Verb { name: verb, done, log: (message, key) } = verb;
    if names.is_empty() {
        return Err(Error::new(ErrorKind::Usage, format!("please provide plugin name to {verb}")));
    }
    observer.event(Event::Log(LogLine::new(Level::Debug, *message).with(key, &places.plugins)));
    let plugins = source::load_plugins(&places.plugins, &mut |note| observer.event(Event::Log(LogLine::from(note))))?;
    let mut errors = Vec::new();
    for name in names {
        let acted = match plugins.iter().find(|plugin| plugin.name == *name) {
            None => Err(Error::new(ErrorKind::Plugin, format!("plugin: {name} not found"))),
            Some(plugin) => act(plugin, places, observer).map_err(|error| {
                error.map_message(|text| format!("failed to {verb} plugin {name}, got error ({text})"))
            }),
        };
        match acted {
            Ok(()) => print(observer, &format!("{done} plugin: {name}\n")),
            Err(error) => errors.push(error),
        }
    }
    joined(errors)
}

/// Brings plugins up to date, and runs their hooks. Helm: pkg/cmd/plugin_update.go.
pub fn plugin_update(names: &[String], places: &PluginPlaces, observer: &mut dyn Observer) -> Result<(), Error> {
    let verb = Verb { name: "update", done: "Updated", log: ("loading installed plugins", "path") };
    for_each(names, places, &verb, observer, update)
}

fn update(plugin: &Plugin, places: &PluginPlaces, observer: &mut dyn Observer) -> Result<(), Error> {
    let mut told = |note| observer.event(Event::Log(LogLine::from(note)));
    let updated = source::update_plugin(plugin, places, &mut told)?;
    run_hook(&updated, "update", &places.variables, observer)
}

/// Removes plugins, and runs their hooks. Helm: pkg/cmd/plugin_uninstall.go.
pub fn plugin_uninstall(names: &[String], places: &PluginPlaces, observer: &mut dyn Observer) -> Result<(), Error> {
    let verb = Verb { name: "uninstall", done: "Uninstalled", log: ("loading installer plugins", "dir") };
    for_each(names, places, &verb, observer, uninstall)
}

fn uninstall(plugin: &Plugin, places: &PluginPlaces, observer: &mut dyn Observer) -> Result<(), Error> {
    remove(&plugin.folder)?;
    if !plugin.version.is_empty() {
        let archive = format!("{}-{}.tgz", plugin.name, plugin.version);
        let archive = path::join(&path::folder(&plugin.folder), &archive);
        for file in [archive.clone(), format!("{archive}.prov")] {
            let _ = fs::remove_file(file);
        }
    }
    run_hook(plugin, "delete", &places.variables, observer)
}

/// Removes a plugin: a link itself, not what it leads to.
fn remove(folder: &str) -> Result<(), Error> {
    let is_link = fs::symlink_metadata(folder).is_ok_and(|kind| kind.is_symlink());
    let removed = if is_link { fs::remove_file(folder) } else { fs::remove_dir_all(folder) };
    removed.map_err(|error| {
        let reason = source::system::path_error("unlinkat", folder, &error);
        Error::new(ErrorKind::Plugin, reason)
    })
}
