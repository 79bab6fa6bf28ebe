//! Reads what lives of many releases: one list for each kind and namespace, or one for all namespaces of a kind.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use cluster::{Error as ClusterError, ObjectId, Selector};
use release::object::text_at;
use serde_json::Value;

use super::{Release, owner_of};
use crate::Session;

/// From so many namespaces on, one list of all is asked for.
const MANY_NAMESPACES: usize = 4;

/// API version, kind, namespace.
type Group = (String, String, String);

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    objects: HashMap<ObjectId, Value>,
    problems: HashMap<Group, String>,
    scalers: RefCell<HashMap<String, BTreeSet<(String, String)>>>,
}

/// Reads the live objects of the kinds and in the namespaces that releases have objects of.
pub(super) fn read_live(session: &Session<'_>, releases: &[Release]) -> Found {
    let mut kinds: BTreeMap<(String, String), BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for object in releases.iter().flat_map(|release| &release.objects) {
        let ObjectId { api_version, kind, namespace, name } = object.id.clone();
        let names = kinds.entry((api_version, kind)).or_default().entry(namespace).or_default();
        names.insert(name);
    }
    let mut found = Found::default();
    for ((api_version, kind), namespaces) in &kinds {
        if namespaces.len() >= MANY_NAMESPACES && found.list(session, (api_version, kind, "")).is_ok() {
            continue;
        }
        for (namespace, names) in namespaces {
            found.read(session, (api_version, kind, namespace), names);
        }
    }
    found
}

fn selector(api_version: &str, kind: &str, namespace: &str) -> Selector {
    let mut selector = Selector { namespace: namespace.to_owned(), ..Selector::default() };
    // Release records are none of a chart's objects.
    match (api_version, kind) {
        ("v1", "Secret") => selector.fields = "type!=helm.sh/release.v1".into(),
        ("v1", "ConfigMap") => selector.labels = "owner!=helm".into(),
        _ => {}
    }
    selector
}

impl Found {
    /// Lists a kind; of a kind of the cluster, or of all namespaces, where `namespace` is empty.
    fn list(&mut self, session: &Session<'_>, group: (&str, &str, &str)) -> Result<(), ClusterError> {
        let (api_version, kind, namespace) = group;
        let listed = session.cluster.list(api_version, kind, &selector(api_version, kind, namespace))?;
        for object in listed {
            let id = ObjectId {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                namespace: text_at(&object, &["metadata", "namespace"]).to_owned(),
                name: text_at(&object, &["metadata", "name"]).to_owned(),
            };
            self.objects.insert(id, object);
        }
        Ok(())
    }

    /// Lists a kind in a namespace; where that is forbidden, gets what is named.
    fn read(&mut self, session: &Session<'_>, group: (&str, &str, &str), names: &BTreeSet<String>) {
        let Err(error) = self.list(session, group) else { return };
        let (api_version, kind, namespace) = group;
        let id = |name: &String| ObjectId {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.clone(),
        };
        if error.is_forbidden() {
            let ids: Vec<ObjectId> = names.iter().map(id).collect();
            let mut refused = false;
            for (id, read) in ids.iter().zip(session.cluster.get_all(&ids)) {
                match read {
                    Ok(Some(object)) => _ = self.objects.insert(id.clone(), object),
                    Ok(None) => {}
                    Err(_) => refused = true,
                }
            }
            if !refused {
                return;
            }
        }
        let group = (api_version.to_owned(), kind.to_owned(), namespace.to_owned());
        self.problems.insert(group, format!("{kind} in {namespace:?} cannot be read: {error}"));
    }

    /// An object as it lives; none where it is not there.
    pub(super) fn get(&self, id: &ObjectId) -> Result<Option<&Value>, String> {
        let group = (id.api_version.clone(), id.kind.clone(), id.namespace.clone());
        match (self.objects.get(id), self.problems.get(&group)) {
            (Some(live), _) => Ok(Some(live)),
            (None, Some(problem)) => Err(format!("{} {}: {problem}", id.kind, id.name)),
            (None, None) => Ok(None),
        }
    }

    /// The objects that say that they belong to a release, by identity.
    pub(super) fn owned_by(&self, namespace: &str, name: &str) -> BTreeSet<ObjectId> {
        let owned = self.objects.iter().filter(|(_, live)| owner_of(live) == (namespace, name));
        owned.map(|(id, _)| id.clone()).collect()
    }

    /// Whether a HorizontalPodAutoscaler sets the replicas of an object.
    pub(super) fn has_scaler(&self, session: &Session<'_>, id: &ObjectId) -> bool {
        let mut known = self.scalers.borrow_mut();
        let targets = known.entry(id.namespace.clone()).or_insert_with(|| {
            let selector = Selector { namespace: id.namespace.clone(), ..Selector::default() };
            let listed = session.cluster.list("autoscaling/v2", "HorizontalPodAutoscaler", &selector);
            let target = |scaler: &Value| {
                let text = |name: &str| text_at(scaler, &["spec", "scaleTargetRef", name]).to_owned();
                (text("kind"), text("name"))
            };
            listed.unwrap_or_default().iter().map(target).collect()
        });
        targets.contains(&(id.kind.clone(), id.name.clone()))
    }
}
