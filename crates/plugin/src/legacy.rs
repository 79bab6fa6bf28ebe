//! `plugin.yaml` in Helm 3's form. Helm: internal/plugin/metadata_legacy.go.

use value::{quote::quote, yaml::RawNode};

use crate::{
    Error, Plugin,
    decode::{Decoder, Fields},
    manifest::{
        CommandWords, Commands, Kind, Runtime, is_name, is_version, platform_commands, platform_hooks, sanitized,
    },
    platform::PlatformCommand,
};

const GO_TYPE: &str = "plugin.MetadataLegacy";

struct Downloader {
    protocols: Vec<String>,
    command: String,
}

/// Reads it; fields that are not known are passed over.
pub(crate) fn read(node: &RawNode, folder: &str) -> Result<Plugin, Error> {
    let mut decoder = Decoder::default();
    let fields = decoder.fields(node, GO_TYPE);
    let name = decoder.text(fields.get("name"));
    let version = decoder.text(fields.get("version"));
    let words = CommandWords {
        usage: String::new(),
        short: sanitized(&decoder.text(fields.get("usage"))),
        long: decoder.text(fields.get("description")),
        ignores_flags: decoder.flag(fields.get("ignoreFlags")),
    };
    let main = platform_commands(&mut decoder, fields.get("platformCommand"));
    let command = decoder.text(fields.get("command"));
    let platform_hooks = platform_hooks(&mut decoder, fields.get("platformHooks"));
    let hooks = shell_hooks(&mut decoder, &fields);
    let downloaders = downloaders(&mut decoder, &fields);
    decoder.finish()?;

    check_name(&name, &version)?;
    let both = |what: &str| Err(Error::new(format!("both platform{what} are set")));
    if !main.is_empty() && !command.is_empty() {
        return both("Command and command");
    }
    if !platform_hooks.is_empty() && !hooks.is_empty() {
        return both("Hooks and hooks");
    }
    check_downloaders(&downloaders)?;

    let main = match (main.is_empty(), command.is_empty()) {
        (true, false) => vec![PlatformCommand { command, ..PlatformCommand::default() }],
        _ => main,
    };
    let kind = match downloaders.is_empty() {
        true => Kind::Command(words),
        false => Kind::Getter {
            protocols: downloaders.iter().flat_map(|one| one.protocols.clone()).collect(),
            command: (!main.is_empty()).then_some(words),
        },
    };
    let commands = Commands {
        main,
        expands_hooks: hooks.is_empty(),
        hooks: if hooks.is_empty() { platform_hooks } else { hooks.into_iter().collect() },
        protocols: downloaders
            .into_iter()
            .map(|Downloader { protocols, command }| {
                (protocols, vec![PlatformCommand { command, ..PlatformCommand::default() }])
            })
            .collect(),
    };
    Ok(Plugin {
        folder: folder.to_owned(),
        api_version: "legacy".to_owned(),
        name,
        version,
        source_url: String::new(),
        kind,
        runtime: Runtime::Process(commands),
    })
}

fn check_name(name: &str, version: &str) -> Result<(), Error> {
    if !is_name(name) {
        let name = quote(name.as_bytes());
        return Err(Error::new(format!("invalid plugin name {name}: must contain only a-z, A-Z, 0-9, _ and -")));
    }
    if !version.is_empty() && !is_version(version) {
        let version = quote(version.as_bytes());
        return Err(Error::new(format!("invalid plugin version {version}: must be valid semver")));
    }
    Ok(())
}

/// Hooks that are lines for a shell.
fn shell_hooks(decoder: &mut Decoder, fields: &Fields<'_>) -> Vec<(String, Vec<PlatformCommand>)> {
    let Some(node) = fields.get("hooks") else { return Vec::new() };
    let hooks = decoder.fields(node, "plugin.Hooks");
    hooks
        .all()
        .map(|(name, node)| {
            let arguments = vec!["-c".to_owned(), decoder.text(Some(node))];
            let command = PlatformCommand { command: "sh".to_owned(), arguments, ..PlatformCommand::default() };
            (name.to_owned(), vec![command])
        })
        .collect()
}

fn downloaders(decoder: &mut Decoder, fields: &Fields<'_>) -> Vec<Downloader> {
    let items = decoder.items(fields.get("downloaders"), "[]plugin.Downloaders");
    items
        .iter()
        .map(|item| {
            let fields = decoder.fields(item, "plugin.Downloaders");
            Downloader {
                protocols: decoder.texts(fields.get("protocols")),
                command: decoder.text(fields.get("command")),
            }
        })
        .collect()
}

fn check_downloaders(downloaders: &[Downloader]) -> Result<(), Error> {
    for (at, downloader) in downloaders.iter().enumerate() {
        if downloader.command.is_empty() {
            return Err(Error::new(format!("downloader {at} has empty command")));
        }
        if downloader.protocols.is_empty() {
            return Err(Error::new(format!("downloader {at} has no protocols")));
        }
        if let Some(index) = downloader.protocols.iter().position(String::is_empty) {
            return Err(Error::new(format!("downloader {at} has empty protocol at index {index}")));
        }
    }
    Ok(())
}
