//! Reading: one object, many, as tables or by their metadata alone.

use serde_json::{Map, Value, json};

use super::{Answer, Api, Call};
use crate::{
    failure::Failure,
    object::{name_of, text_at, value_at},
    selector::Selector,
    store::{Page, key},
    table,
    watch::Watch,
};

impl Api<'_> {
    pub(super) fn get(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let object = self.store.read(|snapshot| snapshot.get(&call.key(&call.target.name)))?;
        let object = call.shown(object.ok_or_else(|| call.not_found())?);
        if call.target.subresource == "scale" {
            return Ok(Answer::Json(200, scale(&object)));
        }
        if call.options.wants("as=Table") {
            let now = self.clock.text();
            return Ok(Answer::Json(200, table::table(&call.resource, std::slice::from_ref(&object), None, &now)));
        }
        Ok(Answer::Json(200, if call.options.wants("as=PartialObjectMetadata") { partial(&object) } else { object }))
    }

    pub(super) fn list(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let selector = Selector::parse(call.options.text("labelSelector"), call.options.text("fieldSelector"))?;
        let prefix = call.prefix();
        let after = call.options.text("continue").split_once('/');
        let after = after.map(|(namespace, name)| key(&call.resource.qualified(), namespace, name));
        let limit = call.options.text("limit").parse().ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let wanted = Page { prefix: &prefix, after: after.as_deref(), limit };
        let (version, (objects, more)) = self
            .store
            .read(|snapshot| Ok((snapshot.version()?, snapshot.page(wanted, |object| selector.matches(object))?)))?;
        let mut metadata = Map::from_iter([("resourceVersion".to_owned(), Value::from(version.to_string()))]);
        if let Some(last) = objects.last().filter(|_| more) {
            let place = format!("{}/{}", crate::object::namespace_of(last), name_of(last));
            metadata.insert("continue".into(), place.into());
        }
        let mut objects: Vec<Value> = objects.into_iter().map(|object| call.shown(object)).collect();
        let metadata = Value::Object(metadata);
        if call.options.wants("as=Table") {
            let now = self.clock.text();
            return Ok(Answer::Json(200, table::table(&call.resource, &objects, Some(metadata), &now)));
        }
        let is_partial = call.options.wants("as=PartialObjectMetadataList");
        if is_partial {
            objects = objects.iter().map(partial).collect();
        }
        if !is_partial && !call.resource.custom {
            // The list says what its items are.
            for fields in objects.iter_mut().filter_map(Value::as_object_mut) {
                fields.remove("apiVersion");
                fields.remove("kind");
            }
        }
        let (api_version, kind) = if is_partial {
            ("meta.k8s.io/v1".to_owned(), "PartialObjectMetadataList".to_owned())
        } else {
            (call.resource.api_version(), format!("{}List", call.resource.kind))
        };
        Ok(Answer::Json(200, json!({"kind": kind, "apiVersion": api_version, "metadata": metadata, "items": objects})))
    }

    pub(super) fn watch(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let mut fields = call.options.text("fieldSelector").to_owned();
        if !call.target.name.is_empty() {
            let comma = if fields.is_empty() { "" } else { "," };
            fields = format!("{fields}{comma}metadata.name={}", call.target.name);
        }
        let version = call.options.text("resourceVersion");
        let initial = call.options.flag("sendInitialEvents");
        let watch = Watch {
            prefix: call.prefix(),
            api_version: call.resource.api_version(),
            kind: call.resource.kind.clone(),
            selector: Selector::parse(call.options.text("labelSelector"), &fields)?,
            after: if initial { None } else { version.parse().ok().filter(|version| *version > 0) },
            marks_initial: initial,
            bookmarks: call.options.flag("allowWatchBookmarks"),
            seconds: call.options.text("timeoutSeconds").parse().ok(),
            partial: call.options.wants("as=PartialObjectMetadata"),
        };
        Ok(Answer::Watch(watch))
    }
}

impl Call<'_> {
    /// What the keys of all objects asked for begin with.
    pub(super) fn prefix(&self) -> String {
        let qualified = self.resource.qualified();
        match self.namespace() {
            "" => format!("{qualified}\0"),
            namespace => key(&qualified, namespace, ""),
        }
    }
}

/// The metadata of an object alone.
pub(crate) fn partial(object: &Value) -> Value {
    let metadata = object.get("metadata").cloned().unwrap_or_default();
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
}

/// How many there are and shall be.
pub(super) fn scale(object: &Value) -> Value {
    let number = |path: &[&str]| value_at(object, path).cloned().unwrap_or_else(|| 0.into());
    json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": name_of(object),
            "namespace": crate::object::namespace_of(object),
            "uid": text_at(object, &["metadata", "uid"]),
            "resourceVersion": text_at(object, &["metadata", "resourceVersion"]),
            "creationTimestamp": text_at(object, &["metadata", "creationTimestamp"]),
        },
        "spec": {"replicas": number(&["spec", "replicas"])},
        "status": {"replicas": number(&["status", "replicas"])},
    })
}
