//! What Prometheus reads: the series of all releases.

use release::Status;

use super::{Board, board::Release, durations::result, exposition::Exposition, kept::Kept};

/// So many bytes a series of a record takes, about.
const SERIES_BYTES: usize = 256;

/// What the exporter says of itself.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// The version of this program.
    pub version: String,
    /// Counters by name and what they count, such as the requests to the server.
    pub counters: Vec<(&'static str, &'static str, u64)>,
}

type Labels<'a> = [(&'static str, &'a str); 2];

/// A release with its place and its newest record.
struct Shown<'a> {
    place: Labels<'a>,
    release: &'a Release,
    newest: &'a Kept,
}

impl Board {
    /// All series as they are now, in nanoseconds since 1970, in Prometheus' text format.
    pub fn expose(&mut self, now: i128, process: &Process) -> String {
        let records: usize = self.releases.values().map(|release| release.records.len()).sum();
        let mut text = Exposition::with_capacity(4096 + (records + 8 * self.releases.len()) * SERIES_BYTES);
        let shown: Vec<Shown<'_>> = self
            .releases
            .iter()
            .filter_map(|((namespace, name), release)| {
                let newest = release.records.values().next_back()?;
                Some(Shown { place: [("name", name), ("namespace", namespace)], release, newest })
            })
            .collect();
        let dropped = self.write_info(&shown, &mut text);
        write_times(&shown, now, &mut text);
        write_counters(&shown, &mut text);
        write_sizes(&shown, &mut text);
        self.write_drift(&mut text);
        self.durations.write(&mut text);
        if self.options.helm_exporter_names {
            write_foreign(&shown, &mut text);
        }
        text.family("helm_exporter_build_info", "gauge", "The version of the exporter.");
        text.sample("helm_exporter_build_info", [("version", process.version.as_str())], 1);
        text.family("helm_exporter_dropped_series", "gauge", "Series of old revisions that --max-series left out.");
        text.sample("helm_exporter_dropped_series", [], dropped);
        for (name, help, value) in &process.counters {
            text.family(name, "counter", help);
            text.sample(name, [], value);
        }
        for release in self.releases.values_mut() {
            release.unseen = false;
        }
        text.finish()
    }

    /// One series for each kept record; gives how many were left out.
    fn write_info(&self, shown: &[Shown<'_>], text: &mut Exposition) -> usize {
        const NAME: &str = "helm_release_info";
        text.family(NAME, "gauge", "The kept revisions of a release: 1 for the newest, 0 for those before it.");
        let limit = limit(shown, self.options.max_series);
        let mut dropped = 0;
        for Shown { place, release, .. } in shown {
            for (at, (revision, kept)) in release.records.iter().rev().enumerate() {
                if at >= limit {
                    dropped += 1;
                    continue;
                }
                let revision = revision.to_string();
                let details = kept.details.as_ref();
                let chart = details.map_or(("", "", ""), |details| {
                    (details.chart.as_str(), details.chart_version.as_str(), details.app_version.as_str())
                });
                let labels = [
                    ("owner", "helm"),
                    ("status", kept.status.name()),
                    ("revision", revision.as_str()),
                    ("chart", chart.0),
                    ("chart_version", chart.1),
                    ("app_version", chart.2),
                ];
                let chosen = self.options.labels.with(&kept.labels);
                text.sample(NAME, place.iter().copied().chain(labels).chain(chosen), u8::from(at == 0));
            }
        }
        dropped
    }

    fn write_drift(&self, text: &mut Exposition) {
        const NAME: &str = "helm_release_drifted_objects";
        if self.drifted.is_empty() {
            return;
        }
        text.family(NAME, "gauge", "Objects that are not as the last deployed revision wants them.");
        for ((namespace, name), objects) in &self.drifted {
            text.sample(NAME, [("name", name.as_str()), ("namespace", namespace)], objects);
        }
    }
}

/// How many revisions of a release are shown at the most, so that all together stay within a number.
fn limit(shown: &[Shown<'_>], max: usize) -> usize {
    let sizes = || shown.iter().map(|shown| shown.release.records.len());
    let mut limit = sizes().max().unwrap_or_default();
    while max > 0 && limit > 1 && sizes().map(|size| size.min(limit)).sum::<usize>() > max {
        limit -= limit.div_ceil(8);
    }
    limit.max(1)
}

fn write_times(shown: &[Shown<'_>], now: i128, text: &mut Exposition) {
    const DEPLOYED: &str = "helm_release_last_deployed_timestamp";
    text.family(DEPLOYED, "gauge", "When the newest revision that did not fail was deployed, in seconds since 1970.");
    for Shown { place, release, .. } in shown {
        if let Some(time) = deployed(release) {
            text.sample(DEPLOYED, *place, time);
        }
    }
    const PENDING: &str = "helm_release_pending_age_seconds";
    text.family(PENDING, "gauge", "How long the operation has been under way that the newest revision belongs to.");
    for Shown { place, newest, .. } in shown.iter().filter(|shown| shown.newest.status.is_pending()) {
        if let Some(begun) = newest.details.as_ref().and_then(|details| details.last_deployed) {
            let age = now.saturating_sub(begun.nanoseconds).max(0) as f64 / 1e9;
            text.sample(PENDING, place.iter().copied().chain([("status", newest.status.name())]), age);
        }
    }
    const TOOK: &str = "helm_release_operation_duration_seconds";
    text.family(TOOK, "gauge", "How long the last operation took that has ended.");
    for Shown { place, release, .. } in shown {
        let ended = release.records.values().rev().find_map(|kept| Some((kept, kept.operation?, kept.seconds?)));
        if let Some((kept, operation, seconds)) = ended {
            let labels = [("operation", operation.name()), ("result", result(kept.failed))];
            text.sample(TOOK, place.iter().copied().chain(labels), seconds);
        }
    }
}

/// When a release was last deployed with success.
fn deployed(release: &Release) -> Option<f64> {
    let good = release.records.values().rev().find(|kept| kept.good)?;
    Some(good.details.as_ref()?.last_deployed?.nanoseconds as f64 / 1e9)
}

fn write_counters(shown: &[Shown<'_>], text: &mut Exposition) {
    type Counter = (&'static str, &'static str, fn(&Release) -> u64);
    const COUNTERS: [Counter; 2] = [
        ("helm_release_rollback_total", "Rollbacks of a release.", |release| release.tally.rollbacks),
        ("helm_upgrade_failed_total", "Upgrades of a release that failed.", |release| release.tally.failures),
    ];
    for (name, help, count) in COUNTERS {
        text.family(name, "counter", help);
        for Shown { place, release, .. } in shown {
            text.sample(name, *place, if release.unseen { 0 } else { count(release) });
        }
    }
}

fn write_sizes(shown: &[Shown<'_>], text: &mut Exposition) {
    const REVISIONS: &str = "helm_release_revisions";
    text.family(REVISIONS, "gauge", "How many revisions are kept.");
    for Shown { place, release, .. } in shown {
        text.sample(REVISIONS, *place, release.records.len());
    }
    const BYTES: &str = "helm_release_record_bytes";
    text.family(BYTES, "gauge", "The size of the newest record, of which a Secret takes 1048576.");
    for Shown { place, newest, .. } in shown {
        if let Some(details) = &newest.details {
            text.sample(BYTES, *place, details.bytes);
        }
    }
}

/// The metrics of sstarcher/helm-exporter, for dashboards that have them.
fn write_foreign(shown: &[Shown<'_>], text: &mut Exposition) {
    type Metric = (&'static str, &'static str, fn(Status, i64) -> i64);
    const METRICS: [Metric; 2] = [
        ("helm_chart_info", "Information on helm releases", |status, _| code(status)),
        ("helm_chart_timestamp", "Timestamps of helm releases", |_, milliseconds| milliseconds),
    ];
    for (name, help, value) in METRICS {
        text.family(name, "gauge", help);
        for Shown { place: [(_, release), (_, namespace)], newest, .. } in shown {
            let Some(details) = &newest.details else { continue };
            let time = details.last_deployed.map_or(0, |time| time.nanoseconds / 1_000_000);
            let milliseconds = i64::try_from(time).unwrap_or_default();
            let updated = milliseconds.to_string();
            let labels = [
                ("chart", details.chart.as_str()),
                ("release", release),
                ("version", details.chart_version.as_str()),
                ("appVersion", details.app_version.as_str()),
                ("updated", updated.as_str()),
                ("namespace", namespace),
                ("latestVersion", ""),
            ];
            text.sample(name, labels, value(newest.status, milliseconds));
        }
    }
}

/// helm-exporter: main.go `statusCodeMap`.
fn code(status: Status) -> i64 {
    match status {
        Status::Unknown => 0,
        Status::Deployed => 1,
        Status::Uninstalled => 2,
        Status::Superseded => 3,
        Status::Failed => -1,
        Status::Uninstalling => 5,
        Status::PendingInstall => 6,
        Status::PendingUpgrade => 7,
        Status::PendingRollback => 8,
    }
}
