//! `helm repo add`. Helm: pkg/cmd/repo_add.go.

use std::{fs, time::Duration};

use source::{Access, FileLock, Places, Repositories, Repository, path, system};
use value::quote::quote;

use crate::{Error, ErrorKind, Event, LogLine, Observer};

/// What `repo add` needs.
#[derive(Clone, Debug, Default)]
pub struct RepoAddOptions {
    /// The name that it gets.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// How it is talked to.
    pub access: Access,
    /// Where the list and the indexes are kept.
    pub places: Places,
    /// `--force-update`
    pub force_update: bool,
    /// `--allow-deprecated-repos`
    pub allow_deprecated: bool,
    /// `--timeout`
    pub timeout: Duration,
}

/// Repositories that are gone, and what has come in their place.
const GONE: [(&str, &str); 2] = [
    ("//kubernetes-charts.storage.googleapis.com", "https://charts.helm.sh/stable"),
    ("//kubernetes-charts-incubator.storage.googleapis.com", "https://charts.helm.sh/incubator"),
];

/// Downloads a repository's index and notes the repository down.
pub fn repo_add(options: &RepoAddOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let usage = |text: String| Err(Error::new(ErrorKind::Usage, text));
    let RepoAddOptions { name, url, .. } = options;
    let shown = quote(name.as_bytes());
    let gone = GONE.iter().find(|(old, _)| url.contains(old));
    if let Some((_, new)) = gone.filter(|_| !options.allow_deprecated) {
        return usage(format!(
            "repo {} is no longer available; try {} instead",
            quote(url.as_bytes()),
            quote(new.as_bytes())
        ));
    }
    let file = &options.places.repository_config;
    source::create_folders(&path::folder(file))?;
    let extension = path::extension(file);
    let base = if extension.len() < file.len() { file.strip_suffix(extension).unwrap_or(file) } else { file };
    let _lock = FileLock::wait(&format!("{base}.lock"))?;
    let mut known = read(file)?;
    if name.contains('/') {
        return usage(format!("repository name ({name}) contains '/', please specify a different name without '/'"));
    }
    let repository = Repository { name: name.clone(), url: url.clone(), access: options.access.clone() };
    if let Some(existing) = known.get(name).filter(|_| !options.force_update) {
        if *existing != repository {
            let error = format!("repository name ({name}) already exists, please specify a different name");
            return Err(Error::new(ErrorKind::Usage, error)
                .hinted(format!("it stands for {}; --force-update replaces it", existing.url)));
        }
        let text = format!("{shown} already exists with the same configuration, skipping\n");
        observer.event(Event::Output(text.as_bytes()));
        return Ok(());
    }
    let downloaded = source::download_index(&repository, &options.places, options.timeout).map_err(|error| {
        let text = error.to_string();
        if text.starts_with("could not find protocol handler") || text.starts_with("invalid chart URL format") {
            return Error::from(error);
        }
        let url = quote(url.as_bytes());
        Error::from(error).map_message(|text| {
            format!("looks like {url} is not a valid chart repository or cannot be reached: {text}")
        })
    })?;
    downloaded.warnings.into_iter().for_each(|warning| observer.event(Event::Log(LogLine::from(warning))));
    known.update(repository);
    known.save(file)?;
    observer.event(Event::Output(format!("{shown} has been added to your repositories\n").as_bytes()));
    Ok(())
}

/// Helm reads the file by itself here, and so words the error in another way.
fn read(file: &str) -> Result<Repositories, Error> {
    match fs::read(file) {
        Ok(bytes) => Ok(Repositories::from_yaml(&bytes)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Repositories::default()),
        Err(error) => Err(Error::new(ErrorKind::Source, system::path_error(system::read_verb(&error), file, &error))),
    }
}
