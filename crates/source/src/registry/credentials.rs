//! Credentials of registries: Helm's own file, then Docker's, and the helpers that either names.
//!
//! oras: registry/remote/credentials. Helpers are the programs `docker-credential-NAME`; they get the registry on
//! their standard input and answer in JSON.

use std::{collections::BTreeMap, fs, io};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use value::{Map, Value, json, url::Url};

use crate::{Error, Places, Secret, path, system, write};

/// What a registry wants to hear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Credential {
    /// The user's name.
    pub(super) username: String,
    /// The password, or a token in its place.
    pub(super) password: Secret,
    /// A token that gets other tokens (Docker: `identitytoken`).
    pub(super) refresh_token: Secret,
    /// A token that is sent as it is (Docker: `registrytoken`).
    pub(super) access_token: Secret,
}

impl Credential {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        *self == Credential::default()
    }
}

/// The name that a registry's credentials are kept under.
fn address(host: &str) -> &str {
    if matches!(host, "docker.io" | "registry-1.docker.io") { "https://index.docker.io/v1/" } else { host }
}

/// The credentials of a host: from Helm's file, or from Docker's where that has none.
pub(super) fn find(places: &Places, host: &str) -> Result<Credential, Error> {
    let address = address(host);
    let found = Config::load(&places.registry_config)?.get(address)?;
    if !found.is_empty() {
        return Ok(found);
    }
    Config::load(&places.docker_config)?.get(address)
}

/// Keeps the credentials of a host in Helm's file, or gives them to the helper that the file names.
pub(super) fn keep(places: &Places, host: &str, credential: &Credential) -> Result<(), Error> {
    let address = address(host);
    let config = Config::load(&places.registry_config)?;
    match config.helper(address) {
        Some(helper) => {
            let value = Value::map([
                ("ServerURL", Value::string(address)),
                ("Username", Value::string(credential.username.as_str())),
                ("Secret", Value::string(credential.password.0.as_str())),
            ]);
            let input = json::to_vec(&value).map_err(|error| Error::unreadable(error.to_string()))?;
            run(&helper, "store", &input).map(drop)
        }
        None => config.put(address, credential),
    }
}

/// Removes the credentials of a host from Helm's file, or has the helper that it names remove them.
pub(super) fn remove(places: &Places, host: &str) -> Result<(), Error> {
    let address = address(host);
    let config = Config::load(&places.registry_config)?;
    let removed = match config.helper(address) {
        Some(helper) => run(&helper, "erase", address.as_bytes()).map(drop),
        None => config.delete(address),
    };
    removed.map_err(|error| error.map_message(|text| format!("failed to delete the credential for {address}: {text}")))
}

/// A file in the form of Docker's `config.json`.
struct Config<'a> {
    path: &'a str,
    content: Map,
}

impl<'a> Config<'a> {
    fn load(path: &'a str) -> Result<Config<'a>, Error> {
        let content = match fs::read(path) {
            Ok(bytes) if bytes.trim_ascii().is_empty() => Map::default(),
            Ok(bytes) => match json::from_slice(&bytes) {
                Ok(Value::Map(map)) => map,
                Ok(_) => return Err(broken(path, "it is no object")),
                Err(error) => return Err(broken(path, &error.to_string())),
            },
            Err(error) if path.is_empty() || error.kind() == io::ErrorKind::NotFound => Map::default(),
            Err(error) => {
                let reason = system::path_error(system::read_verb(&error), path, &error);
                return Err(Error::unreadable(format!("failed to open config file at {path}: {reason}")));
            }
        };
        Ok(Config { path, content })
    }

    /// The helper for a registry; a name of a program.
    fn helper(&self, address: &str) -> Option<String> {
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(ToString::to_string));
        let own = self.content.get("credHelpers").and_then(|helpers| text(helpers.as_map()?.get(address)));
        own.or_else(|| text(self.content.get("credsStore"))).filter(|helper| !helper.is_empty())
    }

    fn get(&self, address: &str) -> Result<Credential, Error> {
        if let Some(helper) = self.helper(address) {
            return ask(&helper, address);
        }
        let auths = self.content.get("auths").and_then(|auths| auths.as_map().cloned()).unwrap_or_default();
        let entry = auths.get(address).or_else(|| {
            let same = |(key, value): (value::Str, Value)| (host_of(&key.to_text()) == address).then_some(value);
            auths.entries().into_iter().find_map(same)
        });
        let Some(Value::Map(entry)) = entry else { return Ok(Credential::default()) };
        let text =
            |key: &str| entry.get(key).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default();
        let mut credential = Credential {
            username: text("username"),
            password: Secret(text("password")),
            refresh_token: Secret(text("identitytoken")),
            access_token: Secret(text("registrytoken")),
        };
        let auth = text("auth");
        if !auth.is_empty() {
            let decoded = STANDARD.decode(auth.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
            let Some((username, password)) = pair else {
                return Err(Error::unreadable(format!(
                    "failed to decode auth field: invalid config format: credentials of {address} in {}",
                    self.path
                )));
            };
            credential.username = username.to_owned();
            credential.password = Secret(password.to_owned());
        }
        Ok(credential)
    }

    fn put(&self, address: &str, credential: &Credential) -> Result<(), Error> {
        let mut entry = BTreeMap::new();
        let mut put = |key: &'static str, text: &str| {
            if !text.is_empty() {
                entry.insert(key, Value::string(text));
            }
        };
        if !credential.username.is_empty() || !credential.password.0.is_empty() {
            put("auth", &STANDARD.encode(format!("{}:{}", credential.username, credential.password.0)));
        }
        put("identitytoken", &credential.refresh_token.0);
        put("registrytoken", &credential.access_token.0);
        self.change(|auths| drop(auths.insert(address, Value::map(entry))))
    }

    fn delete(&self, address: &str) -> Result<(), Error> {
        let known =
            self.content.get("auths").is_some_and(|auths| auths.as_map().is_some_and(|map| map.contains(address)));
        if !known {
            return Ok(());
        }
        self.change(|auths| drop(auths.remove(address)))
    }

    /// Writes the file with other credentials, everything else in it kept; its owner alone may read it.
    fn change(&self, change: impl FnOnce(&Map)) -> Result<(), Error> {
        let auths = self.content.get("auths").and_then(|auths| auths.as_map().cloned()).unwrap_or_default();
        change(&auths);
        self.content.insert("auths", Value::Map(auths));
        let bytes = json::to_vec_indent(&Value::Map(self.content.clone()), "\t")
            .map_err(|error| Error::unreadable(format!("failed to marshal config: {error}")))?;
        write::create_private_folders(&path::folder(self.path))?;
        write::replace_file(self.path, &bytes, 0o600)
            .map_err(|error| error.map_message(|text| format!("failed to save config file: {text}")))
    }
}

fn broken(path: &str, reason: &str) -> Error {
    Error::unreadable(format!("failed to decode config file {path}: invalid config format: {reason}"))
}

/// The host in a key, which may have a scheme and a path.
fn host_of(key: &str) -> String {
    match Url::parse(key) {
        Ok(url) if !url.host.is_empty() => String::from_utf8_lossy(&url.host).into_owned(),
        _ => key.split('/').next().unwrap_or_default().to_owned(),
    }
}

/// Asks a helper for the credentials of a registry.
fn ask(helper: &str, address: &str) -> Result<Credential, Error> {
    let answer = match run(helper, "get", address.as_bytes()) {
        Ok(answer) => answer,
        Err(error) if error.to_string().contains("credentials not found in native keychain") => {
            return Ok(Credential::default());
        }
        Err(error) => return Err(error),
    };
    let map = match json::from_slice(&answer) {
        Ok(Value::Map(map)) => map,
        _ => return Err(Error::unreadable(format!("docker-credential-{helper} did not answer with an object"))),
    };
    let text = |key: &str| map.get(key).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default();
    let (username, secret) = (text("Username"), Secret(text("Secret")));
    // Docker's convention for a token.
    if username == "<token>" {
        return Ok(Credential { refresh_token: secret, ..Credential::default() });
    }
    Ok(Credential { username, password: secret, ..Credential::default() })
}

fn run(helper: &str, action: &str, input: &[u8]) -> Result<Vec<u8>, Error> {
    if helper.contains('/') {
        return Err(Error::unreadable(format!("{helper:?} is no name of a credential helper")));
    }
    let program = format!("docker-credential-{helper}");
    let ran = plugin::run(&program, &[action], input).map_err(|error| {
        let text = if error.kind() == io::ErrorKind::NotFound {
            format!("exec: \"{program}\": executable file not found in $PATH")
        } else {
            system::path_error("fork/exec", &program, &error)
        };
        Error::unreadable(text).hinted("the file with the credentials of registries names this helper")
    })?;
    if ran.exit == 0 {
        return Ok(ran.stdout);
    }
    // Helpers tell on stdout what went wrong.
    Err(Error::unreadable(String::from_utf8_lossy(&ran.stdout).trim().to_owned()))
}
