//! The objects of a manifest, each with its place on the server.

use cluster::Cluster;
use release::object::{Checks, Duplicate, Object, last_of_each, parse, place};

use crate::{Error, ErrorKind};

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
