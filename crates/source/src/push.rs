//! Uploads archives: to registries, and to ChartMuseum. Helm: pkg/action/push.go and pkg/pusher.

use std::fs;

use value::{quote::quote, url::Url};

use crate::{
    Access, DOWNLOAD_TIMEOUT, Error, ErrorKind, Note, Notes, Places, Registry, RegistryReference,
    http::{self, Authorization, Http, Request},
    path, read, system,
};

/// What `push` needs.
#[derive(Clone, Debug, Default)]
pub struct PushOptions {
    /// The archive.
    pub archive: String,
    /// Where to: `oci://host/path`, or the URL of a ChartMuseum.
    pub remote: String,
    /// Where things are kept on this machine.
    pub places: Places,
    /// How the server is talked to.
    pub access: Access,
}

/// Uploads an archive, and the signature beside it; `time` words seconds since 1970 as RFC 3339 does.
pub fn push(options: &PushOptions, time: &dyn Fn(i64) -> String, notes: Notes<'_>) -> Result<(), Error> {
    let remote = &options.remote;
    let Ok(url) = Url::parse(remote) else {
        return Err(Error::network(format!("invalid chart URL format: {remote}")));
    };
    match url.scheme.as_slice() {
        b"" => Err(Error::network("scheme prefix missing from remote (e.g. \"oci://\")")),
        b"oci" => to_registry(options, time, notes),
        b"http" | b"https" => to_museum(options, notes),
        scheme => Err(Error::network(format!("scheme {} not supported", quote(scheme)))),
    }
}

/// An archive, the signature beside it, and its time.
struct Archive {
    bytes: Vec<u8>,
    provenance: Option<Vec<u8>>,
    modified: i64,
}

fn read_archive(file: &str) -> Result<Archive, Error> {
    let kind = match fs::metadata(file) {
        Ok(kind) => kind,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::new(ErrorKind::NotFound, format!("{file}: no such file")));
        }
        Err(error) => return Err(Error::unreadable(system::path_error("stat", file, &error))),
    };
    if kind.is_dir() {
        return Err(Error::unreadable("cannot push directory, must provide chart archive (.tgz)")
            .hinted(format!("`helm package {file}` makes one")));
    }
    let since = kind.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = since.and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or_default();
    let signature = format!("{file}.prov");
    let provenance = if fs::metadata(&signature).is_ok() { Some(read::bounded(&signature)?) } else { None };
    Ok(Archive { bytes: read::bounded(file)?, provenance, modified })
}

fn to_registry(options: &PushOptions, time: &dyn Fn(i64) -> String, notes: Notes<'_>) -> Result<(), Error> {
    let archive = read_archive(&options.archive)?;
    let mut warnings = Vec::new();
    let chart = crate::load_v2_file(&options.archive, &mut warnings)?;
    warnings.into_iter().for_each(|warning| notes(Note::from(warning)));
    let metadata = chart.metadata;
    let place = options.remote.strip_prefix("oci://").unwrap_or(&options.remote);
    let reference = format!("{}:{}", path::join(place, &metadata.name), metadata.version);
    let reference = RegistryReference::parse(&reference)?;
    let created = time(archive.modified);
    let registry = Registry::new(&options.places, &options.access);
    registry.push(&reference, &metadata, (&archive.bytes, archive.provenance.as_deref()), &created, notes)?;
    Ok(())
}

/// ChartMuseum's API, which Helm's own `push` does not know.
fn to_museum(options: &PushOptions, notes: Notes<'_>) -> Result<(), Error> {
    let archive = read_archive(&options.archive)?;
    // What is no chart is refused here, as for a registry.
    let chart = crate::load_v2_file(&options.archive, &mut Vec::new())?;
    let base = options.remote.trim_end_matches('/');
    let url = if base.contains("/api/") { base.to_owned() } else { format!("{base}/api/charts") };
    upload(options, &url, &archive.bytes)?;
    if let Some(provenance) = &archive.provenance {
        let url = format!("{}/prov", url.strip_suffix("/charts").unwrap_or(&url));
        upload(options, &url, provenance)?;
    }
    let file = path::base(&options.archive);
    notes(Note::Print(format!("Pushed: {file}\nChart: {} {}\n", chart.metadata.name, chart.metadata.version)));
    Ok(())
}

fn upload(options: &PushOptions, url: &str, bytes: &[u8]) -> Result<(), Error> {
    const MAX_ANSWER: u64 = 1 << 20;
    let Access { username, password, pass_credentials, .. } = &options.access;
    let authorization = (!username.is_empty() && !password.0.is_empty()).then(|| Authorization {
        value: http::basic(username, &password.0),
        owner: &options.remote,
        anywhere: *pass_credentials,
    });
    let answer = Http::new(&options.access, Some(DOWNLOAD_TIMEOUT)).send(&Request {
        method: "POST",
        url,
        headers: vec![("Content-Type", "application/octet-stream".to_owned())],
        body: Some(bytes),
        authorization,
        limit: MAX_ANSWER,
    })?;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let status = http::status_text(answer.status);
    let said: String =
        String::from_utf8_lossy(&answer.body).chars().filter(|letter| !letter.is_control()).take(200).collect();
    let error = Error::network(format!("failed to push to {url} : {status}"));
    Err(if said.is_empty() { error } else { error.hinted(format!("the server says: {said}")) })
}
