//! Records as they come and go: one list, then a watch of their metadata alone. A record is read once, when it is new.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry as Slot},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{
    StreamExt as _, TryStreamExt as _,
    future::{Either, select},
};
use http::Method;
use kube::core::WatchEvent;
use serde::Deserialize;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

use super::{
    Entry, Summary,
    holder::{self, Flavour, Holder, Metadata},
    kubernetes::{LABELS_ONLY, LABELS_PAGE, RECORDS_PAGE, mapping},
    page, storage_key, summary,
};
use crate::{Cluster, Error, cluster::Inner, objects::PageMetadata, request::Call};

const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
/// What the records of releases carry. Helm: `pkg/storage/driver`.
const OWNED: &str = "owner=helm";
/// How long the server shall keep a watch open, in seconds.
const WATCH_SECONDS: u64 = 290;
/// A watch that is open longer than it should be has lost its connection without a word.
const SILENCE: Duration = Duration::from_secs(WATCH_SECONDS + 40);
/// How long to wait before what failed is tried again; twice as long each time it fails again.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// So many new records are read at a time.
const READS: usize = 4;

/// What becomes of records.
#[derive(Clone, Debug)]
pub enum RecordNews {
    /// All that there are in a namespace; in all of them where it is empty. What is not among them is gone.
    All {
        /// The namespace.
        namespace: String,
        /// The records.
        records: Vec<SeenRecord>,
    },
    /// A record is new, or has changed.
    Record(Box<SeenRecord>),
    /// A record is gone.
    Gone(Entry),
    /// After trouble the server tells again what happens.
    Followed,
    /// The server does not tell what happens, and is asked again after a while.
    Trouble(String),
}

/// A record as a watch sees it.
#[derive(Clone, Debug)]
pub struct SeenRecord {
    /// What its labels say.
    pub entry: Entry,
    /// What it says itself; none where it was read before, or cannot be read.
    pub head: Option<RecordHead>,
}

/// What a record says itself.
#[derive(Clone, Debug)]
pub struct RecordHead {
    /// Its beginning.
    pub summary: Summary,
    /// How many bytes are stored, of which a Secret takes 1048576.
    pub bytes: usize,
}

/// How much was asked of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WatchCounts {
    /// Lists of metadata.
    pub lists: u64,
    /// Lists of whole records: one for each namespace that is watched, at the start.
    pub record_lists: u64,
    /// Records that were read one by one.
    pub reads: u64,
    /// Watches that were opened.
    pub watches: u64,
}

/// Watches the records of some namespaces, or of all.
pub struct RecordWatch<'a> {
    cluster: &'a Cluster,
    news: UnboundedReceiver<Result<RecordNews, Error>>,
    counts: Arc<Counts>,
    // What is not followed any more ends with it.
    _followers: JoinSet<()>,
}

#[derive(Default)]
struct Counts {
    lists: AtomicU64,
    record_lists: AtomicU64,
    reads: AtomicU64,
    watches: AtomicU64,
}

impl<'a> RecordWatch<'a> {
    /// Records in Secrets.
    pub fn of_secrets(cluster: &'a Cluster, namespaces: &[String]) -> RecordWatch<'a> {
        RecordWatch::begin(cluster, Flavour::Secret, namespaces)
    }

    /// Records in ConfigMaps.
    pub fn of_config_maps(cluster: &'a Cluster, namespaces: &[String]) -> RecordWatch<'a> {
        RecordWatch::begin(cluster, Flavour::ConfigMap, namespaces)
    }

    /// An empty namespace stands for all.
    fn begin(cluster: &'a Cluster, flavour: Flavour, namespaces: &[String]) -> RecordWatch<'a> {
        let (to, news) = unbounded_channel();
        let counts = Arc::new(Counts::default());
        let mut followers = JoinSet::new();
        cluster.block_on(async {
            for namespace in namespaces {
                let follower = Follower {
                    inner: Arc::clone(&cluster.inner),
                    flavour,
                    namespace: namespace.clone(),
                    known: HashMap::new(),
                    begun: false,
                    to: to.clone(),
                    counts: Arc::clone(&counts),
                };
                followers.spawn(follower.run());
            }
        });
        RecordWatch { cluster, news, counts, _followers: followers }
    }

    /// The next thing that happens; none where nothing does for so long.
    ///
    /// # Errors
    /// [`Error::Interrupted`]; a namespace cannot be read at all.
    pub fn next(&mut self, patience: Duration) -> Result<Option<RecordNews>, Error> {
        self.cluster.interrupt().check()?;
        let news = &mut self.news;
        self.cluster.block_on(async {
            let next = pin!(tokio::time::timeout(patience, news.recv()));
            match select(next, pin!(self.cluster.interrupt().raised())).await {
                Either::Left((Ok(Some(news)), _)) => news.map(Some),
                Either::Left((Ok(None), _)) => Err(Error::Answer("watching records: all watches have ended".into())),
                Either::Left((Err(_), _)) => Ok(None),
                Either::Right(_) => Err(Error::Interrupted),
            }
        })
    }

    /// How much was asked so far.
    pub fn counts(&self) -> WatchCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        WatchCounts {
            lists: read(&self.counts.lists),
            record_lists: read(&self.counts.record_lists),
            reads: read(&self.counts.reads),
            watches: read(&self.counts.watches),
        }
    }
}

/// Follows the records of one namespace, or of all.
struct Follower {
    inner: Arc<Inner>,
    flavour: Flavour,
    namespace: String,
    /// The objects that were read, by namespace and name: their unique numbers.
    known: HashMap<(String, String), String>,
    /// Whether all were listed once.
    begun: bool,
    to: UnboundedSender<Result<RecordNews, Error>>,
    counts: Arc<Counts>,
}

/// An object without its data.
#[derive(Clone, Deserialize)]
struct Partial {
    metadata: PartialMetadata,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartialMetadata {
    #[serde(flatten)]
    metadata: Metadata,
    #[serde(default)]
    uid: String,
    #[serde(default)]
    resource_version: String,
}

#[derive(Deserialize)]
struct PartialList {
    #[serde(default)]
    metadata: ListMetadata,
    items: Option<Vec<Partial>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListMetadata {
    #[serde(flatten)]
    page: PageMetadata,
    #[serde(default)]
    resource_version: String,
}

/// How a watch ended.
enum Followed {
    /// Go on from here.
    Ended(String),
    /// List again.
    Expired,
    /// It broke: go on from here, a little later.
    Broken(String, Error),
}

impl Follower {
    async fn run(mut self) {
        let mut pause = PAUSE;
        loop {
            let mut from = match self.list().await {
                Ok(version) => version,
                Err(error) if !self.begun => return drop(self.to.send(Err(error))),
                Err(error) => {
                    self.trouble(&error, &mut pause).await;
                    continue;
                }
            };
            pause = PAUSE;
            loop {
                from = match self.follow(from).await {
                    Followed::Ended(version) => {
                        pause = PAUSE;
                        version
                    }
                    Followed::Expired => break,
                    Followed::Broken(version, error) => {
                        self.trouble(&error, &mut pause).await;
                        version
                    }
                };
            }
        }
    }

    async fn trouble(&self, error: &Error, pause: &mut Duration) {
        let place = if self.namespace.is_empty() { "all namespaces" } else { &self.namespace };
        _ = self.to.send(Ok(RecordNews::Trouble(format!("watching the records of {place}: {error}"))));
        tokio::time::sleep(*pause).await;
        *pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }

    fn collection(&self, accept: &'static str) -> Call {
        let mapping = mapping(self.flavour);
        let call = Call::get(mapping.collection(&self.namespace)).about(mapping.resource);
        call.query("labelSelector", OWNED).accept(accept)
    }

    /// Tells of all records there are, and gives the version that a watch goes on from.
    async fn list(&mut self) -> Result<String, Error> {
        self.counts.lists.fetch_add(1, Ordering::Relaxed);
        let (items, version) = self.metadata().await?;
        let mut heads = if self.begun { HashMap::new() } else { self.all_heads().await? };
        let mut entries: Vec<(Entry, String)> = items.into_iter().filter_map(|item| entry(item.metadata)).collect();
        let current: HashMap<(String, String), String> =
            entries.iter().map(|(entry, uid)| (key(entry), uid.clone())).collect();
        self.known.retain(|key, uid| current.get(key) == Some(uid));
        let mut records = Vec::with_capacity(entries.len());
        let mut missing = Vec::new();
        for (entry, uid) in entries.drain(..) {
            let place = key(&entry);
            let head = heads.remove(&place);
            if head.is_some() {
                self.known.insert(place, uid);
            } else if self.known.get(&place).is_none_or(|known| *known != uid) {
                missing.push((records.len(), uid));
            }
            records.push(SeenRecord { entry, head });
        }
        let reads = missing.iter().filter_map(|(at, _)| Some((*at, &records.get(*at)?.entry)));
        let reads: Vec<Reading<'_>> = reads.map(|(at, entry)| self.reading(at, entry)).collect();
        let heads: Vec<(usize, Result<Option<RecordHead>, Error>)> =
            futures::stream::iter(reads).buffer_unordered(READS).collect().await;
        let uids: HashMap<usize, String> = missing.into_iter().collect();
        for (at, head) in heads {
            let head = head?;
            if let (Some(record), Some(uid)) = (records.get_mut(at), uids.get(&at)) {
                self.known.insert(key(&record.entry), uid.clone());
                record.head = head;
            }
        }
        self.begun = true;
        _ = self.to.send(Ok(RecordNews::All { namespace: self.namespace.clone(), records }));
        Ok(version)
    }

    /// The metadata of all records, page by page.
    async fn metadata(&self) -> Result<(Vec<Partial>, String), Error> {
        let call = self.collection(LABELS_ONLY).query("limit", LABELS_PAGE);
        let (mut items, mut next) = (Vec::new(), String::new());
        loop {
            let call = if next.is_empty() { call.clone() } else { call.clone().query("continue", &next) };
            let body = self.inner.transport.send(&call).await?;
            let page: PartialList =
                serde_json::from_slice(&body).map_err(|error| Error::Answer(format!("reading a list: {error}")))?;
            items.extend(page.items.into_iter().flatten());
            next = page.metadata.page.next;
            if next.is_empty() {
                return Ok((items, page.metadata.resource_version));
            }
        }
    }

    /// The heads of all records, in one list.
    async fn all_heads(&self) -> Result<HashMap<(String, String), RecordHead>, Error> {
        self.counts.record_lists.fetch_add(1, Ordering::Relaxed);
        let call = self.collection(page::RECORDS).query("limit", RECORDS_PAGE).unpacked();
        let read = page::all(&self.inner.transport, &call, self.flavour, |mut holder| {
            let metadata = std::mem::take(&mut holder.metadata);
            Some(((metadata.namespace, metadata.name), head(holder)?))
        });
        Ok(read.await?.into_iter().collect())
    }

    /// What reads one record; nothing comes of one that is gone by then, or is no record.
    fn reading<'a>(&'a self, at: usize, entry: &Entry) -> Reading<'a> {
        let name = storage_key(&entry.name, entry.revision);
        let mapping = mapping(self.flavour);
        let call = Call::new(Method::GET, mapping.object(&entry.namespace, &name))
            .about(format!("{} {name}", mapping.resource));
        Box::pin(async move {
            self.counts.reads.fetch_add(1, Ordering::Relaxed);
            let head = match self.inner.transport.send(&call).await {
                Ok(body) => Ok(holder::one(&body, self.flavour).ok().and_then(head)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            };
            (at, head)
        })
    }

    async fn follow(&mut self, from: String) -> Followed {
        self.counts.watches.fetch_add(1, Ordering::Relaxed);
        let call = self.collection(METADATA_ONLY).query("watch", "true").query("allowWatchBookmarks", "true");
        let call = call.query("resourceVersion", &from).query("timeoutSeconds", &WATCH_SECONDS.to_string());
        let request = match call.request() {
            Ok(request) => request,
            Err(error) => return Followed::Broken(from, error),
        };
        let events = match self.inner.transport.client.request_events::<Partial>(request).await {
            Ok(events) => events,
            Err(error) => return broken(from, &error),
        };
        let mut events = pin!(events);
        let mut last = from;
        _ = self.to.send(Ok(RecordNews::Followed));
        loop {
            let event = match tokio::time::timeout(SILENCE, events.try_next()).await {
                Err(_) => return Followed::Ended(last),
                Ok(Err(error)) => return broken(last, &error),
                Ok(Ok(None)) => return Followed::Ended(last),
                Ok(Ok(Some(event))) => event,
            };
            let (item, there) = match event {
                WatchEvent::Added(item) | WatchEvent::Modified(item) => (item, true),
                WatchEvent::Deleted(item) => (item, false),
                WatchEvent::Bookmark(bookmark) => {
                    last = bookmark.metadata.resource_version;
                    continue;
                }
                WatchEvent::Error(status) => return broken(last, &kube::Error::Api(status)),
            };
            let version = item.metadata.resource_version.clone();
            if let Err(error) = self.tell(item, there).await {
                // The same event comes again.
                return Followed::Broken(last, error);
            }
            last = version;
        }
    }

    /// Tells of one record, which is read where it is new.
    async fn tell(&mut self, item: Partial, there: bool) -> Result<(), Error> {
        let Some((entry, uid)) = entry(item.metadata) else { return Ok(()) };
        let place = key(&entry);
        if !there {
            if let Slot::Occupied(known) = self.known.entry(place) {
                known.remove();
            }
            _ = self.to.send(Ok(RecordNews::Gone(entry)));
            return Ok(());
        }
        let head = if self.known.get(&place) == Some(&uid) {
            None
        } else {
            let (_, head) = self.reading(0, &entry).await;
            let head = head?;
            self.known.insert(place, uid);
            head
        };
        _ = self.to.send(Ok(RecordNews::Record(Box::new(SeenRecord { entry, head }))));
        Ok(())
    }
}

/// A record that is being read: where it stands, and what it says.
type Reading<'a> = Pin<Box<dyn Future<Output = (usize, Result<Option<RecordHead>, Error>)> + Send + 'a>>;

fn key(entry: &Entry) -> (String, String) {
    (entry.namespace.clone(), storage_key(&entry.name, entry.revision))
}

fn entry(item: PartialMetadata) -> Option<(Entry, String)> {
    let Metadata { name, namespace, labels, annotations } = item.metadata;
    let mut entry = Entry::of_labels(labels?, namespace)?;
    entry.annotations = annotations.unwrap_or_else(BTreeMap::new);
    // Whatever else carries the labels is no record that can be read by its release and revision.
    (storage_key(&entry.name, entry.revision) == name).then_some((entry, item.uid))
}

fn head(holder: Holder<'_>) -> Option<RecordHead> {
    let stored = holder.stored().ok()?;
    Some(RecordHead { summary: summary::read(&stored)?, bytes: stored.len() })
}

fn broken(last: String, error: &kube::Error) -> Followed {
    match error {
        kube::Error::Api(status) if status.code == 410 => Followed::Expired,
        kube::Error::Api(status) => Followed::Broken(last, Error::Answer(status.message.clone())),
        other => Followed::Broken(last, Error::Connection(other.to_string())),
    }
}
