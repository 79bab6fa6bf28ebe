//! Jobs: a pod for each completion, until all have succeeded or too many have failed. Kubernetes: `pkg/controller/job`.

use serde_json::{Value, json};

use super::{create_owned, owned, pods, set_status, workloads};
use crate::{
    clock::Clock,
    failure::Failure,
    object::{int_at, name_of, text_at, value_at},
    store::Transaction,
};

pub(super) fn job(transaction: &mut Transaction, job: Value, clock: &Clock) -> Result<(), Failure> {
    if value_at(&job, &["spec", "suspend"]) == Some(&Value::Bool(true)) {
        return Ok(());
    }
    let conditions = crate::object::array_at(&job, &["status", "conditions"]);
    if conditions.iter().any(|known| ["Complete", "Failed"].contains(&text_at(known, &["type"]))) {
        return Ok(());
    }
    let wanted = int_at(&job, &["spec", "completions"]).or(int_at(&job, &["spec", "parallelism"])).unwrap_or(1);
    let limit = int_at(&job, &["spec", "backoffLimit"]).unwrap_or(6);
    let mut live = owned(transaction, &job, "pods")?;
    loop {
        let phase = |wanted: &str| live.iter().filter(|pod| text_at(pod, &["status", "phase"]) == wanted).count();
        let (succeeded, failed) = (phase("Succeeded"), phase("Failed"));
        let active = live.len() - succeeded - failed;
        let (succeeded, failed) = (signed(succeeded), signed(failed));
        let missing = succeeded + signed(active) < wanted;
        if active > 0 || !missing || failed > limit {
            let ended = Ended { succeeded, failed, active: signed(active), wanted, limit };
            let status = status(&job, &ended, clock);
            return set_status(transaction, "jobs.batch", job, status);
        }
        let number = transaction.next("pod")?;
        let pod = workloads::new_pod(&job, &format!("{}-{}", name_of(&job), workloads::suffix(number)));
        let pod = create_owned(transaction, "pods", pod, &job, clock)?;
        pods::run(transaction, pod, clock)?;
        live = owned(transaction, &job, "pods")?;
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

struct Ended {
    succeeded: i64,
    failed: i64,
    active: i64,
    wanted: i64,
    limit: i64,
}

fn status(job: &Value, ended: &Ended, clock: &Clock) -> Value {
    let now = clock.text();
    let started = value_at(job, &["status", "startTime"]).cloned().unwrap_or_else(|| now.clone().into());
    let mut status = json!({
        "startTime": started,
        "ready": 0,
        "terminating": 0,
        "uncountedTerminatedPods": {},
    });
    for (name, count) in [("succeeded", ended.succeeded), ("failed", ended.failed), ("active", ended.active)] {
        if count > 0 {
            crate::object::set(&mut status, &[name], count);
        }
    }
    let condition = |kind: &str, reason: &str, message: &str| {
        json!({"type": kind, "status": "True", "reason": reason, "message": message,
            "lastProbeTime": now, "lastTransitionTime": now})
    };
    if ended.succeeded >= ended.wanted {
        let text = "Reached expected number of succeeded pods";
        let conditions = json!([
            condition("SuccessCriteriaMet", "CompletionsReached", text),
            condition("Complete", "CompletionsReached", text)
        ]);
        crate::object::set(&mut status, &["conditions"], conditions);
        crate::object::set(&mut status, &["completionTime"], now.as_str());
    } else if ended.failed > ended.limit {
        let text = "Job has reached the specified backoff limit";
        let conditions = json!([
            condition("FailureTarget", "BackoffLimitExceeded", text),
            condition("Failed", "BackoffLimitExceeded", text)
        ]);
        crate::object::set(&mut status, &["conditions"], conditions);
    }
    status
}
