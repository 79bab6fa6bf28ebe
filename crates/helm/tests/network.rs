//! Runs the scenarios in `tests/cases/network` against a web server on loopback, and compares what is said and asked.
//!
//! A scenario is a list of command lines that run one after the other in one environment; `$SERVER` and `$OTHER` are
//! two origins that serve the folder `site` (see `testkit::Servers`), `$HOST` is the first one without its scheme. With `PINTLE_RECORD=/path/to/helm` steps without
//! an answer get that binary's, or ours where their `oracle` is `pintle`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use testkit::{Outcome, Servers, TestEnv};
use value::{Map, Value, yaml};

const OURS: &str = env!("CARGO_BIN_EXE_helm");

fn text(map: &Map, key: &str) -> String {
    map.get(key).as_ref().and_then(Value::as_str).map(ToString::to_string).unwrap_or_default()
}

fn texts(map: &Map, key: &str) -> Vec<String> {
    let list = map.get(key).and_then(|value| value.as_list().cloned());
    list.iter().flat_map(|list| list.iter()).filter_map(Value::as_str).map(ToString::to_string).collect()
}

fn pairs(map: &Map, key: &str) -> Vec<(String, String)> {
    let entries = map.get(key).and_then(|value| value.as_map().map(Map::entries)).unwrap_or_default();
    let text = |value: Value| value.as_str().map(ToString::to_string).unwrap_or_default();
    entries.into_iter().map(|(key, value)| (key.to_string(), text(value))).collect()
}

fn maps(map: &Map, key: &str) -> Vec<Map> {
    let list = map.get(key).and_then(|value| value.as_list().cloned());
    list.iter().flat_map(|list| list.iter()).filter_map(Value::as_map).cloned().collect()
}

/// What a step came to.
struct Stepped {
    outcome: Outcome,
    requests: Vec<String>,
}

/// Runs a scenario with one binary; each step's answer goes to `judge`.
fn run(scenario: &Map, binary: &Path, mut judge: impl FnMut(&Map, Stepped)) -> anyhow::Result<()> {
    let mut env = TestEnv::new()?;
    for file in maps(scenario, "files") {
        env.write(&text(&file, "name"), &text(&file, "content"))?;
    }
    let servers = Servers::start(env.work().join("site"))?;
    let [first, second] = servers.addresses();
    let host = first.trim_start_matches("http://");
    for step in maps(scenario, "steps") {
        for file in maps(&step, "files") {
            env.write(&text(&file, "name"), &text(&file, "content"))?;
        }
        let fill = |word: String| word.replace("$SERVER", first).replace("$OTHER", second).replace("$HOST", host);
        let arguments: Vec<String> = texts(&step, "args").into_iter().map(fill).collect();
        for (name, value) in pairs(&step, "env") {
            env.set(&name, &fill(value));
        }
        let outcome = env.run(binary, &arguments, &text(&step, "stdin"))?;
        pairs(&step, "env").iter().for_each(|(name, _)| env.unset(name));
        let mask = |text: &str| text.replace(first, "$SERVER").replace(second, "$OTHER").replace(host, "$HOST");
        let outcome = Outcome { stdout: mask(&outcome.stdout), stderr: mask(&outcome.stderr), ..outcome };
        let mut requests = servers.take_requests();
        requests.sort();
        judge(&step, Stepped { outcome, requests });
    }
    Ok(())
}

fn record(scenario: &Map, helm: &Path) -> anyhow::Result<()> {
    let new = |step: &Map| !step.contains("exit");
    if !maps(scenario, "steps").iter().any(new) {
        return Ok(());
    }
    // Each binary runs the whole scenario: a step finds what earlier ones of the same binary have left.
    for (binary, oracle) in [(helm, "helm"), (Path::new(OURS), "pintle")] {
        run(scenario, binary, |step, Stepped { outcome, requests }| {
            if new(step) && (text(step, "oracle") == "pintle") == (oracle == "pintle") {
                step.insert("exit", Value::int(outcome.exit.into()));
                step.insert("stdout", Value::string(outcome.stdout));
                step.insert("stderr", Value::string(outcome.stderr));
                if !requests.is_empty() {
                    step.insert("requests", Value::strings(requests.iter().map(String::as_str)));
                }
            }
        })?;
    }
    Ok(())
}

fn differs(step: &Map, Stepped { outcome, requests }: &Stepped) -> Option<String> {
    let exit = match step.get("exit") {
        Some(Value::Float(code, _)) => code as i32,
        Some(Value::Int(code, _)) => code as i32,
        _ => -1,
    };
    let (stdout, stderr) = (text(step, "stdout"), text(step, "stderr"));
    let more = exit != 0 && outcome.stderr.starts_with(&stderr);
    let same = (exit, &stdout) == (outcome.exit, &outcome.stdout) && (more || stderr == outcome.stderr);
    let wanted = texts(step, "requests");
    if same && wanted == *requests {
        return None;
    }
    let args = texts(step, "args");
    Some(format!("{args:?}\n  want {exit} {stdout:?} {stderr:?} {wanted:?}\n  have {outcome:?} {requests:?}"))
}

#[test]
fn scenarios() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/network");
    let recorder = env::var_os("PINTLE_RECORD").map(PathBuf::from);
    let mut files: Vec<_> =
        fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let (mut count, mut faults) = (0, Vec::new());
    for file in files {
        let scenario =
            yaml::map_from_slice(&fs::read(&file)?).with_context(|| format!("reading {}", file.display()))?;
        if let Some(helm) = &recorder {
            record(&scenario, helm)?;
            fs::write(&file, yaml::to_vec(&Value::Map(scenario.clone()))?)?;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        run(&scenario, Path::new(OURS), |step, stepped| {
            count += 1;
            faults.extend(differs(step, &stepped).map(|fault| format!("{name}: {fault}")));
        })?;
    }
    ensure!(faults.is_empty(), "{} of {count} steps fail:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}
