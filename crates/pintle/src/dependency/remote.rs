//! Dependencies that are not on this machine: their repositories, their versions, their archives.
//!
//! Helm: pkg/downloader/manager.go and internal/resolver/resolver.go.

use std::{
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

use chart::Dependency;
use sha2::{Digest, Sha256};
use source::{
    Access, CachedIndex, DOWNLOAD_TIMEOUT, Downloaded, Downloader, Note, Places, Registry, RegistryReference,
    Repositories, Repository, Verify, cached_index, index_file, resolve_reference, same_url,
};
use value::{quote::quote, url::Url};
use version::{Constraint, Version};

use super::{resolve::Origin, sums::Sums};
use crate::{Error, ErrorKind, repository::refresh};

/// How many archives are downloaded at once.
const AT_ONCE: usize = 8;

/// The repository of a dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// Its entry in the list, or one made up for it.
    pub(super) repository: Repository,
    /// Whether it is in the list.
    pub(super) listed: bool,
}

impl Home {
    /// The repository of a dependency whose aliases have been replaced; nothing where it has none.
    pub(super) fn of(dependency: &Dependency, known: &Repositories) -> Option<Home> {
        let url = &dependency.repository;
        if Origin::of(url) != Origin::Repository {
            return None;
        }
        if let Some(entry) = known.list.iter().find(|entry| same_url(&entry.url, url)) {
            return Some(Home { repository: entry.clone(), listed: true });
        }
        // Helm names the cached index of a repository that it does not know by the sum of its URL.
        let sum = Sha256::digest(url).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let name = format!("helm-manager-{sum}");
        let repository = Repository { name, url: url.clone(), access: Access::default() };
        Url::parse_request_uri(url).is_ok().then_some(Home { repository, listed: false })
    }

    fn index(&self, places: &Places, notes: &mut Vec<Note>) -> Result<CachedIndex, source::Error> {
        let mut warnings = Vec::new();
        let index = cached_index(&index_file(&places.repository_cache, &self.repository.name), &mut warnings);
        notes.extend(warnings.into_iter().map(Note::from));
        index
    }
}

/// Downloads the indexes of the repositories that are needed, and gives Helm's words on it.
///
/// Helm asks every repository in the list, needed or not: ours asks those that are needed.
pub(super) fn update_indexes(homes: &[Option<Home>], known: &Repositories, places: &Places) -> (String, Vec<Note>) {
    let (mut out, mut notes) = (String::new(), Vec::new());
    let wanted = |listed: bool| -> Vec<Repository> {
        let mut found: Vec<Repository> = Vec::new();
        for home in homes.iter().flatten().filter(|home| home.listed == listed) {
            let same = |seen: &Repository| seen.url.trim_end_matches('/') == home.repository.url.trim_end_matches('/');
            // Two entries with one URL may have other credentials, and each has an index of its own.
            if !found.iter().any(|seen| same(seen) && (seen.name == home.repository.name || !listed)) {
                found.push(home.repository.clone());
            }
        }
        found
    };
    let mut update = |repositories: &[Repository], listed: bool, out: &mut String| {
        let mut lines: Vec<(usize, String)> = Vec::new();
        refresh(repositories, places, DOWNLOAD_TIMEOUT, &mut |repository, outcome| {
            let url = &repository.url;
            let name = if listed { &repository.name } else { url };
            let name = quote(name.as_bytes());
            let at = repositories.iter().position(|other| other == repository).unwrap_or_default();
            lines.push((
                at,
                match outcome {
                    Ok(index) => {
                        notes.extend(index.warnings.into_iter().map(Note::from));
                        format!("...Successfully got an update from the {name} chart repository\n")
                    }
                    Err(error) => {
                        let place = if listed { format!(" ({url})") } else { String::new() };
                        format!("...Unable to get an update from the {name} chart repository{place}:\n\t{error}\n")
                    }
                },
            ));
        });
        lines.sort();
        lines.into_iter().for_each(|(_, line)| out.push_str(&line));
    };
    let strangers = wanted(false);
    if !strangers.is_empty() {
        out.push_str("Getting updates for unmanaged Helm repositories...\n");
        update(&strangers, false, &mut out);
    }
    if !known.list.is_empty() {
        out.push_str("Hang tight while we grab the latest from your chart repositories...\n");
        update(&wanted(true), true, &mut out);
        out.push_str("Update Complete. ⎈Happy Helming!⎈\n");
    }
    (out, notes)
}

/// The newest version in a repository that satisfies a constraint; nothing where there is none.
pub(super) fn choose_in_repository(
    dependency: &Dependency,
    home: &Home,
    constraint: &Constraint,
    places: &Places,
    notes: &mut Vec<Note>,
) -> Result<Option<String>, Error> {
    let index = home.index(places, notes).map_err(|error| {
        let name = &home.repository.name;
        Error::from(error)
            .map_message(|text| format!("no cached repository for {name} found. (try 'helm repo update'): {text}"))
    })?;
    let Some(versions) = index.entries.get(&dependency.name) else {
        let text = format!("{} chart not found in repo {}", dependency.name, dependency.repository);
        return Err(Error::new(ErrorKind::Source, text));
    };
    let fits = |version: &str| Version::parse(version).is_ok_and(|version| constraint.check(&version));
    let found = versions.iter().find(|entry| !entry.urls.is_empty() && fits(&entry.version));
    Ok(found.map(|entry| entry.version.clone()))
}

/// The version in a registry: the one that is named, or the newest tag in the range.
pub(super) fn choose_in_registry(
    dependency: &Dependency,
    constraint: &Constraint,
    registry: &Registry,
) -> Result<String, Error> {
    let Dependency { name, repository, version, .. } = dependency;
    if Version::parse(version).is_ok() {
        return Ok(version.clone());
    }
    let tags =
        RegistryReference::parse(&format!("{repository}/{name}")).and_then(|reference| registry.tags(&reference));
    let tags = tags.map_err(|error| {
        Error::from(error)
            .map_message(|text| format!("could not retrieve list of tags for repository {repository}: {text}"))
    })?;
    let fits = |tag: &&String| Version::parse(tag).is_ok_and(|tag| constraint.check(&tag));
    Ok(tags.iter().find(fits).unwrap_or(version).clone())
}

/// What is downloaded for a dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// From a chart repository.
    Archive {
        /// The archive's URL.
        url: String,
        /// Its sum, where the index names one.
        digest: String,
        /// The sum that was recorded for it; empty for none.
        recorded: String,
        /// Whose it is.
        repository: Box<Repository>,
    },
    /// From a registry.
    Tag {
        /// `oci://host/path/name`
        reference: String,
        /// The version.
        version: String,
        /// The sum that was recorded for it; empty for none.
        recorded: String,
    },
    /// From the cache of archives alone.
    Kept {
        /// The name that it is saved under.
        file: String,
        /// Its sum.
        sum: String,
    },
}

impl Wanted {
    /// The URL, which tells twice the same from two.
    pub(super) fn url(&self) -> String {
        match self {
            Wanted::Archive { url, .. } => url.clone(),
            Wanted::Tag { reference, version, .. } => format!("{reference}:{version}"),
            Wanted::Kept { file, sum } => format!("{file}@{sum}"),
        }
    }

    /// What Helm names when the download fails.
    pub(super) fn shown(&self) -> &str {
        match self {
            Wanted::Archive { url, .. } => url,
            Wanted::Tag { reference, .. } => reference,
            Wanted::Kept { file, .. } => file,
        }
    }
}

/// Where archives are looked for.
pub(super) struct Looking<'a> {
    pub(super) places: &'a Places,
    /// What was recorded of them.
    pub(super) sums: &'a Sums,
    /// No server is asked.
    pub(super) offline: bool,
}

/// Where the archive of a dependency is. Helm: `findChartURL`.
pub(super) fn find(
    dependency: &Dependency,
    home: Option<&Home>,
    looking: &Looking<'_>,
    notes: &mut Vec<Note>,
) -> Result<Wanted, Error> {
    let Dependency { name, repository, version, .. } = dependency;
    let places = looking.places;
    let recorded = looking.sums.get(dependency).unwrap_or_default().to_owned();
    let Some(home) = home else {
        return Ok(Wanted::Tag { reference: format!("{repository}/{name}"), version: version.clone(), recorded });
    };
    let not_found = |text: String| Error::new(ErrorKind::Source, format!("could not find : {text}"));
    let index = match home.index(places, notes) {
        Ok(index) => index,
        Err(_) if !home.listed && !looking.offline => {
            let mut told = |note| notes.push(note);
            let url = source::find_in_repository(&home.repository, places, name, version, &mut told)
                .map_err(|error| not_found(format!("chart {name} not found in {repository}: {error}")))?;
            let repository = Box::new(home.repository.clone());
            return Ok(Wanted::Archive { url, digest: recorded.clone(), recorded, repository });
        }
        Err(error) => return Err(error.into()),
    };
    let versions = index.entries.get(name).ok_or_else(|| not_found("entry not found".into()))?;
    let parsed = Version::parse(version).ok();
    let same = |other: &str| match (&parsed, Version::parse(other)) {
        (None, _) => version == other,
        (Some(parsed), Ok(other)) => parsed.compare(&other).is_eq(),
        (Some(_), Err(_)) => false,
    };
    let entry = versions.iter().find(|entry| !entry.urls.is_empty() && (version.is_empty() || same(&entry.version)));
    let entry = entry.ok_or_else(|| not_found("no matching version".into()))?;
    let first = entry.urls.first().map(String::as_str).unwrap_or_default();
    let url = resolve_reference(repository, first)?;
    // What was recorded goes before what the index says today.
    let digest = if recorded.is_empty() { entry.digest.clone() } else { recorded.clone() };
    Ok(Wanted::Archive { url, digest, recorded, repository: Box::new(home.repository.clone()) })
}

/// How archives are fetched.
pub(super) struct Fetching<'a> {
    pub(super) places: &'a Places,
    pub(super) access: &'a Access,
    pub(super) verify: Verify,
    pub(super) keyring: &'a str,
    /// The folder that they are saved in.
    pub(super) folder: &'a str,
}

/// What came must be what was recorded, where something was.
fn check_sum(downloaded: Downloaded, recorded: &str) -> Result<Downloaded, source::Error> {
    if recorded.is_empty() {
        return Ok(downloaded);
    }
    let sum = source::file_sum(&downloaded.path)?;
    if sum == recorded {
        return Ok(downloaded);
    }
    let text = format!(
        "the archive is not the one that was locked: its sum is sha256:{sum}, and that of the locked one sha256:{recorded}"
    );
    Err(source::Error::new(source::ErrorKind::Provenance, text).hinted(
        "somebody put another chart in the place of this version; `helm dependency update` locks what is there now",
    ))
}

/// What a download came to, and what was told on the way.
pub(super) type Fetched = (Result<Downloaded, source::Error>, Vec<Note>);

impl Fetching<'_> {
    /// Fetches archives, several at a time; the outcomes come in the order of the wishes.
    pub(super) fn all(&self, wanted: &[Wanted]) -> Vec<Fetched> {
        let next = Mutex::new(wanted.iter().enumerate());
        let (sender, receiver) = mpsc::channel();
        let mut done: Vec<(usize, Fetched)> = thread::scope(|scope| {
            for _ in 0..wanted.len().min(AT_ONCE) {
                let (next, sender) = (&next, sender.clone());
                scope.spawn(move || {
                    loop {
                        let one = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some((at, wanted)) = one else { return };
                        if sender.send((at, self.one(wanted))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            receiver.into_iter().collect()
        });
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, fetched)| fetched).collect()
    }

    fn one(&self, wanted: &Wanted) -> Fetched {
        let mut notes = Vec::new();
        let mut told = |note| notes.push(note);
        let mut downloader = Downloader::new(self.places, self.access);
        downloader.verify = self.verify;
        downloader.keyring = self.keyring;
        let fetched = match wanted {
            Wanted::Archive { url, digest, repository, recorded } => downloader
                .archive_to_folder((url, digest), repository, self.folder, &mut told)
                .and_then(|downloaded| check_sum(downloaded, recorded)),
            Wanted::Tag { reference, version, recorded } => downloader
                .tag_to_folder((reference, version), recorded, self.folder, &mut told)
                .and_then(|downloaded| check_sum(downloaded, recorded)),
            Wanted::Kept { file, sum } => self.take_kept(file, sum),
        };
        (fetched, notes)
    }

    fn take_kept(&self, file: &str, sum: &str) -> Result<Downloaded, source::Error> {
        let missing = || source::Error::new(source::ErrorKind::NotFound, format!("{file} is not in the cache"));
        let bytes = source::archive_in_cache(self.places, sum).ok_or_else(missing)?;
        let path = source::path::join(self.folder, file);
        source::overwrite_file(&path, &bytes)?;
        Ok(Downloaded { path, verification: None })
    }
}
