//! `plugin.yaml` in Helm 4's form. Helm: internal/plugin/metadata_v1.go and config.go.

use value::{
    Map, Value,
    quote::quote,
    yaml::{self, RawContent, RawNode},
};

use crate::{
    Error, Plugin,
    decode::Decoder,
    manifest::{
        CommandWords, Commands, Kind, Runtime, is_name, is_version, platform_commands, platform_hooks, sanitized,
    },
};

const GO_TYPE: &str = "plugin.MetadataV1";
const FIELDS: [&str; 8] = ["apiVersion", "name", "type", "runtime", "version", "sourceURL", "config", "runtimeConfig"];

/// Reads it; a field that is not known is an error.
pub(crate) fn read(node: &RawNode, folder: &str) -> Result<Plugin, Error> {
    let mut decoder = Decoder::default();
    let fields = decoder.known_fields(node, GO_TYPE, &FIELDS);
    let name = decoder.text(fields.get("name"));
    let kind = decoder.text(fields.get("type"));
    let runtime = decoder.text(fields.get("runtime"));
    let version = decoder.text(fields.get("version"));
    let source_url = decoder.text(fields.get("sourceURL"));
    for part in ["config", "runtimeConfig"] {
        if let Some(node) = fields.get(part) {
            decoder.fields(node, "map[string]interface {}");
        }
    }
    decoder.finish()?;
    check(&name, &version, &kind, &runtime)?;
    let converting = |error: Error| error.during("failed to convert MetadataV1 to Metadata");
    let kind = read_kind(&kind, &again(fields.get("config"))?).map_err(converting)?;
    let runtime = read_runtime(&runtime, fields.get("runtimeConfig")).map_err(converting)?;
    if let Kind::Getter { protocols, .. } = &kind {
        let fault = match protocols.iter().position(String::is_empty) {
            _ if protocols.is_empty() => Some("getter has no protocols".to_owned()),
            Some(at) => Some(format!("getter has empty protocol at index {at}")),
            None => None,
        };
        if let Some(fault) = fault {
            return Err(Error::new(format!("config validation failed: {fault}")));
        }
    }
    Ok(Plugin { folder: folder.to_owned(), api_version: "v1".to_owned(), name, version, source_url, kind, runtime })
}

fn check(name: &str, version: &str, kind: &str, runtime: &str) -> Result<(), Error> {
    let wrong = |text: &str| Err(Error::new(text));
    match () {
        () if !is_name(name) => wrong("invalid plugin `name`"),
        () if version.is_empty() => wrong("plugin `version` is required"),
        () if !is_version(version) => {
            let version = quote(version.as_bytes());
            Err(Error::new(format!("invalid plugin `version` {version}: must be valid semver")))
        }
        () if kind.is_empty() => wrong("`type` missing"),
        () if runtime.is_empty() => wrong("`runtime` missing"),
        () => Ok(()),
    }
}

/// Helm writes the part down and reads it again, so that lines are counted in what was written.
fn again(node: Option<&RawNode>) -> Result<RawNode, Error> {
    let value = node.map_or(Value::Map(Map::default()), plain);
    let bytes = yaml::to_vec_pretty(&value).map_err(|error| Error::new(error.message))?;
    let node = yaml::raw(&bytes).map_err(|error| Error::new(error.message))?;
    Ok(node.unwrap_or(RawNode { line: 1, content: RawContent::Map(Vec::new()) }))
}

/// The value of a node, scalars as texts where their kind does not matter here.
fn plain(node: &RawNode) -> Value {
    match &node.content {
        RawContent::Scalar { tag: "!!null", .. } => Value::Nil,
        RawContent::Scalar { text, tag: "!!bool" } => Value::Bool(text.as_bytes().eq_ignore_ascii_case(b"true")),
        RawContent::Scalar { text, tag: "!!int" } => {
            text.to_string().parse().map_or_else(|_| Value::string(text.clone()), Value::int)
        }
        RawContent::Scalar { text, .. } => Value::string(text.clone()),
        RawContent::List(items) => Value::list(items.iter().map(plain).collect()),
        RawContent::Map(entries) => {
            let key = |node: &RawNode| match &node.content {
                RawContent::Scalar { text, .. } => text.clone(),
                _ => value::Str::default(),
            };
            Value::map(entries.iter().map(|(name, node)| (key(name), plain(node))))
        }
    }
}

fn read_kind(kind: &str, config: &RawNode) -> Result<Kind, Error> {
    let mut decoder = Decoder::default();
    let kind = match kind {
        "cli/v1" => {
            let known = ["usage", "shortHelp", "longHelp", "ignoreFlags"];
            let fields = decoder.known_fields(config, "schema.ConfigCLIV1", &known);
            Kind::Command(CommandWords {
                usage: sanitized(&decoder.text(fields.get("usage"))),
                short: sanitized(&decoder.text(fields.get("shortHelp"))),
                long: decoder.text(fields.get("longHelp")),
                ignores_flags: decoder.flag(fields.get("ignoreFlags")),
            })
        }
        "getter/v1" => {
            let fields = decoder.known_fields(config, "schema.ConfigGetterV1", &["protocols"]);
            Kind::Getter { protocols: decoder.texts(fields.get("protocols")), command: None }
        }
        "postrenderer/v1" => {
            decoder.known_fields(config, "schema.ConfigPostRendererV1", &[]);
            Kind::PostRenderer
        }
        "test/v1" => {
            decoder.known_fields(config, "schema.ConfigTestV1", &[]);
            Kind::Test
        }
        other => return Err(Error::new(format!("unknown plugin type {}", quote(other.as_bytes())))),
    };
    decoder.finish()?;
    Ok(kind)
}

fn read_runtime(runtime: &str, config: Option<&RawNode>) -> Result<Runtime, Error> {
    match runtime {
        "subprocess" => {}
        "extism/v1" => return Ok(Runtime::WebAssembly),
        other => {
            return Err(Error::new(format!("unsupported plugin runtime type: {}", quote(other.as_bytes()))));
        }
    }
    let config = again(config)?;
    let mut decoder = Decoder::default();
    let fields = decoder.fields(&config, "plugin.RuntimeConfigSubprocess");
    let main = platform_commands(&mut decoder, fields.get("platformCommand"));
    let hooks = platform_hooks(&mut decoder, fields.get("platformHooks"));
    let items = decoder.items(fields.get("protocolCommands"), "[]plugin.SubprocessProtocolCommand");
    let protocols = items
        .iter()
        .map(|item| {
            let fields = decoder.fields(item, "plugin.SubprocessProtocolCommand");
            let protocols = decoder.texts(fields.get("protocols"));
            (protocols, platform_commands(&mut decoder, fields.get("platformCommand")))
        })
        .collect();
    decoder.finish().map_err(|error| error.during("failed to unmarshal runtimeConfig for subprocess runtime"))?;
    Ok(Runtime::Process(Commands { main, hooks, expands_hooks: false, protocols }))
}
