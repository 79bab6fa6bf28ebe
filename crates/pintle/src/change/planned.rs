//! From what a revision wants, what the one before it wanted, and what lives, to a plan.

use cluster::ObjectId;
use release::{
    ApplyMethod, Record,
    object::{Checks, Live, Object, parse, place_old},
    ownership::Owner,
    plan::{Apply, Plan, PlanInput, PlanOptions, plan},
};

use crate::{ChangeOptions, Error, ErrorKind, Session};

/// What a plan is made from.
pub(crate) struct PlanRequest<'a> {
    /// The revision that is believed to live; none for an install.
    pub(crate) old: Option<&'a Record>,
    /// The new revision.
    pub(crate) new: &'a Record,
    /// Its objects, with their owner.
    pub(crate) objects: &'a [Object],
    /// How objects are changed.
    pub(crate) options: &'a ChangeOptions,
    /// Whether an object that is there and is not the old revision's must be the release's, or may be taken: what
    /// forbids it otherwise begins with these words of Helm. None where all are taken.
    pub(crate) adopts: Option<&'static str>,
    /// What cannot be read of the old manifest is told with these words of Helm.
    pub(crate) old_words: &'static str,
}

/// Makes the plan. Old objects whose kind is gone are told, and passed over.
///
/// # Errors
/// The server does not tell what lives, or objects belong to somebody else.
pub(crate) fn planned(session: &mut Session<'_>, request: &PlanRequest<'_>) -> Result<Plan, Error> {
    let (old, unmappable) = match request.old {
        Some(record) => old_objects(session, record, request.old_words)?,
        None => (Vec::new(), Vec::new()),
    };
    for (object, why) in &unmappable {
        session.remark(format!(
            "warning: {} {:?} of revision {} is passed over: {why}",
            object.id.kind,
            object.id.name,
            request.old.map_or(0, |record| record.revision)
        ));
    }
    let live = read_live(session, request.objects, &old)?;
    let owner = Owner { release: &request.new.name, namespace: &request.new.namespace };
    if let Some(words) = request.adopts {
        let new: Vec<Object> = request
            .objects
            .iter()
            .filter(|object| !old.iter().any(|known| known.id.same_or_moved(&object.id)))
            .cloned()
            .collect();
        owner
            .adoptable(&new, &live, request.options.take_ownership)
            .map_err(|error| Error::new(ErrorKind::Release, format!("{words}: {error}")))?;
    }
    let input = PlanInput {
        old: &old,
        unmappable: &unmappable,
        new: request.objects,
        live: &live,
        owner,
        options: PlanOptions {
            apply: match request.new.apply_method {
                ApplyMethod::ServerSide => Apply::ServerSide { force_conflicts: request.options.force_conflicts },
                _ => Apply::ClientSide { three_way_for_custom: request.options.take_ownership },
            },
            force_replace: request.options.force_replace,
            force_recreate: request.options.force_recreate,
        },
    };
    plan(&input).map_err(|error| Error::new(ErrorKind::Cluster, error.to_string()))
}

type Old = (Vec<Object>, Vec<(Object, String)>);

/// The objects of an old manifest, and those whose kind the server no longer knows.
fn old_objects(session: &Session<'_>, record: &Record, words: &str) -> Result<Old, Error> {
    let objects = parse(record.manifest.as_bytes(), Checks::Lenient)
        .map_err(|error| Error::new(ErrorKind::Release, format!("{words}: {error}")))?;
    let cluster = session.cluster;
    let (placed, unplaced) = place_old(objects, &session.namespace, |id| {
        cluster.locate(id, &session.namespace).map(|id| !id.namespace.is_empty())
    });
    let mut gone = Vec::new();
    for unplaced in unplaced {
        if !unplaced.error.is_no_match() {
            return Err(Error::from(unplaced.error.during(words)));
        }
        gone.push((unplaced.object, unplaced.error.to_string()));
    }
    Ok((placed, gone))
}

/// What lives of the new objects, which must be known, and of the old ones, as far as it may be.
fn read_live(session: &Session<'_>, new: &[Object], old: &[Object]) -> Result<Live, Error> {
    let wanted: Vec<ObjectId> = new.iter().map(|object| object.id.clone()).filter(|id| !id.name.is_empty()).collect();
    let others: Vec<ObjectId> =
        old.iter().map(|object| object.id.clone()).filter(|id| !wanted.contains(id) && !id.name.is_empty()).collect();
    let ids: Vec<ObjectId> = wanted.iter().chain(&others).cloned().collect();
    let mut live = Live::new();
    for (place, (id, read)) in ids.iter().zip(session.cluster.get_all(&ids)).enumerate() {
        match read {
            Ok(object) => _ = live.insert(id.clone(), object),
            Err(error) if place < wanted.len() => {
                return Err(Error::from(error.during("could not get information about the resource")));
            }
            Err(_) => {}
        }
    }
    Ok(live)
}
