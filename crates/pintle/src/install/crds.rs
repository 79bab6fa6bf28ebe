//! The definitions in a chart's `crds/`: applied before anything is rendered. Helm: `Install.installCRDs`.

use std::time::Duration;

use chart::{Chart, Crd};
use cluster::{Action, ObjectId, WaitOptions, Write};
use release::object::{Checks, Object, parse, text_at};
use serde_json::Value;

use super::InstallOptions;
use crate::{Error, ErrorKind, Event, Level, LogLine, ServerSide, Session};

/// How long the server may take to serve what a definition defines.
const ESTABLISHED_WITHIN: Duration = Duration::from_secs(60);

/// Applies the definitions of a chart and its subcharts, file after file, and waits until the server serves them.
pub(super) fn install(session: &mut Session<'_>, chart: &Chart, options: &InstallOptions) -> Result<(), Error> {
    let crds = if options.skip_crds { Vec::new() } else { chart.crds() };
    if crds.is_empty() {
        return Ok(());
    }
    if options.change.dry_run.is_on() {
        let text = "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
        session.log(LogLine::new(Level::Warn, text));
        return Ok(());
    }
    let mut applied = Vec::new();
    for crd in &crds {
        let doing = format!("failed to install CRD {}", crd.name);
        applied.extend(apply(session, crd, options).map_err(|error| error.during(doing))?);
    }
    if applied.is_empty() {
        return Ok(());
    }
    let ids: Vec<ObjectId> = applied.iter().map(|object| object.id.clone()).collect();
    let observer = &mut *session.observer;
    let mut tell = |id: &ObjectId, status: &_| observer.event(Event::Status { id, status });
    session.cluster.wait(&ids, &WaitOptions::new(ESTABLISHED_WITHIN), &mut tell)?;
    let kinds: Vec<(String, String)> = applied.iter().flat_map(defined).collect();
    session.debug("clearing discovery cache");
    session.cluster.wait_for_kinds(&kinds, ESTABLISHED_WITHIN)?;
    Ok(())
}

/// Applies one file; definitions that are there already are no failure.
fn apply(session: &mut Session<'_>, crd: &Crd, options: &InstallOptions) -> Result<Vec<Object>, Error> {
    let invalid = |text: String| Error::new(ErrorKind::Chart, text);
    let mut objects = parse(&crd.data, Checks::Lenient).map_err(|error| invalid(error.to_string()))?;
    if objects.is_empty() {
        return Err(invalid("resources are empty".into()));
    }
    for object in &mut objects {
        object.id = session.cluster.locate(&object.id, &session.namespace)?;
    }
    let write = |object: &Object| {
        let json = object.json.clone();
        let action = match options.change.server_side {
            ServerSide::No => Action::Create(json),
            _ => Action::Apply { object: json, force_conflicts: options.change.force_conflicts },
        };
        Write::new(object.id.clone(), action)
    };
    let writes: Vec<Write> = objects.iter().map(write).collect();
    for result in session.cluster.write_all(&writes) {
        match result {
            Ok(_) => {}
            Err(error) if error.is_already_exists() => {
                let line = LogLine::new(Level::Debug, "CRD is already present. Skipping");
                session.log(line.with("crd", crd.name.as_str()));
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(objects)
}

/// The versions and the kind that a definition defines.
fn defined(object: &Object) -> Vec<(String, String)> {
    if object.id.kind != "CustomResourceDefinition" {
        return Vec::new();
    }
    let group = text_at(&object.json, &["spec", "group"]);
    let kind = text_at(&object.json, &["spec", "names", "kind"]);
    let versions = object.json.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten();
    let served = versions.filter(|version| version.get("served") == Some(&Value::Bool(true)));
    served.map(|version| (format!("{group}/{}", text_at(version, &["name"])), kind.to_owned())).collect()
}
