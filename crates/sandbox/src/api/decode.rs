//! Bodies of requests against the type of their object: patched, decoded, checked.

use release::merge::merge_patch;
use serde_json::Value;

use super::Call;
use crate::{
    failure::{Cause, Failure},
    object::{name_of, namespace_of, text_at},
    patch,
    schema::Type,
    validate,
};

/// How it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Update,
    Apply,
}

/// Patches an object as the form of the patch says.
pub(super) fn patched(object: &mut Value, patch: &Value, call: &Call<'_>) -> Result<(), Failure> {
    match call.options.content_type.as_str() {
        "application/json-patch+json" => patch::json(object, patch),
        "application/strategic-merge-patch+json" if call.resource.custom => {
            let text = "the body of the request was in an unknown format - accepted media types include: \
                        application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
            Err(Failure::new(415, "UnsupportedMediaType", text))
        }
        form => {
            let of = release::schema::kind(text_at(object, &["apiVersion"]), text_at(object, &["kind"]));
            match of.filter(|_| form == "application/strategic-merge-patch+json") {
                Some(of) => patch::strategic(object, patch, of)?,
                None => merge_patch(object, patch),
            }
            Ok(())
        }
    }
}

/// Reads an object along its type: unknown fields are refused or dropped, as the request asks for.
pub(super) fn decode(call: &Call<'_>, object: &mut Value, of: Option<Type<'_>>, by: By) -> Result<Vec<Cause>, Failure> {
    let Some(of) = of else {
        return Ok(Vec::new());
    };
    let findings = validate::check(object, of, true);
    let (kind, version) = (&call.resource.kind, &call.resource.version);
    let cannot = |what: String| {
        Failure::bad_request(format!("{kind} in version {version:?} cannot be handled as a {kind}: {what}"))
    };
    if let Some(mistyped) = findings.mistyped.first() {
        return Err(cannot(mistyped.decoding()));
    }
    if call.options.text("fieldValidation") == "Strict" && by == By::Update && !findings.unknown.is_empty() {
        let unknown: Vec<String> = findings.unknown.iter().map(|path| format!("unknown field {path:?}")).collect();
        return Err(cannot(format!("strict decoding error: {}", unknown.join(", "))));
    }
    validate::tidy(object, Some(of));
    Ok(findings.causes)
}

/// Reads an applied configuration along its type, where unknown fields are always refused.
pub(super) fn check_typed(call: &Call<'_>, config: &mut Value, of: Type<'_>) -> Result<(), Failure> {
    let findings = validate::check(config, of, call.resource.custom);
    let (namespace, name) = (namespace_of(config), name_of(config));
    let api_version = call.resource.api_version();
    let slash = if api_version.contains('/') { "" } else { "/" };
    let doing = format!(
        "failed to create typed patch object ({namespace}/{name}; {slash}{api_version}, Kind={})",
        call.resource.kind
    );
    let mut wrong: Vec<String> = findings.mistyped.iter().map(validate::Mistyped::typed).collect();
    if !call.resource.custom {
        wrong.extend(findings.unknown.iter().map(|path| format!(".{path}: field not declared in schema")));
    }
    match wrong.as_slice() {
        [] => Ok(()),
        [one] => Err(Failure::new(500, "", format!("{doing}: {one}"))),
        many => {
            let lines: Vec<String> = many.iter().map(|line| format!("\n  {line}")).collect();
            Err(Failure::new(500, "", format!("{doing}: errors:{}", lines.concat())))
        }
    }
}
