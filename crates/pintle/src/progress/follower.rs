//! Follows an operation: makes of each event a value for programs, and in the end a report.

use std::collections::HashMap;

use cluster::{ObjectId, Readiness};
use serde_json::{Map, Value, json};

use super::{
    Planned, Progress,
    json::{gate_json, lasted, object, sample, seconds, time},
};
use crate::{Error, Event, Level, LogLine};

/// Follows the events of an operation.
#[derive(Debug, Default)]
pub struct Follower {
    /// Operations that have begun and not ended, the innermost last.
    running: Vec<Operation>,
    /// Those that have ended and lay in none.
    ended: Vec<Value>,
}

/// An operation, as far as it came.
#[derive(Debug, Default)]
struct Operation {
    name: &'static str,
    release: String,
    namespace: String,
    revision: i64,
    begun: i128,
    objects: Vec<Followed>,
    /// Where each object stands in the plan: there may be thousands of them.
    places: HashMap<ObjectId, usize>,
    phases: Vec<(&'static str, i128)>,
    hooks: Vec<Value>,
    hook_begun: i128,
    gates: Vec<Value>,
    failure: Option<Value>,
    within: Vec<Value>,
}

/// An object of a plan.
#[derive(Debug)]
struct Followed {
    planned: Planned,
    written: Option<(i128, Map<String, Value>)>,
    readiness: Option<(Readiness, String)>,
    ready: Option<i128>,
}

impl Follower {
    /// Takes note of an event. Gives it as a value, where programs are told of such.
    pub fn note(&mut self, event: &Event<'_>, now: i128) -> Option<Value> {
        let mut fields = match event {
            Event::Log(line) => logged(line)?,
            Event::Output(bytes) => told("output", [("text", String::from_utf8_lossy(bytes).into_owned().into())]),
            Event::Remark(text) => told("remark", [("text", text.as_str().into())]),
            Event::Flush => return None,
            Event::Status { id, status } => {
                if !self.note_status(id, (status.readiness, &status.message), now) {
                    return None;
                }
                let mut fields = told("status", []);
                fields.extend(object(id));
                fields.insert("status".into(), status.readiness.to_string().into());
                fields.insert("message".into(), status.message.as_str().into());
                fields
            }
            Event::Progress(progress) => {
                if let Progress::Begun { operation, release, namespace, revision } = progress {
                    self.running.push(Operation {
                        name: operation,
                        release: (*release).to_owned(),
                        namespace: (*namespace).to_owned(),
                        revision: *revision,
                        begun: now,
                        ..Operation::default()
                    });
                }
                let fields = happened(progress);
                let scope = self.scope();
                self.note_progress(progress, now);
                return Some(stamped(fields, scope, now));
            }
        };
        fields.retain(|_, value| !value.is_null());
        Some(stamped(fields, self.scope(), now))
    }

    /// The last event: how the whole command ended.
    pub fn done(&mut self, error: Option<&str>, hints: &[String], now: i128) -> Value {
        while !self.running.is_empty() {
            self.end("unknown", now);
        }
        let fields =
            told("done", [("succeeded", error.is_none().into()), ("error", error.into()), ("hints", json!(hints))]);
        stamped(fields, Map::new(), now)
    }

    /// The report of what was done: the operation with its plan, its objects, hooks and gates, and what undid it. None
    /// where nothing was begun.
    pub fn report(&self) -> Option<&Value> {
        self.ended.first()
    }

    /// The reports of all that was done, one after the other.
    pub fn reports(&self) -> &[Value] {
        &self.ended
    }

    /// What the innermost operation is.
    fn scope(&self) -> Map<String, Value> {
        let Some(operation) = self.running.last() else { return Map::new() };
        operation.scope()
    }

    /// Takes note of what an object has become; false where that is known.
    fn note_status(&mut self, id: &ObjectId, (readiness, message): (Readiness, &str), now: i128) -> bool {
        let Some(operation) = self.running.last_mut() else { return true };
        let Some(followed) = operation.followed(id) else { return true };
        let is_new = followed.readiness.as_ref().is_none_or(|(known, text)| *known != readiness || text != message);
        followed.readiness = Some((readiness, message.to_owned()));
        let wanted = if followed.planned.does == "delete" { Readiness::NotFound } else { Readiness::Current };
        if readiness == wanted && followed.ready.is_none() {
            followed.ready = Some(now);
        }
        is_new
    }

    fn note_progress(&mut self, progress: &Progress<'_>, now: i128) {
        if let Progress::Ended { status } = progress {
            return self.end(status, now);
        }
        let Some(operation) = self.running.last_mut() else { return };
        match progress {
            Progress::Planned(planned) => operation.plan(planned),
            Progress::Phase(name) => operation.phases.push((name, now)),
            Progress::Written { planned, took, error } => {
                let mut result = Map::new();
                result.insert("seconds".into(), lasted(*took));
                result.insert("result".into(), if error.is_some() { "failed" } else { "done" }.into());
                if let Some(error) = error {
                    result.insert("error".into(), error.as_str().into());
                }
                if let Some(followed) = operation.followed(&planned.id) {
                    followed.written = Some((now, result));
                }
            }
            Progress::Hook { ended: None, .. } => operation.hook_begun = now,
            Progress::Hook { event, kind, name, ended: Some(ended) } => {
                let mut hook = named([("hook", (*event).into()), ("kind", (*kind).into()), ("name", (*name).into())]);
                hook.insert("seconds".into(), seconds(operation.hook_begun, now));
                hook.insert("result".into(), if ended.is_ok() { "done" } else { "failed" }.into());
                hook.extend(ended.err().map(|error| ("error".to_owned(), error.to_string().into())));
                operation.hooks.push(hook.into());
            }
            Progress::Judged(trial) => operation.gates.push(gate_json(trial)),
            Progress::Failed(error) => operation.failure = Some(Value::Object(failure(error))),
            Progress::Begun { .. } | Progress::Measured { .. } | Progress::Ended { .. } => {}
        }
    }

    fn end(&mut self, status: &str, now: i128) {
        let Some(operation) = self.running.pop() else { return };
        let report = operation.report(status, now);
        match self.running.last_mut() {
            Some(outer) => outer.within.push(report),
            None => self.ended.push(report),
        }
    }
}

impl Operation {
    fn scope(&self) -> Map<String, Value> {
        let mut scope = named([("operation", self.name.into()), ("release", self.release.as_str().into())]);
        scope.insert("namespace".into(), self.namespace.as_str().into());
        if self.revision > 0 {
            scope.insert("revision".into(), self.revision.into());
        }
        scope
    }

    fn plan(&mut self, planned: &[Planned]) {
        let followed =
            |planned: &Planned| Followed { planned: planned.clone(), written: None, readiness: None, ready: None };
        self.objects = planned.iter().map(followed).collect();
        // Of two that are the same the first is meant.
        let places = planned.iter().enumerate().rev();
        self.places = places.map(|(place, planned)| (planned.id.clone(), place)).collect();
    }

    /// An object of the plan.
    fn followed(&mut self, id: &ObjectId) -> Option<&mut Followed> {
        self.objects.get_mut(*self.places.get(id)?)
    }

    fn report(self, status: &str, now: i128) -> Value {
        let mut report = self.scope();
        let ends = self.phases.iter().skip(1).map(|(_, begun)| *begun).chain([now]);
        let phases: Vec<Value> = self
            .phases
            .iter()
            .zip(ends)
            .map(|((name, begun), end)| json!({"phase": name, "seconds": seconds(*begun, end)}))
            .collect();
        let more = json!({
            "status": status, "begun": time(self.begun), "seconds": seconds(self.begun, now), "phases": phases,
            "objects": self.objects.iter().map(Followed::json).collect::<Vec<_>>(),
            "hooks": self.hooks, "gates": self.gates,
        });
        if let Value::Object(more) = more {
            report.extend(more);
        }
        report.extend(self.failure.map(|failure| ("failure".to_owned(), failure)));
        if !self.within.is_empty() {
            report.insert("undone".into(), self.within.into());
        }
        Value::Object(report)
    }
}

impl Followed {
    fn json(&self) -> Value {
        let mut told = planned_json(&self.planned);
        if let Some((_, result)) = &self.written {
            told.extend(result.clone());
        }
        if let Some((readiness, message)) = &self.readiness {
            told.insert("status".into(), readiness.to_string().into());
            told.insert("message".into(), message.as_str().into());
        }
        if let (Some((written, _)), Some(ready)) = (&self.written, self.ready) {
            told.insert("readySeconds".into(), seconds(*written, ready));
        }
        Value::Object(told)
    }
}

fn told<const N: usize>(event: &str, fields: [(&str, Value); N]) -> Map<String, Value> {
    let mut told = named([("event", event.into())]);
    told.extend(named(fields));
    told
}

fn named<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn stamped(fields: Map<String, Value>, mut scope: Map<String, Value>, now: i128) -> Value {
    // The namespace of an object goes before that of the release.
    scope.extend(fields);
    scope.insert("time".into(), time(now));
    Value::Object(scope)
}

fn logged(line: &LogLine) -> Option<Map<String, Value>> {
    let level = match line.level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
        Level::Output => return None,
    };
    let attributes: Map<String, Value> =
        line.attributes.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
    let fields =
        [("level", level.into()), ("message", line.message.as_str().into()), ("attributes", attributes.into())];
    Some(told("log", fields))
}

fn failure(error: &Error) -> Map<String, Value> {
    let mut failure = named([("error", error.to_string().into()), ("hints", json!(error.hints()))]);
    if let Some(reason) = error.reason() {
        failure.insert("reason".into(), reason.into());
    }
    if !error.explanations().is_empty() {
        failure.insert("why".into(), json!(error.explanations().concat()));
    }
    failure
}

/// A happening as an event.
fn happened(progress: &Progress<'_>) -> Map<String, Value> {
    match progress {
        Progress::Begun { .. } => told("begun", []),
        Progress::Planned(planned) => {
            let objects = planned.iter().map(planned_json).map(Value::Object).collect();
            told("planned", [("objects", objects)])
        }
        Progress::Phase(name) => told("phase", [("phase", (*name).into())]),
        Progress::Written { planned, took, error } => {
            let mut fields = told("written", [("seconds", lasted(*took))]);
            fields.extend(planned_json(planned));
            fields.extend(error.as_ref().map(|error| ("error".to_owned(), error.as_str().into())));
            fields
        }
        Progress::Hook { event, kind, name, ended } => {
            let state = match ended {
                None => "running",
                Some(Ok(())) => "succeeded",
                Some(Err(_)) => "failed",
            };
            let fields = [("hook", (*event).into()), ("kind", (*kind).into()), ("name", (*name).into())];
            let mut fields = told("hook", fields);
            fields.insert("state".into(), state.into());
            if let Some(Err(error)) = ended {
                fields.insert("error".into(), error.to_string().into());
            }
            fields
        }
        Progress::Measured { gate, number, of, sample: taken } => {
            let fields = [("gate", (*gate).into()), ("number", (*number).into()), ("of", (*of).into())];
            let mut fields = told("sample", fields);
            fields.extend(sample(taken));
            fields
        }
        Progress::Judged(trial) => {
            let mut fields = told("gate", []);
            if let Value::Object(gate) = gate_json(trial) {
                fields.extend(gate.into_iter().filter(|(key, _)| key != "samples"));
            }
            fields
        }
        Progress::Failed(error) => {
            let mut fields = told("failed", []);
            fields.extend(failure(error));
            fields
        }
        Progress::Ended { status } => told("ended", [("status", (*status).into())]),
    }
}

fn planned_json(planned: &Planned) -> Map<String, Value> {
    let mut fields = object(&planned.id);
    fields.insert("do".into(), planned.does.into());
    fields
}
