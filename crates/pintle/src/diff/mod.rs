//! `helm diff`: what an upgrade or rollback would change, and what changed, as the plugin helm-diff tells it.
//! helm-diff: `cmd/{upgrade,rollback,revision,release,local}.go`.

mod live;
mod live_text;
mod local;
mod report;
mod three_way;
mod upgrade;

use release::{
    Record,
    comparison::{CompareOptions, Comparison, Documents, Ownership, ReadOptions, by_source, compare, read},
};

pub(crate) use self::live::{live_diff, mask_of};
pub use self::{
    live::{LiveDiff, LiveStep, Origin, diff_live},
    live_text::{live_json, live_text},
    local::{DiffLocalOptions, diff_local},
    report::{DiffForm, diff_text},
    upgrade::{DiffUpgradeOptions, DryRunDiff, diff_upgrade, diff_upgrade_offline},
};
use crate::{Error, ErrorKind, Hidden, Mask, RecordOptions, Session, record};

/// How differences are found and shown.
#[derive(Clone, Debug, Default)]
pub struct DiffOptions {
    /// How documents are compared.
    pub compare: CompareOptions,
    /// `--suppress-output-line-regex`: patterns of lines that are not shown.
    pub suppressed_lines: Vec<String>,
    /// `--normalize-manifests`
    pub normalize: bool,
    /// `--include-tests`
    pub tests: bool,
    /// Which values nobody may see.
    pub hidden: Hidden,
}

/// Differences, and whether there are any: lines that are not shown count.
#[derive(Clone, Debug)]
pub struct Differences {
    /// What differs.
    pub comparison: Comparison,
    /// Whether anything does.
    pub changed: bool,
    /// Lines for standard error.
    pub warnings: Vec<String>,
    /// What of it nobody may see.
    pub mask: Mask,
}

/// The two states of a release that are compared, and the objects that it takes from others.
pub(crate) struct States {
    pub(crate) old: Documents,
    pub(crate) new: Documents,
    pub(crate) owners: Vec<Ownership>,
    pub(crate) mask: Mask,
}

impl DiffOptions {
    /// Reads a manifest whose objects live in `namespace`.
    pub(crate) fn read(&self, manifest: &[u8], namespace: &str) -> Result<Documents, Error> {
        let options = ReadOptions { namespace, normalize: self.normalize, tests: self.tests };
        read(manifest, &options).map_err(|error| Error::new(ErrorKind::Render, error.to_string()))
    }

    /// Compares two states.
    pub(crate) fn differences(&self, states: &States) -> Result<Differences, Error> {
        let duplicates = states.old.duplicates.iter().chain(&states.new.duplicates);
        let mut warnings: Vec<String> = duplicates
            .map(|name| format!("Error: Found duplicate key {} in manifest", value::quote::quote(name.as_bytes())))
            .collect();
        let mut comparison = compare(&states.old.by_name, &states.new.by_name, &states.owners, &self.compare);
        warnings.append(&mut comparison.warnings);
        let changed = !comparison.is_empty();
        if changed && !self.suppressed_lines.is_empty() {
            let patterns = self.suppressed_lines.iter().map(|pattern| {
                regexp::Pattern::compile(pattern.as_bytes()).map_err(|error| {
                    Error::new(ErrorKind::Usage, error.to_string()).during("--suppress-output-line-regex")
                })
            });
            let patterns: Vec<regexp::Pattern> = patterns.collect::<Result<_, _>>()?;
            comparison.suppress_lines(|line| patterns.iter().any(|pattern| pattern.is_match(line)));
        }
        Ok(Differences { comparison, changed, warnings, mask: states.mask.clone() })
    }
}

/// What a rollback would change: the newest revision against `revision`; 0 is the newest too, as in `get`.
///
/// # Errors
/// The cluster cannot be reached or refuses, or has no such release or revision.
pub fn diff_rollback(
    session: &mut Session<'_>,
    name: &str,
    revision: i64,
    options: &DiffOptions,
) -> Result<Differences, Error> {
    between(session, name, [0, revision], options)
}

/// What changed between two revisions, or between one and the newest.
///
/// # Errors
/// As for [`diff_rollback`].
pub fn diff_revision(
    session: &mut Session<'_>,
    name: &str,
    revisions: (i64, Option<i64>),
    options: &DiffOptions,
) -> Result<Differences, Error> {
    let order = match revisions {
        (one, None) => [one, 0],
        (one, Some(two)) => [one.min(two), one.max(two)],
    };
    between(session, name, order, options)
}

fn between(
    session: &mut Session<'_>,
    name: &str,
    revisions: [i64; 2],
    options: &DiffOptions,
) -> Result<Differences, Error> {
    let mut manifests = Vec::new();
    let mut mask = Mask::default();
    for revision in revisions {
        let record = record(&RecordOptions { name: name.to_owned(), revision }, session)?;
        mask.note(&options.hidden, &record.chart, &record.config);
        manifests.push(record.manifest);
    }
    let namespace = session.namespace.clone();
    let mut manifests = manifests.iter().map(|manifest| options.read(manifest.as_bytes(), &namespace));
    let (Some(old), Some(new)) = (manifests.next(), manifests.next()) else {
        return Err(Error::new(ErrorKind::Release, "two revisions are compared"));
    };
    options.differences(&States { old: old?, new: new?, owners: Vec::new(), mask })
}

/// What differs between two releases of one chart, template by template; nothing where their charts are not the same.
///
/// # Errors
/// A manifest that cannot be read.
pub fn diff_release(releases: [&Record; 2], options: &DiffOptions) -> Result<Option<Differences>, Error> {
    let [one, two] = releases;
    if one.chart.metadata.name != two.chart.metadata.name {
        return Ok(None);
    }
    let [old, new] = [one, two].map(|record| options.read(record.manifest.as_bytes(), &record.namespace));
    let (mut old, mut new) = (old?, new?);
    old.by_name = by_source(&old.by_name);
    new.by_name = by_source(&new.by_name);
    let mut mask = Mask::default();
    releases.iter().for_each(|record| mask.note(&options.hidden, &record.chart, &record.config));
    options.differences(&States { old, new, owners: Vec::new(), mask }).map(Some)
}
