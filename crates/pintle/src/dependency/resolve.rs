//! Which version of each dependency a chart gets. Helm: internal/resolver/resolver.go.

use chart::{Dependency, Warning};
use source::{Note, Places, Registry, Repositories, path, same_url};
use value::{quote::quote, url::Url};
use version::{Constraint, Version};

use super::remote::{self, Home};
use crate::{Error, ErrorKind};

/// Where a dependency comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It lies in `charts/`.
    Inside,
    /// A folder.
    Folder,
    /// An OCI registry.
    Registry,
    /// A chart repository.
    Repository,
}

impl Origin {
    pub(super) fn of(repository: &str) -> Origin {
        match repository {
            "" => Origin::Inside,
            text if text.starts_with("file://") => Origin::Folder,
            text if text.starts_with("oci://") => Origin::Registry,
            _ => Origin::Repository,
        }
    }
}

/// The folder that `file://…` means, seen from a chart. It may lie outside of it, as with Helm.
pub(super) fn local_folder(repository: &str, chart: &str) -> Result<String, Error> {
    let place = repository.strip_prefix("file://").unwrap_or(repository);
    let folder = if path::is_absolute(place) { path::clean(place) } else { path::join(chart, place) };
    match source::stat(&folder) {
        Ok(_) => Ok(folder),
        Err(error) if error.kind() == source::ErrorKind::NotFound => {
            Err(Error::new(ErrorKind::Source, format!("directory {folder} not found")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Sees to it that every repository is known, and puts the URLs in place of aliases.
///
/// Helm: pkg/downloader/manager.go, `resolveRepoNames`.
pub(super) fn name_repositories(
    dependencies: &mut [Dependency],
    chart: &str,
    known: &Repositories,
) -> Result<(), Error> {
    let mut missing: Vec<String> = Vec::new();
    for dependency in dependencies {
        match Origin::of(&dependency.repository) {
            Origin::Inside | Origin::Registry => continue,
            Origin::Folder => {
                local_folder(&dependency.repository, chart)?;
                continue;
            }
            Origin::Repository => {}
        }
        let repository = dependency.repository.clone();
        let alias = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"));
        let found = known.list.iter().find_map(|entry| {
            if alias == Some(entry.name.as_str()) {
                return Some(Some(entry.url.clone()));
            }
            same_url(&entry.url, &repository).then_some(None)
        });
        match found {
            Some(Some(url)) => dependency.repository = url,
            Some(None) => {}
            None if Url::parse_request_uri(&repository).is_ok() => {}
            None => missing.push(repository),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut message =
        format!("no repository definition for {}. Please add them via 'helm repo add'", missing.join(", "));
    let is_bare = |text: &String| !text.contains("//") && !text.starts_with('@') && !text.starts_with("alias:");
    if missing.iter().any(is_bare) {
        message.push_str(
            "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\n\
             repository, use \"https://charts.example.com/\" or \"@example\" instead of\n\
             \"example\". Don't forget to add the repo, too ('helm repo add').",
        );
    }
    Err(Error::new(ErrorKind::Source, message))
}

/// Where versions that are not on this machine are looked for.
pub(super) struct Remote<'a> {
    /// The repositories of the dependencies, in their order.
    pub(super) homes: &'a [Option<Home>],
    /// Where their indexes are kept.
    pub(super) places: &'a Places,
    /// The client for registries.
    pub(super) registry: Registry,
    /// No server is asked.
    pub(super) offline: bool,
    /// What is told on the way.
    pub(super) notes: &'a mut Vec<Note>,
}

fn described(dependency: &Dependency) -> String {
    format!(
        "{} (repository {}, version {})",
        quote(dependency.name.as_bytes()),
        quote(dependency.repository.as_bytes()),
        quote(dependency.version.as_bytes())
    )
}

/// The dependencies at the versions that they get.
///
/// Fails with Helm's text where a range is malformed, a folder is missing or no chart, or a version does not fit.
pub(super) fn resolve(
    dependencies: &[Dependency],
    chart: &str,
    remote: &mut Remote<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Dependency>, Error> {
    let mut missing: Vec<String> = Vec::new();
    let mut locked = Vec::with_capacity(dependencies.len());
    for (at, dependency) in dependencies.iter().enumerate() {
        let constraint = Constraint::parse(&dependency.version).map_err(|error| {
            let name = quote(dependency.name.as_bytes());
            Error::new(ErrorKind::Chart, format!("dependency {name} has an invalid version/constraint format: {error}"))
        })?;
        let lock = |version: &str| Dependency {
            name: dependency.name.clone(),
            repository: dependency.repository.clone(),
            version: version.to_owned(),
            ..Dependency::default()
        };
        match Origin::of(&dependency.repository) {
            Origin::Inside => {
                local_folder(&path::join("charts", &dependency.name), chart)?;
                locked.push(lock(&dependency.version));
            }
            Origin::Folder => {
                let folder = local_folder(&dependency.repository, chart)?;
                let found = source::load_v2_folder(&folder, warnings)?.metadata.version;
                if Version::parse(&found).is_ok_and(|version| constraint.check(&version)) {
                    locked.push(lock(&found));
                } else {
                    missing.push(described(dependency));
                }
            }
            Origin::Registry => {
                if remote.offline && Version::parse(&dependency.version).is_err() {
                    let text = format!("offline: which versions {} has is not known here", described(dependency));
                    return Err(Error::new(ErrorKind::Network, text).hinted("name one version, or leave --offline out"));
                }
                locked.push(lock(&remote::choose_in_registry(dependency, &constraint, &remote.registry)?));
            }
            Origin::Repository => match remote.homes.get(at).and_then(Option::as_ref) {
                None => locked.push(lock(&dependency.version)),
                Some(home) => {
                    let Remote { places, notes, .. } = remote;
                    match remote::choose_in_repository(dependency, home, &constraint, places, notes)? {
                        Some(version) => locked.push(lock(&version)),
                        None => missing.push(described(dependency)),
                    }
                }
            },
        }
    }
    if missing.is_empty() {
        return Ok(locked);
    }
    let message = format!(
        "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, or \
         change the version constraint in Chart.yaml",
        missing.len(),
        missing.join(", ")
    );
    Err(Error::new(ErrorKind::Chart, message))
}
