//! Why objects are not what they should be: conditions, containers, events, last lines of logs.

use serde_json::Value;

use crate::{
    Cluster, ObjectId, Unready,
    cluster::Inner,
    object::{text_at, value_at},
};

mod conditions;
mod containers;
mod events;
mod pods;

/// So many objects are looked into; of the others only the status is told.
const MAX_OBJECTS: usize = 8;
/// So many lines of a log are told.
const LOG_LINES: u32 = 10;

/// What is wrong with an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// Which object.
    pub id: ObjectId,
    /// What the wait said of it last, such as `Available: 0/1`.
    pub status: String,
    /// Its conditions that are not as they should be, such as `Failed (BackoffLimitExceeded): Job has reached …`.
    pub conditions: Vec<String>,
    /// The pods behind it that are not as they should be; the worst first.
    pub pods: Vec<PodReport>,
    /// Its last warnings.
    pub events: Vec<String>,
}

/// What is wrong with a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodReport {
    /// The pod's name.
    pub name: String,
    /// What is wrong, such as `container main ended with exit code 1 (Error)`.
    pub problems: Vec<String>,
    /// Its last warnings.
    pub events: Vec<String>,
    /// The last lines of the container that is at fault.
    pub log: Option<LogTail>,
    /// How many pods have the same trouble, this one included.
    pub alike: usize,
}

/// The end of a container's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogTail {
    /// The container.
    pub container: String,
    /// The lines; none where it wrote nothing.
    pub lines: Vec<String>,
    /// Why there are none, where they could not be had.
    pub error: Option<String>,
}

impl Cluster {
    /// Finds out why objects are not ready. What cannot be found out is left out: this never fails. Some requests for each
    /// of the first objects, none for further ones.
    pub fn explain(&self, unready: &[Unready]) -> Vec<Explanation> {
        self.block_on(async {
            let explained = unready.iter().enumerate().map(|(place, Unready { id, status })| async move {
                let status = status.message.clone();
                if place >= MAX_OBJECTS {
                    return Explanation { id: id.clone(), status, ..Explanation::default() };
                }
                self.inner.explain(id, status).await
            });
            futures::future::join_all(explained).await
        })
    }
}

impl Inner {
    async fn explain(&self, id: &ObjectId, status: String) -> Explanation {
        let mut report = Explanation { id: id.clone(), status, ..Explanation::default() };
        let Ok(Some(object)) = self.get(id).await else { return report };
        report.conditions = conditions::bad(&object);
        if !text_at(&object, &["metadata", "deletionTimestamp"]).is_empty() {
            report.conditions.extend(finalizers(&object));
        }
        let pods = pods::of(self, id, object).await;
        let (events, pods) = futures::join!(
            events::warnings(self, &id.namespace, &id.kind, &id.name),
            futures::future::join_all(pods.into_iter().map(|pod| pods::look(self, pod)))
        );
        report.events = events;
        report.pods = pods;
        // A pod tells all of itself in one place.
        if id.kind == "Pod"
            && let Some(pod) = report.pods.first_mut()
        {
            pod.events.clear();
        }
        report
    }
}

/// Why an object that is to go does not.
fn finalizers(object: &Value) -> Option<String> {
    let held = value_at(object, &["metadata", "finalizers"]).and_then(Value::as_array)?;
    let names: Vec<&str> = held.iter().filter_map(Value::as_str).collect();
    (!names.is_empty()).then(|| format!("it is being deleted, and held by {}", names.join(", ")))
}

impl Explanation {
    /// The explanation in one line, short enough for a label's neighbour: `Job x: container main ended with exit code 1`.
    pub fn short(&self) -> String {
        let name = format!("{} {}", self.id.kind, self.id.name);
        let of_pod = self.pods.iter().find_map(|pod| pod.problems.first());
        let why = of_pod.or(self.conditions.first()).or(self.events.first()).unwrap_or(&self.status);
        let why = why.lines().next().unwrap_or_default();
        // How far a late rollout came says less than that it is late.
        if self.conditions.iter().any(|condition| condition.contains("ProgressDeadlineExceeded")) {
            return format!("{name}: {}: {why}", self.status);
        }
        if why.is_empty() { name } else { format!("{name}: {why}") }
    }

    /// The explanation for people: the first line names the object, the others are set in.
    pub fn lines(&self) -> Vec<String> {
        let status = if self.status.is_empty() { String::new() } else { format!(": {}", self.status) };
        let mut lines = vec![format!("{} {}{status}", self.id.kind, self.id.name)];
        lines.extend(self.conditions.iter().map(|condition| format!("  {condition}")));
        lines.extend(self.events.iter().map(|event| format!("  event: {event}")));
        for pod in &self.pods {
            if self.id.kind == "Pod" {
                lines.extend(pod.told("  "));
                continue;
            }
            let others = match pod.alike {
                0 | 1 => String::new(),
                count => format!(" (and {} more like it)", count - 1),
            };
            lines.push(format!("  pod {}{others}", pod.name));
            lines.extend(pod.told("    "));
        }
        lines
    }
}

impl PodReport {
    fn told(&self, indent: &str) -> Vec<String> {
        let problems = self.problems.iter().cloned();
        let events = self.events.iter().map(|event| format!("event: {event}"));
        let lines = problems.chain(events).chain(self.log.iter().flat_map(LogTail::told));
        lines.map(|line| format!("{indent}{line}")).collect()
    }
}

impl LogTail {
    fn told(&self) -> Vec<String> {
        let of = format!("log of container {}", self.container);
        if let Some(error) = &self.error {
            return vec![format!("{of}: {error}")];
        }
        if self.lines.is_empty() {
            return vec![format!("{of} is empty")];
        }
        let mut told = vec![format!("{of}, its last lines:")];
        told.extend(self.lines.iter().map(|line| format!("  | {line}")));
        told
    }
}

/// Text of the cluster for a terminal: one line, without control characters and colours, not endless.
fn clean(text: &str, limit: usize) -> String {
    let mut letters = text.trim().chars().peekable();
    let mut plain = String::new();
    // More than may be, to see that there is more; a letter takes four bytes at the most.
    while plain.len() <= 4 * limit {
        match letters.next() {
            Some('\u{1b}') if letters.next_if_eq(&'[').is_some() => {
                // What sets a colour ends with the first letter.
                while letters.next_if(|letter| !('@'..='~').contains(letter)).is_some() {}
                letters.next();
            }
            Some(letter) if letter.is_control() => plain.push(' '),
            Some(letter) => plain.push(letter),
            None => break,
        }
    }
    if plain.chars().count() <= limit {
        return plain;
    }
    let mut cut: String = plain.chars().take(limit).collect();
    cut.push('…');
    cut
}
