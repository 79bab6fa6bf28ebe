//! Downloads indexes, and finds charts in them. Helm: pkg/repo/v1/chartrepo.go.

use std::time::Duration;

use chart::Warning;
use value::{quote::quote, url::Url};

use super::{
    cached::{self, CachedIndex, charts_file, index_file},
    compact::Origin,
    list::Repository,
};
use crate::{
    Error, ErrorKind, Getters, Note, Notes, Places, Scheme,
    http::{self, Authorization, Http, Request},
    write,
};

/// More than this is no index.
const MAX_INDEX: u64 = 512 << 20;

/// What a download of an index gave.
#[derive(Debug)]
pub struct DownloadedIndex {
    /// Whether the server said that it has not changed since the last time.
    pub unchanged: bool,
    /// What Helm logs of entries that it skips.
    pub warnings: Vec<Warning>,
}

/// Downloads a repository's index into the folder of cached indexes. Where the server knows the one that is there for
/// the newest, it is kept.
///
/// Fails where the server does not answer with an index; the old index is kept then.
pub fn download_index(repository: &Repository, places: &Places, timeout: Duration) -> Result<DownloadedIndex, Error> {
    let cache = &places.repository_cache;
    check_scheme(&repository.url, &places.getters)?;
    let url = resolve_reference(&repository.url, "index.yaml")?;
    let index = index_file(cache, &repository.name);
    let etag = cached::known_etag(&index, &repository.url);
    let asked = Asked { url: &url, places, timeout, etag };
    let Some((bytes, new_etag)) = fetch(repository, asked)? else {
        return Ok(DownloadedIndex { unchanged: true, warnings: Vec::new() });
    };
    let read = cached::parse(&bytes, &repository.url)?;
    let names: String = read.entries.keys().map(|name| format!("{name}\n")).collect();
    let charts = charts_file(cache, &repository.name);
    let _ = write::create_folders(&crate::path::folder(&charts));
    let _ = write::replace_file(&charts, names.as_bytes(), 0o644);
    let origin = Origin { stamp: (0, 0), url: repository.url.clone(), etag: new_etag };
    cached::store(&index, &bytes, &read.entries, origin, read.warnings.is_empty())?;
    Ok(DownloadedIndex { unchanged: false, warnings: read.warnings })
}

/// Helm looks for a getter of the repository's scheme before anything else.
fn check_scheme(repository: &str, getters: &Getters) -> Result<(), Error> {
    let Ok(url) = Url::parse(repository) else {
        return Err(Error::network(format!("invalid chart URL format: {repository}")));
    };
    match Scheme::of(&url) {
        Some(_) => Ok(()),
        None if getters.of(&url).is_some() => Ok(()),
        None => {
            let scheme = String::from_utf8_lossy(&url.scheme).into_owned();
            Err(Error::network(format!("could not find protocol handler for: {scheme}")))
        }
    }
}

/// What is asked for an index.
struct Asked<'a> {
    url: &'a str,
    places: &'a Places,
    timeout: Duration,
    /// The `ETag` of what is here already.
    etag: Option<String>,
}

/// The body and its `ETag`; nothing where the server says that the known one is the newest.
fn fetch(repository: &Repository, asked: Asked<'_>) -> Result<Option<(Vec<u8>, String)>, Error> {
    let Asked { url, places, timeout, etag } = asked;
    let access = &repository.access;
    if let Some(fetched) = places.getters.fetch(url, access, MAX_INDEX) {
        return fetched.map(|bytes| Some((bytes, String::new())));
    }
    let authorization = credentials(repository);
    let headers = etag.into_iter().map(|etag| ("If-None-Match", etag)).collect();
    let request = Request { url, headers, authorization, limit: MAX_INDEX, ..Request::default() };
    let answer = Http::new(access, Some(timeout)).watched(&places.watch).send(&request)?;
    match answer.status {
        200 => {
            let etag = answer.header("etag").to_owned();
            Ok(Some((answer.body, etag)))
        }
        304 if !request.headers.is_empty() => Ok(None),
        status => Err(failed(url, status)),
    }
}

/// The repository's user name and password, for its own origin.
pub(crate) fn credentials(repository: &Repository) -> Option<Authorization<'_>> {
    let access = &repository.access;
    if access.username.is_empty() || access.password.0.is_empty() {
        return None;
    }
    Some(Authorization {
        value: http::basic(&access.username, &access.password.0),
        owner: &repository.url,
        anywhere: access.pass_credentials,
    })
}

/// Helm: pkg/getter/httpgetter.go.
pub(crate) fn failed(url: &str, status: u16) -> Error {
    let error = Error::network(format!("failed to fetch {url} : {}", http::status_text(status)));
    match status {
        401 | 403 => error.hinted("the server wants a user name and a password, or others than were given"),
        _ => error,
    }
}

/// Finds a chart in a repository that is not in the list, and gives the URL of its archive.
///
/// Helm: `FindChartInRepoURL`.
pub fn find_in_repository(
    repository: &Repository,
    places: &Places,
    name: &str,
    version: &str,
    notes: Notes<'_>,
) -> Result<String, Error> {
    let url = &repository.url;
    let fetched = check_scheme(url, &places.getters).and_then(|()| {
        let index = resolve_reference(url, "index.yaml")?;
        fetch(repository, Asked { url: &index, places, timeout: crate::DOWNLOAD_TIMEOUT, etag: None })
    });
    let read = match fetched {
        Err(error) if error.to_string().starts_with("could not find protocol handler") => return Err(error),
        Err(error) => Err(error),
        Ok(None) => Err(Error::network("empty index.yaml file")),
        Ok(Some((bytes, _))) => cached::parse(&bytes, url),
    };
    let read = read.map_err(|error| {
        let url = quote(url.as_bytes());
        error.map_message(|text| {
            format!("looks like {url} is not a valid chart repository or cannot be reached: {text}")
        })
    })?;
    read.warnings.into_iter().for_each(|warning| notes(Note::from(warning)));
    let mut what = format!("chart {}", quote(name.as_bytes()));
    if !version.is_empty() {
        what.push_str(&format!(" version {}", quote(version.as_bytes())));
    }
    let index = CachedIndex { entries: read.entries };
    let Ok(entry) = index.get(name, version) else {
        return Err(Error::new(ErrorKind::NotFound, format!("{what} not found in {url} repository")));
    };
    tell_choice(name, version, &entry.version, notes);
    let Some(archive) = entry.urls.first() else {
        return Err(Error::new(ErrorKind::NotFound, format!("{what} has no downloadable URLs")));
    };
    resolve_reference(url, archive)
        .map_err(|error| error.map_message(|text| format!("failed to make chart URL absolute: {text}")))
}

/// Helm tells which version it took where another one was named.
pub(crate) fn tell_choice(chart: &str, wish: &str, chosen: &str, notes: Notes<'_>) {
    if wish.is_empty() || wish == chosen {
        return;
    }
    let note = if chart::is_version_range(wish) {
        Note::log(crate::Loudness::Debug, "selected version matching constraint")
            .with("chart", chart)
            .with("constraint", wish)
    } else {
        let text = "unable to find exact version requested; falling back to closest available version";
        Note::log(crate::Loudness::Warn, text).with("chart", chart).with("requested", wish)
    };
    notes(note.with("selected", chosen));
}

/// The URL that a reference means, seen from a repository's URL: itself where it is absolute.
///
/// Helm: `ResolveReferenceURL`.
pub fn resolve_reference(base: &str, reference: &str) -> Result<String, Error> {
    let parse = |text: &str| {
        Url::parse(text).map_err(|error| Error::network(format!("failed to parse {text} as URL: {error}")))
    };
    let wanted = parse(reference)?;
    if wanted.is_absolute() {
        return Ok(reference.to_owned());
    }
    let mut base = parse(base)?;
    let slashed = |path: &[u8]| [path.strip_suffix(b"/").unwrap_or(path), b"/"].concat();
    base.path = slashed(&base.path);
    base.raw_path = slashed(&base.raw_path);
    let mut url = base.resolve(&wanted);
    url.raw_query = base.raw_query;
    Ok(String::from_utf8_lossy(&url.to_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_seen_from_the_repository() {
        let resolve = |base: &str, reference: &str| resolve_reference(base, reference).unwrap();
        assert_eq!(resolve("http://h/charts", "index.yaml"), "http://h/charts/index.yaml");
        assert_eq!(resolve("http://h/charts/", "a/b.tgz"), "http://h/charts/a/b.tgz");
        assert_eq!(resolve("http://h/charts?token=x", "b.tgz"), "http://h/charts/b.tgz?token=x");
        assert_eq!(resolve("http://h/a%2Fb", "c.tgz"), "http://h/a%2Fb/c.tgz");
        assert_eq!(resolve("http://h/charts", "https://other/x.tgz"), "https://other/x.tgz");
        assert_eq!(resolve("http://h/charts", "/root.tgz"), "http://h/root.tgz");
    }
}
