//! Runs plugins that are commands. Helm: pkg/cmd/load_plugins.go.

use ::plugin::{Plugin, Stderr, Variables};

use crate::{Error, Event, Level, LogLine, Observer};

/// More than this are no completions.
const MAX_COMPLETIONS: u64 = 16 << 20;

/// Runs the command of a plugin with our own standard streams, and gives its exit code; -1 where a signal ended it.
pub fn run_plugin(
    plugin: &Plugin,
    arguments: &[String],
    variables: Variables,
    observer: &mut dyn Observer,
) -> Result<i32, Error> {
    let ignores = plugin.command_words().is_some_and(|words| words.ignores_flags);
    let arguments = if ignores { &[] } else { arguments };
    let call = plugin.main_call(arguments, variables)?;
    let line = LogLine::new(Level::Debug, "executing plugin command");
    observer.event(Event::Log(line.with("pluginName", &plugin.name).with("command", call.shown())));
    observer.event(Event::Flush);
    let exit = call.run_shared(true)?;
    if exit != 0 {
        let line = LogLine::new(Level::Debug, "plugin execution failed").with("pluginName", &plugin.name);
        let line = line.with("error", format!("exit status {exit}")).with("exitCode", exit.to_string());
        observer.event(Event::Log(line.with("stderr", "")));
    }
    Ok(exit)
}

/// What a plugin's `plugin.complete` says, line by line.
///
/// Fails where it has none, and where it fails.
pub fn complete_with_plugin(
    plugin: &Plugin,
    arguments: Vec<String>,
    variables: Variables,
) -> Result<Vec<String>, Error> {
    let call = plugin.file_call("plugin.complete", arguments, variables)?;
    let ran = call.run_kept(None, Stderr::Kept, MAX_COMPLETIONS)?;
    if ran.exit != 0 {
        let name = value::quote::quote(plugin.name.as_bytes());
        return Err(::plugin::Error::new(format!("plugin {name} exited with error")).into());
    }
    let said = [ran.stdout, ran.stderr].concat();
    Ok(String::from_utf8_lossy(&said).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
