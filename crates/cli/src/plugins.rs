//! Commands that plugins bring: found, put beside our own, and run. Helm: pkg/cmd/load_plugins.go.

use std::fs;

use pintle::{Getters, Level, LogLine, Plugin, PluginPlaces, PostRenderer, Variables};
use value::{Map, Value, quote::quote, yaml};

use crate::{
    commands::{ROOT, variables},
    connection::Printer,
    env::Environment,
    error::Failure,
    exit::Exit,
    filepath::join,
    flags,
    invocation::Invocation,
    output::Output,
    parse::{FlagError, FlagSet, find},
    spec::{Action, Command, Flag},
};

/// What a plugin's command does, and what completes it.
pub(crate) struct PluginCommand {
    /// The plugin.
    pub(crate) plugin: &'static Plugin,
    /// What may stand first behind it: `validArgs` of its `completion.yaml`.
    pub(crate) first_words: Vec<String>,
    /// Whether its `plugin.complete` is asked.
    pub(crate) is_asked: bool,
}

/// The commands that Helm has: a plugin of such a name is passed over. One that only we have makes way for a plugin.
const OF_HELM: [&str; 28] = [
    "__complete",
    "completion",
    "create",
    "dependency",
    "docs",
    "env",
    "get",
    "help",
    "history",
    "install",
    "lint",
    "list",
    "package",
    "plugin",
    "pull",
    "push",
    "registry",
    "repo",
    "rollback",
    "search",
    "show",
    "status",
    "template",
    "test",
    "uninstall",
    "upgrade",
    "verify",
    "version",
];

/// The root of all commands, with those of plugins.
///
/// What is put beside the table lives as long as the program, as the table itself does.
pub(crate) fn root(environment: &Environment, words: &[String], output: &mut Output) -> &'static Command {
    if environment.leaves_plugins_alone() {
        return &ROOT;
    }
    let found = match pintle::find_plugins(&environment.plugins_folder(), &mut Printer::new(output)) {
        Ok(found) => found,
        Err(error) => {
            output.log(&LogLine::new(Level::Error, "failed to load plugins").with("error", error.to_string()));
            return &ROOT;
        }
    };
    if found.is_empty() {
        return &ROOT;
    }
    let found = environment.plugins.get_or_init(|| found);
    let completing = is_completing(words);
    let mut commands = ROOT.commands.to_vec();
    let mut names: Vec<&str> = Vec::new();
    for plugin in found.iter().filter(|plugin| plugin.command_words().is_some()) {
        let command = command_of(plugin, completing);
        if OF_HELM.contains(&command.name) || names.contains(&command.name) {
            let line = LogLine::new(Level::Error, "failed to load plugins: name conflicts");
            output.log(&line.with("name", command.name));
            break;
        }
        if commands.iter().any(|own| own.name == command.name) {
            if environment.prefers_builtin() {
                continue;
            }
            commands.retain(|own| own.name != command.name);
        }
        names.push(command.name);
        commands.push(command);
    }
    Box::leak(Box::new(Command { commands: commands.leak(), ..ROOT }))
}

/// The commands of ours that plugins hide.
pub(crate) fn hidden(root: &'static Command) -> Vec<&'static str> {
    let is_plugin = |command: &&&Command| matches!(command.action, Action::Plugin(_));
    let of_plugins = root.commands.iter().filter(is_plugin).map(|command| command.name);
    of_plugins.filter(|name| ROOT.commands.iter().any(|own| own.name == *name)).collect()
}

/// Whether the command line asks for completions. Only then is looked at what plugins say of them.
fn is_completing(words: &[String]) -> bool {
    match find(&ROOT, flags::GLOBAL, words) {
        Ok(found) => found.path.get(1).is_some_and(|command| matches!(command.name, "completion" | "__complete")),
        Err(_) => true,
    }
}

fn leaked(text: &str) -> &'static str {
    text.to_owned().leak()
}

/// The command of a plugin.
fn command_of(plugin: &Plugin, completing: bool) -> &'static Command {
    let plugin: &'static Plugin = Box::leak(Box::new(plugin.clone()));
    let words = plugin.command_words().cloned().unwrap_or_default();
    let usage = if words.usage.is_empty() { leaked(&plugin.name) } else { leaked(&words.usage) };
    let (name, synopsis) = usage.split_once(' ').unwrap_or((usage, ""));
    let short = match words.short.as_str() {
        "" => format!("the {} plugin", quote(plugin.name.as_bytes())),
        short => short.to_owned(),
    };
    let command =
        Command { name, synopsis, short: leaked(&short), long: leaked(&words.long), raw: true, ..Command::BASE };
    let described = completing.then(|| fs::read(join(&[&plugin.folder, "completion.yaml"])).ok()).flatten();
    let described = described.and_then(|bytes| yaml::map_from_slice(&bytes).ok()).unwrap_or_default();
    completed(command, plugin, &described)
}

/// A command with what `completion.yaml` says of it: flags, first words, commands below it.
fn completed(command: Command, plugin: &'static Plugin, described: &Map) -> &'static Command {
    let list = |key: &str| described.get(key).and_then(|value| value.as_list().cloned());
    let texts = |key: &str| -> Vec<String> {
        let list = list(key);
        list.iter().flat_map(|list| list.iter()).filter_map(Value::as_str).map(ToString::to_string).collect()
    };
    let below = list("commands");
    let is_asked = below.is_none();
    let below: Vec<&'static Command> = below
        .iter()
        .flat_map(|below| below.iter())
        .filter_map(Value::as_map)
        .filter_map(|below| {
            let name = below.get("name")?.as_str()?.to_string();
            let name = leaked(name.split(' ').next().filter(|name| !name.is_empty())?);
            Some(completed(Command { name, raw: true, ..Command::BASE }, plugin, below))
        })
        .collect();
    let flags: &'static [&'static [Flag]] = vec![&*completed_flags(&texts("flags")).leak()].leak();
    let action = PluginCommand { plugin, first_words: texts("validArgs"), is_asked };
    let action = Action::Plugin(Box::leak(Box::new(action)));
    Box::leak(Box::new(Command { flags, commands: below.leak(), action, ..command }))
}

/// Flags for completion alone. Letters are given to names in their order; a letter too many is a name of its own.
fn completed_flags(texts: &[String]) -> Vec<Flag> {
    let (short, long): (Vec<&String>, Vec<&String>) = texts.iter().partition(|text| text.len() == 1);
    let count = short.len().max(long.len());
    (0..count)
        .filter_map(|at| {
            let letter = short.get(at).and_then(|text| text.chars().next());
            let name = long.get(at).or(short.get(at))?;
            let flag = Flag::switch(leaked(name), "");
            Some(match letter {
                Some(letter) => flag.short(letter),
                None => flag,
            })
        })
        .collect()
}

/// Flags of Helm's that a plugin does not get to see, with their values.
const WITH_VALUES: [&str; 14] = [
    "--kube-context",
    "--namespace",
    "-n",
    "--kubeconfig",
    "--kube-apiserver",
    "--kube-token",
    "--kube-as-user",
    "--kube-as-group",
    "--kube-ca-file",
    "--registry-config",
    "--repository-cache",
    "--repository-config",
    "--kube-insecure-skip-tls-verify",
    "--kube-tls-server-name",
];

/// Helm's own flags, and what is left for the plugin. Helm: `manuallyProcessArgs`.
pub(crate) fn split(words: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut known, mut left) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if WITH_VALUES.contains(&word.as_str()) {
            known.push(word.clone());
            known.extend(words.next().cloned());
        } else if word == "--debug" || word.split_once('=').is_some_and(|(name, _)| WITH_VALUES.contains(&name)) {
            known.push(word.clone());
        } else {
            left.push(word.clone());
        }
    }
    (known, left)
}

/// The environment of a plugin that is a command: ours, and the settings in effect.
pub(crate) fn settings(flags: &FlagSet<'_>, environment: &Environment) -> Variables {
    let mut all = environment.all();
    all.extend(variables(flags, environment).into_iter().map(|(name, value)| (name.to_owned(), value)));
    Variables::new(all)
}

/// Runs a plugin's command; it ends as the plugin does.
pub(crate) fn run(
    command: &PluginCommand,
    words: &[String],
    mut flags: FlagSet<'_>,
    (environment, output): (&Environment, &mut Output),
) -> Result<(), Failure> {
    let (known, left) = split(words);
    flags.parse(&known).map_err(|error| match error {
        FlagError::Message(line) => Failure::new(line),
        FlagError::Help => Failure::new("pflag: help requested"),
    })?;
    output.set_debug(flags.bool("debug"));
    let variables = settings(&flags, environment);
    let exit = pintle::run_plugin(command.plugin, &left, variables, &mut Printer::new(output))?;
    if exit == 0 {
        return Ok(());
    }
    let line = format!("plugin {} exited with error", quote(command.plugin.name.as_bytes()));
    // Of a negative code a shell sees the last eight bits.
    Err(Failure { exit: Exit::Code(exit.rem_euclid(256) as u8), ..Failure::new(line) })
}

impl Environment {
    /// The folders of plugins, between colons.
    pub(crate) fn plugins_folder(&self) -> String {
        self.plugins()
    }
}

impl Invocation<'_> {
    /// The plugins that fetch URLs.
    pub(crate) fn getters(&self) -> Getters {
        let plugins = self.known_plugins().iter();
        let getters: Vec<Plugin> = plugins.filter(|plugin| plugin.type_name() == "getter/v1").cloned().collect();
        match getters.is_empty() {
            true => Getters::default(),
            false => Getters { plugins: getters, variables: settings(&self.flags, self.environment) },
        }
    }

    /// The plugins on this machine. Where they are no commands nobody is told what is wrong with them.
    fn known_plugins(&self) -> &[Plugin] {
        let look = || pintle::find_plugins(&self.environment.plugins_folder(), &mut ()).unwrap_or_default();
        self.environment.plugins.get_or_init(look)
    }

    /// What `--post-renderer` names. Helm: pkg/cmd/flags.go `bindPostRenderFlag`.
    pub(crate) fn post_renderer(&self) -> Result<Option<PostRenderer>, Failure> {
        let name = self.flags.text("post-renderer");
        if name.is_empty() {
            return Ok(None);
        }
        let found = PostRenderer::find(name, self.known_plugins(), Variables::new(self.environment.all()));
        let Some(mut renderer) = found else {
            let shown = quote(name.as_bytes());
            let line = format!(
                "invalid argument {shown} for \"--post-renderer\" flag: plugin: {{Name:{name} Type:postrenderer/v1}} not found"
            );
            let hint = "there is neither a plugin of this name nor a program at this path".to_owned();
            let mut failure = Failure::new(line);
            failure.told.hints.push(hint);
            return Err(failure);
        };
        renderer.arguments = self.flags.list("post-renderer-args").to_vec();
        Ok(Some(renderer))
    }

    /// Where plugins are kept, and how they are fetched.
    pub(crate) fn plugin_places(&self) -> PluginPlaces {
        let folders = self.environment.plugins_folder();
        PluginPlaces {
            plugins: folders.split(':').next().unwrap_or_default().to_owned(),
            cache: self.environment.cache_path("plugins"),
            temporary: self.environment.temporary_path(),
            variables: Variables::new(self.environment.all()),
            places: self.places(),
            access: self.access(),
        }
    }
}
