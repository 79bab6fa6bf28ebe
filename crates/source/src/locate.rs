//! Tells the kinds of chart references apart and finds charts on disk. Helm: pkg/action/install.go, `LocateChart`,
//! and pkg/downloader/chart_downloader.go.

use std::fs;

use value::url::Url;

use crate::{Access, Error, ErrorKind, Places, Repositories, Scheme, path};

/// Which chart is wanted.
#[derive(Clone, Debug, Default)]
pub struct ChartQuery {
    /// The argument: a path, `repository/chart`, or a URL.
    pub reference: String,
    /// `--repo`; empty where it is not given.
    pub repository_url: String,
    /// `--version`; it means nothing for a chart on disk.
    pub version: String,
    /// `--verify`
    pub verify: bool,
    /// `--keyring`
    pub keyring: String,
    /// Where things are kept on this machine.
    pub places: Places,
    /// How servers are talked to.
    pub access: Access,
}

/// What a chart reference that is no path on disk means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `oci://host/path`
    Registry(String),
    /// `http://host/chart.tgz`
    Url(String),
    /// `repository/chart`
    Repository {
        /// The repository's name.
        repository: String,
        /// The chart's name in it.
        chart: String,
    },
}

/// Finds a chart on disk and gives its absolute path.
///
/// Fails with Helm's text where there is none and the reference means nothing else, and with an error of kind
/// [`ErrorKind::NotBuilt`] where it lies in a repository or a registry.
pub fn locate(query: &ChartQuery) -> Result<String, Error> {
    let name = query.reference.trim();
    if !query.repository_url.is_empty() {
        let text = format!("fetching a chart from a repository is not built yet: {name} in {}", query.repository_url);
        return Err(not_built(text));
    }
    if fs::metadata(name).is_ok() {
        if query.verify {
            let text = format!("verifying a chart's provenance is not built yet: {name}");
            return Err(Error::new(ErrorKind::NotBuilt, text));
        }
        return Ok(path::absolute(name));
    }
    if path::is_absolute(name) || name.starts_with('.') {
        return Err(missing(format!("path \"{name}\" not found")));
    }
    let text = match classify(name)? {
        Reference::Registry(reference) => {
            format!("fetching a chart from an OCI registry is not built yet: {reference}")
        }
        Reference::Url(url) => format!("fetching a chart from a URL is not built yet: {url}"),
        Reference::Repository { repository, chart } => {
            let repositories = Repositories::load(&query.places.repository_config)?;
            let Some(known) = repositories.get(&repository) else {
                let error = missing(format!("repo {repository} not found"));
                return Err(error.hinted(format!("no folder {name} is here either; to name a path, begin with ./")));
            };
            if known.url.is_empty() {
                return Err(missing(format!("no URL found for repository {repository}")));
            }
            format!("fetching a chart from a repository is not built yet: {chart} in {}", known.url)
        }
    };
    Err(not_built(text))
}

/// Tells the kinds of references apart that are no paths.
///
/// Fails with Helm's text where it is none.
pub fn classify(name: &str) -> Result<Reference, Error> {
    let url = Url::parse(name).map_err(|_| missing(format!("invalid chart URL format: {name}")))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if url.scheme == b"oci" && name.starts_with("oci://") {
        return Ok(Reference::Registry(name.into()));
    }
    if url.is_absolute() && !url.host.is_empty() && !url.path.is_empty() {
        return match Scheme::of(&url) {
            Some(_) => Ok(Reference::Url(name.into())),
            None => Err(missing(format!("scheme {} not supported", value::quote::quote(&url.scheme)))),
        };
    }
    match text(&url.path).split_once('/') {
        Some((repository, chart)) => Ok(Reference::Repository { repository: repository.into(), chart: chart.into() }),
        None => {
            let shown = text(&url.to_bytes());
            let error =
                missing(format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {shown}"));
            Err(error.hinted(format!("there is no folder or archive {name} here")))
        }
    }
}

fn missing(text: String) -> Error {
    Error::new(ErrorKind::NotFound, text)
}

fn not_built(text: String) -> Error {
    Error::new(ErrorKind::NotBuilt, text).hinted("`helm pull` of the real Helm, and then the path of the archive")
}
