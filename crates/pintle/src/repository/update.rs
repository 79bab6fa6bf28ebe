//! `helm repo update`: downloads indexes, several at a time. Helm: pkg/cmd/repo_update.go.

use std::{
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use source::{DownloadedIndex, Places, Repositories, Repository};
use value::quote::quote;

use crate::{Error, ErrorKind, Event, LogLine, Observer};

/// How many indexes are downloaded at once.
const AT_ONCE: usize = 8;

/// What `repo update` needs.
#[derive(Clone, Debug, Default)]
pub struct RepoUpdateOptions {
    /// The names; none for all.
    pub names: Vec<String>,
    /// Where the list and the indexes are kept.
    pub places: Places,
    /// `--timeout`
    pub timeout: Duration,
}

/// Downloads the indexes of all repositories, or of those that are named.
pub fn repo_update(options: &RepoUpdateOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    const NONE: &str = "no repositories found. You must add one before updating";
    let file = &options.places.repository_config;
    let known = match Repositories::load_existing(file) {
        Err(error) if error.kind() == source::ErrorKind::NotFound => return Err(Error::new(ErrorKind::Source, NONE)),
        other => other.map_err(|error| error.map_message(|text| format!("failed loading file: {file}: {text}")))?,
    };
    if known.list.is_empty() {
        return Err(Error::new(ErrorKind::Source, NONE));
    }
    if let Some(name) = options.names.iter().find(|name| known.get(name).is_none()) {
        let text = format!("no repositories found matching '{name}'.  Nothing will be updated");
        return Err(Error::new(ErrorKind::Usage, text));
    }
    let is_wanted = |repository: &Repository| options.names.is_empty() || options.names.contains(&repository.name);
    let wanted: Vec<Repository> = known.list.into_iter().filter(is_wanted).collect();
    observer.event(Event::Output("Hang tight while we grab the latest from your chart repositories...\n".as_bytes()));
    // What comes now takes a while.
    observer.event(Event::Flush);
    let mut failed = Vec::new();
    refresh(&wanted, &options.places, options.timeout, &mut |repository, outcome| {
        let name = quote(repository.name.as_bytes());
        match tell(outcome, observer) {
            Ok(()) => {
                let text = format!("...Successfully got an update from the {name} chart repository\n");
                observer.event(Event::Output(text.as_bytes()));
                observer.event(Event::Flush);
            }
            Err(error) => {
                let url = &repository.url;
                let text = format!("...Unable to get an update from the {name} chart repository ({url}):\n\t{error}\n");
                observer.event(Event::Output(text.as_bytes()));
                failed.push(url.clone());
            }
        }
    });
    if failed.is_empty() {
        observer.event(Event::Output("Update Complete. ⎈Happy Helming!⎈\n".as_bytes()));
        return Ok(());
    }
    let text = format!("failed to update the following repositories: [{}]", failed.join(" "));
    Err(Error::new(ErrorKind::Source, text))
}

/// Tells what Helm logs of an index.
fn tell(outcome: Result<DownloadedIndex, source::Error>, observer: &mut dyn Observer) -> Result<(), source::Error> {
    outcome
        .map(|index| index.warnings.into_iter().for_each(|warning| observer.event(Event::Log(LogLine::from(warning)))))
}

/// What a download of one index came to.
type Refreshed<'a> = &'a mut dyn FnMut(&Repository, Result<DownloadedIndex, source::Error>);

/// Downloads indexes, several at a time, and tells of each when it is there.
pub(crate) fn refresh(repositories: &[Repository], places: &Places, timeout: Duration, told: Refreshed<'_>) {
    let next = Mutex::new(repositories.iter());
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..repositories.len().min(AT_ONCE) {
            let (next, sender) = (&next, sender.clone());
            scope.spawn(move || {
                loop {
                    let repository = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(repository) = repository else { return };
                    let outcome = source::download_index(repository, places, timeout);
                    if sender.send((repository, outcome)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (repository, outcome) in receiver {
            told(repository, outcome);
        }
    });
}
