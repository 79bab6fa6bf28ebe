//! The objects of a rendered document, and where they live. Helm: `Client.Build`.

use cluster::{Cluster, Error as ClusterError, ObjectId};
use release::object::{Checks, Object, Unplaced, parse, place, place_old};

/// Reads a manifest's objects; those without a namespace live in `namespace`.
///
/// # Errors
/// A document that is no object, or of a kind that the server does not serve; the server does not answer.
pub(crate) fn read(
    cluster: &Cluster,
    namespace: &str,
    manifest: &[u8],
    checks: Checks,
) -> Result<Vec<Object>, ClusterError> {
    let objects = parse(manifest, checks).map_err(|error| ClusterError::Malformed(error.to_string()))?;
    let (placed, unplaced) = place(objects, namespace, |id| match cluster.mapping(&id.api_version, &id.kind) {
        Ok(mapping) => Ok(mapping.namespaced),
        Err(ClusterError::NoMatch { .. }) => Err(ClusterError::NoMapping { id: id.clone() }),
        Err(error) => Err(error),
    });
    match ClusterError::join(unplaced.into_iter().map(|unplaced| unplaced.error).collect()) {
        Some(error) => Err(error),
        None => Ok(placed),
    }
}

/// As [`read`], for objects that were made long ago: those of kinds that Kubernetes moved are found where they are now.
/// Gives apart those whose kinds the server does not serve at all.
///
/// # Errors
/// A document that is no object; the server does not answer.
pub(crate) fn read_old(
    cluster: &Cluster,
    namespace: &str,
    manifest: &[u8],
) -> Result<(Vec<Object>, Vec<ObjectId>), ClusterError> {
    let objects = parse(manifest, Checks::Lenient).map_err(|error| ClusterError::Malformed(error.to_string()))?;
    let is_namespaced = |id: &ObjectId| cluster.mapping(&id.api_version, &id.kind).map(|mapping| mapping.namespaced);
    let (placed, unplaced) = place_old(objects, namespace, is_namespaced);
    let mut unserved = Vec::new();
    for Unplaced { object, error } in unplaced {
        if !error.is_no_match() {
            return Err(error);
        }
        unserved.push(object.id);
    }
    Ok((placed, unserved))
}

/// The namespace that a document states.
pub(crate) fn namespace_of(document: &[u8]) -> Option<String> {
    let objects = parse(document, Checks::Lenient).ok()?;
    Some(objects.first()?.id.namespace.clone()).filter(|namespace| !namespace.is_empty())
}
