//! The objects that a revision wants, each with its place on the server.

use cluster::Cluster;
use release::{
    Record,
    object::{Checks, Duplicate, Object, last_of_each, parse, place},
    ownership::Owner,
};

use crate::{Error, ErrorKind, Session};

/// The objects of a manifest, stamped with the release that owns them. Copies are told.
pub(crate) fn wanted(session: &mut Session<'_>, record: &Record, checks: Checks) -> Result<Vec<Object>, Error> {
    let Built { mut objects, duplicates } = build(session.cluster, &session.namespace, &record.manifest, checks)?;
    for duplicate in duplicates {
        session.remark(format!("warning: {duplicate}"));
    }
    let owner = Owner { release: &record.name, namespace: &record.namespace };
    objects.iter_mut().for_each(|object| owner.stamp(&mut object.json));
    Ok(objects)
}

/// The objects of a manifest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Built {
    /// Each object once, in the order of the manifest.
    pub(crate) objects: Vec<Object>,
    /// What the manifest has twice.
    pub(crate) duplicates: Vec<Duplicate>,
}

/// Reads a manifest. Helm: `Client.Build`.
///
/// # Errors
/// Everything that is wrong with it at once: what is no object, and kinds that the server does not serve.
pub(crate) fn build(cluster: &Cluster, namespace: &str, manifest: &str, checks: Checks) -> Result<Built, Error> {
    let refused = |text: String| Error::new(ErrorKind::Render, text);
    let objects = parse(manifest.as_bytes(), checks).map_err(|error| refused(error.to_string()))?;
    let (objects, unplaced) =
        place(objects, namespace, |id| cluster.locate(id, namespace).map(|id| !id.namespace.is_empty()));
    let errors = unplaced.into_iter().map(|unplaced| unplaced.error).collect();
    if let Some(error) = cluster::Error::join(errors) {
        return Err(error.into());
    }
    let (objects, duplicates) = last_of_each(objects);
    Ok(Built { objects, duplicates })
}
