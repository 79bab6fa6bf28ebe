//! Refusals, in the words of a Kubernetes API server. apimachinery: `pkg/api/errors`.

use serde_json::{Value, json};

/// A request that is refused: what becomes a `Status`.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    details: Option<Value>,
}

/// One thing that is wrong with an object. apimachinery: `pkg/util/validation/field`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    field: String,
    reason: &'static str,
    message: String,
}

impl Cause {
    /// `field: Required value: detail`
    pub(crate) fn required(field: impl Into<String>, detail: &str) -> Cause {
        let colon = if detail.is_empty() { "" } else { ": " };
        let message = format!("Required value{colon}{detail}");
        Cause { field: field.into(), reason: "FieldValueRequired", message }
    }

    /// `field: Invalid value: "x": detail`
    pub(crate) fn invalid(field: impl Into<String>, value: &Value, detail: &str) -> Cause {
        Cause::invalid_shown(field, &value.to_string(), detail)
    }

    /// The same, with the text of the value.
    pub(crate) fn invalid_shown(field: impl Into<String>, shown: &str, detail: &str) -> Cause {
        Cause { field: field.into(), reason: "FieldValueInvalid", message: format!("Invalid value: {shown}: {detail}") }
    }

    /// `field: Unsupported value: "x": supported values: "a", "b"`
    pub(crate) fn unsupported(field: impl Into<String>, value: &Value, supported: &[String]) -> Cause {
        let supported: Vec<String> = supported.iter().map(|name| format!("{name:?}")).collect();
        Cause {
            field: field.into(),
            reason: "FieldValueNotSupported",
            message: format!("Unsupported value: {value}: supported values: {}", supported.join(", ")),
        }
    }

    /// `field: Forbidden: detail`
    pub(crate) fn forbidden(field: impl Into<String>, detail: &str) -> Cause {
        Cause { field: field.into(), reason: "FieldValueForbidden", message: format!("Forbidden: {detail}") }
    }
}

impl Failure {
    pub(crate) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Failure {
        Failure { code, reason, message: message.into(), details: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Failure {
        Failure::new(400, "BadRequest", message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Failure {
        Failure::new(500, "InternalError", format!("Internal error occurred: {}", message.into()))
    }

    /// No such path.
    pub(crate) fn no_resource() -> Failure {
        Failure {
            details: Some(json!({})),
            ..Failure::new(404, "NotFound", "the server could not find the requested resource")
        }
    }

    /// `deployments.apps "x" not found`
    pub(crate) fn not_found(qualified: &str, name: &str) -> Failure {
        Failure {
            details: Some(details(qualified, name)),
            ..Failure::new(404, "NotFound", format!("{qualified} {name:?} not found"))
        }
    }

    pub(crate) fn already_exists(qualified: &str, name: &str) -> Failure {
        Failure {
            details: Some(details(qualified, name)),
            ..Failure::new(409, "AlreadyExists", format!("{qualified} {name:?} already exists"))
        }
    }

    /// Somebody else was quicker.
    pub(crate) fn conflict(qualified: &str, name: &str, why: &str) -> Failure {
        Failure {
            details: Some(details(qualified, name)),
            ..Failure::new(409, "Conflict", format!("Operation cannot be fulfilled on {qualified} {name:?}: {why}"))
        }
    }

    /// Fields that other managers own. structured-merge-diff: `merge.Conflicts`.
    pub(crate) fn apply_conflict(conflicts: &[(String, Vec<String>)]) -> Failure {
        let count: usize = conflicts.iter().map(|(_, fields)| fields.len()).sum();
        let plural = if count == 1 { "" } else { "s" };
        let lines: Vec<String> = conflicts
            .iter()
            .map(|(manager, fields)| match fields.as_slice() {
                [field] => format!("conflict with {manager}: {field}"),
                fields => {
                    let fields: Vec<String> = fields.iter().map(|field| format!("- {field}")).collect();
                    format!("conflicts with {manager}:\n{}", fields.join("\n"))
                }
            })
            .collect();
        let causes: Vec<Value> = conflicts
            .iter()
            .flat_map(|(manager, fields)| {
                fields.iter().map(move |field| {
                    json!({"reason": "FieldManagerConflict", "message": format!("conflict with {manager}"), "field": field})
                })
            })
            .collect();
        Failure {
            details: Some(json!({"causes": causes})),
            ..Failure::new(409, "Conflict", format!("Apply failed with {count} conflict{plural}: {}", lines.join("\n")))
        }
    }

    /// `Deployment.apps "x" is invalid: …`
    pub(crate) fn invalid(kind: &str, group: &str, name: &str, causes: &[Cause]) -> Failure {
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let lines: Vec<String> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        let text = match lines.as_slice() {
            [line] => line.clone(),
            lines => format!("[{}]", lines.join(", ")),
        };
        let causes: Vec<Value> = causes
            .iter()
            .map(|cause| json!({"reason": cause.reason, "message": cause.message, "field": cause.field}))
            .collect();
        Failure {
            details: Some(json!({"name": name, "group": group, "kind": kind, "causes": causes})),
            ..Failure::new(422, "Invalid", format!("{qualified} {name:?} is invalid: {text}"))
        }
    }

    /// The body of the answer.
    pub(crate) fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code,
        });
        if let (Some(details), Some(fields)) = (&self.details, status.as_object_mut()) {
            fields.insert("details".into(), details.clone());
        }
        status
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        Failure::internal(error.to_string())
    }
}

fn details(qualified: &str, name: &str) -> Value {
    let (resource, group) = qualified.split_once('.').unwrap_or((qualified, ""));
    match group {
        "" => json!({"name": name, "kind": resource}),
        group => json!({"name": name, "group": group, "kind": resource}),
    }
}
