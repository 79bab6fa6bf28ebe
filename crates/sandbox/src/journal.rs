//! What clients wrote, in its order.

use http::Method;
use serde_json::Value;

use crate::{
    api::{Answer, Api},
    object::{name_of, text_at},
    request::{Options, Target},
    resource::Resource,
};

/// A write that a client asked for.
#[derive(Clone, Debug)]
pub struct Written {
    /// Of what version the object is.
    pub api_version: String,
    /// Of what kind.
    pub kind: String,
    /// Its namespace; empty for what belongs to none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The object before; none where it was not there.
    pub before: Option<Value>,
    /// The object behind; none where it is gone. As before where the write was refused.
    pub after: Option<Value>,
    /// Why it was refused.
    pub refused: Option<String>,
}

/// A write that is not done yet.
pub(crate) struct Writing {
    resource: Resource,
    target: Target,
    before: Option<Value>,
    deletes: bool,
}

impl Writing {
    /// What a request is about to write; none where it writes nothing.
    pub(crate) fn of(api: &Api<'_>, path: &str, options: &Options) -> Option<Writing> {
        if options.method == Method::GET || options.is_dry_run() {
            return None;
        }
        let target = Target::of_path(path)?;
        let (resource, before) = api.standing(&target)?;
        // Questions, such as reviews of access, are put like objects.
        resource.verbs.iter().find(|verb| *verb == "get")?;
        Some(Writing { resource, target, before, deletes: options.method == Method::DELETE })
    }

    /// The same with what came of it; none where an object was to be deleted that is not there.
    pub(crate) fn done(self, answer: &Answer) -> Option<Written> {
        let Writing { resource, target, before, deletes } = self;
        if deletes && before.is_none() {
            return None;
        }
        let (after, refused) = match answer {
            Answer::Json(code, answer) if *code >= 400 => {
                (before.clone(), Some(text_at(answer, &["message"]).to_owned()))
            }
            Answer::Json(_, answer) if text_at(answer, &["kind"]) == resource.kind => (Some(answer.clone()), None),
            _ => (None, None),
        };
        let name = match (target.name.as_str(), &after) {
            ("", Some(object)) => name_of(object).to_owned(),
            (name, _) => name.to_owned(),
        };
        Some(Written {
            api_version: resource.api_version(),
            kind: resource.kind,
            namespace: target.namespace,
            name,
            before,
            after,
            refused,
        })
    }
}
