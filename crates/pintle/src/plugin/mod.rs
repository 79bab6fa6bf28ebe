//! `helm plugin` and what is below it. Helm: pkg/cmd/plugin*.go.

mod install;
mod list;
mod package;
mod run;

use ::plugin::{Plugin, Variables};

pub use self::{
    install::{PluginInstallOptions, plugin_install, plugin_uninstall, plugin_update},
    list::{find_plugins, plugin_list},
    package::{PluginPackageOptions, plugin_package, plugin_verify},
    run::{complete_with_plugin, run_plugin},
};
use crate::{Error, ErrorKind, Event, Level, LogLine, Observer};

impl From<::plugin::Error> for Error {
    fn from(error: ::plugin::Error) -> Error {
        let converted = Error::new(ErrorKind::Plugin, error.to_string());
        match error.hint() {
            Some(hint) => converted.hinted(hint),
            None => converted,
        }
    }
}

/// Runs what a plugin wants to be run on an event, if it wants anything. Helm: `InvokeHook`.
fn run_hook(plugin: &Plugin, event: &str, variables: &Variables, observer: &mut dyn Observer) -> Result<(), Error> {
    if plugin.refusal().is_some() {
        return Ok(());
    }
    let Some(call) = plugin.hook_call(event, variables.clone())? else { return Ok(()) };
    let line = LogLine::new(Level::Debug, "executing plugin hook command");
    observer.event(Event::Log(line.with("pluginName", &plugin.name).with("command", call.shown())));
    observer.event(Event::Flush);
    match call.run_shared(false)? {
        0 => Ok(()),
        exit => {
            // Helm has name and event the wrong way round here.
            let text =
                format!("plugin {event} hook for {} exited with error", value::quote::quote(plugin.name.as_bytes()));
            Err(Error::new(ErrorKind::Plugin, text).hinted(format!("the hook ended with exit code {exit}")))
        }
    }
}

/// Several failures as one, a line each. Go: `errors.Join`.
fn joined(errors: Vec<Error>) -> Result<(), Error> {
    if errors.is_empty() {
        return Ok(());
    }
    let text = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let hints = errors.iter().flat_map(|error| error.hints().to_vec());
    Err(hints.fold(Error::new(ErrorKind::Plugin, text), |error, hint| error.hinted(hint)))
}
