//! `index.yaml`: which charts a repository has. Helm: pkg/repo/v1/index.go.

mod decode;
mod encode;
mod regular;
mod sections;

use std::collections::BTreeMap;

use version::Version;

pub use self::{
    decode::{Reading, read_index},
    encode::indent_json,
};
use crate::{Error, Metadata, rfc3339};

/// `index.yaml`: Helm's `repo.IndexFile`.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Everything but the entries.
    pub head: IndexHead,
    /// `entries`: the versions of each chart.
    pub entries: BTreeMap<String, Vec<IndexEntry>>,
}

/// What an index says beside its entries. ChartMuseum's `serverInfo` is read and not kept, as with Helm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexHead {
    /// `apiVersion`
    pub api_version: String,
    /// `generated`, as the file has it (RFC 3339); empty for Go's zero time.
    pub generated: String,
    /// `publicKeys`
    pub public_keys: Vec<String>,
    /// `annotations`
    pub annotations: BTreeMap<String, String>,
}

/// One version of a chart: Helm's `repo.ChartVersion`.
#[derive(Clone, Debug, Default)]
pub struct IndexEntry {
    /// What its `Chart.yaml` says.
    pub metadata: Metadata,
    /// `urls`: where the archive is, the first one counts.
    pub urls: Option<Vec<String>>,
    /// `created` (RFC 3339); empty for Go's zero time.
    pub created: String,
    /// `removed`
    pub removed: bool,
    /// `digest`: the SHA-256 of the archive.
    pub digest: String,
    /// Fields of Helm 2, which are kept and mean nothing.
    pub legacy: Legacy,
}

/// Fields of an entry that Helm 2 wrote.
#[derive(Clone, Debug, Default)]
pub struct Legacy {
    /// `checksum`
    pub checksum: String,
    /// `engine`
    pub engine: String,
    /// `tillerVersion`
    pub tiller_version: String,
    /// `url`
    pub url: String,
}

impl Index {
    /// An empty index, made at a moment.
    pub fn new(generated: impl Into<String>) -> Index {
        let head =
            IndexHead { api_version: crate::API_VERSION_1.into(), generated: generated.into(), ..IndexHead::default() };
        Index { head, entries: BTreeMap::new() }
    }

    /// Adds an entry to its chart's; the order of the versions is not kept.
    ///
    /// Fails where the chart is not valid. Helm: `MustAdd`.
    pub fn add(&mut self, mut entry: IndexEntry, file: &str) -> Result<(), Error> {
        if entry.metadata.api_version.is_empty() {
            entry.metadata.api_version = crate::API_VERSION_1.into();
        }
        entry.metadata.validate().map_err(|error| Error::Yaml(format!("validate failed for {file}: {error}")))?;
        self.entries.entry(entry.metadata.name.clone()).or_default().push(entry);
        Ok(())
    }

    /// Adds the entries of another index whose versions are not here. Helm: `Merge`.
    pub fn merge(&mut self, other: Index) {
        for entry in other.entries.into_values().flatten() {
            let known = self.entries.entry(entry.metadata.name.clone()).or_default();
            let versions = known.iter().map(|known| known.metadata.version.as_str());
            if find_version(versions, &entry.metadata.version).is_none() {
                known.push(entry);
            }
        }
        self.entries.retain(|_, versions| !versions.is_empty());
    }

    /// Sorts the versions of each chart, the newest first.
    pub fn sort(&mut self) {
        for versions in self.entries.values_mut() {
            sort_versions(versions, |entry| &entry.metadata.version);
        }
    }
}

/// Sorts by version, the newest first; what is no version comes last.
pub fn sort_versions<T>(items: &mut Vec<T>, version: impl Fn(&T) -> &str) {
    let mut keyed: Vec<(Option<Version>, T)> =
        std::mem::take(items).into_iter().map(|item| (Version::parse(version(&item)).ok(), item)).collect();
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) => b.compare(a),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => std::cmp::Ordering::Equal,
    });
    items.extend(keyed.into_iter().map(|(_, item)| item));
}

/// Which of the versions, the newest first, a wish means: this very version, or the first one in its range.
/// An empty wish is the newest one that is no pre-release; a malformed one is an error of its own.
///
/// Helm: `IndexFile.Get`.
pub fn choose_version<'a>(
    versions: impl Iterator<Item = &'a str> + Clone,
    wish: &str,
) -> Result<Option<usize>, version::Error> {
    let constraint = version::Constraint::parse(if wish.is_empty() { "*" } else { wish })?;
    if !wish.is_empty()
        && let Some(exact) = versions.clone().position(|version| version == wish)
    {
        return Ok(Some(exact));
    }
    let fits = |version: &str| Version::parse(version).is_ok_and(|version| constraint.check(&version));
    Ok(versions.clone().position(fits))
}

fn find_version<'a>(versions: impl Iterator<Item = &'a str> + Clone, wish: &str) -> Option<usize> {
    choose_version(versions, wish).ok().flatten()
}

/// Whether a wish is a range and not one version. Helm: `isVersionRange`.
pub fn is_version_range(wish: &str) -> bool {
    if wish.contains(['^', '~', '<', '>', '=', '!', '*']) || wish.contains("||") || wish.contains(" - ") {
        return true;
    }
    wish.split(['-', '+']).next().unwrap_or_default().contains(['x', 'X'])
}

impl IndexEntry {
    /// `created` as Go writes it.
    fn created(&self) -> String {
        rfc3339::normalize(&self.created)
    }
}
