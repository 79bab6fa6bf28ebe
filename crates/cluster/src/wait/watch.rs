//! One list and then one watch for each kind and namespace; a watch that breaks is taken up again.

use std::{
    collections::{BTreeMap, HashMap, HashSet, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

use futures::TryStreamExt as _;
use kube::core::WatchEvent;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use crate::{Error, ObjectId, cluster::Inner, discovery::Mapping, lookup::name_items, object::text_at, request::Call};

/// How long to wait before a list or watch that failed is tried again.
const PAUSE: Duration = Duration::from_millis(800);
/// How long the server shall keep a watch open, in seconds.
const WATCH_SECONDS: &str = "290";

/// Objects of one kind in one namespace.
#[derive(Clone)]
pub(super) struct Group {
    mapping: Mapping,
    namespace: String,
    /// Where each of them stands in the caller's order, by name.
    places: HashMap<String, usize>,
}

/// What a watch found out.
pub(super) enum Change {
    /// An object as it is now; none: it is gone.
    Object(usize, Option<Value>),
    /// The server will not tell.
    Fatal(Error),
}

/// What a list said.
pub(super) struct Listed {
    pub(super) objects: Vec<(usize, Value)>,
    pub(super) version: String,
}

impl Group {
    /// Objects by kind and namespace. A kind that the server does not serve has no group: nothing can be known of it.
    pub(super) async fn of(inner: &Inner, ids: &[ObjectId]) -> Result<Vec<Group>, Error> {
        let mut groups: BTreeMap<(&str, &str, &str), Group> = BTreeMap::new();
        for (place, id) in ids.iter().enumerate() {
            let key = (id.api_version.as_str(), id.kind.as_str(), id.namespace.as_str());
            let group = match groups.entry(key) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(vacant) => {
                    let mapping = match inner.mapping(&id.api_version, &id.kind).await {
                        Ok(mapping) => mapping,
                        Err(error) if error.is_no_match() => continue,
                        Err(error) => return Err(error),
                    };
                    vacant.insert(Group { mapping, namespace: id.namespace.clone(), places: HashMap::new() })
                }
            };
            group.places.insert(id.name.clone(), place);
        }
        Ok(groups.into_values().collect())
    }

    /// A single object is picked by its name, so that the others are not sent.
    fn call(&self) -> Call {
        let call = Call::get(self.mapping.collection(&self.namespace)).about(self.mapping.qualified());
        match self.places.keys().next() {
            Some(name) if self.places.len() == 1 => call.query("fieldSelector", &format!("metadata.name={name}")),
            _ => call,
        }
    }

    /// Where its objects stand in the caller's order.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.places.values().copied()
    }

    fn place(&self, object: &Value) -> Option<usize> {
        self.places.get(text_at(object, &["metadata", "name"])).copied()
    }

    /// What there was when it was written, where that is one object: a watch may begin there.
    pub(super) fn written(&self, known: &[Option<Value>]) -> Option<Listed> {
        let place = self.places.values().copied().next().filter(|_| self.places.len() == 1)?;
        let object = known.get(place)?.clone()?;
        let version = text_at(&object, &["metadata", "resourceVersion"]).to_owned();
        (!version.is_empty()).then(|| Listed { objects: vec![(place, object)], version })
    }

    /// What there is now. Fails only where asking again makes no sense.
    pub(super) async fn list(&self, inner: &Inner) -> Result<Listed, Error> {
        let mut list = inner.json(&self.call()).await?;
        name_items(&mut list);
        let version = text_at(&list, &["metadata", "resourceVersion"]).to_owned();
        let items = match list.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let objects = items.into_iter().filter_map(|object| Some((self.place(&object)?, object))).collect();
        Ok(Listed { objects, version })
    }

    /// Watches for ever, from a version on, or from a list of its own.
    pub(super) async fn watch(
        self,
        inner: Arc<Inner>,
        listed: Option<(String, HashSet<usize>)>,
        to: UnboundedSender<Change>,
    ) {
        let (mut version, mut seen) = match listed {
            Some((version, seen)) => (Some(version), seen),
            None => (None, HashSet::new()),
        };
        loop {
            let from = match version.take() {
                Some(version) => version,
                None => match self.list(&inner).await {
                    Ok(listed) => self.announce(listed, &mut seen, &to),
                    Err(error) if error.is_forbidden() => return drop(to.send(Change::Fatal(list_failure(error)))),
                    Err(error) if error.is_not_found() => return,
                    Err(_) => {
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                },
            };
            match self.follow(&inner, &from, &mut seen, &to).await {
                Followed::Ended(last) => version = Some(last),
                Followed::Expired => {}
                Followed::Fatal(error) => {
                    // Who may not list either is told that, as by Helm, which lists first.
                    let error = match self.list(&inner).await {
                        Err(listing) if listing.is_forbidden() => list_failure(listing),
                        _ => error,
                    };
                    return drop(to.send(Change::Fatal(error)));
                }
                Followed::Broken => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Passes on what a list said, and what it no longer has.
    fn announce(&self, listed: Listed, seen: &mut HashSet<usize>, to: &UnboundedSender<Change>) -> String {
        let now: HashSet<usize> = listed.objects.iter().map(|(place, _)| *place).collect();
        for place in seen.difference(&now) {
            _ = to.send(Change::Object(*place, None));
        }
        *seen = now;
        for (place, object) in listed.objects {
            _ = to.send(Change::Object(place, Some(object)));
        }
        listed.version
    }

    async fn follow(
        &self,
        inner: &Inner,
        from: &str,
        seen: &mut HashSet<usize>,
        to: &UnboundedSender<Change>,
    ) -> Followed {
        let call = self.call().query("watch", "true").query("allowWatchBookmarks", "true");
        let call = call.query("resourceVersion", from).query("timeoutSeconds", WATCH_SECONDS);
        let Ok(request) = call.request() else { return Followed::Broken };
        let events = match inner.transport.client.request_events::<Value>(request).await {
            Ok(events) => events,
            Err(kube::Error::Api(status)) => return refused(&status),
            Err(_) => return Followed::Broken,
        };
        let mut events = std::pin::pin!(events);
        let mut last = from.to_owned();
        loop {
            let (object, there) = match events.try_next().await {
                Ok(Some(WatchEvent::Added(object) | WatchEvent::Modified(object))) => (object, true),
                Ok(Some(WatchEvent::Deleted(object))) => (object, false),
                Ok(Some(WatchEvent::Bookmark(bookmark))) => {
                    last = bookmark.metadata.resource_version;
                    continue;
                }
                Ok(Some(WatchEvent::Error(status))) | Err(kube::Error::Api(status)) => return refused(&status),
                Ok(None) => return Followed::Ended(last),
                Err(_) => return Followed::Broken,
            };
            last = text_at(&object, &["metadata", "resourceVersion"]).to_owned();
            let Some(place) = self.place(&object) else { continue };
            if there {
                seen.insert(place);
            } else {
                seen.remove(&place);
            }
            _ = to.send(Change::Object(place, there.then_some(object)));
        }
    }
}

/// How a watch ended.
enum Followed {
    /// The server closed it: go on from here.
    Ended(String),
    /// The version is too old: list again.
    Expired,
    /// The connection broke: list again, a little later.
    Broken,
    /// It will not be allowed.
    Fatal(Error),
}

fn refused(status: &kube::core::Status) -> Followed {
    match status.code {
        410 => Followed::Expired,
        403 => {
            Followed::Fatal(Error::Answer(format!("failed to watch *unstructured.Unstructured: {}", status.message)))
        }
        _ => Followed::Broken,
    }
}

/// The words of client-go's reflector, which Helm passes on.
pub(super) fn list_failure(error: Error) -> Error {
    error.during("failed to list *unstructured.Unstructured")
}
