//! The objects of a change: those that shall live, those that are believed to, and what does live.

use cluster::{Cluster, Error as ClusterError, ObjectId};
use release::{
    Record,
    object::{Checks, Live, Object, parse, place, place_old},
    ownership::Owner,
    plan::{Plan, PlanInput, PlanOptions, plan},
};

use crate::{Error, ErrorKind, Session};

/// The objects of a change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    /// Those that shall live, each with its owner, in the order of the manifest.
    pub(crate) new: Vec<Object>,
    /// Those of the revision before.
    pub(crate) old: Vec<Object>,
    /// Those of the revision before whose kind the server no longer serves, and what it says.
    pub(crate) unmappable: Vec<(Object, String)>,
}

fn is_namespaced(cluster: &Cluster, id: &ObjectId) -> Result<bool, ClusterError> {
    cluster.locate(id, "-").map(|located| !located.namespace.is_empty())
}

impl Objects {
    /// Reads the objects that shall live. Those whose kinds the server does not serve are left out, and told.
    /// Helm: `Client.Build`.
    pub(crate) fn read(session: &Session<'_>, record: &Record, checks: Checks) -> (Objects, Option<Error>) {
        let objects = match parse(record.manifest.as_bytes(), checks) {
            Ok(objects) => objects,
            Err(error) => return (Objects::default(), Some(Error::new(ErrorKind::Render, error.to_string()))),
        };
        let (mut new, unplaced) = place(objects, &record.namespace, |id| is_namespaced(session.cluster, id));
        let owner = Owner { release: &record.name, namespace: &record.namespace };
        new.iter_mut().for_each(|object| owner.stamp(&mut object.json));
        let errors = unplaced.into_iter().map(|unplaced| unplaced.error).collect();
        (Objects { new, ..Objects::default() }, ClusterError::join(errors).map(Error::from))
    }

    /// Adds the objects of the revision before.
    ///
    /// # Errors
    /// Its manifest cannot be read.
    pub(crate) fn after(mut self, session: &Session<'_>, before: &Record) -> Result<Objects, Error> {
        let objects = parse(before.manifest.as_bytes(), Checks::Lenient)
            .map_err(|error| Error::new(ErrorKind::Release, error.to_string()))?;
        let (old, gone) = place_old(objects, &before.namespace, |id| is_namespaced(session.cluster, id));
        if let Some(error) = gone.iter().find(|gone| !gone.error.is_no_match()) {
            return Err(Error::new(ErrorKind::Cluster, error.error.to_string()));
        }
        self.old = old;
        self.unmappable = gone.into_iter().map(|gone| (gone.object, gone.error.to_string())).collect();
        Ok(self)
    }

    /// Whether the revision before had an object, be it by another version of its kind.
    pub(crate) fn had(&self, id: &ObjectId) -> bool {
        self.old.iter().any(|old| old.id.same_or_moved(id))
    }

    /// The objects that the revision before had not.
    pub(crate) fn added(&self) -> Vec<Object> {
        let old: std::collections::HashSet<_> =
            self.old.iter().flat_map(|old| [Some(old.id.clone()), old.id.moved()]).flatten().collect();
        let is_new = |object: &&Object| !old.contains(&object.id) && !self.had(&object.id);
        self.new.iter().filter(is_new).cloned().collect()
    }

    /// What lives of all of them. Of those that shall live all must be readable.
    pub(crate) fn live(&self, session: &Session<'_>) -> Result<Live, Vec<Error>> {
        self.live_of(session, |_| true)
    }

    /// What lives of some of them.
    pub(crate) fn live_of(&self, session: &Session<'_>, picks: impl Fn(&ObjectId) -> bool) -> Result<Live, Vec<Error>> {
        let named = self.new.iter().chain(&self.old).filter(|object| !object.id.name.is_empty() && picks(&object.id));
        let mut ids: Vec<ObjectId> = named.map(|object| object.id.clone()).collect();
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        let wanted: std::collections::HashSet<&ObjectId> = self.new.iter().map(|object| &object.id).collect();
        let mut live = Live::with_capacity(ids.len());
        let mut errors = Vec::new();
        for (id, read) in ids.iter().zip(session.cluster.get_all(&ids)) {
            match read {
                Ok(object) => _ = live.insert(id.clone(), object),
                Err(error) if wanted.contains(id) => {
                    let doing = format!("could not get information about the resource {}", id.described());
                    errors.push(Error::from(error.during(doing)));
                }
                // What is to go is deleted unseen.
                Err(_) => {}
            }
        }
        if errors.is_empty() { Ok(live) } else { Err(errors) }
    }

    /// Decides what becomes of each object.
    pub(crate) fn plan(&self, owner: Owner<'_>, live: &Live, options: PlanOptions) -> Result<Plan, Error> {
        let input = PlanInput { old: &self.old, unmappable: &self.unmappable, new: &self.new, live, owner, options };
        plan(&input).map_err(|error| Error::new(ErrorKind::Cluster, error.to_string()))
    }

    /// The identities of the objects that shall live, for waiting.
    pub(crate) fn ids(&self) -> Vec<ObjectId> {
        let named = self.new.iter().filter(|object| !object.id.name.is_empty());
        named.map(|object| object.id.clone()).collect()
    }
}

/// The release that a record is of, as the owner of objects.
pub(crate) fn owner_of(record: &Record) -> Owner<'_> {
    Owner { release: &record.name, namespace: &record.namespace }
}
