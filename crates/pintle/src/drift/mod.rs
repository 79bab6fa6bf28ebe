//! `helm drift`: what lives otherwise than the last deployed revision wants it, field by field, and who changed it.

mod fix;
mod ignore;
mod live;
mod problems;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use cluster::ObjectId;
use release::{
    Record,
    diff::{FieldChange, drift as drift_of},
    object::{Checks, Object, parse, place, text_at},
};
use serde_json::{Value, json};

use self::{
    ignore::Rules,
    live::{Found, read_live},
};
use crate::{Error, ErrorKind, Session};

pub(crate) use self::ignore::fits;
pub use self::{
    problems::{ProblemOptions, ReleaseProblem, problem_table, problems, problems_json},
    text::drift_text,
};

/// What `drift` needs.
#[derive(Clone, Debug, Default)]
pub struct DriftOptions {
    /// The release; empty for all of the session's namespace, or of all namespaces.
    pub name: String,
    /// `--ignore` and the lines of `--ignore-file`: what is no drift.
    pub ignore: Vec<String>,
    /// `--fix`: applies the recorded manifest again where something drifted.
    pub fix: bool,
}

/// What became of an object since it was applied.
#[derive(Clone, Debug, PartialEq)]
pub enum Drifted {
    /// Fields have other values.
    Changed(Vec<FieldChange>),
    /// It is gone.
    Missing,
    /// It says that it is the release's, and the revision has no such object.
    Extra,
}

/// An object that drifted.
#[derive(Clone, Debug)]
pub struct DriftedObject {
    /// Which object.
    pub id: ObjectId,
    /// The template that it comes from; empty for one that comes from none.
    pub source: String,
    /// What became of it.
    pub drifted: Drifted,
}

/// The drift of a release.
#[derive(Clone, Debug, Default)]
pub struct ReleaseDrift {
    /// The release's namespace.
    pub namespace: String,
    /// The release.
    pub name: String,
    /// The revision that is compared with.
    pub revision: i64,
    /// How many objects it has.
    pub objects: usize,
    /// The objects that drifted.
    pub drifted: Vec<DriftedObject>,
    /// How many changes rules say are none.
    pub ignored: usize,
    /// What could not be looked at.
    pub problems: Vec<String>,
    /// The objects that were applied again.
    pub fixed: Vec<ObjectId>,
}

impl ReleaseDrift {
    /// Whether anything drifted.
    pub fn is_clean(&self) -> bool {
        self.drifted.is_empty()
    }
}

/// What drifted, of one release or of all.
///
/// # Errors
/// The cluster cannot be reached or refuses, or has no such release.
pub fn drift(options: &DriftOptions, session: &mut Session<'_>) -> Result<Vec<ReleaseDrift>, Error> {
    let records = deployed(&options.name, session)?;
    let releases: Vec<Release> = records.into_iter().map(|record| Release::of(record, session)).collect();
    let found = read_live(session, &releases);
    let mut drifts = Vec::new();
    for release in &releases {
        let mut rules = Rules::parse(&options.ignore)?;
        rules.add_chart(&release.record)?;
        drifts.push(release.drift(&found, &rules, session));
    }
    if options.fix {
        for (release, drift) in releases.iter().zip(&mut drifts) {
            fix::fix(session, &release.record, drift)?;
        }
    }
    Ok(drifts)
}

/// The last deployed revision of a release, or of each.
fn deployed(name: &str, session: &mut Session<'_>) -> Result<Vec<Record>, Error> {
    if !name.is_empty() {
        session.check_name(name, "release name is invalid")?;
        let record = session.read(|storage| storage.deployed(name));
        return record.map(|record| vec![record]).map_err(|error| error.hinted(session.where_else(name, 0)));
    }
    let labels = [("owner", "helm"), ("status", "deployed")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let records = session.read(|storage| match storage.query(&labels.into()) {
        Err(cluster::Error::ReleaseNotFound) => Ok(Vec::new()),
        read => read,
    })?;
    let mut newest: BTreeMap<(String, String), Record> = BTreeMap::new();
    for record in records {
        let key = (record.namespace.clone(), record.name.clone());
        if newest.get(&key).is_none_or(|known| known.revision < record.revision) {
            newest.insert(key, record);
        }
    }
    Ok(newest.into_values().collect())
}

/// A release with the objects of its manifest.
pub(crate) struct Release {
    record: Record,
    objects: Vec<Object>,
    problems: Vec<String>,
}

impl Release {
    fn of(record: Record, session: &Session<'_>) -> Release {
        let mut problems = Vec::new();
        let objects = parse(record.manifest.as_bytes(), Checks::Lenient).unwrap_or_else(|error| {
            problems.push(format!("the manifest cannot be read: {error}"));
            Vec::new()
        });
        let (objects, unplaced) = place(objects, &record.namespace, |id| {
            session.cluster.mapping(&id.api_version, &id.kind).map(|mapping| mapping.namespaced)
        });
        for lost in unplaced {
            problems
                .push(format!("{} {} cannot be looked at: {}", lost.object.id.kind, lost.object.id.name, lost.error));
        }
        Release { record, objects, problems }
    }

    fn drift(&self, found: &Found, rules: &Rules, session: &Session<'_>) -> ReleaseDrift {
        let Record { namespace, name, revision, .. } = &self.record;
        let mut drift = ReleaseDrift {
            namespace: namespace.clone(),
            name: name.clone(),
            revision: *revision,
            objects: self.objects.len(),
            problems: self.problems.clone(),
            ..ReleaseDrift::default()
        };
        for object in self.objects.iter().filter(|object| !object.id.name.is_empty()) {
            let source = object.source.clone();
            let mut tell =
                |drifted| drift.drifted.push(DriftedObject { id: object.id.clone(), source: source.clone(), drifted });
            match found.get(&object.id) {
                Err(problem) => drift.problems.push(problem),
                Ok(None) => tell(Drifted::Missing),
                Ok(Some(live)) => {
                    let all = drift_of(&object.json, live);
                    let count = all.len();
                    let scaled = |change: &FieldChange| change.path.to_string() == ".spec.replicas";
                    let by_scaler = all.iter().any(scaled) && found.has_scaler(session, &object.id);
                    let is_ignored = |change: &FieldChange| {
                        (by_scaler && scaled(change)) || rules.ignore(&object.id, &change.path.to_string())
                    };
                    let changes: Vec<FieldChange> = all.into_iter().filter(|change| !is_ignored(change)).collect();
                    let left = changes.len();
                    if left > 0 {
                        tell(Drifted::Changed(changes));
                    }
                    drift.ignored += count - left;
                }
            }
        }
        let known: BTreeSet<(&str, &str, &str, &str)> = self.objects.iter().map(|object| object.id.key()).collect();
        let extra = found.owned_by(namespace, name).into_iter().filter(|id| !known.contains(&id.key()));
        let extra = extra.map(|id| DriftedObject { id, source: String::new(), drifted: Drifted::Extra });
        drift.drifted.extend(extra);
        drift
    }
}

/// Drift as JSON: a list of releases.
///
/// # Errors
/// It cannot be written.
pub fn drift_json(drifts: &[ReleaseDrift]) -> Result<Vec<u8>, Error> {
    let object = |object: &DriftedObject| {
        let DriftedObject { id, source, drifted } = object;
        let mut json = json!({
            "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name,
            "drift": match drifted {
                Drifted::Changed(_) => "changed",
                Drifted::Missing => "missing",
                Drifted::Extra => "extra",
            },
        });
        if let Drifted::Changed(changes) = drifted {
            // What lives stands before what is wanted.
            let fields = changes.iter().map(|change| {
                json!({
                    "path": change.path, "live": change.before, "recorded": change.after, "owners": change.owners,
                })
            });
            json["fields"] = fields.collect();
        }
        if !source.is_empty() {
            json["source"] = source.as_str().into();
        }
        json
    };
    let release = |drift: &ReleaseDrift| {
        json!({
            "namespace": drift.namespace, "name": drift.name, "revision": drift.revision, "objects": drift.objects,
            "drifted": drift.drifted.iter().map(object).collect::<Vec<Value>>(), "ignored": drift.ignored,
            "problems": drift.problems, "fixed": drift.fixed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    };
    let mut bytes = serde_json::to_vec_pretty(&drifts.iter().map(release).collect::<Vec<Value>>())
        .map_err(|error| Error::new(ErrorKind::Output, format!("unable to write JSON output: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The release that a live object says it belongs to: namespace and name.
fn owner_of(live: &Value) -> (&str, &str) {
    let annotation = |name: &str| text_at(live, &["metadata", "annotations", name]);
    (annotation("meta.helm.sh/release-namespace"), annotation("meta.helm.sh/release-name"))
}
