//! `repositories.yaml`: which names stand for which repositories.

use std::fs;

use value::{Value, yaml};

use crate::{Error, system};

/// The repositories that `helm repo add` has noted down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repositories(pub Vec<Repository>);

/// One repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// The name that references begin with.
    pub name: String,
    /// Where it is.
    pub url: String,
}

impl Repositories {
    /// Reads the file; none is the same as an empty one.
    ///
    /// Fails where it cannot be read or is no YAML. Helm: pkg/repo/v1/repo.go, `LoadFile`.
    pub fn load(path: &str) -> Result<Repositories, Error> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Repositories::default()),
            Err(error) => {
                let reason = system::path_error(system::read_verb(&error), path, &error);
                return Err(Error::unreadable(format!("couldn't load repositories file ({path}): {reason}")));
            }
        };
        let map = yaml::map_from_slice(&bytes).map_err(|error| Error::unreadable(error.to_string()))?;
        let entries = map.get("repositories").and_then(|list| list.as_list().cloned());
        let field = |entry: &Value, name: &str| {
            let value = entry.as_map().and_then(|map| map.get(name));
            value.and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default()
        };
        let repository = |entry: &Value| Repository { name: field(entry, "name"), url: field(entry, "url") };
        Ok(Repositories(entries.iter().flat_map(|list| list.iter()).map(repository).collect()))
    }

    /// The repository of this name.
    pub fn get(&self, name: &str) -> Option<&Repository> {
        self.0.iter().find(|repository| repository.name == name)
    }
}
