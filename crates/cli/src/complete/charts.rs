//! Charts, their versions and repositories, from the files that repositories were downloaded to.

use std::fs;

use pintle::CachedIndex;
use value::{Map, Value, yaml};

use crate::{
    complete::{Directive, Situation, Words, nothing},
    filepath::join,
};

const PREFIXES: [&str; 4] = [
    "oci://\tChart OCI prefix",
    "https://\tChart URL prefix",
    "http://\tChart URL prefix",
    "file://\tChart local URL prefix",
];

/// The names and addresses of the repositories that were added.
pub(super) fn repositories(situation: &Situation<'_>) -> Vec<(String, String)> {
    let Some(file) = read(situation.flags.text("repository-config")) else { return Vec::new() };
    let Some(list) = file.get("repositories") else { return Vec::new() };
    let Some(list) = list.as_list() else { return Vec::new() };
    list.iter().filter_map(Value::as_map).map(|entry| (text(entry, "name"), text(entry, "url"))).collect()
}

/// Charts that begin with the word at the cursor: of a repository, or the ways to name a chart.
///
/// Helm: pkg/cmd/search_repo.go `compListCharts`.
pub(super) fn charts(situation: &Situation<'_>, files: bool) -> Words {
    let word = situation.word;
    let mut directive = if files { Directive::DEFAULT } else { Directive::NO_FILES };
    let mut words = Vec::new();
    let mut no_space = false;
    for (name, address) in repositories(situation) {
        if word.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('/')) {
            words.extend(of_repository(situation, &name));
            no_space = false;
            break;
        }
        if name.starts_with(word) {
            words.push(format!("{name}/\t{address}"));
            no_space = true;
        }
    }
    for prefix in PREFIXES.into_iter().filter(|prefix| prefix.starts_with(word)) {
        words.push(prefix.to_owned());
        no_space = true;
    }
    if files && !words.is_empty() && !word.is_empty() {
        let mut names: Vec<_> = fs::read_dir(".")
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .filter(|name| name.starts_with(word))
            .collect();
        names.sort();
        words.append(&mut names);
    }
    if files && word.is_empty() {
        words.push("./\tRelative path prefix to local chart".to_owned());
        words.push("/\tAbsolute path prefix to local chart".to_owned());
    }
    if no_space {
        directive = directive.and(Directive::NO_SPACE);
    }
    (words, directive)
}

/// The charts of a repository, by name.
fn of_repository(situation: &Situation<'_>, repository: &str) -> Vec<String> {
    let cache = situation.flags.text("repository-cache");
    let names: Vec<String> = match fs::read_to_string(join(&[cache, &format!("{repository}-charts.txt")])) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(_) => index(situation, repository).map(|index| index.entries.into_keys().collect()).unwrap_or_default(),
    };
    names.into_iter().map(|name| format!("{repository}/{name}")).collect()
}

/// The versions of a chart named `repository/chart`.
///
/// Helm: pkg/cmd/flags.go `compVersionFlag`.
pub(super) fn versions(situation: &Situation<'_>, chart: &str) -> Words {
    let parts: Vec<_> = chart.split('/').collect();
    let [repository, chart] = parts.as_slice() else { return nothing(Directive::NO_FILES) };
    let Some(index) = index(situation, repository) else { return nothing(Directive::NO_FILES) };
    let words = index.entries.get(*chart).into_iter().flatten().map(|entry| {
        let app = if entry.app_version.is_empty() { String::new() } else { format!("App: {}, ", entry.app_version) };
        let deprecated = if entry.deprecated { "(deprecated)" } else { "" };
        format!("{}\t{app}Created: {} {deprecated}", entry.version, in_words(&entry.created))
    });
    (words.collect(), Directive::NO_FILES)
}

/// A repository's index as it was downloaded last. Completion is silent on what is wrong with it.
fn index(situation: &Situation<'_>, repository: &str) -> Option<CachedIndex> {
    let file = pintle::index_file(situation.flags.text("repository-cache"), repository);
    pintle::cached_index(&file, &mut Vec::new()).ok()
}

/// `January 2, 2026` for `2026-01-02`; Go's zero time for anything else.
fn in_words(day: &str) -> String {
    let Ok(day) = day.parse::<jiff::civil::Date>() else { return "January 1, 0001".into() };
    day.strftime("%B %-d, %Y").to_string()
}

fn read(path: &str) -> Option<Map> {
    yaml::map_from_slice(&fs::read(path).ok()?).ok()
}

fn text(map: &Map, key: &str) -> String {
    map.get(key).as_ref().and_then(Value::as_str).map(|text| text.to_text().into_owned()).unwrap_or_default()
}
