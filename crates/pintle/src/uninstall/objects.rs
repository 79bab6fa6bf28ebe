//! Which objects of a release go, in which order, and which stay.

use cluster::{Action, ObjectId, Propagation, Write};
use release::{KindOrder, Manifest, Record, RenderedFile, sort_manifests, split_manifests};

use crate::{Error, ErrorKind, Planned, Progress, Session, change::owner_of, objects};

/// What goes, and what is kept.
#[derive(Debug, Default)]
pub(super) struct Doomed {
    /// What goes, in the order of going.
    pub(super) ids: Vec<ObjectId>,
    /// A line for each object that stays, as Helm prints it.
    pub(super) kept: String,
    /// What becomes of those that do not go.
    stays: Vec<Planned>,
    /// What another release has taken over since, and stays with it.
    pub(super) taken: Vec<Taken>,
}

/// An object that another release has taken over.
#[derive(Debug)]
pub(super) struct Taken {
    id: ObjectId,
    release: String,
    namespace: String,
}

impl Doomed {
    /// What becomes of each object.
    pub(super) fn planned(&self) -> Vec<Planned> {
        let go = self.ids.iter().map(|id| Planned { id: id.clone(), does: "delete" });
        go.chain(self.stays.iter().cloned()).collect()
    }

    /// Takes note of an object that does not go.
    fn stay(&mut self, session: &Session<'_>, manifest: &Manifest, does: &'static str) {
        let head = &manifest.head;
        let read = objects::read_old(session.cluster, &session.namespace, &manifest.content);
        let id = read.ok().and_then(|(objects, _)| Some(objects.into_iter().next()?.id)).unwrap_or_else(|| ObjectId {
            api_version: head.api_version.clone(),
            kind: head.kind.clone(),
            namespace: String::new(),
            name: head.name.clone(),
        });
        self.stays.push(Planned { id, does });
    }

    /// Spares what another release has taken over. What may not be read goes unseen, as in Helm.
    fn spare(&mut self, session: &Session<'_>, record: &Record) {
        let owner = owner_of(record);
        let ids = std::mem::take(&mut self.ids);
        let live = session.cluster.get_all(&ids);
        for (id, live) in ids.into_iter().zip(live) {
            match live.ok().flatten().and_then(|live| owner.successor(&live)) {
                Some((release, namespace)) => {
                    self.stays.push(Planned { id: id.clone(), does: "keep" });
                    self.taken.push(Taken { id, release, namespace });
                }
                None => self.ids.push(id),
            }
        }
    }
}

impl Taken {
    /// The object, and whose it is.
    pub(super) fn told(&self) -> String {
        let Taken { id, release, namespace } = self;
        format!("{} {}, which the release {release} in namespace {namespace} has taken over", id.kind, id.name)
    }
}

/// Helm: `SplitManifests` and `SortManifests`, by the order of documents within a kind.
fn manifests(record: &Record) -> Result<Vec<Manifest>, Error> {
    let documents = split_manifests(record.manifest.as_bytes());
    let files = documents.into_iter().enumerate();
    let files: Vec<RenderedFile> =
        files.map(|(place, content)| RenderedFile { path: format!("manifest-{place:06}"), content }).collect();
    let sorted = sort_manifests(&files, KindOrder::Uninstall).map_err(|error| {
        let text = format!("failed to delete release: {}", record.name);
        Error::new(ErrorKind::Release, text)
            .hinted(format!("corrupted release record. You must manually delete the resources: {error}"))
    })?;
    Ok(sorted.manifests)
}

/// The word of an object's resource policy: `keep` keeps it, any other lets Helm pass it over.
fn policy(manifest: &Manifest) -> Option<String> {
    manifest.head.annotation("helm.sh/resource-policy").map(|policy| policy.trim().to_lowercase())
}

/// Which objects of a record go. One whose kind the server no longer serves cannot go, and must not hold up the others.
pub(super) fn doomed(session: &mut Session<'_>, record: &Record) -> Result<Doomed, Error> {
    let mut doomed = Doomed::default();
    for manifest in manifests(record)? {
        match policy(&manifest).as_deref() {
            Some("keep") => {
                doomed.kept.push_str(&format!("[{}] {}\n", manifest.head.kind, manifest.head.name));
                doomed.stay(session, &manifest, "keep");
            }
            Some(_) => doomed.stay(session, &manifest, "pass over"),
            None => match objects::read_old(session.cluster, &session.namespace, &manifest.content) {
                Ok((objects, unserved)) => {
                    doomed.ids.extend(objects.into_iter().map(|object| object.id));
                    for id in unserved {
                        let ObjectId { kind, name, api_version, .. } = &id;
                        session.remark(format!(
                            "{kind} {name} is passed over: the server serves no {kind} of {api_version}"
                        ));
                        doomed.stays.push(Planned { id, does: "pass over" });
                    }
                }
                Err(error) => {
                    let text = format!("failed to delete release: {}", record.name);
                    let cause = format!("unable to build kubernetes objects for delete: {error}");
                    return Err(Error::new(ErrorKind::Cluster, text).hinted(cause));
                }
            },
        }
    }
    doomed.spare(session, record);
    Ok(doomed)
}

/// Deletes objects, those of one kind at once.
pub(super) fn delete(session: &mut Session<'_>, ids: &[ObjectId], cascade: Propagation) -> Result<(), Vec<String>> {
    let mut errors = Vec::new();
    for ids in ids.chunk_by(|a, b| a.kind == b.kind) {
        let deletion = |id: &ObjectId| Write::new(id.clone(), Action::Delete(cascade));
        let writes: Vec<Write> = ids.iter().map(deletion).collect();
        for (id, (result, took)) in ids.iter().zip(session.cluster.write_all_timed(&writes)) {
            let error = result.err().map(|error| error.to_string());
            errors.extend(error.iter().map(|error| format!("{} {}: {error}", id.kind, id.name)));
            let planned = Planned { id: id.clone(), does: "delete" };
            session.tell(Progress::Written { planned, took, error });
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Says what an uninstallation would do.
pub(super) fn announce(session: &mut Session<'_>, record: &Record) {
    let Ok(manifests) = manifests(record) else { return };
    let taken = doomed(session, record).map(|doomed| doomed.taken).unwrap_or_default();
    for manifest in manifests {
        let (kind, name) = (manifest.head.kind.as_str(), manifest.head.name.as_str());
        if let Some(taken) = taken.iter().find(|taken| (taken.id.kind.as_str(), taken.id.name.as_str()) == (kind, name))
        {
            session.remark(format!("{} would be kept", taken.told()));
            continue;
        }
        let what = if policy(&manifest).is_some() { "would be kept" } else { "would be deleted" };
        session.remark(format!("{kind} {name} {what}"));
    }
}
