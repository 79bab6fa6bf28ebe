//! Answers to requests for objects. Kubernetes: `apiserver/pkg/endpoints/handlers`.

mod decode;
mod delete;
mod read;
mod special;
mod write;

pub(crate) use self::read::partial;

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use crate::{
    clock::Clock,
    failure::Failure,
    object::{text_at, value_at},
    request::{Options, Target},
    resource::{Resource, built_in, of_definition},
    schema::{self, Type},
    store::{Snapshot, Store, Transaction, key},
    watch::Watch,
};

/// What answers a request.
pub(crate) enum Answer {
    /// A document, and the HTTP status.
    Json(u16, Value),
    /// Plain text.
    Text(u16, String),
    /// What happens from now on.
    Watch(Watch),
}

/// What answering needs.
#[derive(Clone, Copy)]
pub(crate) struct Api<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: Clock,
    /// The version of Kubernetes that is told.
    pub(crate) version: &'a str,
}

/// A request for objects of a resource that there is.
struct Call<'a> {
    resource: Resource,
    target: &'a Target,
    options: &'a Options,
}

/// Where definitions of custom resources are.
pub(crate) const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";

impl Api<'_> {
    /// Answers one request.
    pub(crate) fn answer(&self, path: &str, options: &Options, body: &Bytes) -> Answer {
        let answered = match crate::discovery::answer(self, path, options) {
            Some(answer) => answer,
            None => match Target::of_path(path) {
                Some(target) => self.objects(&target, options, body),
                None => Err(Failure::no_resource()),
            },
        };
        answered.unwrap_or_else(|failure| Answer::Json(failure.code, failure.status()))
    }

    /// The resource that is meant, and the object as it is.
    pub(crate) fn standing(&self, target: &Target) -> Option<(Resource, Option<Value>)> {
        let found = self.store.read(|snapshot| {
            let Some(resource) = find(snapshot, target)? else { return Ok(None) };
            let namespace = if resource.namespaced { target.namespace.as_str() } else { "" };
            let object = snapshot.get(&key(&resource.qualified(), namespace, &target.name))?;
            Ok(Some((resource, object)))
        });
        found.ok().flatten()
    }

    fn objects(&self, target: &Target, options: &Options, body: &Bytes) -> Result<Answer, Failure> {
        let resource = self.store.read(|snapshot| find(snapshot, target))?.ok_or_else(Failure::no_resource)?;
        let call = Call { resource, target, options };
        if let Some(answer) = special::answer(&call, body)? {
            return Ok(answer);
        }
        let named = !target.name.is_empty();
        match (&options.method, named) {
            (&Method::GET, _) if options.flag("watch") => self.watch(&call),
            (&Method::GET, true) => self.get(&call),
            (&Method::GET, false) => self.list(&call),
            (&Method::POST, false) => self.create(&call, body),
            (&Method::PUT, true) => self.update(&call, body),
            (&Method::PATCH, true) => self.patch(&call, body),
            (&Method::DELETE, true) => self.delete(&call, body),
            (&Method::DELETE, false) => self.delete_all(&call, body),
            _ => Err(Failure::new(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
            )),
        }
    }
}

impl Call<'_> {
    fn key(&self, name: &str) -> String {
        key(&self.resource.qualified(), self.namespace(), name)
    }

    /// The namespace asked for; empty for what belongs to none.
    fn namespace(&self) -> &str {
        if self.resource.namespaced { &self.target.namespace } else { "" }
    }

    fn not_found(&self) -> Failure {
        Failure::not_found(&self.resource.qualified(), &self.target.name)
    }

    /// The objects as this version shows them.
    fn shown(&self, mut object: Value) -> Value {
        crate::object::set(&mut object, &["apiVersion"], self.resource.api_version());
        crate::object::set(&mut object, &["kind"], self.resource.kind.as_str());
        object
    }

    /// The type of the objects, as far as it is known.
    fn with_type<T>(
        &self,
        transaction: &Transaction,
        act: impl FnOnce(Option<Type<'_>>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if !self.resource.custom {
            return act(schema::built_in(&self.resource.api_version(), &self.resource.kind));
        }
        let definition = transaction.get(&key(DEFINITIONS, "", &self.resource.qualified()))?;
        let of = definition.and_then(|definition| schema::of_definition(&definition, &self.resource.version));
        act(of.as_ref().map(Type::Custom))
    }
}

/// The resource that a request means.
fn find(snapshot: &Snapshot, target: &Target) -> Result<Option<Resource>, Failure> {
    let is_meant = |resource: &&Resource| {
        resource.plural == target.plural && resource.group == target.group && resource.version == target.version
    };
    if let Some(resource) = built_in().iter().find(is_meant) {
        return Ok(Some(resource.clone()));
    }
    if target.group.is_empty() {
        return Ok(None);
    }
    let definition = snapshot.get(&key(DEFINITIONS, "", &format!("{}.{}", target.plural, target.group)))?;
    Ok(definition.and_then(|definition| of_definition(&definition).into_iter().find(|resource| is_meant(&resource))))
}

/// All resources of installed definitions.
pub(crate) fn custom(snapshot: &Snapshot) -> Result<Vec<Resource>, Failure> {
    let definitions = snapshot.list(&format!("{DEFINITIONS}\0"))?;
    let established = definitions.iter().filter(|definition| value_at(definition, &["status", "conditions"]).is_some());
    Ok(established.flat_map(of_definition).collect())
}

/// The success that a deletion is answered with.
fn deleted(resource: &Resource, object: &Value) -> Value {
    let mut details = json!({
        "name": text_at(object, &["metadata", "name"]), "kind": resource.plural, "uid": text_at(object, &["metadata", "uid"]),
    });
    if !resource.group.is_empty() {
        crate::object::set(&mut details, &["group"], resource.group.as_str());
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}
