//! Requests that are no plain ones for objects: reviews of access, logs, what a cluster with machines could do.

use bytes::Bytes;
use serde_json::json;

use super::{Answer, Call};
use crate::{failure::Failure, object::set, request::parse_body};

pub(super) fn answer(call: &Call<'_>, body: &Bytes) -> Result<Option<Answer>, Failure> {
    let qualified = call.resource.qualified();
    let review = match qualified.as_str() {
        "selfsubjectaccessreviews.authorization.k8s.io"
        | "subjectaccessreviews.authorization.k8s.io"
        | "localsubjectaccessreviews.authorization.k8s.io" => json!({"allowed": true}),
        "selfsubjectrulesreviews.authorization.k8s.io" => json!({
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}], "incomplete": false,
        }),
        "selfsubjectreviews.authentication.k8s.io" => {
            json!({"userInfo": {"username": "sandbox", "groups": ["system:masters", "system:authenticated"]}})
        }
        "componentstatuses" => {
            return Ok(Some(Answer::Json(
                200,
                json!({"kind": "ComponentStatusList", "apiVersion": "v1", "metadata": {}, "items": []}),
            )));
        }
        _ => return refuse(call),
    };
    let mut object = parse_body(body, call.options)?;
    set(&mut object, &["status"], review);
    Ok(Some(Answer::Json(201, call.shown(object))))
}

fn refuse(call: &Call<'_>) -> Result<Option<Answer>, Failure> {
    match call.target.subresource.as_str() {
        "" | "status" | "scale" | "finalize" if call.target.subresource != "scale" => Ok(None),
        "scale" if call.resource.has("scale") => Ok(None),
        part @ ("log"
        | "exec"
        | "attach"
        | "portforward"
        | "proxy"
        | "eviction"
        | "binding"
        | "token"
        | "ephemeralcontainers"
        | "resize") => {
            let (kind, name) = (&call.resource.singular, &call.target.name);
            Err(Failure::bad_request(format!("the sandbox runs no containers: {kind} {name:?} has no {part}")))
        }
        _ => Err(Failure::no_resource()),
    }
}
