//! Which plugins there are.

use ::plugin::Plugin;

use crate::{Error, Event, LogLine, Observer, Table};

/// The plugins in folders, which colons separate; those that cannot be read are told and left out.
///
/// Fails where two in one folder have one name. Helm: `FindPlugins`.
pub fn find_plugins(folders: &str, observer: &mut dyn Observer) -> Result<Vec<Plugin>, Error> {
    let mut found = Vec::new();
    for folder in folders.split(':').filter(|folder| !folder.is_empty()) {
        let mut told = |note| observer.event(Event::Log(LogLine::from(note)));
        found.extend(source::load_plugins(folder, &mut told)?);
    }
    Ok(found)
}

/// Prints the plugins; with a type those of that type alone. Helm: pkg/cmd/plugin_list.go.
pub fn plugin_list(folders: &str, kind: &str, observer: &mut dyn Observer) -> Result<Vec<Plugin>, Error> {
    let plugins = find_plugins(folders, observer)?;
    let mut table = Table::new(0);
    table.row(["NAME", "VERSION", "TYPE", "APIVERSION", "PROVENANCE", "SOURCE"]);
    for plugin in plugins.iter().filter(|plugin| kind.is_empty() || plugin.type_name() == kind) {
        let source = if plugin.source_url.is_empty() { "unknown" } else { &plugin.source_url };
        let Plugin { name, version, api_version, .. } = plugin;
        let signed = source::plugin_provenance(plugin);
        table.row([name.as_str(), version, plugin.type_name(), api_version, signed, source]);
    }
    observer.event(Event::Output(format!("{}\n", table.text()).as_bytes()));
    Ok(plugins)
}
