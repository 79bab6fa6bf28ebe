//! `repositories.yaml`: which names stand for which repositories. Helm: pkg/repo/v1/repo.go.

use std::fs;

use value::{Map, Value, yaml};

use crate::{Access, Error, ErrorKind, Secret, system, write};

/// The repositories that `helm repo add` has noted down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repositories {
    /// `apiVersion`
    pub api_version: String,
    /// `generated` (RFC 3339)
    pub generated: String,
    /// The repositories, in order.
    pub list: Vec<Repository>,
}

/// One repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// The name that references begin with.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// How it is talked to.
    pub access: Access,
}

/// Go's zero time, which Helm writes into files that it has made anew.
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

impl Repositories {
    /// Reads the file; none is the same as an empty one.
    ///
    /// Fails where it cannot be read or is no YAML. Helm: `LoadFile`.
    pub fn load(path: &str) -> Result<Repositories, Error> {
        match Repositories::load_existing(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Repositories::default()),
            other => other,
        }
    }

    /// Reads the file; of kind [`ErrorKind::NotFound`] where there is none.
    pub fn load_existing(path: &str) -> Result<Repositories, Error> {
        let bytes = fs::read(path).map_err(|error| {
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            let kind = if missing { ErrorKind::NotFound } else { ErrorKind::Unreadable };
            let reason = system::path_error(system::read_verb(&error), path, &error);
            Error::new(kind, format!("couldn't load repositories file ({path}): {reason}"))
        })?;
        Repositories::from_yaml(&bytes)
    }

    /// Reads the text of the file.
    pub fn from_yaml(bytes: &[u8]) -> Result<Repositories, Error> {
        let map = yaml::map_from_slice(bytes).map_err(|error| Error::unreadable(error.to_string()))?;
        let entries = map.get("repositories").and_then(|list| list.as_list().cloned());
        // Helm panics on an entry that is null; it names no repository.
        let list = entries.iter().flat_map(|list| list.iter()).filter_map(Value::as_map).map(repository).collect();
        Ok(Repositories { api_version: text(&map, "apiVersion"), generated: text(&map, "generated"), list })
    }

    /// The repository of this name.
    pub fn get(&self, name: &str) -> Option<&Repository> {
        self.list.iter().find(|repository| repository.name == name)
    }

    /// Puts a repository in the place of the one that has its name, or at the end.
    pub fn update(&mut self, repository: Repository) {
        match self.list.iter_mut().find(|known| known.name == repository.name) {
            Some(known) => *known = repository,
            None => self.list.push(repository),
        }
    }

    /// Takes a repository out; false where there is none of this name.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.list.len();
        self.list.retain(|repository| repository.name != name);
        self.list.len() < before
    }

    /// Writes the file for its owner's eyes alone, and the folders on the way. A run that is cut off leaves the old one.
    pub fn save(&self, path: &str) -> Result<(), Error> {
        let generated = if self.generated.is_empty() { ZERO_TIME } else { &self.generated };
        let value = Value::map([
            ("apiVersion", Value::string(self.api_version.as_str())),
            ("generated", Value::string(generated)),
            ("repositories", Value::list(self.list.iter().map(entry).collect())),
        ]);
        let bytes = yaml::to_vec(&value).map_err(|error| Error::unreadable(error.to_string()))?;
        write::create_folders(&crate::path::folder(path))?;
        write::replace_file(path, &bytes, 0o600)
    }
}

fn text(map: &Map, key: &str) -> String {
    map.get(key).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default()
}

fn repository(map: &Map) -> Repository {
    let flag = |key: &str| matches!(map.get(key), Some(Value::Bool(true)));
    Repository {
        name: text(map, "name"),
        url: text(map, "url"),
        access: Access {
            username: text(map, "username"),
            password: Secret(text(map, "password")),
            pass_credentials: flag("pass_credentials_all"),
            cert_file: text(map, "certFile"),
            key_file: text(map, "keyFile"),
            ca_file: text(map, "caFile"),
            insecure_skip_tls_verify: flag("insecure_skip_tls_verify"),
            plain_http: false,
        },
    }
}

fn entry(repository: &Repository) -> Value {
    let text = |text: &str| Value::string(text);
    let access = &repository.access;
    Value::map([
        ("caFile", text(&access.ca_file)),
        ("certFile", text(&access.cert_file)),
        ("insecure_skip_tls_verify", Value::Bool(access.insecure_skip_tls_verify)),
        ("keyFile", text(&access.key_file)),
        ("name", text(&repository.name)),
        ("pass_credentials_all", Value::Bool(access.pass_credentials)),
        ("password", text(&access.password.0)),
        ("url", text(&repository.url)),
        ("username", text(&access.username)),
    ])
}
