//! What the cache of archives has, and small questions that fetching asks.

use std::{collections::BTreeSet, fs};

use chart::Dependency;
use source::{Repositories, same_url, system};

use super::{
    remote::{self, Home, Looking, Wanted},
    resolve::Origin,
};
use crate::{Error, ErrorKind};

/// The archive of a dependency in the cache; one that is not there is added to `missing`.
pub(super) fn kept(
    dependency: &Dependency,
    home: Option<&Home>,
    looking: &Looking<'_>,
    missing: &mut Vec<String>,
) -> Result<Wanted, Error> {
    let Dependency { name, version, repository, .. } = dependency;
    let sum = match looking.sums.get(dependency) {
        Some(sum) => Some(sum.to_owned()),
        None => match remote::find(dependency, home, looking, &mut Vec::new()) {
            Ok(Wanted::Archive { digest, .. }) => Some(digest),
            _ => None,
        },
    };
    let sum = sum.filter(|sum| source::archive_in_cache(looking.places, sum).is_some());
    if sum.is_none() {
        missing.push(format!("{name} {version} from {repository}"));
    }
    Ok(Wanted::Kept { file: format!("{name}-{version}.tgz"), sum: sum.unwrap_or_default() })
}

/// Fails with all that the cache lacks.
pub(super) fn refuse_missing(missing: &[String]) -> Result<(), Error> {
    if missing.is_empty() {
        return Ok(());
    }
    let text = format!("offline: the cache of archives lacks {}", missing.join(", "));
    Err(Error::new(ErrorKind::Network, text)
        .hinted("`helm dependency build` without --offline fetches them, and keeps them in the cache"))
}

/// The names in a folder that are no folders, in order.
pub(super) fn files_in(folder: &str) -> Result<BTreeSet<String>, Error> {
    let failed = |error| Error::new(ErrorKind::Output, system::path_error("open", folder, &error));
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// Sees to it that the lock file names no repository that is not known. Helm: `hasAllRepos`.
pub(super) fn check_known(dependencies: &[Dependency], known: &Repositories) -> Result<(), Error> {
    let is_known = |dependency: &&Dependency| {
        let url = dependency.repository.strip_suffix('/').unwrap_or(&dependency.repository);
        known.list.iter().any(|entry| same_url(&entry.url, url))
    };
    let repositories = dependencies.iter().filter(|one| Origin::of(&one.repository) == Origin::Repository);
    let missing: Vec<&str> = repositories.filter(|one| !is_known(one)).map(|one| one.repository.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let text = format!(
        "no repository definition for {}. Please add the missing repos via 'helm repo add'",
        missing.join(", ")
    );
    Err(Error::new(ErrorKind::Source, text))
}
