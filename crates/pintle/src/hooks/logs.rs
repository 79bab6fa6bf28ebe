//! What a hook's pods wrote, where the chart wants it told: `helm.sh/hook-output-log-policy`.

use cluster::Selector;
use release::Hook;
use serde_json::Value;

use crate::{Error, Level, LogLine, Session, objects};

/// How much of a log goes into one line: as much as Go copies at once.
const CHUNK: usize = 32 * 1024;

/// Tells the logs of a hook's pods if it has the policy. That they cannot be had is told too, and is no failure.
///
/// Helm sends them through its log, so each chunk is a line of it.
pub(super) fn tell(session: &mut Session<'_>, hook: &Hook, namespace: &str, policy: &str) {
    if !hook.output_log_policies.iter().any(|known| known == policy) {
        return;
    }
    if let Err(error) = tell_pods(session, hook, namespace) {
        session.log(LogLine::new(Level::Info, format!("error outputting logs for hook failure: {error}")));
    }
}

fn tell_pods(session: &mut Session<'_>, hook: &Hook, namespace: &str) -> Result<(), Error> {
    let stated = objects::namespace_of(&hook.manifest);
    let mut selector = Selector { namespace: stated.unwrap_or_else(|| namespace.to_owned()), ..Selector::default() };
    match hook.kind.as_str() {
        "Job" => selector.labels = format!("job-name={}", hook.name),
        "Pod" => selector.fields = format!("metadata.name={}", hook.name),
        _ => return Ok(()),
    }
    for pod in session.cluster.list("v1", "Pod", &selector)? {
        let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let containers = pod.pointer("/spec/containers").and_then(Value::as_array).into_iter().flatten();
        for container in containers.filter_map(|container| container.get("name").and_then(Value::as_str)) {
            let log = session.cluster.pod_logs(&selector.namespace, name, container, None).map_err(|_| {
                let text = format!("failed to stream pod logs for pod: {name}, container: {container}");
                Error::new(crate::ErrorKind::Cluster, text)
            })?;
            for chunk in log.chunks(CHUNK) {
                let text = String::from_utf8_lossy(chunk);
                session.log(LogLine::new(Level::Info, text.strip_suffix('\n').unwrap_or(&text)));
            }
        }
    }
    Ok(())
}
