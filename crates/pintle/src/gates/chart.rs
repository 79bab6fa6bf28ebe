//! Gates that a chart ships: ConfigMaps with an annotation, which are hooks of the operation. To Helm they are hooks only.

use std::collections::BTreeMap;

use metrics::gate::{Defaults, Gate, Probe, from_file};
use release::{
    Hook, Record,
    object::{Checks, parse, text_at},
};
use serde_json::Value;

use crate::{ChartGates, Error, ErrorKind, GateOptions, Session, operation::Operation};

/// The annotation of a ConfigMap whose entries are files of gates: `"true"`.
pub const GATE_ANNOTATION: &str = "pintle.dev/gate";

/// The gates of a change: those of the user, then those of the chart.
///
/// # Errors
/// What is wrong with the chart's.
pub(crate) fn wanted_gates(
    session: &mut Session<'_>,
    operation: Operation,
    record: &Record,
    options: &GateOptions,
) -> Result<Vec<Gate>, Error> {
    let GateOptions { given, of_chart } = options;
    let mut gates = given.clone();
    if matches!(of_chart, ChartGates::Ignore) {
        return Ok(gates);
    }
    let [_, after] = operation.events();
    let hooks = record.hooks.iter().filter(|hook| hook.events.contains(&after));
    let shipped: Vec<Shipped> =
        hooks.map(Shipped::read).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let operation = operation.name();
    match of_chart {
        ChartGates::Run(_) if shipped.is_empty() => {
            session.remark(format!("--chart-gates: the chart ships no gates for {operation}"));
        }
        ChartGates::Run(defaults) => {
            for shipped in &shipped {
                let read = shipped.gates(&record.name, defaults);
                gates.extend(read.map_err(|error| error.during(format!("reading the gates of {}", shipped.place)))?);
            }
        }
        ChartGates::Offer | ChartGates::Ignore => {
            for Shipped { place, .. } in &shipped {
                session
                    .remark(format!("{place} has gates for {operation}, which are not run: --chart-gates runs them"));
            }
        }
    }
    Ok(gates)
}

/// A ConfigMap with gates.
struct Shipped {
    /// What it is and where it comes from.
    place: String,
    /// Its entries.
    files: BTreeMap<String, String>,
}

impl Shipped {
    /// The gates of a hook; none where it has none.
    fn read(hook: &Hook) -> Result<Option<Shipped>, Error> {
        if hook.kind != "ConfigMap" || !String::from_utf8_lossy(hook.manifest.as_bytes()).contains(GATE_ANNOTATION) {
            return Ok(None);
        }
        let place = format!("ConfigMap {} ({})", hook.name, hook.path);
        let wrong = |why: String| Error::new(ErrorKind::Chart, why).during(&place);
        let objects = parse(hook.manifest.as_bytes(), Checks::Lenient).map_err(|error| wrong(error.to_string()))?;
        let Some(object) = objects.first() else { return Ok(None) };
        match text_at(&object.json, &["metadata", "annotations", GATE_ANNOTATION]) {
            "true" => {}
            "" | "false" => return Ok(None),
            other => {
                return Err(wrong(format!("the annotation {GATE_ANNOTATION} is {other:?}, neither true nor false")));
            }
        }
        let data = object.json.get("data").and_then(Value::as_object).into_iter().flatten();
        let files: BTreeMap<String, String> =
            data.filter_map(|(name, content)| Some((name.clone(), content.as_str()?.to_owned()))).collect();
        if files.is_empty() {
            return Err(wrong("it has no entry with gates below data".to_owned()));
        }
        Ok(Some(Shipped { place, files }))
    }

    fn gates(&self, release: &str, defaults: &Defaults) -> Result<Vec<Gate>, Error> {
        let known = BTreeMap::from([("release".to_owned(), release.to_owned())]);
        let mut gates = Vec::new();
        for (name, content) in &self.files {
            let wrong = |why: &dyn std::fmt::Display| Error::new(ErrorKind::Chart, format!("{name}: {why}"));
            for gate in from_file(content.as_bytes(), &known).map_err(|error| wrong(&error))? {
                if matches!(gate.probe, Probe::Exec { .. }) {
                    let why = format!("gate {:?} runs a command, which a chart must not do on this machine", gate.name);
                    return Err(wrong(&why).hinted("a gate that runs a command can be given with --gate FILE"));
                }
                let completed = gate.completed(defaults);
                gates.push(completed.map_err(|error| wrong(&error).hinted("--prometheus URL says where it is"))?);
            }
        }
        Ok(gates)
    }
}
