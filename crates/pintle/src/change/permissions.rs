//! Whether we may do what a plan wants, asked before the first write.

use std::collections::BTreeSet;

use cluster::AccessCheck;
use release::{
    ApplyMethod, Record,
    plan::{Change, Plan, Step},
};

use crate::{Error, ErrorKind, Session};

/// What is about to be written.
pub(crate) struct Needs<'a> {
    /// The new revision.
    pub(crate) record: &'a Record,
    /// What becomes of its objects.
    pub(crate) plan: &'a Plan,
}

/// What we may not do, a line for each verb and resource. What cannot be found out is taken for allowed: the server will
/// tell.
pub(super) fn missing(session: &Session<'_>, needs: &Needs<'_>) -> Vec<Error> {
    let mut checks = BTreeSet::new();
    for step in &needs.plan.steps {
        let Ok(mapping) = session.cluster.mapping(&step.id.api_version, &step.id.kind) else { continue };
        for verb in verbs(step) {
            checks.insert(AccessCheck {
                verb: (*verb).to_owned(),
                group: step.id.group().to_owned(),
                resource: mapping.resource.clone(),
                namespace: step.id.namespace.clone(),
                name: String::new(),
            });
        }
    }
    let records = match session.storage.name() {
        "Secret" => Some("secrets"),
        "ConfigMap" => Some("configmaps"),
        _ => None,
    };
    for (resource, verb) in records.into_iter().flat_map(|resource| [(resource, "create"), (resource, "update")]) {
        checks.insert(AccessCheck {
            verb: verb.to_owned(),
            group: String::new(),
            resource: resource.to_owned(),
            namespace: needs.record.namespace.clone(),
            name: String::new(),
        });
    }
    let checks: Vec<AccessCheck> = checks.into_iter().collect();
    let answers = session.cluster.allowed(&checks);
    let refused = checks.iter().zip(answers).filter(|(_, answer)| matches!(answer, Ok(false)));
    let refused: Vec<&AccessCheck> = refused.map(|(check, _)| check).collect();
    let user = if refused.is_empty() { None } else { session.cluster.user() };
    let user = user.map(|user| format!("User {user:?} ")).unwrap_or_default();
    refused.into_iter().map(|check| refusal(check, &user, needs.record.apply_method)).collect()
}

/// What a step asks of the server.
fn verbs(step: &Step) -> &'static [&'static str] {
    match &step.change {
        Change::Create { .. } => &["create"],
        Change::Apply { exists: false, .. } => &["create", "patch"],
        Change::Apply { .. } | Change::Patch { .. } => &["patch"],
        Change::Replace { recreate: false, .. } => &["update"],
        Change::Replace { .. } => &["update", "delete", "create"],
        Change::Recreate { .. } => &["delete", "create"],
        Change::Delete => &["delete"],
        _ => &[],
    }
}

/// Worded as the server would. Kubernetes: `apiserver/pkg/endpoints/handlers/responsewriters/errors.go`.
fn refusal(check: &AccessCheck, user: &str, method: ApplyMethod) -> Error {
    let AccessCheck { verb, group, resource, namespace, .. } = check;
    let qualified = if group.is_empty() { resource.clone() } else { format!("{resource}.{group}") };
    let place =
        if namespace.is_empty() { "at the cluster scope".into() } else { format!("in the namespace {namespace:?}") };
    let text =
        format!("{qualified} is forbidden: {user}cannot {verb} resource {resource:?} in API group {group:?} {place}");
    let error = Error::new(ErrorKind::Cluster, text);
    if verb == "patch" && method == ApplyMethod::ServerSide {
        return error
            .hinted("server-side apply needs the verb patch; --server-side=false creates with the verb create");
    }
    error
}
