//! What a client-side upgrade makes of the objects as they live: the server tries the three-way merge of each.
//! helm-diff: `manifest/generate.go`.

use cluster::{Action, Cluster, Error as ClusterError, PatchKind, Write};
use release::{
    comparison::{Documents, Ownership},
    merge::{Merge, client_side_patch},
    object::{Checks, Object, ObjectId, text_at},
    plan::PatchForm,
};
use serde_json::Value;

use super::DiffUpgradeOptions;
use crate::{
    Error, ErrorKind, Session,
    change::{Built, build},
};

/// The live objects of a release, and what its upgrade makes of them, as manifests.
pub(super) fn merged(session: &Session<'_>, manifests: [&[u8]; 2]) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let cluster = session.cluster;
    let read = |manifest: &[u8], which: &str| {
        let built = build(cluster, &session.namespace, &String::from_utf8_lossy(manifest), Checks::Lenient);
        let doing =
            format!("unable to generate manifests: unable to build kubernetes objects from {which} release manifest");
        built.map(|Built { objects, .. }| objects).map_err(|error| error.during(doing))
    };
    let [old, new] = manifests;
    let (originals, targets) = (read(old, "original")?, read(new, "new")?);
    let (mut before, mut after) = (String::new(), String::new());
    for original in originals.iter().filter(|original| !targets.iter().any(|target| target.id == original.id)) {
        push(&mut before, &original.json);
    }
    let lives = lives(cluster, &targets)?;
    let mut tried: Vec<(&Value, Option<Write>)> = Vec::new();
    for (target, live) in targets.iter().zip(&lives) {
        let Some(live) = live else {
            push(&mut after, &target.json);
            continue;
        };
        push(&mut before, &tidied(live));
        let original = originals.iter().find(|original| original.id == target.id).unwrap_or(target);
        let merge = Merge { original: &original.json, modified: &target.json, current: live };
        let patch = client_side_patch(&target.id, &merge, false)
            .map_err(|error| Error::new(ErrorKind::Cluster, format!("unable to generate manifests: {error}")))?;
        tried.push((live, patch.map(|patch| dry_run(&target.id, patch))));
    }
    let writes: Vec<Write> = tried.iter().filter_map(|(_, write)| write.clone()).collect();
    let mut results = cluster.write_all(&writes).into_iter();
    for (live, write) in tried {
        let patched = match write.and_then(|write| Some((write, results.next()?))) {
            None => live.clone(),
            Some((_, Ok(patched))) => patched.unwrap_or_else(|| live.clone()),
            Some((write, Err(error))) => return Err(refused(&write.id, &error)),
        };
        push(&mut after, &tidied(&patched));
    }
    Ok((before.into_bytes(), after.into_bytes()))
}

fn refused(id: &ObjectId, error: &ClusterError) -> Error {
    let name = value::quote::quote(id.name.as_bytes());
    let text = format!("unable to generate manifests: cannot patch {name} with kind {}: {error}", id.kind);
    Error::new(ErrorKind::Cluster, text)
}

fn dry_run(id: &ObjectId, (form, patch): (PatchForm, Value)) -> Write {
    let kind = match form {
        PatchForm::Merge => PatchKind::Merge,
        PatchForm::Strategic => PatchKind::Strategic,
    };
    let mut write = Write::new(id.clone(), Action::Patch { kind, patch });
    write.dry_run = true;
    write
}

fn lives(cluster: &Cluster, objects: &[Object]) -> Result<Vec<Option<Value>>, Error> {
    let ids: Vec<ObjectId> = objects.iter().map(|object| object.id.clone()).collect();
    let read = cluster.get_all(&ids).into_iter();
    let told = |error: ClusterError| {
        Error::from(error.during("unable to generate manifests: could not get information about the resource"))
    };
    read.map(|live| live.map_err(told)).collect()
}

/// The objects that the release would take from others, whose documents are added to the old ones.
pub(super) fn owners(
    session: &Session<'_>,
    options: &DiffUpgradeOptions,
    manifest: &[u8],
    old: &mut Documents,
) -> Result<Vec<Ownership>, Error> {
    let text = String::from_utf8_lossy(manifest);
    let Built { objects, .. } = build(session.cluster, &session.namespace, &text, Checks::Lenient)?;
    let after = format!("{}/{}", session.namespace, options.name);
    let mut owners = Vec::new();
    for live in lives(session.cluster, &objects)?.into_iter().flatten() {
        let annotation = |name: &str| text_at(&live, &["metadata", "annotations", name]).to_owned();
        let mut before = annotation("meta.helm.sh/release-namespace");
        if !before.is_empty() {
            before.push('/');
        }
        before.push_str(&annotation("meta.helm.sh/release-name"));
        if before == after {
            continue;
        }
        let mut text = String::new();
        push(&mut text, &tidied(&live));
        for (name, document) in options.diff.read(text.as_bytes(), &session.namespace)?.by_name {
            owners.push(Ownership { name: name.clone(), before: before.clone(), after: after.clone() });
            old.by_name.insert(name, document);
        }
    }
    Ok(owners)
}

fn push(manifest: &mut String, object: &Value) {
    manifest.push_str("\n---\n");
    let json = value::json::from_slice_int64(object.to_string().as_bytes()).unwrap_or(value::Value::Nil);
    manifest.push_str(&String::from_utf8_lossy(&value::yaml::to_vec(&json).unwrap_or_default()));
}

/// A live object without what the server and Helm write into every one.
fn tidied(object: &Value) -> Value {
    let mut object = object.clone();
    let Some(fields) = object.as_object_mut() else { return object };
    fields.remove("status");
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        for name in ["managedFields", "generation", "creationTimestamp", "resourceVersion", "uid"] {
            metadata.remove(name);
        }
        let mut bare = false;
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            for name in
                ["meta.helm.sh/release-name", "meta.helm.sh/release-namespace", "deployment.kubernetes.io/revision"]
            {
                annotations.remove(name);
            }
            bare = annotations.is_empty();
        }
        if bare {
            metadata.remove("annotations");
        }
    }
    object
}
