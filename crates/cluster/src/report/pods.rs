//! The pods behind an object, the worst of them, and what they wrote.

use serde_json::Value;

use super::{
    LOG_LINES, LogTail, PodReport, clean,
    containers::{Diagnosis, diagnose},
    events,
};
use crate::{
    ObjectId,
    cluster::Inner,
    object::{text_at, value_at},
    wait::pods::{list, selector_text},
};

/// So many pods of an object are told of.
const MAX_PODS: usize = 2;
/// A line of a log longer than this is cut.
const MAX_LINE: usize = 500;

/// A pod and what is wrong with it.
pub(super) struct Sick {
    pod: Value,
    diagnosis: Diagnosis,
    alike: usize,
}

/// The pods behind an object that are not well: the worst, and of those with the same trouble one.
pub(super) async fn of(inner: &Inner, id: &ObjectId, object: Value) -> Vec<Sick> {
    let found = match (id.group(), id.kind.as_str()) {
        ("", "Pod") => vec![object],
        ("batch", "Job") => behind(inner, id, &object, &["spec", "selector"]).await,
        ("apps" | "extensions", _) | ("", "ReplicationController") => {
            behind(inner, id, &object, &["spec", "selector"]).await
        }
        _ => Vec::new(),
    };
    let mut sick: Vec<Sick> = Vec::new();
    for pod in found {
        let diagnosis = diagnose(&pod);
        if diagnosis.problems.is_empty() {
            continue;
        }
        match sick.iter_mut().find(|known| known.diagnosis.problems == diagnosis.problems) {
            Some(known) => known.alike += 1,
            None => sick.push(Sick { pod, diagnosis, alike: 1 }),
        }
    }
    sick.sort_by_key(|sick| std::cmp::Reverse(sick.diagnosis.weight));
    sick.truncate(MAX_PODS);
    sick
}

async fn behind(inner: &Inner, id: &ObjectId, object: &Value, path: &[&str]) -> Vec<Value> {
    let selector = value_at(object, path).map(selector_text).unwrap_or_default();
    if selector.is_empty() {
        return Vec::new();
    }
    let mut pods = list(inner, &id.namespace, selector).await.unwrap_or_default();
    // The newest pods belong to what is being rolled out.
    pods.sort_by_key(|pod| std::cmp::Reverse(text_at(pod, &["metadata", "creationTimestamp"]).to_owned()));
    pods
}

/// Asks for events and logs of a pod.
pub(super) async fn look(inner: &Inner, sick: Sick) -> PodReport {
    let Sick { pod, diagnosis, alike } = sick;
    let (namespace, name) = (text_at(&pod, &["metadata", "namespace"]), text_at(&pod, &["metadata", "name"]));
    let log = async {
        let (container, last_run) = diagnosis.suspect?;
        Some(tail(inner, [namespace, name], container, last_run).await)
    };
    let (events, log) = futures::join!(events::warnings(inner, namespace, "Pod", name), log);
    PodReport { name: name.to_owned(), problems: diagnosis.problems, events, log, alike }
}

async fn tail(inner: &Inner, [namespace, pod]: [&str; 2], container: String, last_run: bool) -> LogTail {
    let call = crate::logs::call(namespace, pod, &container);
    let call = call.query("tailLines", &LOG_LINES.to_string()).query("limitBytes", "65536");
    let call = if last_run { call.query("previous", "true") } else { call };
    match inner.transport.send(&call).await {
        Ok(log) => {
            let text = String::from_utf8_lossy(&log);
            let lines = text.lines().map(|line| clean(line, MAX_LINE)).collect();
            LogTail { container, lines, error: None }
        }
        Err(error) => LogTail { container, lines: Vec::new(), error: Some(clean(&error.to_string(), MAX_LINE)) },
    }
}
