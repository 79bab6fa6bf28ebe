//! Finds the chart that a reference means, and fetches it where it is not here. Helm: pkg/action/install.go,
//! `LocateChart`.

use std::fs;

use crate::{
    Access, Error, ErrorKind, Notes, Places, Repository, Secret, Verify, download::Downloader, find_in_repository,
    path, provenance, write,
};

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

/// Gives the absolute path of a chart: on disk, or in the cache that it is downloaded to.
///
/// Fails with Helm's text where there is none, where it cannot be fetched, and where its signature does not fit.
pub fn locate(query: &ChartQuery, notes: Notes<'_>) -> Result<String, Error> {
    let name = query.reference.trim();
    let version = query.version.trim();
    if query.repository_url.is_empty() {
        if fs::metadata(name).is_ok() {
            let path = path::absolute(name);
            if query.verify {
                provenance::verify_chart(&path, &format!("{path}.prov"), &query.keyring)?;
            }
            return Ok(path);
        }
        if path::is_absolute(name) || name.starts_with('.') {
            return Err(Error::new(ErrorKind::NotFound, format!("path \"{name}\" not found")));
        }
    }
    let (reference, access) = match query.repository_url.is_empty() {
        true => (name.to_owned(), query.access.clone()),
        false => from_repository(query, name, notes)?,
    };
    write::create_folders(&query.places.repository_cache)?;
    let mut downloader = Downloader::new(&query.places, &access);
    downloader.owner = &query.repository_url;
    downloader.keyring = &query.keyring;
    downloader.verify = if query.verify { Verify::Always } else { Verify::Never };
    let downloaded = downloader.to_cache(&reference, version, notes)?;
    Ok(path::absolute(&downloaded.path))
}

/// The URL of a chart in the repository of `--repo`, and how it is fetched: user name and password go to the
/// repository's own origin, unless they may go everywhere.
pub(crate) fn from_repository(query: &ChartQuery, name: &str, notes: Notes<'_>) -> Result<(String, Access), Error> {
    let repository =
        Repository { name: String::new(), url: query.repository_url.clone(), access: query.access.clone() };
    let url = find_in_repository(&repository, &query.places, name, query.version.trim(), notes)?;
    let mut access = query.access.clone();
    if url.starts_with("oci://") && !access.pass_credentials {
        access.username.clear();
        access.password = Secret::default();
    }
    Ok((url, access))
}
