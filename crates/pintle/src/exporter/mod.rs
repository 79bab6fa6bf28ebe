//! `helm exporter`: watches the records of releases, and has their metrics ready for whoever scrapes.

mod keeper;

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use cluster::{ConfigMaps, RecordNews, RecordWatch, Secrets, SeenRecord, Storage, WatchCounts};
use metrics::exporter::{Board, Details, Process, Sighting, Tallies};

use self::keeper::Keeper;
use crate::{DriftOptions, Error, ErrorKind, Session, World, drift};

pub use metrics::exporter::{ExporterOptions, ReleaseLabels};

/// How long nothing may happen before state is looked after.
const TICK: Duration = Duration::from_secs(1);

/// What the exporter watches, and where it keeps what it counted.
#[derive(Clone, Debug, Default)]
pub struct WatchedReleases {
    /// The namespaces; an empty one stands for all.
    pub namespaces: Vec<String>,
    /// Namespace and name of the ConfigMap that keeps the counters over a restart.
    pub state: Option<(String, String)>,
    /// How often it is looked at whether objects drifted; never where there is none.
    pub drift_interval: Option<Duration>,
}

/// Metrics of releases. A clone is the same one: one watches, others scrape.
#[derive(Clone, Debug)]
pub struct Exporter(Arc<Mutex<Shared>>);

#[derive(Debug)]
struct Shared {
    board: Board,
    process: Process,
    ready: Result<(), String>,
}

impl Exporter {
    /// One that has seen nothing yet.
    pub fn new(options: ExporterOptions, version: &str) -> Exporter {
        let process = Process { version: version.to_owned(), counters: Vec::new() };
        let ready = Err("the records have not been listed yet".into());
        let board = Board::new(options, Tallies::default());
        Exporter(Arc::new(Mutex::new(Shared { board, process, ready })))
    }

    /// All metrics at a moment, in nanoseconds since 1970, in Prometheus' text format.
    pub fn metrics(&self, now: i128) -> String {
        let shared = &mut *self.lock();
        shared.board.expose(now, &shared.process)
    }

    /// Whether all records are known and followed.
    ///
    /// # Errors
    /// Why they are not.
    pub fn readiness(&self) -> Result<(), String> {
        self.lock().ready.clone()
    }

    /// Watches until it is interrupted.
    ///
    /// # Errors
    /// Records are kept where they cannot be watched; they cannot be read; the state cannot be read.
    pub fn run(&self, watched: &WatchedReleases, session: &mut Session<'_>) -> Result<(), Error> {
        let begin = match session.storage.name() {
            "Secret" => RecordWatch::of_secrets,
            "ConfigMap" => RecordWatch::of_config_maps,
            other => {
                let text = format!("records are watched in Secrets and ConfigMaps, and HELM_DRIVER is {other}");
                return Err(Error::new(ErrorKind::Usage, text));
            }
        };
        session.cluster.interrupt().open();
        let mut keeper = match &watched.state {
            Some((namespace, name)) => {
                let (keeper, tallies) = Keeper::open(session, namespace, name)?;
                self.lock().board.restore(tallies);
                Some(keeper)
            }
            None => None,
        };
        let mut watch = begin(session.cluster, &watched.namespaces);
        let mut progress = Progress::of(watched);
        loop {
            match watch.next(TICK) {
                Ok(Some(news)) => self.take(news, &mut progress, session),
                Ok(None) => {}
                Err(cluster::Error::Interrupted) => break,
                Err(error) => return Err(session.unreachable().unwrap_or_else(|| error.into())),
            }
            self.count(watch.counts(), keeper.as_ref());
            if progress.unlisted.is_empty() {
                if let Some(keeper) = &mut keeper {
                    keeper.save_when_due(self, session);
                }
                self.look_for_drift(&mut progress, session);
            }
        }
        session.cluster.interrupt().heed();
        if let (true, Some(keeper)) = (progress.unlisted.is_empty(), &mut keeper) {
            keeper.save(self, session);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, news: RecordNews, progress: &mut Progress, session: &mut Session<'_>) {
        let mut shared = self.lock();
        match news {
            RecordNews::All { namespace, records } => {
                let first = progress.unlisted.remove(&namespace);
                shared.board.take_all(&namespace, records.into_iter().map(sighting).collect(), first);
                if progress.unlisted.is_empty() {
                    shared.ready = Ok(());
                }
            }
            RecordNews::Record(record) => shared.board.see(sighting(*record)),
            RecordNews::Gone(entry) => shared.board.forget(&entry.namespace, &entry.name, entry.revision),
            RecordNews::Followed => {
                if progress.unlisted.is_empty() {
                    shared.ready = Ok(());
                }
            }
            RecordNews::Trouble(text) => {
                shared.ready = Err(text.clone());
                drop(shared);
                session.remark(text);
            }
        }
    }

    fn count(&self, counts: WatchCounts, keeper: Option<&Keeper<'_>>) {
        self.lock().process.counters = vec![
            ("helm_exporter_metadata_lists_total", "Lists of the metadata of records.", counts.lists),
            ("helm_exporter_record_lists_total", "Lists of whole records.", counts.record_lists),
            ("helm_exporter_record_reads_total", "Records that were read one by one.", counts.reads),
            ("helm_exporter_watches_total", "Watches that were opened.", counts.watches),
            ("helm_exporter_state_writes_total", "Writes of the counters.", keeper.map_or(0, |keeper| keeper.writes)),
        ];
    }

    /// Looks at one release at a time, so that the watch goes on in between.
    fn look_for_drift(&self, progress: &mut Progress, session: &mut Session<'_>) {
        let Some(interval) = progress.drift_interval else { return };
        let now = session.now();
        if progress.drift.is_empty() && now >= progress.drift_due {
            progress.drift = self.lock().board.releases().into();
            let nanoseconds = i128::try_from(interval.as_nanos()).unwrap_or(i128::MAX);
            progress.drift_due = now.saturating_add(nanoseconds);
        }
        let Some((namespace, name)) = progress.drift.pop_front() else { return };
        let objects = match drifted(&namespace, &name, session) {
            Ok(objects) => Some(objects),
            // A release that was never deployed wants nothing.
            Err(error) if error.kind() == ErrorKind::Release => None,
            Err(error) => {
                session.remark(format!("looking for drift of {name} in {namespace}: {error}"));
                None
            }
        };
        self.lock().board.note_drift(&namespace, &name, objects);
    }
}

/// How far the watch has come.
struct Progress {
    /// The namespaces that have not been listed yet.
    unlisted: BTreeSet<String>,
    drift_interval: Option<Duration>,
    /// The releases that are looked at next.
    drift: VecDeque<(String, String)>,
    /// When all are looked at again.
    drift_due: i128,
}

impl Progress {
    fn of(watched: &WatchedReleases) -> Progress {
        Progress {
            unlisted: watched.namespaces.iter().cloned().collect(),
            drift_interval: watched.drift_interval.filter(|interval| !interval.is_zero()),
            drift: VecDeque::new(),
            drift_due: 0,
        }
    }
}

/// How many objects of a release drifted.
fn drifted(namespace: &str, name: &str, session: &mut Session<'_>) -> Result<usize, Error> {
    let storage: Box<dyn Storage> = match session.storage.name() {
        "Secret" => Box::new(Secrets::new(session.cluster, namespace)),
        _ => Box::new(ConfigMaps::new(session.cluster, namespace)),
    };
    let mut here = Session {
        cluster: session.cluster,
        storage: storage.as_ref(),
        namespace: namespace.to_owned(),
        world: World { surroundings: session.world.surroundings, stdin: &mut io::empty() },
        observer: &mut (),
    };
    let options = DriftOptions { name: name.to_owned(), ..DriftOptions::default() };
    let drifts = drift(&options, &mut here)?;
    match drifts.iter().flat_map(|drift| &drift.problems).next() {
        Some(problem) => Err(Error::new(ErrorKind::Cluster, problem.clone())),
        None => Ok(drifts.iter().map(|drift| drift.drifted.len()).sum()),
    }
}

fn sighting(record: SeenRecord) -> Sighting {
    let SeenRecord { entry, head } = record;
    let details = head.map(|head| Details {
        chart: head.summary.chart_name,
        chart_version: head.summary.chart_version,
        app_version: head.summary.app_version,
        description: head.summary.description,
        first_deployed: head.summary.first_deployed,
        last_deployed: head.summary.last_deployed,
        bytes: head.bytes,
    });
    Sighting {
        namespace: entry.namespace,
        name: entry.name,
        revision: entry.revision,
        status: entry.status,
        labels: entry.labels,
        details,
    }
}
