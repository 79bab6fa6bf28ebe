//! Downloads charts. Helm: pkg/downloader/chart_downloader.go.

use std::cell::OnceCell;

use value::{quote::quote, url::Url};

use crate::{
    Access, DOWNLOAD_TIMEOUT, Error, ErrorKind, Loudness, Note, Notes, Places, PullParts, Registry, RegistryReference,
    Repositories, Repository, Scheme, Verification,
    cache::{self, Kept},
    getter::unknown_scheme,
    http::{Http, Request},
    path, provenance,
    repository::{cached_index, credentials, failed, index_file, resolve_reference, tell_choice},
    write,
};

/// More than this is no chart: what it expands to is bounded by 100 MiB.
pub(crate) const MAX_ARCHIVE: u64 = 128 << 20;

/// More than this is no signature.
pub(crate) const MAX_PROVENANCE: u64 = 16 << 20;

/// Whether a chart's signature is fetched and checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// It is not looked at.
    #[default]
    Never,
    /// It is checked if there is one.
    IfPossible,
    /// It must be there and fit.
    Always,
    /// It is fetched and not checked.
    Later,
}

/// Downloads charts, with the credentials and certificates of their repositories.
pub struct Downloader<'a> {
    /// Where things are kept on this machine.
    pub places: &'a Places,
    /// How servers are talked to that no repository in the list is.
    pub access: &'a Access,
    /// The repository's URL that `access` belongs to; empty where it belongs to the chart's.
    pub owner: &'a str,
    /// Whether signatures are checked.
    pub verify: Verify,
    /// The keyring that they are checked with.
    pub keyring: &'a str,
    registry: OnceCell<Registry>,
}

/// A chart that was downloaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Downloaded {
    /// Where the archive is now.
    pub path: String,
    /// Who signed it, where that was checked.
    pub verification: Option<Verification>,
}

/// Where a chart's archive is.
struct Located {
    /// Its URL, as messages show it.
    url: String,
    /// The SHA-256 of the archive, where the index names one.
    sum: String,
    /// The name that the archive is saved under.
    file: String,
    kind: Kind,
}

enum Kind {
    Web(Box<Repository>),
    Registry(RegistryReference),
}

impl<'a> Downloader<'a> {
    /// A downloader; it connects to nothing yet.
    pub fn new(places: &'a Places, access: &'a Access) -> Downloader<'a> {
        Downloader { places, access, owner: "", verify: Verify::Never, keyring: "", registry: OnceCell::new() }
    }

    fn registry(&self) -> &Registry {
        self.registry.get_or_init(|| Registry::new(self.places, self.access))
    }

    /// Downloads a chart into a folder, under the name that it has there. Helm: `DownloadTo`.
    pub fn to_folder(
        &self,
        reference: &str,
        version: &str,
        folder: &str,
        notes: Notes<'_>,
    ) -> Result<Downloaded, Error> {
        let located = self.locate(reference, version, notes)?;
        self.save(&located, reference, folder, notes)
    }

    /// Downloads an archive of a repository whose URL and sum are known, and keeps it in the cache of archives, so that
    /// it need not be downloaded again.
    pub fn archive_to_folder(
        &self,
        (url, digest): (&str, &str),
        repository: &Repository,
        folder: &str,
        notes: Notes<'_>,
    ) -> Result<Downloaded, Error> {
        if url.starts_with("oci://") {
            return self.tag_to_folder((url, ""), digest, folder, notes);
        }
        let located = self.web(url, checked_sum(digest).unwrap_or_default(), repository.clone())?;
        self.keep(&located, url, folder, notes)
    }

    /// The same for a version of a chart in a registry; `digest` may be empty.
    pub fn tag_to_folder(
        &self,
        (reference, version): (&str, &str),
        digest: &str,
        folder: &str,
        notes: Notes<'_>,
    ) -> Result<Downloaded, Error> {
        let located = Located { sum: checked_sum(digest)?, ..self.in_registry(reference, version)? };
        self.keep(&located, reference, folder, notes)
    }

    /// Saves an archive from the cache of archives, or downloads it and keeps it there.
    fn keep(&self, located: &Located, reference: &str, folder: &str, notes: Notes<'_>) -> Result<Downloaded, Error> {
        let root = &self.places.content_cache;
        if located.sum.is_empty() || cache::get(root, &located.sum, Kept::Chart).is_none() {
            let bytes = self.fetch(located, PullParts::Chart, notes)?;
            cache::put(root, &cache::sum(&bytes), Kept::Chart, &bytes)?;
            let path = path::join(folder, &located.file);
            write::replace_file(&path, &bytes, 0o644)?;
            return self.check(located, reference, path, notes);
        }
        self.save(located, reference, folder, notes)
    }

    fn save(&self, located: &Located, reference: &str, folder: &str, notes: Notes<'_>) -> Result<Downloaded, Error> {
        let known = match located.sum.as_str() {
            "" => None,
            sum => cache::get(&self.places.content_cache, sum, Kept::Chart),
        };
        let bytes = match known {
            Some((_, bytes)) => bytes,
            None => self.fetch(located, PullParts::Chart, notes)?,
        };
        let path = path::join(folder, &located.file);
        write::replace_file(&path, &bytes, 0o644)?;
        self.check(located, reference, path, notes)
    }

    /// Fetches the signature of an archive that lies at `path`, and checks it, as far as that is wanted.
    fn check(&self, located: &Located, reference: &str, path: String, notes: Notes<'_>) -> Result<Downloaded, Error> {
        if self.verify == Verify::Never {
            return Ok(Downloaded { path, verification: None });
        }
        let kept = match located.sum.as_str() {
            "" => None,
            sum => cache::get(&self.places.content_cache, sum, Kept::Provenance),
        };
        let signature = match kept {
            Some((_, signature)) => signature,
            None => match self.signature(located, reference, notes)? {
                Some(signature) => signature,
                None => return Ok(Downloaded { path, verification: None }),
            },
        };
        let signature_path = format!("{path}.prov");
        write::replace_file(&signature_path, &signature, 0o644)?;
        if self.verify == Verify::Later {
            return Ok(Downloaded { path, verification: None });
        }
        let verification = provenance::verify_chart(&path, &signature_path, self.keyring)?;
        Ok(Downloaded { path, verification: Some(verification) })
    }

    /// Downloads a chart into the cache of archives, if it is not there. Helm: `DownloadToCache`.
    pub fn to_cache(&self, reference: &str, version: &str, notes: Notes<'_>) -> Result<Downloaded, Error> {
        let located = self.locate(reference, version, notes)?;
        let root = &self.places.content_cache;
        let known = match located.sum.as_str() {
            "" => None,
            sum => cache::get(root, sum, Kept::Chart),
        };
        let (path, bytes, sum) = match known {
            Some((path, bytes)) => (path, bytes, located.sum.clone()),
            None => {
                let bytes = self.fetch(&located, PullParts::Chart, notes)?;
                let sum = cache::sum(&bytes);
                (cache::put(root, &sum, Kept::Chart, &bytes)?, bytes, sum)
            }
        };
        if self.verify == Verify::Never {
            return Ok(Downloaded { path, verification: None });
        }
        let signature = match cache::get(root, &sum, Kept::Provenance) {
            Some((_, signature)) => signature,
            None => match self.signature(&located, reference, notes)? {
                Some(signature) => {
                    cache::put(root, &sum, Kept::Provenance, &signature)?;
                    signature
                }
                None => return Ok(Downloaded { path, verification: None }),
            },
        };
        let verification = match self.verify {
            Verify::Later => None,
            _ => Some(provenance::verify_bytes(&bytes, &signature, &located.file, self.keyring)?),
        };
        Ok(Downloaded { path, verification })
    }

    /// The signature; nothing where there is none and none is needed.
    fn signature(&self, located: &Located, reference: &str, notes: Notes<'_>) -> Result<Option<Vec<u8>>, Error> {
        match self.fetch(located, PullParts::Provenance, notes) {
            Ok(signature) => Ok(Some(signature)),
            Err(error) if self.verify == Verify::Always => {
                let url = quote(format!("{}.prov", located.url).as_bytes());
                let text = format!("failed to fetch provenance {url}");
                Err(Error::new(ErrorKind::Provenance, text).hinted(error.to_string()))
            }
            Err(error) => {
                notes(Note::Print(format!("WARNING: Verification not found for {reference}: {error}\n")));
                Ok(None)
            }
        }
    }

    fn fetch(&self, located: &Located, part: PullParts, notes: Notes<'_>) -> Result<Vec<u8>, Error> {
        let repository = match &located.kind {
            Kind::Registry(reference) => return Ok(self.registry().pull(reference, part, notes)?.content),
            Kind::Web(repository) => repository,
        };
        let (url, limit) = match part {
            PullParts::Chart => (located.url.clone(), MAX_ARCHIVE),
            PullParts::Provenance => (format!("{}.prov", located.url), MAX_PROVENANCE),
        };
        if let Some(fetched) = self.places.getters.fetch(&url, &repository.access, limit) {
            return fetched;
        }
        let http = Http::new(&repository.access, Some(DOWNLOAD_TIMEOUT)).watched(&self.places.watch);
        let headers = vec![("Accept", "application/gzip,application/octet-stream".to_owned())];
        let authorization = credentials(repository);
        let answer = http.send(&Request { url: &url, headers, authorization, limit, ..Request::default() })?;
        if answer.status != 200 {
            return Err(failed(&url, answer.status));
        }
        if part == PullParts::Chart && !located.sum.is_empty() && cache::sum(&answer.body) != located.sum {
            let text = "the archive is not the one that is expected";
            let note = Note::log(Loudness::Warn, text).with("url", url).with("digest", cache::sum(&answer.body));
            notes(note.with("expected", &located.sum));
        }
        Ok(answer.body)
    }

    /// Finds out where a chart is. Helm: `ResolveChartVersion`.
    fn locate(&self, reference: &str, version: &str, notes: Notes<'_>) -> Result<Located, Error> {
        let Ok(url) = Url::parse(reference) else {
            return Err(Error::network(format!("invalid chart URL format: {reference}")));
        };
        if reference.starts_with("oci://") {
            return self.in_registry(reference, version);
        }
        let known = Repositories::load(&self.places.repository_config)?;
        if url.is_absolute() && !url.host.is_empty() && !url.path.is_empty() {
            let mut access = self.access.clone();
            let mut owner = if self.owner.is_empty() { reference } else { self.owner };
            let holder = self.holder(reference, &known)?;
            if let Some(holder) = holder {
                access = self.access_of(holder);
                owner = &holder.url;
            }
            return self.web(
                reference,
                String::new(),
                Repository { name: String::new(), url: owner.to_owned(), access },
            );
        }
        let path = String::from_utf8_lossy(&url.path).into_owned();
        let Some((name, chart)) = path.split_once('/') else {
            let shown = String::from_utf8_lossy(&url.to_bytes()).into_owned();
            let text = format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {shown}");
            return Err(
                Error::new(ErrorKind::NotFound, text).hinted(format!("there is no folder or archive {reference} here"))
            );
        };
        let missing = |text: String| Error::new(ErrorKind::NotFound, text);
        let Some(repository) = known.get(name) else {
            let error = missing(format!("repo {name} not found"));
            return Err(error.hinted(format!("no folder {reference} is here either; to name a path, begin with ./")));
        };
        if repository.url.is_empty() {
            return Err(missing(format!("no URL found for repository {name}")));
        }
        let file = index_file(&self.places.repository_cache, name);
        let mut warnings = Vec::new();
        let index = cached_index(&file, &mut warnings);
        warnings.into_iter().for_each(|warning| notes(Note::from(warning)));
        let index = index.map_err(no_index)?;
        let entry = index.get(chart, version).map_err(|error| {
            let chart = quote(chart.as_bytes());
            error.map_message(|text| {
                format!("chart {chart} matching {version} not found in {name} index. (try 'helm repo update'): {text}")
            })
        })?;
        tell_choice(chart, version, &entry.version, notes);
        let Some(archive) = entry.urls.first() else {
            return Err(missing(format!("chart {} has no downloadable URLs", quote(reference.as_bytes()))));
        };
        let url = resolve_reference(&repository.url, archive)
            .map_err(|_| Error::network(format!("invalid chart URL format: {reference}")))?;
        if url.starts_with("oci://") {
            return self.in_registry(&url, "");
        }
        let access = self.access_of(repository);
        self.web(&url, checked_sum(&entry.digest)?, Repository { access, ..repository.clone() })
    }

    /// A chart behind a URL.
    fn web(&self, url: &str, sum: String, repository: Repository) -> Result<Located, Error> {
        let parsed = Url::parse(url).map_err(|error| Error::network(error.to_string()))?;
        if Scheme::of(&parsed) != Some(Scheme::Http) && self.places.getters.of(&parsed).is_none() {
            return Err(unknown_scheme(&parsed));
        }
        let path = String::from_utf8_lossy(&parsed.path).into_owned();
        let file = path::base(&path).to_owned();
        if matches!(file.as_str(), "." | ".." | "/") {
            return Err(Error::network(format!("invalid chart URL format: {url}")));
        }
        Ok(Located { url: url.to_owned(), sum, file, kind: Kind::Web(Box::new(repository)) })
    }

    /// What the list of repositories says of a server goes before the flags.
    fn access_of(&self, repository: &Repository) -> Access {
        let own = &repository.access;
        let mut access = self.access.clone();
        if !own.cert_file.is_empty() || !own.key_file.is_empty() || !own.ca_file.is_empty() {
            access.cert_file.clone_from(&own.cert_file);
            access.key_file.clone_from(&own.key_file);
            access.ca_file.clone_from(&own.ca_file);
        }
        if !own.username.is_empty() && !own.password.0.is_empty() {
            access.username.clone_from(&own.username);
            access.password = own.password.clone();
            access.pass_credentials = own.pass_credentials;
        }
        access.insecure_skip_tls_verify |= own.insecure_skip_tls_verify;
        access
    }

    /// The repository whose index has a URL: it may need credentials. Helm: `scanReposForURL`.
    fn holder<'r>(&self, url: &str, known: &'r Repositories) -> Result<Option<&'r Repository>, Error> {
        for repository in &known.list {
            let file = index_file(&self.places.repository_cache, &repository.name);
            let index = cached_index(&file, &mut Vec::new()).map_err(no_index)?;
            let mut urls = index.entries.values().flatten().flat_map(|entry| &entry.urls);
            if urls.any(|known| known == url || same_url(known, url)) {
                return Ok(Some(repository));
            }
        }
        Ok(None)
    }

    /// Which tag or digest is meant. Helm: pkg/registry/client.go `ValidateReference`.
    fn in_registry(&self, reference: &str, version: &str) -> Result<Located, Error> {
        let mut parsed = RegistryReference::parse(reference)?;
        let wish = if version.is_empty() { parsed.tag.as_str() } else { version };
        let mismatch = |text: String| Err(Error::new(ErrorKind::NotFound, text));
        if !version.is_empty() && !parsed.tag.is_empty() && parsed.tag != version {
            return mismatch(format!("chart reference and version mismatch: {version} is not {}", parsed.tag));
        }
        if !parsed.digest.is_empty() {
            if !wish.is_empty() {
                let tagged = RegistryReference { tag: wish.replace('+', "_"), digest: String::new(), ..parsed.clone() };
                // What has a digest need not have a tag.
                match self.registry().resolve(&tagged) {
                    Some(found) if found != parsed.digest => {
                        return mismatch(format!("chart reference digest mismatch: {found} is not {}", parsed.digest));
                    }
                    _ => {}
                }
            }
            parsed.tag.clear();
            return Ok(oci(parsed, None));
        }
        let tag = if version::Version::parse(wish).is_ok() {
            wish.to_owned()
        } else {
            let tags = self.registry().tags(&parsed)?;
            if tags.is_empty() {
                return mismatch(format!("unable to locate any tags in provided repository: {reference}"));
            }
            choose_tag(&tags, wish)?
        };
        parsed.tag = tag.replace('+', "_");
        Ok(oci(parsed, Some(&tag)))
    }
}

/// The archive with this sum, where the cache of archives has it.
pub fn archive_in_cache(places: &Places, sum: &str) -> Option<Vec<u8>> {
    cache::get(&places.content_cache, &checked_sum(sum).ok()?, Kept::Chart).map(|(_, bytes)| bytes)
}

/// The SHA-256 of a file in hexadecimal.
pub fn file_sum(file: &str) -> Result<String, Error> {
    crate::read::up_to(file, MAX_ARCHIVE).map(|bytes| cache::sum(&bytes))
}

/// Helm: pkg/registry/tag.go.
pub fn choose_tag(tags: &[String], wish: &str) -> Result<String, Error> {
    let chosen = chart::choose_version(tags.iter().map(String::as_str), wish)
        .map_err(|error| Error::new(ErrorKind::NotFound, error.to_string()))?;
    chosen.and_then(|at| tags.get(at)).cloned().ok_or_else(|| {
        let text = format!("could not locate a version matching provided version string {wish}");
        Error::new(ErrorKind::NotFound, text)
    })
}

fn no_index(error: Error) -> Error {
    error.map_message(|text| format!("no cached repo found. (try 'helm repo update'): {text}"))
}

/// A chart in a registry; `tag` with its plus signs names the file.
fn oci(reference: RegistryReference, tag: Option<&str>) -> Located {
    let name = reference.repository.rsplit('/').next().unwrap_or_default();
    let (url, file) = match tag {
        Some(tag) => (format!("oci://{}/{}:{tag}", reference.host, reference.repository), format!("{name}-{tag}.tgz")),
        None => {
            let (kind, sum) = reference.digest.split_once(':').unwrap_or_default();
            (format!("oci://{reference}"), format!("{name}@{kind}-{sum}.tgz"))
        }
    };
    Located { url, sum: String::new(), file, kind: Kind::Registry(reference) }
}

/// The digest in an index without its algorithm; it must be a SHA-256.
fn checked_sum(digest: &str) -> Result<String, Error> {
    let sum = digest.split_once(':').map_or(digest, |(_, sum)| sum).to_ascii_lowercase();
    let bad = |text: String| Err(Error::network(text));
    if let Some(letter) = sum.chars().find(|letter| !letter.is_ascii_hexdigit()) {
        let shown = if letter.is_ascii() { format!("U+{:04X} '{letter}'", u32::from(letter)) } else { letter.into() };
        return bad(format!("unable to decode digest: encoding/hex: invalid byte: {shown}"));
    }
    match sum.len() {
        0 | 64 => Ok(sum),
        odd if odd % 2 == 1 => bad("unable to decode digest: encoding/hex: odd length hex string".into()),
        even => bad(format!("invalid digest length: {}", even / 2)),
    }
}

/// Whether two URLs mean the same place. Helm: internal/urlutil, `Equal`.
pub fn same_url(a: &str, b: &str) -> bool {
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
