//! Archives of plugins on web servers and in registries. Helm: installer/http_installer.go and oci_installer.go.

use super::archive::MAX_ARCHIVE;
use crate::{
    Access, DOWNLOAD_TIMEOUT, Error, MAX_PROVENANCE, Registry, RegistryReference,
    http::{Http, Request},
    plugins::install::PluginPlaces,
    repository::failed,
};

/// Whether a source is the URL of an archive: by its end, or by what the server says that it is.
pub(super) fn is_archive_url(source: &str, access: &Access) -> bool {
    if !source.starts_with("http://") && !source.starts_with("https://") {
        return false;
    }
    if super::archive::is_archive(source) {
        return true;
    }
    let request = Request { method: "HEAD", url: source, limit: 0, ..Request::default() };
    let Ok(answer) = Http::new(access, Some(DOWNLOAD_TIMEOUT)).send(&request) else { return false };
    let kind = answer.header("content-type").to_ascii_lowercase();
    ["application/gzip", "application/x-gzip", "application/x-tgz", "application/x-gtar"].contains(&kind.as_str())
}

/// An archive and the signature beside it, if there is one.
pub(super) fn download(url: &str, places: &PluginPlaces) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
    let http = Http::new(&places.access, Some(DOWNLOAD_TIMEOUT)).watched(&places.places.watch);
    let get = |url: &str, limit: u64| {
        let answer = http.send(&Request { url, limit, ..Request::default() })?;
        if answer.status == 200 { Ok(answer.body) } else { Err(failed(url, answer.status)) }
    };
    let archive = get(url, MAX_ARCHIVE)?;
    Ok((archive, get(&format!("{url}.prov"), MAX_PROVENANCE).ok()))
}

/// The name of a plugin in a registry: the last part of the repository.
pub(super) fn plugin_name(source: &str) -> Result<String, Error> {
    let reference = RegistryReference::parse(source)
        .map_err(|error| error.map_message(|text| format!("invalid OCI reference: {text}")))?;
    Ok(reference.repository.rsplit('/').next().unwrap_or_default().to_owned())
}

/// An archive in a registry and its signature.
pub(super) fn pull(source: &str, places: &PluginPlaces) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
    let reference = RegistryReference::parse(source)?;
    Registry::new(&places.places, &places.access).pull_plugin(&reference, &plugin_name(source)?, MAX_ARCHIVE)
}
