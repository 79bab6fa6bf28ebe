//! `helm repo list` and `helm repo remove`. Helm: pkg/cmd/repo_list.go and pkg/cmd/repo_remove.go.

use source::{Places, Repositories};
use value::quote::quote;

use super::form::{Cell, OutputForm, write_rows};
use crate::{Error, ErrorKind, Event, Observer, Table};

/// What `repo list` needs.
#[derive(Clone, Debug, Default)]
pub struct RepoListOptions {
    /// Where the list is kept.
    pub places: Places,
    /// `--no-headers`
    pub no_headers: bool,
    /// `--output`
    pub form: OutputForm,
}

/// Lists the repositories that were added.
pub fn repo_list(options: &RepoListOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    // Helm takes a file that it cannot read for none.
    let known = Repositories::load(&options.places.repository_config).unwrap_or_default();
    if options.form != OutputForm::Table {
        let row = |entry: &source::Repository| vec![("name", Cell::text(&entry.name)), ("url", Cell::text(&entry.url))];
        let rows: Vec<_> = known.list.iter().map(row).collect();
        observer.event(Event::Output(&write_rows(&rows, options.form)?));
        return Ok(());
    }
    if known.list.is_empty() {
        observer.event(Event::Remark("no repositories to show".into()));
        return Ok(());
    }
    let mut table = Table::new(0);
    if !options.no_headers {
        table.row(["NAME", "URL"]);
    }
    known.list.iter().for_each(|entry| table.row([entry.name.as_str(), &entry.url]));
    observer.event(Event::Output(format!("{}\n", table.text()).as_bytes()));
    Ok(())
}

/// What `repo remove` needs.
#[derive(Clone, Debug, Default)]
pub struct RepoRemoveOptions {
    /// The names.
    pub names: Vec<String>,
    /// Where the list and the indexes are kept.
    pub places: Places,
}

/// Takes repositories out of the list, and removes what was downloaded of them.
pub fn repo_remove(options: &RepoRemoveOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let file = &options.places.repository_config;
    // Helm takes a malformed file for an empty one.
    let mut known = Repositories::load(file).unwrap_or_default();
    if known.list.is_empty() {
        return Err(Error::new(ErrorKind::Source, "no repositories configured"));
    }
    for name in &options.names {
        let shown = quote(name.as_bytes());
        if !known.remove(name) {
            return Err(Error::new(ErrorKind::Usage, format!("no repo named {shown} found"))
                .hinted("`helm repo list` shows the names"));
        }
        known.save(file)?;
        source::remove_cache(&options.places.repository_cache, name)?;
        observer.event(Event::Output(format!("{shown} has been removed from your repositories\n").as_bytes()));
    }
    Ok(())
}
