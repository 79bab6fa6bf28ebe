//! `helm test`: the test hooks of a release run. Helm: `pkg/action/release_testing.go`.

use cluster::{ObjectId, Selector, WaitOptions};
use release::{ApplyMethod, Hook, HookEvent, Record};
use serde_json::Value;

use crate::{
    Error, ErrorKind, Progress, Session,
    execute::stopped,
    hooks::{HookOptions, start_some},
    install_name, objects,
    reasons::{Notes, notes_of},
};

/// Which tests of which release.
#[derive(Clone, Debug)]
pub struct TestOptions {
    /// The release.
    pub name: String,
    /// How long each test may take; tests are always watched.
    pub wait: WaitOptions,
    /// Only tests of these names; empty for all.
    pub include: Vec<String>,
    /// No tests of these names.
    pub exclude: Vec<String>,
    /// Whether the logs of all tests are printed.
    pub logs: bool,
}

/// Runs tests; `show` is called with the record when they are done, whether they succeeded or not. Then come the logs, and
/// only then go the objects whose policy says so.
///
/// # Errors
/// The release is not there, a test failed, or its logs cannot be had.
pub fn test(
    session: &mut Session<'_>,
    options: &TestOptions,
    show: &mut dyn FnMut(&mut Session<'_>, &Record),
) -> Result<(), Error> {
    session.cluster.check_reachable()?;
    session.cluster.interrupt().open();
    if install_name::validate(&options.name).is_err() {
        let text = format!("releaseTest: Release name is invalid: {}", options.name);
        return Err(Error::new(ErrorKind::Release, text));
    }
    let mut record = session.storage.last(&options.name)?;
    let notes = notes_of(session, &record);
    let Record { name, namespace, revision, .. } = &record;
    session.tell(Progress::Begun { operation: "test", release: name, namespace, revision: *revision });
    session.tell(Progress::Phase("tests"));
    let outcome = run(session, &mut record, (options, &notes), show);
    if let Err(error) = &outcome {
        session.tell(Progress::Failed(error));
    }
    session.tell(Progress::Ended { status: if outcome.is_ok() { "succeeded" } else { "failed" } });
    outcome
}

fn run(
    session: &mut Session<'_>,
    record: &mut Record,
    (options, notes): (&TestOptions, &Notes),
    show: &mut dyn FnMut(&mut Session<'_>, &Record),
) -> Result<(), Error> {
    let server_side = record.apply_method == ApplyMethod::ServerSide;
    let hook_options = HookOptions { wait: options.wait, server_side };
    let first = put_skipped_first(record, options);
    let (cleanup, mut outcome) = start_some(session, record, HookEvent::Test, &hook_options, &|index| index >= first);
    session.cluster.interrupt().heed();
    if session.cluster.interrupt().was_heeded() {
        outcome = outcome.map_err(stopped);
    }
    // What gates measured stays beside the record.
    let stored = session.storage.update_annotated(record, notes);
    if outcome.is_ok() {
        outcome = stored.map_err(Error::from);
    }
    show(session, record);
    let told = if options.logs {
        session.print("\n");
        print_logs(session, record, options)
    } else {
        tell_failed(session, record);
        Ok(())
    };
    let outcome = match (outcome, told) {
        (outcome, Ok(())) => outcome,
        (Ok(()), Err(text)) => Err(Error::new(ErrorKind::Cluster, text)),
        (Err(error), Err(text)) => Err(error.map_message(|message| format!("{message}\n{text}"))),
    };
    let cleaned = cleanup.run(session, record, &hook_options);
    outcome.and(cleaned)
}

/// Runs all tests of a revision that is about to count as a success: `--test`.
pub(crate) fn run_tests(session: &mut Session<'_>, record: &mut Record, options: &HookOptions) -> Result<(), Error> {
    if !record.hooks.iter().any(|hook| hook.events.contains(&HookEvent::Test)) {
        session.remark("the chart has no tests");
        return Ok(());
    }
    let (cleanup, outcome) = start_some(session, record, HookEvent::Test, options, &|_| true);
    if outcome.is_err() {
        tell_failed(session, record);
    }
    let cleaned = cleanup.run(session, record, options);
    outcome.and(cleaned).map_err(|error| error.during("tests failed"))
}

/// Whether the filters pick a hook.
fn picks(options: &TestOptions, hook: &Hook) -> bool {
    !options.exclude.contains(&hook.name) && (options.include.is_empty() || options.include.contains(&hook.name))
}

/// Orders a record's hooks as Helm leaves them behind: those that a filter skips come first. Gives how many they are.
fn put_skipped_first(record: &mut Record, options: &TestOptions) -> usize {
    let hooks = std::mem::take(&mut record.hooks);
    let (excluded, rest): (Vec<Hook>, Vec<Hook>) =
        hooks.into_iter().partition(|hook| options.exclude.contains(&hook.name));
    let (picked, unnamed): (Vec<Hook>, Vec<Hook>) = rest.into_iter().partition(|hook| picks(options, hook));
    let first = excluded.len() + unnamed.len();
    record.hooks = excluded.into_iter().chain(unnamed).chain(picked).collect();
    first
}

/// Prints what the pods of all tests wrote. A test that is no pod has none, which ends it: Helm looks for a pod of the
/// hook's name.
fn print_logs(session: &mut Session<'_>, record: &Record, options: &TestOptions) -> Result<(), String> {
    let mut hooks: Vec<&Hook> = record.hooks.iter().filter(|hook| picks(options, hook)).collect();
    hooks.sort_by_key(|hook| (hook.weight, hook.name.as_str()));
    for hook in hooks {
        for _ in hook.events.iter().filter(|event| **event == HookEvent::Test) {
            print_log(session, &hook.name)?;
        }
    }
    Ok(())
}

fn print_log(session: &mut Session<'_>, name: &str) -> Result<(), String> {
    let namespace = session.namespace.clone();
    let id =
        ObjectId { api_version: "v1".into(), kind: "Pod".into(), namespace: namespace.clone(), name: name.to_owned() };
    let pod = match session.cluster.get(&id) {
        Ok(Some(pod)) => pod,
        Ok(None) => return Err(format!("unable to get pod {name}: pods {name:?} not found")),
        Err(error) => return Err(format!("unable to get pod {name}: {error}")),
    };
    let mut errors = Vec::new();
    for container in containers(&pod) {
        match session.cluster.container_log(&namespace, name, container) {
            Ok(log) => {
                session.print(format!("POD LOGS: {name} ({container})\n"));
                session.print(&log);
                session.print("\n");
            }
            Err(error) => {
                errors.push(format!("unable to get logs for pod {name}, container {container}: {error}"));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

/// The names of a pod's containers, those first that run first.
fn containers(pod: &Value) -> Vec<&str> {
    let of = |path: &str| pod.pointer(path).and_then(Value::as_array).into_iter().flatten();
    let all = of("/spec/initContainers").chain(of("/spec/containers"));
    all.filter_map(|container| container.get("name").and_then(Value::as_str)).collect()
}

/// Tells what the pods of failed tests wrote, which Helm tells only when it is asked to.
fn tell_failed(session: &mut Session<'_>, record: &Record) {
    let failed = |hook: &&Hook| hook.events.contains(&HookEvent::Test) && hook.last_run.phase == "Failed";
    for hook in record.hooks.iter().filter(failed) {
        let namespace = objects::namespace_of(&hook.manifest).unwrap_or_else(|| record.namespace.clone());
        let mut selector = Selector { namespace, ..Selector::default() };
        match hook.kind.as_str() {
            "Job" => selector.labels = format!("job-name={}", hook.name),
            "Pod" => selector.fields = format!("metadata.name={}", hook.name),
            _ => continue,
        }
        for pod in session.cluster.list("v1", "Pod", &selector).unwrap_or_default() {
            let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            for container in containers(&pod) {
                let title = format!("log of the failed test {}: pod {name}, container {container}", hook.name);
                match session.cluster.container_log(&selector.namespace, name, container) {
                    Ok(log) => {
                        let log = String::from_utf8_lossy(&log);
                        let log = log.replace(|letter: char| letter.is_control() && !"\n\t".contains(letter), "");
                        session.remark(format!("{title}\n{}", log.trim_end_matches('\n')));
                    }
                    Err(error) => session.remark(format!("{title}: {error}")),
                }
            }
        }
    }
}
