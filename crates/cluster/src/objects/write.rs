//! Writing objects: created, applied, patched, replaced, deleted. Helm: `pkg/kube/client.go`.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use http::Method;
use serde_json::{Value, json};

use crate::{
    Cluster, Error, ObjectId, cluster::Inner, discovery::Mapping, lookup::subject, object::text_at, request::Call,
};

use super::read::check_name;

pub use release::plan::FIELD_MANAGER;

/// How often and how fast a conflict is tried again. client-go: `retry.DefaultRetry`.
const CONFLICT_TRIES: u32 = 5;
const CONFLICT_PAUSE: Duration = Duration::from_millis(10);

/// What the server does about fields that it does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Refuses them.
    #[default]
    Strict,
    /// Drops them and says so.
    Warn,
    /// Drops them.
    Ignore,
    /// What the server does on its own account.
    Unset,
}

/// What a patch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// RFC 7386.
    Merge,
    /// Kubernetes' own merge, which knows the keys of lists.
    Strategic,
    /// RFC 6902.
    Json,
}

/// What becomes of an object's dependents when it is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted after it.
    #[default]
    Background,
    /// They are deleted before it.
    Foreground,
    /// They stay.
    Orphan,
}

impl Propagation {
    fn name(self) -> &'static str {
        match self {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        }
    }
}

/// What to do with an object.
#[derive(Clone, Debug)]
pub enum Action {
    /// Make it; it must not be there.
    Create(Value),
    /// Server-side apply. A server that lacks it says so.
    Apply {
        /// The object, as the manifest has it.
        object: Value,
        /// Whether to take fields that others own.
        force_conflicts: bool,
    },
    /// Change it.
    Patch {
        /// The form of the patch.
        kind: PatchKind,
        /// The patch.
        patch: Value,
    },
    /// Put this in its place, whatever changed there in the meantime.
    Replace(Value),
    /// Delete it; one that is gone already is no failure.
    Delete(Propagation),
}

/// One change to one object.
#[derive(Clone, Debug)]
pub struct Write {
    /// Which object.
    pub id: ObjectId,
    /// What to do.
    pub action: Action,
    /// Whether the server shall only try.
    pub dry_run: bool,
    /// What to do about unknown fields.
    pub validation: FieldValidation,
}

impl Write {
    /// A change that is meant, with strict validation.
    pub fn new(id: ObjectId, action: Action) -> Write {
        Write { id, action, dry_run: false, validation: FieldValidation::Strict }
    }
}

impl Cluster {
    /// Makes one change. Gives the object as the server has it then; of one that is deleted nothing, or what is still
    /// there of it for a while.
    ///
    /// # Errors
    /// In Helm's words: `server-side apply failed for object …`, `conflict occurred while applying object …: Apply failed
    /// with 1 conflict: …`, `failed to replace object: …`, `cannot patch "x" with kind Y: …`.
    pub fn write(&self, write: &Write) -> Result<Option<Value>, Error> {
        self.block_on(self.inner.write(write))
    }

    /// Makes many changes at once, as many at a time as the burst limit allows; results are in the order given. All are
    /// tried, whichever fail.
    pub fn write_all(&self, writes: &[Write]) -> Vec<Result<Option<Value>, Error>> {
        self.write_all_timed(writes).into_iter().map(|(written, _)| written).collect()
    }

    /// The same, with the time that each took.
    pub fn write_all_timed(&self, writes: &[Write]) -> Vec<(Result<Option<Value>, Error>, Duration)> {
        self.block_on(async {
            let inner = &self.inner;
            let writes = writes.iter().map(|write| async move {
                let begun = Instant::now();
                (inner.write(write).await, begun.elapsed())
            });
            futures::stream::iter(writes).buffered(inner.transport.throttle.places()).collect().await
        })
    }

    /// Makes the fields that our client-side updates own ours for server-side apply. Gives whether anything changed.
    /// Helm: `upgradeClientSideFieldManager`.
    ///
    /// # Errors
    /// The object cannot be read or changed.
    pub fn adopt_fields(&self, id: &ObjectId, dry_run: bool) -> Result<bool, Error> {
        self.block_on(self.inner.adopt_fields(id, dry_run))
    }
}

impl Inner {
    pub(crate) async fn write(&self, write: &Write) -> Result<Option<Value>, Error> {
        check_name(&write.id.name)?;
        let mapping = self.mapping(&write.id.api_version, &write.id.kind).await?;
        let target = Target { inner: self, mapping: &mapping, write };
        match &write.action {
            Action::Create(object) => target.create(object).await.map(Some),
            Action::Apply { object, force_conflicts } => target.apply(object, *force_conflicts).await.map(Some),
            Action::Patch { .. } => target.patch().await.map(Some),
            Action::Replace(object) => target.replace(object).await.map(Some),
            Action::Delete(propagation) => target.delete(*propagation).await,
        }
    }

    async fn adopt_fields(&self, id: &ObjectId, dry_run: bool) -> Result<bool, Error> {
        let mapping = self.mapping(&id.api_version, &id.kind).await?;
        let place = format!("{}/{} {}", id.namespace, id.name, id.gvk());
        for attempt in 1.. {
            let call =
                Call::get(mapping.object(&id.namespace, &id.name)).about(subject(&mapping.qualified(), &id.name));
            let live = self.json(&call).await.map_err(|error| error.during(format!("failed to get object {place}")))?;
            let Some(patch) = super::managed_fields::adopting_patch(&live, FIELD_MANAGER) else { return Ok(false) };
            let action = Action::Patch { kind: PatchKind::Json, patch };
            let write = Write { dry_run, ..Write::new(id.clone(), action) };
            match (Target { inner: self, mapping: &mapping, write: &write }).send_patch().await {
                Ok(_) => return Ok(true),
                Err(error) if error.is_conflict() && attempt < CONFLICT_TRIES => {
                    tokio::time::sleep(CONFLICT_PAUSE).await;
                }
                Err(error) if error.is_conflict() => return Err(error),
                Err(error) => {
                    return Err(error.during(format!("failed to patch object to upgrade CSA field manager {place}")));
                }
            }
        }
        Ok(false)
    }
}

/// A change on its way.
struct Target<'a> {
    inner: &'a Inner,
    mapping: &'a Mapping,
    write: &'a Write,
}

impl Target<'_> {
    fn about(&self) -> String {
        subject(&self.mapping.qualified(), &self.write.id.name)
    }

    fn path(&self) -> String {
        self.mapping.object(&self.write.id.namespace, &self.write.id.name)
    }

    /// `namespace/name group/version, Kind=X`, as Helm names an object.
    fn place(&self) -> String {
        let id = &self.write.id;
        format!("{}/{} {}", id.namespace, id.name, id.gvk())
    }

    /// Adds what all writes say.
    fn with_options(&self, call: Call, validated: bool) -> Call {
        let mut call = call.query("fieldManager", FIELD_MANAGER);
        if self.write.dry_run {
            call = call.query("dryRun", "All");
        }
        let validation = match self.write.validation {
            FieldValidation::Strict => "Strict",
            FieldValidation::Warn => "Warn",
            FieldValidation::Ignore => "Ignore",
            FieldValidation::Unset => return call,
        };
        if validated { call.query("fieldValidation", validation) } else { call }
    }

    async fn create(&self, object: &Value) -> Result<Value, Error> {
        let mut object = object.clone();
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("resourceVersion");
        }
        let call =
            Call::new(Method::POST, self.mapping.collection(&self.write.id.namespace)).about(self.mapping.qualified());
        // Helm creates without asking for validation: it has validated by then.
        let call = self.with_options(call, self.write.dry_run).body("application/json", bytes(&object));
        self.retry(Error::is_conflict, || self.inner.json(&call)).await
    }

    async fn apply(&self, object: &Value, force_conflicts: bool) -> Result<Value, Error> {
        let call = Call::new(Method::PATCH, self.path()).about(self.about());
        let call = self.with_options(call, true).query("force", if force_conflicts { "true" } else { "false" });
        let call = call.body("application/apply-patch+yaml", bytes(object));
        let quota = |error: &Error| {
            let text = error.to_string();
            error.is_conflict()
                && text.contains("Operation cannot be fulfilled on resourcequotas")
                && text.contains("the object has been modified")
        };
        self.retry(quota, || self.inner.json(&call)).await.map_err(|error| match error.api().map(|error| error.code) {
            Some(415) => error.during("server-side apply not available on the server"),
            _ if error.is_conflict() => {
                error.during(format!("conflict occurred while applying object {}", self.place()))
            }
            _ => error.during(format!("server-side apply failed for object {}", self.place())),
        })
    }

    async fn patch(&self) -> Result<Value, Error> {
        let id = &self.write.id;
        let doing = format!("cannot patch {:?} with kind {}", id.name, id.kind);
        self.send_patch().await.map_err(|error| error.during(doing))
    }

    /// Sends the patch of this change; the error is the server's.
    async fn send_patch(&self) -> Result<Value, Error> {
        let Action::Patch { kind, patch } = &self.write.action else {
            return Err(Error::Malformed("not a patch".into()));
        };
        let content_type = match kind {
            PatchKind::Merge => "application/merge-patch+json",
            PatchKind::Strategic => "application/strategic-merge-patch+json",
            PatchKind::Json => "application/json-patch+json",
        };
        let call = Call::new(Method::PATCH, self.path()).about(self.about());
        // Helm's client-side apply asks for no validation; moving fields to server-side apply does.
        let call = self.with_options(call, *kind == PatchKind::Json || self.write.dry_run);
        self.inner.json(&call.body(content_type, bytes(patch))).await
    }

    /// cli-runtime: `Helper.Replace` with overwrite: the version is taken from what lives there.
    async fn replace(&self, object: &Value) -> Result<Value, Error> {
        let mut object = object.clone();
        if text_at(&object, &["metadata", "resourceVersion"]).is_empty() {
            let live = self.inner.get_mapped(self.mapping, &self.write.id).await.unwrap_or_default();
            let version = live.as_ref().map(|live| text_at(live, &["metadata", "resourceVersion"]).to_owned());
            if let (Some(metadata), Some(version)) =
                (object.get_mut("metadata").and_then(Value::as_object_mut), version)
            {
                metadata.insert("resourceVersion".into(), version.into());
            }
        }
        let call = self.with_options(Call::new(Method::PUT, self.path()).about(self.about()), true);
        let answer = self.inner.json(&call.body("application/json", bytes(&object))).await;
        answer.map_err(|error| error.during("failed to replace object"))
    }

    async fn delete(&self, propagation: Propagation) -> Result<Option<Value>, Error> {
        let mut options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation.name()});
        if let (true, Some(fields)) = (self.write.dry_run, options.as_object_mut()) {
            fields.insert("dryRun".into(), json!(["All"]));
        }
        let call = Call::new(Method::DELETE, self.path()).about(self.about()).body("application/json", bytes(&options));
        let deleted = self.retry(Error::is_conflict, || self.inner.transport.send(&call)).await;
        match deleted {
            Ok(answer) => {
                let answer: Option<Value> = serde_json::from_slice(&answer).ok();
                Ok(answer.filter(|object| !text_at(object, &["metadata", "deletionTimestamp"]).is_empty()))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tries again while `again` says that the error may pass.
    async fn retry<T, F: Future<Output = Result<T, Error>>>(
        &self,
        again: impl Fn(&Error) -> bool,
        attempt: impl Fn() -> F,
    ) -> Result<T, Error> {
        for _ in 1..CONFLICT_TRIES {
            match attempt().await {
                Err(error) if again(&error) => tokio::time::sleep(CONFLICT_PAUSE).await,
                result => return result,
            }
        }
        attempt().await
    }
}

fn bytes(object: &Value) -> Vec<u8> {
    object.to_string().into_bytes()
}
