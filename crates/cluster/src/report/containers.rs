//! What is wrong with a pod and its containers.

use serde_json::Value;

use super::{clean, conditions::MAX_MESSAGE};
use crate::object::{text_at, value_at};

/// What is wrong with a pod.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Diagnosis {
    /// What is wrong, the containers first.
    pub(super) problems: Vec<String>,
    /// The container whose log may tell more, and whether that of its last run.
    pub(super) suspect: Option<(String, bool)>,
    /// How bad it is; pods with the highest are told first.
    pub(super) weight: u8,
}

/// Looks at a pod as it lives.
pub(super) fn diagnose(pod: &Value) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    let phase = text_at(pod, &["status", "phase"]);
    for (list, what) in [("initContainerStatuses", "init container"), ("containerStatuses", "container")] {
        let statuses = value_at(pod, &["status", list]).and_then(Value::as_array).into_iter().flatten();
        for status in statuses {
            diagnosis.container(status, what, phase);
        }
    }
    let (reason, message) = (text_at(pod, &["status", "reason"]), text_at(pod, &["status", "message"]));
    if !reason.is_empty() {
        diagnosis.add(2, said(reason, message));
    }
    let conditions = value_at(pod, &["status", "conditions"]).and_then(Value::as_array).into_iter().flatten();
    for condition in conditions {
        if text_at(condition, &["type"]) == "PodScheduled" && text_at(condition, &["status"]) == "False" {
            let why = said(text_at(condition, &["reason"]), text_at(condition, &["message"]));
            diagnosis.add(2, format!("it has no node: {why}"));
        }
    }
    if diagnosis.problems.is_empty() && !matches!(phase, "Running" | "Succeeded") {
        diagnosis.add(1, if phase.is_empty() { "it has no status yet".into() } else { format!("it is {phase}") });
    }
    diagnosis
}

/// `Reason: message`, or what there is of the two.
fn said(reason: &str, message: &str) -> String {
    match (reason, clean(message, MAX_MESSAGE)) {
        (reason, message) if message.is_empty() => reason.to_owned(),
        ("", message) => message,
        (reason, message) => format!("{reason}: {message}"),
    }
}

impl Diagnosis {
    fn add(&mut self, weight: u8, problem: String) {
        self.weight = self.weight.max(weight);
        self.problems.push(problem);
    }

    fn suspect(&mut self, name: &str, last_run: bool) {
        self.suspect.get_or_insert_with(|| (name.to_owned(), last_run));
    }

    fn container(&mut self, status: &Value, what: &str, phase: &str) {
        let name = text_at(status, &["name"]);
        let restarts = value_at(status, &["restartCount"]).and_then(Value::as_i64).unwrap_or(0);
        let ready = value_at(status, &["ready"]) == Some(&Value::Bool(true));
        if let Some(ended) = value_at(status, &["state", "terminated"]) {
            if exit_code(ended) != 0 {
                self.add(3, format!("{what} {name} ended with {}{}", ending(ended), restarted(restarts)));
                self.suspect(name, false);
            }
            return;
        }
        if let Some(waiting) = value_at(status, &["state", "waiting"]) {
            let reason = text_at(waiting, &["reason"]);
            if matches!(reason, "" | "ContainerCreating" | "PodInitializing") {
                return self.add(1, format!("{what} {name} is not started yet"));
            }
            let last = value_at(status, &["lastState", "terminated"]);
            let before = last.map(|ended| format!("; before, it ended with {}", ending(ended))).unwrap_or_default();
            let why = said(reason, text_at(waiting, &["message"]));
            self.add(3, format!("{what} {name} waits: {why}{before}{}", restarted(restarts)));
            if last.is_some() {
                self.suspect(name, true);
            }
            return;
        }
        if phase == "Running" && !ready && what == "container" {
            let last = value_at(status, &["lastState", "terminated"]);
            let before = last.map(|ended| format!("; before, it ended with {}", ending(ended))).unwrap_or_default();
            self.add(2, format!("{what} {name} runs, and is not ready{before}{}", restarted(restarts)));
            self.suspect(name, false);
        }
    }
}

fn exit_code(ended: &Value) -> i64 {
    value_at(ended, &["exitCode"]).and_then(Value::as_i64).unwrap_or(0)
}

/// `exit code 137 (OOMKilled): message`
fn ending(ended: &Value) -> String {
    let reason = match text_at(ended, &["reason"]) {
        "" => String::new(),
        reason => format!(" ({reason})"),
    };
    let signal = match value_at(ended, &["signal"]).and_then(Value::as_i64) {
        None | Some(0) => String::new(),
        Some(signal) => format!(", signal {signal}"),
    };
    let message = match clean(text_at(ended, &["message"]), MAX_MESSAGE) {
        message if message.is_empty() => String::new(),
        message => format!(": {message}"),
    };
    format!("exit code {}{signal}{reason}{message}", exit_code(ended))
}

fn restarted(times: i64) -> String {
    match times {
        0 => String::new(),
        1 => "; restarted once".into(),
        times => format!("; restarted {times} times"),
    }
}
