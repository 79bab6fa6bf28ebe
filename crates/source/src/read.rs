//! Values files and other files that flags name: a path, or `-` for the standard input.

use std::{fs, io::Read};

use value::url::Url;

use crate::{
    Access, Error, ErrorKind, Places, PullParts, Registry, RegistryReference,
    http::{Http, Request},
    system,
};

/// More than this is no values file and no chart.
const MAX_READ: u64 = 512 * 1024 * 1024;

/// The protocols that Helm fetches files with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http://` and `https://`
    Http,
    /// `oci://`
    Oci,
}

impl Scheme {
    /// The protocol of a URL's scheme; nothing where Helm has no getter for it and takes the text for a path.
    pub fn of(url: &Url) -> Option<Scheme> {
        match url.scheme.as_slice() {
            b"http" | b"https" => Some(Scheme::Http),
            b"oci" => Some(Scheme::Oci),
            _ => None,
        }
    }
}

/// Reads what a flag such as `-f` or `--set-file` names: a file, or `stdin` for `-`.
///
/// Fails with Go's text where the file cannot be read or fetched.
/// Helm: pkg/cli/values/options.go, `readFile`.
pub fn read_file(name: &str, places: &Places, stdin: &mut dyn Read) -> Result<Vec<u8>, Error> {
    if name.trim() == "-" {
        return limited(stdin, 0, "stdin")
            .map_err(|error| Error::unreadable(system::path_error("read", "stdin", &error)));
    }
    let url = Url::parse(name).map_err(|error| Error::unreadable(error.to_string()))?;
    match Scheme::of(&url) {
        Some(Scheme::Http) => fetch(name, places),
        Some(Scheme::Oci) => pull(name, places),
        None => match places.getters.fetch(name, &Access::default(), MAX_READ) {
            Some(fetched) => fetched,
            None => bounded(name),
        },
    }
}

/// A file behind a URL.
fn fetch(url: &str, places: &Places) -> Result<Vec<u8>, Error> {
    const MAX_FILE: u64 = 64 << 20;
    let http = Http::new(&Access::default(), Some(crate::DOWNLOAD_TIMEOUT)).watched(&places.watch);
    let answer = http.send(&Request { url, limit: MAX_FILE, ..Request::default() })?;
    if answer.status != 200 {
        return Err(crate::repository::failed(url, answer.status));
    }
    Ok(answer.body)
}

/// What a registry has under a reference: a chart's archive, or its signature where the reference ends in `.prov`.
/// Helm: pkg/getter/ocigetter.go.
fn pull(reference: &str, places: &Places) -> Result<Vec<u8>, Error> {
    let (reference, part) = match reference.strip_suffix(".prov") {
        Some(reference) => (reference, PullParts::Provenance),
        None => (reference, PullParts::Chart),
    };
    let registry = Registry::new(places, &Access::default());
    // Helm prints nothing of this pull.
    let pulled = registry.pull(&RegistryReference::parse(reference)?, part, &mut |_| {})?;
    Ok(pulled.content)
}

/// A whole file that has no more than this many bytes.
pub(crate) fn up_to(name: &str, limit: u64) -> Result<Vec<u8>, Error> {
    let size = fs::metadata(name).map_or(0, |kind| kind.len());
    if size > limit {
        return Err(Error::unreadable(format!("{name} has {size} bytes, and {limit} are allowed")));
    }
    bounded(name)
}

/// A whole file.
pub(crate) fn bounded(name: &str) -> Result<Vec<u8>, Error> {
    let failed = |error: std::io::Error| {
        let kind =
            if error.kind() == std::io::ErrorKind::NotFound { ErrorKind::NotFound } else { ErrorKind::Unreadable };
        Error::new(kind, system::path_error(system::read_verb(&error), name, &error))
    };
    let mut file = fs::File::open(name).map_err(failed)?;
    let expected = file.metadata().map_or(0, |kind| kind.len());
    limited(&mut file, expected, name).map_err(failed)
}

/// Reads all there is; `expected` is how much that seems to be.
fn limited(reader: &mut dyn Read, expected: u64, name: &str) -> std::io::Result<Vec<u8>> {
    const MAX_EXPECTED: u64 = 64 << 20;
    let mut bytes = Vec::with_capacity(expected.min(MAX_EXPECTED) as usize);
    reader.take(MAX_READ + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_READ {
        return Err(std::io::Error::other(format!("{name} is larger than {MAX_READ} bytes")));
    }
    Ok(bytes)
}
