//! Writing: create, update, patch, apply.

use bytes::Bytes;
use release::merge::discard_nulls;
use serde_json::{Map, Value, json};

use super::{
    Answer, Api, Call,
    decode::{By, check_typed, decode, patched},
    read::scale,
};
use crate::{
    controllers, defaults,
    failure::Failure,
    managers::{self, Writer},
    object::{array_at, int_at, name_of, namespace_of, remove, set, text_at, value_at},
    request::parse_body,
    store::{Transaction, key},
    validate,
};

impl Api<'_> {
    pub(super) fn create(&self, call: &Call<'_>, body: &Bytes) -> Result<Answer, Failure> {
        let mut object = parse_body(body, call.options)?;
        self.identify(call, &mut object)?;
        self.change(call, |transaction| {
            if name_of(&object).is_empty() && !text_at(&object, &["metadata", "generateName"]).is_empty() {
                let number = transaction.next("name")?;
                let name = format!("{}{:05}", text_at(&object, &["metadata", "generateName"]), number);
                set(&mut object, &["metadata", "name"], name);
            }
            let key = call.key(name_of(&object));
            remove(&mut object, &["status"]);
            let stored = self.put(transaction, call, &key, Put { live: None, object, by: By::Update })?;
            Ok(Answer::Json(201, stored))
        })
    }

    pub(super) fn update(&self, call: &Call<'_>, body: &Bytes) -> Result<Answer, Failure> {
        let mut object = parse_body(body, call.options)?;
        if call.target.subresource == "scale" {
            return self.set_scale(call, |_| Ok(object));
        }
        self.identify(call, &mut object)?;
        let key = call.key(&call.target.name);
        self.change(call, |transaction| {
            let live = transaction.get(&key)?.ok_or_else(|| call.not_found())?;
            let stored = self.put(transaction, call, &key, Put { live: Some(live), object, by: By::Update })?;
            Ok(Answer::Json(200, stored))
        })
    }

    pub(super) fn patch(&self, call: &Call<'_>, body: &Bytes) -> Result<Answer, Failure> {
        let patch = parse_body(body, call.options)?;
        if call.options.content_type == "application/apply-patch+yaml" {
            return self.apply(call, patch);
        }
        if call.target.subresource == "scale" {
            return self.set_scale(call, |mut scale| {
                patched(&mut scale, &patch, call)?;
                Ok(scale)
            });
        }
        let key = call.key(&call.target.name);
        self.change(call, |transaction| {
            let live = transaction.get(&key)?.ok_or_else(|| call.not_found())?;
            let mut object = call.shown(live.clone());
            patched(&mut object, &patch, call)?;
            let stored = self.put(transaction, call, &key, Put { live: Some(live), object, by: By::Update })?;
            Ok(Answer::Json(200, stored))
        })
    }

    /// Server-side apply.
    fn apply(&self, call: &Call<'_>, mut config: Value) -> Result<Answer, Failure> {
        if config.pointer("/metadata/managedFields").is_some_and(|fields| !fields.is_null()) {
            return Err(Failure::bad_request("metadata.managedFields must be nil"));
        }
        if call.options.text("fieldManager").is_empty() {
            return Err(Failure::bad_request(
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
            ));
        }
        self.identify(call, &mut config)?;
        let key = call.key(&call.target.name);
        let force = call.options.flag("force");
        self.change(call, |transaction| {
            let live = transaction.get(&key)?;
            let writer = self.writer(call, true);
            let under = live.clone().map_or(Value::Null, |live| call.shown(live));
            let object = call.with_type(transaction, |of| {
                if let Some(of) = of {
                    check_typed(call, &mut config, of)?;
                }
                managers::fill_texts(&mut config, of);
                discard_nulls(&mut config);
                managers::apply(&under, &config, &writer, of, force)
            })?;
            let code = if live.is_some() { 200 } else { 201 };
            let stored = self.put(transaction, call, &key, Put { live, object, by: By::Apply })?;
            Ok(Answer::Json(code, stored))
        })
    }

    /// Sets how many there shall be.
    fn set_scale(
        &self,
        call: &Call<'_>,
        change: impl FnOnce(Value) -> Result<Value, Failure>,
    ) -> Result<Answer, Failure> {
        let key = call.key(&call.target.name);
        self.change(call, |transaction| {
            let live = transaction.get(&key)?.ok_or_else(|| call.not_found())?;
            let wanted = change(scale(&call.shown(live.clone())))?;
            let mut object = call.shown(live.clone());
            set(&mut object, &["spec", "replicas"], int_at(&wanted, &["spec", "replicas"]).unwrap_or(0));
            let stored = self.put(transaction, call, &key, Put { live: Some(live), object, by: By::Update })?;
            Ok(Answer::Json(200, scale(&stored)))
        })
    }

    /// Runs a change, then the controllers; a dry run keeps nothing.
    fn change(
        &self,
        call: &Call<'_>,
        act: impl FnOnce(&mut Transaction) -> Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        if call.options.is_dry_run() {
            return self.store.attempt(act);
        }
        self.store.write(|transaction| {
            let answer = act(transaction)?;
            controllers::settle(transaction, &self.clock)?;
            Ok(answer)
        })
    }

    fn writer(&self, call: &Call<'_>, applies: bool) -> Writer {
        let part = &call.target.subresource;
        Writer {
            manager: call.options.manager(),
            applies,
            api_version: call.resource.api_version(),
            subresource: if part == "finalize" { String::new() } else { part.clone() },
            time: self.clock.text(),
        }
    }

    /// Checks that a body is of the kind, name and namespace that the path says, and adds what it leaves out.
    fn identify(&self, call: &Call<'_>, object: &mut Value) -> Result<(), Failure> {
        if !object.is_object() {
            return Err(Failure::bad_request("the body of the request holds no object"));
        }
        let (api_version, kind) = (call.resource.api_version(), call.resource.kind.as_str());
        let (sent_version, sent_kind) = (text_at(object, &["apiVersion"]), text_at(object, &["kind"]));
        let differs = |sent: &str, wanted: &str| !sent.is_empty() && sent != wanted;
        if differs(sent_version, &api_version) || differs(sent_kind, kind) {
            return Err(Failure::bad_request(format!(
                "the API version in the data ({sent_version}) does not match the expected API version ({api_version})"
            )));
        }
        let (sent, namespace) = (namespace_of(object), call.namespace());
        if differs(sent, namespace) && call.resource.namespaced {
            return Err(Failure::bad_request(
                "the namespace of the provided object does not match the namespace sent on the request",
            ));
        }
        let (sent, name) = (name_of(object), call.target.name.as_str());
        if !name.is_empty() && differs(sent, name) {
            return Err(Failure::bad_request(format!(
                "the name of the object ({sent}) does not match the name on the URL ({name})"
            )));
        }
        set(object, &["apiVersion"], api_version);
        set(object, &["kind"], kind);
        if call.resource.namespaced {
            set(object, &["metadata", "namespace"], namespace);
        } else {
            remove(object, &["metadata", "namespace"]);
        }
        if !name.is_empty() {
            set(object, &["metadata", "name"], name);
        }
        Ok(())
    }

    /// Puts an object in the place of what lives, after all checks. Gives it as it is stored.
    fn put(&self, transaction: &mut Transaction, call: &Call<'_>, key: &str, put: Put) -> Result<Value, Failure> {
        let Put { live, mut object, by } = put;
        match &live {
            None => self.admit_new(transaction, call, &mut object, key)?,
            Some(live) => self.keep_identity(call, live, &mut object)?,
        }
        let name = name_of(&object).to_owned();
        let causes = call.with_type(transaction, |of| decode(call, &mut object, of, by))?;
        defaults::fill(&call.resource.group, &call.resource.kind, &mut object);
        job_labels(call, &mut object);
        let shown = live.clone().map(|live| call.shown(live));
        let mut causes = causes;
        causes.extend(validate::invalid(&call.resource, &object, shown.as_ref()));
        if let Some(refused) = validate::refusal(&call.resource, &name, &causes) {
            return Err(refused);
        }
        if let Some(live) = &shown {
            split_status(call, live, &mut object);
            let generation = int_at(live, &["metadata", "generation"]).unwrap_or(1);
            let next = if same_but(live, &object, &["metadata", "status"]) { generation } else { generation + 1 };
            set(&mut object, &["metadata", "generation"], next);
        } else {
            set(&mut object, &["metadata", "generation"], 1);
        }
        if matches!(by, By::Update) && !shown.as_ref().is_some_and(|live| managers::sets_managers(live, &object)) {
            let under = shown.clone().unwrap_or(Value::Null);
            call.with_type(transaction, |of| {
                managers::note_update(&under, &mut object, &self.writer(call, false), of);
                Ok(())
            })?;
        }
        if let Some(live) = &shown
            && live == &object
        {
            return Ok(object);
        }
        let done = value_at(&object, &["metadata", "deletionTimestamp"]).is_some()
            && array_at(&object, &["metadata", "finalizers"]).is_empty();
        if done {
            controllers::collect(transaction, key, false)?;
            return Ok(object);
        }
        Ok(call.shown(transaction.put(key, object)?))
    }

    fn admit_new(
        &self,
        transaction: &mut Transaction,
        call: &Call<'_>,
        object: &mut Value,
        object_key: &str,
    ) -> Result<(), Failure> {
        if call.resource.namespaced {
            let name = call.namespace();
            let namespace = transaction.get(&key("namespaces", "", name))?;
            let namespace = namespace.ok_or_else(|| Failure::not_found("namespaces", name))?;
            if value_at(&namespace, &["metadata", "deletionTimestamp"]).is_some() {
                let (qualified, object) = (call.resource.qualified(), name_of(object));
                let message = format!(
                    "{qualified} {object:?} is forbidden: unable to create new content in namespace {name} because it is being terminated"
                );
                return Err(Failure::new(403, "Forbidden", message));
            }
        }
        if !name_of(object).is_empty() && transaction.get(object_key)?.is_some() {
            return Err(Failure::already_exists(&call.resource.qualified(), name_of(object)));
        }
        set(object, &["metadata", "uid"], self.clock.uid(transaction.next("uid")?));
        set(object, &["metadata", "creationTimestamp"], self.clock.text());
        remove(object, &["metadata", "resourceVersion"]);
        Ok(())
    }

    /// What an update cannot change stays as it is; a version that was sent must be the newest one.
    fn keep_identity(&self, call: &Call<'_>, live: &Value, object: &mut Value) -> Result<(), Failure> {
        let (sent, newest) =
            (text_at(object, &["metadata", "resourceVersion"]), text_at(live, &["metadata", "resourceVersion"]));
        if !sent.is_empty() && sent != newest {
            let why = "the object has been modified; please apply your changes to the latest version and try again";
            return Err(Failure::conflict(&call.resource.qualified(), &call.target.name, why));
        }
        for field in ["uid", "creationTimestamp", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"]
        {
            match value_at(live, &["metadata", field]) {
                Some(kept) => set(object, &["metadata", field], kept.clone()),
                None => _ = remove(object, &["metadata", field]),
            }
        }
        if value_at(object, &["metadata", "managedFields"]).is_none()
            && let Some(managers) = value_at(live, &["metadata", "managedFields"])
        {
            set(object, &["metadata", "managedFields"], managers.clone());
        }
        Ok(())
    }
}

/// What is to be written.
struct Put {
    live: Option<Value>,
    object: Value,
    by: By,
}

/// The status belongs to its own path, where there is one; all else does not.
fn split_status(call: &Call<'_>, live: &Value, object: &mut Value) {
    if !call.resource.has("status") {
        return;
    }
    if call.target.subresource == "status" {
        let status = object.get("status").cloned();
        let managers = value_at(object, &["metadata", "managedFields"]).cloned();
        *object = live.clone();
        match status {
            Some(status) => set(object, &["status"], status),
            None => _ = remove(object, &["status"]),
        }
        if let Some(managers) = managers {
            set(object, &["metadata", "managedFields"], managers);
        }
    } else {
        match live.get("status") {
            Some(status) => set(object, &["status"], status.clone()),
            None => _ = remove(object, &["status"]),
        }
    }
}

/// Whether two objects are the same apart from some fields.
fn same_but(a: &Value, b: &Value, fields: &[&str]) -> bool {
    let rest = |object: &Value| {
        let mut object = object.clone();
        for field in fields {
            remove(&mut object, &[field]);
        }
        object
    };
    rest(a) == rest(b)
}

/// A Job's pods are found by labels that carry its identity. Kubernetes: `pkg/registry/batch/job/strategy.go`.
fn job_labels(call: &Call<'_>, object: &mut Value) {
    if call.resource.qualified() != "jobs.batch" || value_at(object, &["spec", "manualSelector"]) == Some(&json!(true))
    {
        return;
    }
    let uid = text_at(object, &["metadata", "uid"]).to_owned();
    let name = name_of(object).to_owned();
    if value_at(object, &["spec", "selector"]).is_none() {
        set(object, &["spec", "selector"], json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}));
    }
    for (label, value) in [
        ("batch.kubernetes.io/controller-uid", &uid),
        ("controller-uid", &uid),
        ("batch.kubernetes.io/job-name", &name),
        ("job-name", &name),
    ] {
        crate::object::set_default(object, &["spec", "template", "metadata", "labels", label], value.as_str());
    }
    // Kubernetes: `pkg/apis/batch/v1/defaults.go`: a Job without labels shares those of its pods.
    if value_at(object, &["metadata", "labels"]).is_none_or(|labels| labels.as_object().is_none_or(Map::is_empty)) {
        let labels = value_at(object, &["spec", "template", "metadata", "labels"]).cloned().unwrap_or_default();
        set(object, &["metadata", "labels"], labels);
    }
}
