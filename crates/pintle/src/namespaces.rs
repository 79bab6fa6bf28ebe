//! The namespaces of a cluster.

use cluster::{Action, Cluster, ObjectId, Selector, Write};
use serde_json::{Value, json};

use crate::{Error, Session};

/// The names of the cluster's namespaces.
///
/// # Errors
/// The cluster cannot be reached or refuses.
pub fn namespaces(session: &mut Session<'_>) -> Result<Vec<String>, Error> {
    let found = session.cluster.list("v1", "Namespace", &Selector::default())?;
    let name = |namespace: &Value| namespace.pointer("/metadata/name")?.as_str().map(str::to_owned);
    Ok(found.iter().filter_map(name).collect())
}

/// Makes a namespace, on a cluster that is new.
///
/// # Errors
/// The cluster refuses.
pub fn make_namespace(cluster: &Cluster, name: &str) -> Result<(), Error> {
    let id = ObjectId { api_version: "v1".into(), kind: "Namespace".into(), name: name.into(), ..ObjectId::default() };
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    match cluster.write(&Write::new(id, Action::Create(object))) {
        Err(error) if !error.is_already_exists() => Err(error.into()),
        _ => Ok(()),
    }
}
