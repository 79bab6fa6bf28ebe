//! Watching: what happens from a resource version on, as it happens.

use std::{collections::HashSet, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{Stream, stream};
use serde_json::{Value, json};

use crate::{
    api::partial,
    failure::Failure,
    object::{set, text_at},
    selector::Selector,
    store::{Change, Occurrence, Store},
};

/// How often another process's changes are looked for.
const PAUSE: Duration = Duration::from_millis(10);
/// How often a client is told how far it has come.
const BOOKMARK_EVERY: u32 = 3000;

/// What is watched.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub(crate) prefix: String,
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) selector: Selector,
    /// From which resource version on; from what there is now where there is none.
    pub(crate) after: Option<u64>,
    /// Whether the end of what there is now is marked.
    pub(crate) marks_initial: bool,
    pub(crate) bookmarks: bool,
    pub(crate) seconds: Option<u64>,
    pub(crate) partial: bool,
}

struct State {
    watch: Watch,
    store: Arc<Store>,
    after: u64,
    /// The objects that the client knows of.
    known: HashSet<String>,
    begun: bool,
    ended: bool,
    rounds: u32,
    until: Option<tokio::time::Instant>,
}

impl Watch {
    /// The events, a line of JSON each.
    pub(crate) fn events(self, store: Arc<Store>) -> impl Stream<Item = Bytes> + Send {
        let until = self.seconds.map(|seconds| tokio::time::Instant::now() + Duration::from_secs(seconds));
        let state = State {
            after: self.after.unwrap_or(0),
            watch: self,
            store,
            known: HashSet::new(),
            begun: false,
            ended: false,
            rounds: 0,
            until,
        };
        stream::unfold(state, |mut state| async move {
            loop {
                if state.ended || state.until.is_some_and(|until| until <= tokio::time::Instant::now()) {
                    return None;
                }
                let text = state.next().unwrap_or_else(|failure| {
                    state.ended = true;
                    line("ERROR", &failure.status())
                });
                if !text.is_empty() {
                    return Some((Bytes::from(text), state));
                }
                tokio::time::sleep(PAUSE).await;
            }
        })
    }
}

impl State {
    /// What has happened since the last call.
    fn next(&mut self) -> Result<String, Failure> {
        if !self.begun {
            self.begun = true;
            return if self.watch.after.is_none() { self.initial() } else { self.resume() };
        }
        let (store, after) = (Arc::clone(&self.store), self.after);
        let (version, occurrences) = store.read(|snapshot| {
            let version = snapshot.version()?;
            let news =
                if version > after { snapshot.occurrences(after, &self.watch.prefix)? } else { Some(Vec::new()) };
            Ok((version, news))
        })?;
        let Some(occurrences) = occurrences else {
            let text = format!("too old resource version: {after} ({version})");
            return Err(Failure::new(410, "Expired", text));
        };
        self.after = version;
        let mut text: String = occurrences.into_iter().filter_map(|occurrence| self.event(occurrence)).collect();
        self.rounds += 1;
        if self.watch.bookmarks && self.rounds.is_multiple_of(BOOKMARK_EVERY) {
            text.push_str(&self.bookmark(false));
        }
        Ok(text)
    }

    /// What there is now.
    fn initial(&mut self) -> Result<String, Failure> {
        let store = Arc::clone(&self.store);
        let (version, objects) =
            store.read(|snapshot| Ok((snapshot.version()?, snapshot.list(&self.watch.prefix)?)))?;
        self.after = version;
        let mut text = String::new();
        for object in objects.into_iter().filter(|object| self.watch.selector.matches(object)) {
            self.known.insert(identity(&object));
            text.push_str(&line("ADDED", &self.shown(object)));
        }
        if self.watch.marks_initial {
            text.push_str(&self.bookmark(true));
        }
        Ok(text)
    }

    /// Whoever goes on from a version knows what was there then.
    fn resume(&mut self) -> Result<String, Failure> {
        let store = Arc::clone(&self.store);
        let objects = store.read(|snapshot| snapshot.list(&self.watch.prefix))?;
        let known = objects.iter().filter(|object| {
            let version: u64 = text_at(object, &["metadata", "resourceVersion"]).parse().unwrap_or(0);
            version <= self.after && self.watch.selector.matches(object)
        });
        self.known = known.map(identity).collect();
        Ok(String::new())
    }

    fn event(&mut self, occurrence: Occurrence) -> Option<String> {
        let Occurrence { change, object, .. } = occurrence;
        let id = identity(&object);
        let matches = self.watch.selector.matches(&object);
        let name = match (change, matches) {
            (Change::Deleted, _) => {
                let known = self.known.remove(&id);
                (known || matches).then_some("DELETED")?
            }
            (_, false) => self.known.remove(&id).then_some("DELETED")?,
            (Change::Added, true) => {
                self.known.insert(id);
                "ADDED"
            }
            (Change::Modified, true) => {
                let new = self.known.insert(id) && !self.watch.selector.is_empty();
                if new { "ADDED" } else { "MODIFIED" }
            }
        };
        Some(line(name, &self.shown(object)))
    }

    fn bookmark(&self, initial: bool) -> String {
        let mut object = json!({
            "apiVersion": self.watch.api_version, "kind": self.watch.kind,
            "metadata": {"resourceVersion": self.after.to_string(), "creationTimestamp": null},
        });
        if initial {
            set(&mut object, &["metadata", "annotations", "k8s.io/initial-events-end"], "true");
        }
        line("BOOKMARK", &object)
    }

    fn shown(&self, mut object: Value) -> Value {
        if self.watch.partial {
            return partial(&object);
        }
        set(&mut object, &["apiVersion"], self.watch.api_version.as_str());
        set(&mut object, &["kind"], self.watch.kind.as_str());
        object
    }
}

fn identity(object: &Value) -> String {
    text_at(object, &["metadata", "uid"]).to_owned()
}

fn line(kind: &str, object: &Value) -> String {
    format!("{}\n", json!({"type": kind, "object": object}))
}
