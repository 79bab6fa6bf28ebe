//! Which version of each dependency a chart gets. Helm: internal/resolver/resolver.go.

use chart::{Dependency, Warning};
use source::{Repositories, path};
use value::{quote::quote, url::Url};
use version::{Constraint, Version};

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

/// Whether two URLs mean the same place. Helm: internal/urlutil, `Equal`.
pub(super) fn same_url(a: &str, b: &str) -> bool {
    let normal = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        let place = String::from_utf8_lossy(&url.path).into_owned();
        url.path = path::clean(if place.is_empty() { "/" } else { &place }).into_bytes();
        Some(url.to_bytes())
    };
    match (normal(a), normal(b)) {
        (Some(a), Some(b)) => a == b,
        (None, _) => path::clean(a) == path::clean(b),
        (Some(_), None) => false,
    }
}

/// The dependencies at the versions that they get.
///
/// Fails with Helm's text where a range is malformed, a folder is missing or no chart, or a version does not fit.
pub(super) fn resolve(
    dependencies: &[Dependency],
    chart: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Dependency>, Error> {
    let mut missing: Vec<String> = Vec::new();
    let mut locked = Vec::with_capacity(dependencies.len());
    for dependency in dependencies {
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
                    missing.push(format!(
                        "{} (repository {}, version {})",
                        quote(dependency.name.as_bytes()),
                        quote(dependency.repository.as_bytes()),
                        quote(dependency.version.as_bytes())
                    ));
                }
            }
            Origin::Registry | Origin::Repository => return Err(not_built(&dependency.repository)),
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

/// Where dependencies cannot be fetched from yet.
pub(super) fn not_built(repository: &str) -> Error {
    let kind = match Origin::of(repository) {
        Origin::Registry => "an OCI registry",
        _ => "a chart repository",
    };
    Error::new(ErrorKind::NotBuilt, format!("fetching a dependency from {kind} is not built yet: {repository}"))
        .hinted("fetch it with the real Helm into charts/, or use file://")
}
