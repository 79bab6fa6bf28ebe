//! `helm search repo`: finds charts in cached indexes. Helm: pkg/cmd/search_repo.go and pkg/cmd/search.

use std::{cmp::Ordering, collections::BTreeMap};

use regexp::Pattern;
use source::{CachedEntry, Places, Repositories, index_file, path};
use version::{Constraint, Version};

use super::form::{Cell, OutputForm, write_rows};
use crate::{Error, ErrorKind, Event, Level, LogLine, Observer, Table};

/// What `search repo` needs.
#[derive(Clone, Debug, Default)]
pub struct SearchRepoOptions {
    /// The words to search for; none for everything.
    pub words: Vec<String>,
    /// `--regexp`
    pub regexp: bool,
    /// `--versions`
    pub versions: bool,
    /// `--devel`
    pub devel: bool,
    /// `--version`; empty where it is not given.
    pub version: String,
    /// `--max-col-width`
    pub max_column_width: usize,
    /// `--fail-on-no-result`
    pub fail_on_no_result: bool,
    /// `--output`
    pub form: OutputForm,
    /// Where the list and the indexes are kept.
    pub places: Places,
}

/// A version of a chart that was found.
struct Found {
    name: String,
    score: usize,
    version: Option<Version>,
    entry: CachedEntry,
}

/// Prints the charts that fit.
pub fn search_repo(options: &SearchRepoOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let debug = |text: &str| LogLine::new(Level::Debug, text);
    observer.event(Event::Log(debug("original chart version").with("version", &options.version)));
    let range = match options.version.as_str() {
        "" if options.devel => ">0.0.0-0",
        "" => ">0.0.0",
        range => range,
    };
    if options.version.is_empty() {
        observer.event(Event::Log(debug(&format!("setting version to {range}"))));
    }
    let mut found = find(options, observer)?;
    found.sort_by(order);
    let constraint = Constraint::parse(range)
        .map_err(|error| Error::new(ErrorKind::Usage, format!("an invalid version/constraint format: {error}")))?;
    found.retain(|found| found.version.as_ref().is_some_and(|version| constraint.check(version)));
    if !options.versions {
        // The newest of each chart stands first among those of its score.
        let mut names = std::collections::BTreeSet::new();
        found.retain(|found| names.insert(found.name.clone()));
    }
    write(&found, options, observer)
}

/// The best score first, then by name, then the newest. Helm: `scoreSorter`.
fn order(a: &Found, b: &Found) -> Ordering {
    let versions = || match (&a.version, &b.version) {
        (Some(a), Some(b)) => b.compare(a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    a.score.cmp(&b.score).then_with(|| a.name.cmp(&b.name)).then_with(versions)
}

enum Needle {
    Everything,
    Literal(String),
    Pattern(Box<Pattern>),
}

impl Needle {
    fn new(options: &SearchRepoOptions) -> Result<Needle, Error> {
        let term = options.words.join(" ");
        Ok(match options.regexp {
            _ if options.words.is_empty() => Needle::Everything,
            false => Needle::Literal(lower(&term)),
            true => Needle::Pattern(Box::new(
                Pattern::compile(term.as_bytes()).map_err(|error| Error::new(ErrorKind::Usage, error.to_string()))?,
            )),
        })
    }

    /// How well a chart fits, 0 the best; nothing where it does not.
    fn score(&self, repository: &str, entry: &CachedEntry) -> Option<usize> {
        const SEPARATOR: &str = "\u{b}";
        let CachedEntry { name, description, keywords, .. } = entry;
        let keywords = keywords.join(" ");
        let line = [name, SEPARATOR, repository, "/", name, SEPARATOR, description, SEPARATOR, &keywords].concat();
        let (line, at) = match self {
            Needle::Everything => return Some(0),
            Needle::Literal(term) => {
                let line = lower(&line);
                let at = line.find(term.as_str())?;
                (line, at)
            }
            Needle::Pattern(pattern) => {
                let at = pattern.engine.find(&line)?.start();
                (line, at)
            }
        };
        // A match that begins at a separator counts for what is before it.
        Some(line.get(..at)?.matches(SEPARATOR).count())
    }
}

/// Go's `strings.ToLower`: rune by rune.
fn lower(text: &str) -> String {
    let one = |letter: char| {
        let mut lower = letter.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(small), None) => small,
            _ => letter,
        }
    };
    text.chars().map(one).collect()
}

fn find(options: &SearchRepoOptions, observer: &mut dyn Observer) -> Result<Vec<Found>, Error> {
    let known = Repositories::load(&options.places.repository_config).unwrap_or_default();
    if known.list.is_empty() {
        return Err(Error::new(ErrorKind::Source, "no repositories configured"));
    }
    let mut indexes = Vec::new();
    for repository in &known.list {
        let name = &repository.name;
        let mut warnings = Vec::new();
        let index = source::cached_index(&index_file(&options.places.repository_cache, name), &mut warnings);
        warnings.into_iter().for_each(|warning| observer.event(Event::Log(LogLine::from(warning))));
        match index {
            Ok(index) => indexes.push((name, index)),
            Err(error) => {
                let line = LogLine::new(Level::Warn, "repo is corrupt or missing").with("repo", name);
                observer.event(Event::Log(line.with("error", error.to_string())));
            }
        }
    }
    let needle = Needle::new(options)?;
    let mut found = Vec::new();
    for (repository, index) in indexes {
        for (chart, versions) in index.entries {
            let name = path::join(repository, &chart);
            // Of two entries with one version Helm keeps the last.
            let unique: BTreeMap<String, CachedEntry> =
                versions.into_iter().map(|entry| (entry.version.clone(), entry)).collect();
            for entry in unique.into_values() {
                if let Some(score) = needle.score(repository, &entry) {
                    let version = Version::parse(&entry.version).ok();
                    found.push(Found { name: name.clone(), score, version, entry });
                }
            }
        }
    }
    Ok(found)
}

fn write(found: &[Found], options: &SearchRepoOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    if found.is_empty() && options.fail_on_no_result {
        return Err(Error::new(ErrorKind::Source, "no results found"));
    }
    if options.form != OutputForm::Table {
        let row = |found: &Found| {
            vec![
                ("name", Cell::text(&found.name)),
                ("version", Cell::text(&found.entry.version)),
                ("app_version", Cell::text(&found.entry.app_version)),
                ("description", Cell::text(&found.entry.description)),
            ]
        };
        let rows: Vec<_> = found.iter().map(row).collect();
        observer.event(Event::Output(&write_rows(&rows, options.form)?));
        return Ok(());
    }
    if found.is_empty() {
        observer.event(Event::Output(b"No results found\n"));
        return Ok(());
    }
    let mut table = Table::new(options.max_column_width);
    table.row(["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"]);
    for Found { name, entry, .. } in found {
        table.row([name.as_str(), &entry.version, &entry.app_version, &entry.description]);
    }
    observer.event(Event::Output(format!("{}\n", table.text()).as_bytes()));
    Ok(())
}
