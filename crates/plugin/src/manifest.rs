//! What a plugin says of itself: `plugin.yaml`, in Helm 3's form and in Helm 4's.
//!
//! Helm: internal/plugin/loader.go and metadata.go.

use std::collections::BTreeMap;

use value::{Map, Value, quote::quote, yaml};
use version::Version;

use crate::{Error, decode::Decoder, legacy, platform::PlatformCommand, v1};

/// The file that makes a folder a plugin.
pub const PLUGIN_FILE: &str = "plugin.yaml";

/// A plugin, as its `plugin.yaml` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// The folder that it lies in.
    pub folder: String,
    /// `legacy` for Helm 3's form, otherwise `v1`.
    pub api_version: String,
    /// The name.
    pub name: String,
    /// The version; may be empty in Helm 3's form.
    pub version: String,
    /// Where it can be found.
    pub source_url: String,
    /// What it is for.
    pub kind: Kind,
    /// How it is run.
    pub runtime: Runtime,
}

/// What a plugin is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A command of its own.
    Command(CommandWords),
    /// It fetches URLs of these schemes.
    Getter {
        /// The schemes.
        protocols: Vec<String>,
        /// Helm 3 lets such a plugin be a command too.
        command: Option<CommandWords>,
    },
    /// It changes manifests.
    PostRenderer,
    /// Helm's own tests have such.
    Test,
}

/// What help says of a plugin's command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandWords {
    /// The line that shows how it is called, without `helm`.
    pub usage: String,
    /// One line.
    pub short: String,
    /// The text of its help page.
    pub long: String,
    /// It gets no arguments from the command line.
    pub ignores_flags: bool,
}

/// How a plugin is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// As a process.
    Process(Commands),
    /// As WebAssembly, which pintle does not run.
    WebAssembly,
}

/// The commands of a plugin that is run as a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    pub(crate) main: Vec<PlatformCommand>,
    pub(crate) hooks: BTreeMap<String, Vec<PlatformCommand>>,
    /// Whether variables in the arguments of hooks are replaced; a shell does it otherwise.
    pub(crate) expands_hooks: bool,
    /// Commands that fetch URLs, with their schemes.
    pub(crate) protocols: Vec<(Vec<String>, Vec<PlatformCommand>)>,
}

impl Plugin {
    /// The type, as Helm 4 calls it.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Command(_) => "cli/v1",
            Kind::Getter { .. } => "getter/v1",
            Kind::PostRenderer => "postrenderer/v1",
            Kind::Test => "test/v1",
        }
    }

    /// What help says of its command, if it is one.
    pub fn command_words(&self) -> Option<&CommandWords> {
        match &self.kind {
            Kind::Command(words) => Some(words),
            Kind::Getter { command, .. } => command.as_ref(),
            Kind::PostRenderer | Kind::Test => None,
        }
    }

    /// Whether it fetches URLs of this scheme.
    pub fn fetches(&self, scheme: &str) -> bool {
        matches!(&self.kind, Kind::Getter { protocols, .. } if protocols.iter().any(|known| known == scheme))
    }

    /// The plugin as Helm writes it into a signature.
    pub fn to_value(&self) -> Value {
        let config = match &self.kind {
            Kind::Command(words) => Value::map([
                ("Usage", Value::string(words.usage.as_str())),
                ("ShortHelp", Value::string(words.short.as_str())),
                ("LongHelp", Value::string(words.long.as_str())),
                ("IgnoreFlags", Value::Bool(words.ignores_flags)),
            ]),
            Kind::Getter { protocols, .. } => Value::map([("Protocols", texts(protocols))]),
            Kind::PostRenderer | Kind::Test => Value::Map(Map::default()),
        };
        let text = |text: &str| Value::string(text);
        Value::map([
            ("APIVersion", text(&self.api_version)),
            ("Name", text(&self.name)),
            ("Type", text(self.type_name())),
            ("Runtime", text(if self.runtime == Runtime::WebAssembly { "extism/v1" } else { "subprocess" })),
            ("Version", text(&self.version)),
            ("SourceURL", text(&self.source_url)),
            ("Config", config),
            ("RuntimeConfig", self.runtime_value()),
        ])
    }

    fn runtime_value(&self) -> Value {
        let Runtime::Process(Commands { main, hooks, protocols, .. }) = &self.runtime else {
            return Value::Map(Map::default());
        };
        let hooks = match hooks.is_empty() {
            true => Value::Nil,
            false => Value::map(hooks.iter().map(|(event, commands)| (event.as_str(), command_list(commands)))),
        };
        let protocols = protocols.iter().map(|(names, commands)| {
            Value::map([("Protocols", texts(names)), ("PlatformCommand", command_list(commands))])
        });
        Value::map([
            ("PlatformCommand", command_list(main)),
            ("PlatformHooks", hooks),
            ("ProtocolCommands", list_or_nil(protocols.collect())),
        ])
    }

    /// The reason why pintle does not run it, where it is of a kind that it does not.
    pub fn refusal(&self) -> Option<Error> {
        let name = quote(self.name.as_bytes());
        (self.runtime == Runtime::WebAssembly).then(|| {
            Error::new(format!("plugin {name} is WebAssembly (runtime extism/v1), which pintle does not run")).hinted(
                "pintle has no WebAssembly runtime in its binary; a plugin with runtime subprocess does its work",
            )
        })
    }
}

/// Reads a `plugin.yaml`; `folder` is where it lies.
///
/// Fails with Helm's text where it is malformed: names and versions become paths.
pub fn parse(bytes: &[u8], folder: &str) -> Result<Plugin, Error> {
    let peeking = |error: Error| error.during("failed to peek plugin.yaml API version");
    let node = yaml::raw(bytes).map_err(|error| peeking(Error::new(error.message)))?;
    let Some(node) = node else { return Err(peeking(Error::new("EOF"))) };
    let mut decoder = Decoder::default();
    let fields = decoder.fields(&node, "plugin.apiVersion");
    let api_version = decoder.text(fields.get("apiVersion"));
    decoder.finish().map_err(peeking)?;
    match api_version.as_str() {
        "" => legacy::read(&node, folder),
        "v1" => v1::read(&node, folder),
        other => Err(Error::new(format!("invalid plugin apiVersion: {}", quote(other.as_bytes())))),
    }
}

/// A list as Go writes one that may be nil.
fn list_or_nil(items: Vec<Value>) -> Value {
    if items.is_empty() { Value::Nil } else { Value::list(items) }
}

fn texts(texts: &[String]) -> Value {
    list_or_nil(texts.iter().map(|text| Value::string(text.as_str())).collect())
}

fn command_list(commands: &[PlatformCommand]) -> Value {
    let value = |one: &PlatformCommand| {
        Value::map([
            ("OperatingSystem", Value::string(one.system.as_str())),
            ("Architecture", Value::string(one.architecture.as_str())),
            ("Command", Value::string(one.command.as_str())),
            ("Args", texts(&one.arguments)),
        ])
    };
    list_or_nil(commands.iter().map(value).collect())
}

/// Whether a text may be a plugin's name: it becomes a part of paths and of help.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether a text may be a plugin's version: it becomes a part of paths.
pub(crate) fn is_version(version: &str) -> bool {
    Version::parse_strict(version).is_ok()
}

/// The text without control characters, white space as blanks. Helm: `sanitizeString`.
pub(crate) fn sanitized(text: &str) -> String {
    let keep = |rune: char| match rune {
        rune if rune.is_whitespace() => Some(' '),
        rune if value::unicode::is_print(rune) => Some(rune),
        _ => None,
    };
    text.chars().filter_map(keep).collect()
}

/// Reads a list of commands for platforms.
pub(crate) fn platform_commands(decoder: &mut Decoder, node: Option<&yaml::RawNode>) -> Vec<PlatformCommand> {
    let items = decoder.items(node, "[]plugin.PlatformCommand");
    items
        .iter()
        .map(|item| {
            let fields = decoder.fields(item, "plugin.PlatformCommand");
            PlatformCommand {
                system: decoder.text(fields.get("os")),
                architecture: decoder.text(fields.get("arch")),
                command: decoder.text(fields.get("command")),
                arguments: decoder.texts(fields.get("args")),
            }
        })
        .collect()
}

/// Reads commands for platforms, by name of a hook.
pub(crate) fn platform_hooks(
    decoder: &mut Decoder,
    node: Option<&yaml::RawNode>,
) -> BTreeMap<String, Vec<PlatformCommand>> {
    let Some(node) = node else { return BTreeMap::new() };
    let fields = decoder.fields(node, "plugin.PlatformHooks");
    fields.all().map(|(name, node)| (name.to_owned(), platform_commands(decoder, Some(node)))).collect()
}
