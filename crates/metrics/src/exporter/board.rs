//! The state of the exporter: every release with its kept records and its counters.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    durations::Durations,
    kept::{Kept, Operation, Sighting},
    names::ReleaseLabels,
    tally::{Tallies, Tally},
};

/// What is exported.
#[derive(Clone, Debug, Default)]
pub struct ExporterOptions {
    /// The release labels that series have.
    pub labels: ReleaseLabels,
    /// Whether there are also the two metrics of sstarcher/helm-exporter.
    pub helm_exporter_names: bool,
    /// How many series of records there may be; 0 for any number. The oldest revisions make room.
    pub max_series: usize,
}

/// Every release, and what is counted of it.
#[derive(Debug, Default)]
pub struct Board {
    pub(super) options: ExporterOptions,
    /// By namespace and name.
    pub(super) releases: BTreeMap<(String, String), Release>,
    /// What was counted before this began: of releases that have not been seen yet.
    restored: BTreeMap<(String, String), Tally>,
    pub(super) durations: Durations,
    /// How many objects of a release drifted, where that is looked at.
    pub(super) drifted: BTreeMap<(String, String), usize>,
}

/// A release.
#[derive(Debug, Default)]
pub(super) struct Release {
    /// By revision; never empty.
    pub(super) records: BTreeMap<i64, Kept>,
    pub(super) tally: Tally,
    /// Whether its counters are shown as 0 once, so that what happened before the first look is seen as an increase.
    pub(super) unseen: bool,
    /// What had been counted when this began; later revisions are counted, and of these the open ones.
    through: i64,
    open: BTreeSet<i64>,
}

impl Board {
    /// A board without releases that goes on from what was counted.
    pub fn new(options: ExporterOptions, tallies: Tallies) -> Board {
        Board { options, restored: tallies.releases, ..Board::default() }
    }

    /// Goes on from what was counted; before anything is taken.
    pub fn restore(&mut self, tallies: Tallies) {
        self.restored = tallies.releases;
    }

    /// Takes all records of a namespace, or (empty) of all: those that are not among them are gone. `first` is true
    /// where these are the ones that there were before anybody looked.
    pub fn take_all(&mut self, namespace: &str, records: Vec<Sighting>, first: bool) {
        let there: BTreeSet<(String, String, i64)> =
            records.iter().map(|record| (record.namespace.clone(), record.name.clone(), record.revision)).collect();
        for ((place, name), release) in &mut self.releases {
            if namespace.is_empty() || namespace == place {
                release.records.retain(|revision, _| there.contains(&(place.clone(), name.clone(), *revision)));
            }
        }
        self.releases.retain(|_, release| !release.records.is_empty());
        let mut records = records;
        records.sort_by_key(|record| record.revision);
        for record in records {
            self.take(record, first);
        }
        if first {
            self.check_restored(namespace);
        }
    }

    /// Takes a record that is new or has changed.
    pub fn see(&mut self, record: Sighting) {
        self.take(record, false);
    }

    /// Takes note that a record is gone.
    pub fn forget(&mut self, namespace: &str, name: &str, revision: i64) {
        let key = (namespace.to_owned(), name.to_owned());
        if let Some(release) = self.releases.get_mut(&key) {
            release.records.remove(&revision);
            if release.records.is_empty() {
                self.releases.remove(&key);
                self.drifted.remove(&key);
            }
        }
    }

    /// Takes note of how many objects of a release drifted; none where that could not be seen.
    pub fn note_drift(&mut self, namespace: &str, name: &str, objects: Option<usize>) {
        let key = (namespace.to_owned(), name.to_owned());
        match objects.filter(|_| self.releases.contains_key(&key)) {
            Some(objects) => _ = self.drifted.insert(key, objects),
            None => _ = self.drifted.remove(&key),
        }
    }

    /// The releases, by namespace and name.
    pub fn releases(&self) -> Vec<(String, String)> {
        self.releases.keys().cloned().collect()
    }

    /// What was counted, to be kept over a restart.
    pub fn tallies(&self) -> Tallies {
        let tallies = self.releases.iter().map(|(key, release)| {
            let mut tally = release.tally.clone();
            let newest = release.records.keys().next_back().copied().unwrap_or_default();
            tally.through = newest.max(release.through);
            let open = release.records.iter().filter(|(_, kept)| kept.status.is_pending());
            tally.open = open.map(|(revision, _)| *revision).collect();
            tally.since = release.since();
            (key.clone(), tally)
        });
        Tallies { releases: tallies.collect() }
    }

    /// Takes over what another exporter counted of the same releases.
    pub fn merge(&mut self, others: &Tallies) {
        for (key, other) in &others.releases {
            if let Some(release) = self.releases.get_mut(key) {
                release.tally.since = release.since();
                release.tally.merge(other);
            }
        }
    }

    fn take(&mut self, record: Sighting, first: bool) {
        let key = (record.namespace.clone(), record.name.clone());
        let restored = &mut self.restored;
        let release = self.releases.entry(key).or_insert_with_key(|key| {
            // What appears later under the name of one that is gone is another release.
            Release::new(restored.remove(key).filter(|_| first), first)
        });
        let labels = self.options.labels.values(&record.labels);
        let revision = record.revision;
        let before = release.records.remove(&revision);
        let took = before.as_ref().and_then(|kept| kept.seconds);
        let mut kept = Kept::of(record, labels, before);
        release.count(revision, &mut kept);
        if let (false, None, Some(seconds), Some(operation)) = (first, took, kept.seconds, kept.operation) {
            self.durations.note(operation, kept.failed, seconds);
        }
        release.records.insert(revision, kept);
    }

    /// Another release of the same name, made while nobody looked, begins anew.
    fn check_restored(&mut self, namespace: &str) {
        for ((place, _), release) in &mut self.releases {
            let newest = release.records.keys().next_back().copied().unwrap_or_default();
            let since = release.since();
            let other = release.tally.since.is_some() && since.is_some() && since != release.tally.since;
            if (namespace.is_empty() || namespace == place) && (newest < release.through || other) {
                *release = Release { records: std::mem::take(&mut release.records), ..Release::default() };
                let mut records = std::mem::take(&mut release.records);
                for (revision, kept) in &mut records {
                    (kept.counted_rollback, kept.counted_failure) = (false, false);
                    release.count(*revision, kept);
                }
                release.records = records;
            }
        }
    }
}

impl Release {
    fn new(tally: Option<Tally>, first: bool) -> Release {
        let tally = tally.unwrap_or_default();
        let (through, open) = (tally.through, tally.open.clone());
        Release { records: BTreeMap::new(), unseen: !first, through, open, tally }
    }

    /// When it was first deployed, in seconds.
    fn since(&self) -> Option<i64> {
        let newest = self.records.values().rev().find_map(|kept| kept.details.as_ref()?.first_deployed);
        newest.map(|time| time.seconds())
    }

    /// Counts a record, each thing that happened to it once.
    fn count(&mut self, revision: i64, kept: &mut Kept) {
        let new = revision > self.through;
        if kept.operation == Some(Operation::Rollback) && !kept.counted_rollback {
            kept.counted_rollback = true;
            self.tally.rollbacks += u64::from(new);
        }
        if kept.operation == Some(Operation::Upgrade) && kept.failed && !kept.counted_failure {
            kept.counted_failure = true;
            self.tally.failures += u64::from(new || self.open.contains(&revision));
        }
    }
}
