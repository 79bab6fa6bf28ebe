//! `index.yaml` from YAML or JSON. Helm: pkg/repo/v1/index.go, `loadIndex`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use value::{json, quote::quote, yaml};

use super::{Index, IndexEntry, IndexHead, regular, sections, sort_versions};
use crate::{
    API_VERSION_1, Error, Warning,
    metadata::{Draft, METADATA_FIELDS, set_flag as flag, set_text as text, texts},
    shape::{self, Fitted, Record, Shape, Unknown},
};

static INDEX: Record = Record {
    name: "IndexFile",
    go_type: "repo.IndexFile",
    fields: &[
        ("serverInfo", Shape::Map("map[string]interface {}", &Shape::Any)),
        ("apiVersion", Shape::Text),
        ("generated", Shape::Time),
        ("entries", ENTRIES),
        ("publicKeys", Shape::List("[]string", &Shape::Text)),
        ("annotations", Shape::Texts),
    ],
};

pub(super) static ENTRIES: Shape =
    Shape::Map("map[string]repo.ChartVersions", &Shape::List("repo.ChartVersions", &Shape::Record(&CHART_VERSION)));

static CHART_VERSION: Record = Record {
    name: "ChartVersion",
    go_type: "repo.ChartVersion",
    fields: &embedded::<17, 8, 25>(METADATA_FIELDS, OWN_FIELDS),
};

/// What an entry has beside the fields of `Chart.yaml`, which Go embeds.
const OWN_FIELDS: [(&str, Shape); 8] = [
    ("urls", Shape::List("[]string", &Shape::Text)),
    ("created", Shape::Time),
    ("removed", Shape::Flag),
    ("digest", Shape::Text),
    ("checksum", Shape::Text),
    ("engine", Shape::Text),
    ("tillerVersion", Shape::Text),
    ("url", Shape::Text),
];

type Field = (&'static str, Shape);

#[expect(clippy::indexing_slicing, reason = "it runs when the crate is compiled")]
const fn embedded<const A: usize, const B: usize, const ALL: usize>(
    first: [Field; A],
    own: [Field; B],
) -> [Field; ALL] {
    assert!(A + B == ALL);
    let mut all = [("", Shape::Any); ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < A { first[at] } else { own[at - A] };
        at += 1;
    }
    all
}

/// An index that was read: what is kept of each entry is the reader's choice.
#[derive(Debug)]
pub struct Reading<T> {
    /// Everything but the entries.
    pub head: IndexHead,
    /// What is kept of each chart's versions, the newest first.
    pub entries: BTreeMap<String, Vec<T>>,
    /// What Helm logs of entries that it skips.
    pub warnings: Vec<Warning>,
}

/// Reads an index, and keeps of each valid entry what `keep` makes of it; `source` is what messages call it. Up to
/// `threads` pieces of a large one are read side by side.
///
/// Entries that are null or not valid are skipped with a warning. Fails where the document is malformed, has fields
/// that Helm does not know (in YAML), or no apiVersion.
pub fn read_index<T: Send>(
    bytes: &[u8],
    source: &str,
    threads: usize,
    keep: impl Fn(IndexEntry) -> T + Sync,
) -> Result<Reading<T>, Error> {
    let reader = Reader { source, keep: &keep };
    let pieces = sections::cut(bytes).and_then(|sections| reader.in_pieces(&sections, threads));
    let (head, charts) = match pieces {
        Some(read) => read,
        None => reader.whole(bytes)?,
    };
    finish(head, charts)
}

impl Index {
    /// Reads an index with all that it says; as [`read_index`].
    pub fn from_slice(bytes: &[u8], source: &str) -> Result<(Index, Vec<Warning>), Error> {
        let (head, charts) = Reader { source, keep: &|entry| entry }.whole(bytes)?;
        let Reading { head, entries, warnings } = finish(head, charts)?;
        Ok((Index { head, entries }, warnings))
    }
}

fn finish<T>(head: IndexHead, charts: Charts<T>) -> Result<Reading<T>, Error> {
    if head.api_version.is_empty() {
        return Err(Error::Yaml("no API version specified".into()));
    }
    let sorted = charts.entries.into_iter().map(|(name, mut versions)| {
        sort_versions(&mut versions, |(version, _): &(String, T)| version);
        (name, versions.into_iter().map(|(_, kept)| kept).collect())
    });
    Ok(Reading { head, entries: sorted.collect(), warnings: charts.warnings })
}

/// Charts on their way: what was kept of each version, with the version.
struct Charts<T> {
    entries: BTreeMap<String, Vec<(String, T)>>,
    warnings: Vec<Warning>,
}

impl<T> Default for Charts<T> {
    fn default() -> Charts<T> {
        Charts { entries: BTreeMap::new(), warnings: Vec::new() }
    }
}

struct Reader<'a, F> {
    source: &'a str,
    keep: &'a F,
}

impl<F> Reader<'_, F> {
    fn whole<T>(&self, bytes: &[u8]) -> Result<(IndexHead, Charts<T>), Error>
    where
        F: Fn(IndexEntry) -> T,
    {
        if bytes.is_empty() {
            return Err(Error::Yaml("empty index.yaml file".into()));
        }
        let fields = match json::from_slice(bytes) {
            Ok(value) => shape::fit_json(&value, &INDEX),
            Err(_) => yaml::from_slice_typed_strict(bytes)
                .map_err(|error| error.message)
                .and_then(|value| shape::fit(&value, &INDEX, Unknown::Refuse)),
        };
        let (mut head, mut charts) = (IndexHead::default(), Charts::default());
        for (name, field) in fields.map_err(Error::Yaml)?.unwrap_or_default() {
            match field {
                Fitted::Map(_) => self.charts(&mut charts, name, field),
                field => set_head(&mut head, name, field),
            }
        }
        Ok((head, charts))
    }

    /// Reads the pieces of an index; nothing where one of them cannot be read by itself, or where a chart is in two:
    /// then the whole document says what is wrong with it.
    fn in_pieces<T: Send>(&self, sections: &sections::Sections<'_>, threads: usize) -> Option<(IndexHead, Charts<T>)>
    where
        F: Fn(IndexEntry) -> T + Sync,
    {
        let mut head = IndexHead::default();
        let mut names = BTreeSet::new();
        for part in [sections.head, sections.tail] {
            let value = yaml::from_slice_typed_strict(part).ok()?;
            for (name, field) in shape::fit(&value, &INDEX, Unknown::Refuse).ok()?.unwrap_or_default() {
                if !names.insert(name) {
                    return None;
                }
                set_head(&mut head, name, field);
            }
        }
        let next = AtomicUsize::new(0);
        let read_some = || {
            let mut read: Vec<(usize, Charts<T>)> = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(piece) = sections.charts.get(at) else { return Some(read) };
                let fitted = match regular::read(piece, &ENTRIES) {
                    Some(fitted) => fitted,
                    None => shape::fit_shape(&yaml::from_slice_typed_strict(piece).ok()?, &ENTRIES).ok()?,
                };
                let mut charts = Charts::default();
                self.charts(&mut charts, "entries", fitted);
                read.push((at, charts));
            }
        };
        let mut pieces: Vec<(usize, Charts<T>)> = thread::scope(|scope| {
            let helpers: Vec<_> = (1..threads.min(sections.charts.len())).map(|_| scope.spawn(read_some)).collect();
            let mut all = read_some()?;
            for helper in helpers {
                all.extend(helper.join().ok()??);
            }
            Some(all)
        })?;
        pieces.sort_by_key(|(at, _)| *at);
        let mut charts = Charts::default();
        for (_, piece) in pieces {
            for (name, versions) in piece.entries {
                if charts.entries.insert(name, versions).is_some() {
                    return None;
                }
            }
            charts.warnings.extend(piece.warnings);
        }
        Some((head, charts))
    }

    fn charts<T>(&self, charts: &mut Charts<T>, name: &str, field: Fitted)
    where
        F: Fn(IndexEntry) -> T,
    {
        let Fitted::Map(fitted) = field else { return };
        if name == "entries" {
            fitted.into_iter().for_each(|(name, versions)| self.versions(charts, name, versions));
        }
    }

    fn versions<T>(&self, charts: &mut Charts<T>, name: String, versions: Fitted)
    where
        F: Fn(IndexEntry) -> T,
    {
        let Fitted::List(items) = versions else {
            charts.entries.insert(name, Vec::new());
            return;
        };
        let mut kept = Vec::with_capacity(items.len());
        // Helm goes from the last to the first, and so warns in that order.
        let mut warnings = Vec::new();
        for item in items {
            match entry(item) {
                None => warnings.push(self.skipped(&name, None, "empty entry")),
                Some(mut entry) => match check(&mut entry) {
                    Ok(()) => kept.push((entry.metadata.version.clone(), (self.keep)(entry))),
                    Err(error) => {
                        let version = Some(entry.metadata.version.as_str());
                        warnings.push(self.skipped(&name, version, &error.to_string()));
                    }
                },
            }
        }
        charts.warnings.extend(warnings.into_iter().rev());
        charts.entries.insert(name, kept);
    }

    fn skipped(&self, name: &str, version: Option<&str>, reason: &str) -> Warning {
        let version = version.map(|version| format!(" {}", quote(version.as_bytes()))).unwrap_or_default();
        let (name, source) = (quote(name.as_bytes()), self.source);
        let text = format!("skipping loading invalid entry for chart {name}{version} from {source}: {reason}");
        Warning::warn(&text, Vec::new())
    }
}

fn set_head(head: &mut IndexHead, name: &str, field: Fitted) {
    match (name, field) {
        ("apiVersion", field) => text(&mut head.api_version, field),
        ("generated", field) => text(&mut head.generated, field),
        ("publicKeys", field) => head.public_keys = texts(field, Vec::new()),
        ("annotations", Fitted::Texts(entries)) => {
            head.annotations.extend(entries.into_iter().map(|(key, text)| (key, text.unwrap_or_default())));
        }
        _ => {}
    }
}

/// Helm: `ignoreSkippableChartValidationError`; JFrog's repositories strip aliases.
fn check(entry: &mut IndexEntry) -> Result<(), Error> {
    if entry.metadata.api_version.is_empty() {
        entry.metadata.api_version = API_VERSION_1.into();
    }
    match entry.metadata.validate() {
        Err(Error::Validation(text)) if text.starts_with("more than one dependency with name or alias") => Ok(()),
        other => other,
    }
}

fn entry(item: Fitted) -> Option<IndexEntry> {
    let Fitted::Record(fields) = item else { return None };
    let mut draft = Draft::default();
    let mut entry = IndexEntry::default();
    for (name, field) in fields {
        match name {
            "urls" => entry.urls = matches!(field, Fitted::List(_)).then(|| texts(field, Vec::new())),
            "created" => text(&mut entry.created, field),
            "removed" => flag(&mut entry.removed, field),
            "digest" => text(&mut entry.digest, field),
            "checksum" => text(&mut entry.legacy.checksum, field),
            "engine" => text(&mut entry.legacy.engine, field),
            "tillerVersion" => text(&mut entry.legacy.tiller_version, field),
            "url" => text(&mut entry.legacy.url, field),
            _ => draft.set(name, field),
        }
    }
    entry.metadata = draft.finish();
    Some(entry)
}
