//! `--create-namespace`. Helm: `Install.RunWithContext`.

use cluster::{Action, ObjectId, Write};
use serde_json::json;

use super::InstallOptions;
use crate::{Error, ServerSide, Session};

/// Makes the namespace of the release, if it is not there.
pub(super) fn create(session: &Session<'_>, options: &InstallOptions) -> Result<(), Error> {
    let name = &session.namespace;
    let object = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"name": name}},
    });
    let id =
        ObjectId { api_version: "v1".into(), kind: "Namespace".into(), namespace: String::new(), name: name.clone() };
    let action = match options.change.server_side {
        ServerSide::No => Action::Create(object),
        _ => Action::Apply { object, force_conflicts: false },
    };
    match session.cluster.write(&Write::new(id.clone(), action)) {
        Ok(_) => Ok(()),
        Err(error) if error.is_already_exists() => Ok(()),
        // Who may not make namespaces needs one that is there.
        Err(error) if error.is_forbidden() && session.cluster.get(&id).is_ok_and(|found| found.is_some()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
