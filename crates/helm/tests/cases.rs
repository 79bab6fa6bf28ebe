//! Runs the binary on the command lines in `tests/cases/cli`, and compares what it says.
//!
//! A case's `oracle` says whose answer it holds: `helm` for that of the real Helm, `pintle` where ours is another one
//! on purpose, for the reason that `why` names: an id of COMPATIBILITY.md. Behind Helm's errors ours may say more; a
//! case with a `hint` holds what. With `PINTLE_RECORD=/path/to/helm` cases without an answer get theirs: those of `helm` from that binary,
//! those of `pintle` from ours. To record a case anew, delete its `exit`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use testkit::{Outcome, TestEnv};
use value::{List, Map, Value, yaml};

const OURS: &str = env!("CARGO_BIN_EXE_helm");

/// The commands and flags that Helm has not: the lines of completions and suggestions that hold one of them alone.
const OWN: [&str; 9] =
    ["compare", "diff", "drift", "exporter", "rehearse", "sandbox", "values", "--hooks", "--revision"];

/// Version numbers differ on purpose, everywhere.
fn without_own_version(text: &str) -> String {
    text.replace(concat!("+pintle-", env!("CARGO_PKG_VERSION")), "")
}

fn text(map: &Map, key: &str) -> String {
    map.get(key).as_ref().and_then(Value::as_str).map(ToString::to_string).unwrap_or_default()
}

fn texts(value: Option<Value>) -> Vec<String> {
    let list = value.as_ref().and_then(Value::as_list).cloned();
    list.iter().flat_map(|list| list.iter()).filter_map(Value::as_str).map(ToString::to_string).collect()
}

fn pairs(value: Option<Value>) -> Vec<(String, String)> {
    let entries = value.as_ref().and_then(Value::as_map).map(Map::entries).unwrap_or_default();
    entries
        .into_iter()
        .map(|(key, value)| (key.to_string(), value.as_str().map(ToString::to_string).unwrap_or_default()))
        .collect()
}

/// What a binary says to a case.
fn answer(case: &Map, binary: &Path) -> anyhow::Result<Outcome> {
    let mut env = TestEnv::new()?;
    for (name, value) in pairs(case.get("env")) {
        env.set(&name, &value);
    }
    for (name, content) in pairs(case.get("files")) {
        env.write(&name, &content)?;
    }
    let outcome = env.run(binary, &texts(case.get("args")), &text(case, "stdin"))?;
    Ok(Outcome {
        stdout: without_own_version(&outcome.stdout),
        stderr: without_own_version(&outcome.stderr),
        ..outcome
    })
}

fn expected(case: &Map) -> Outcome {
    let exit = match case.get("exit") {
        Some(Value::Float(code, _)) => code as i32,
        Some(Value::Int(code, _)) => code as i32,
        _ => 0,
    };
    Outcome { exit, stdout: text(case, "stdout"), stderr: text(case, "stderr") }
}

/// Whether an answer is the one that is wanted. Where Helm fails, ours may say more behind Helm's words on stderr.
fn agrees(case: &Map, wanted: &Outcome, given: &Outcome) -> bool {
    if text(case, "oracle") != "helm" {
        return wanted == given;
    }
    let stdout = without_own_lines(&given.stdout, &wanted.stdout);
    let stderr = without_own_lines(&given.stderr, &wanted.stderr);
    let more = stderr.strip_prefix(&wanted.stderr).is_some_and(|more| match case.contains("hint") {
        true => more == text(case, "hint"),
        false => more.is_empty() || wanted.exit != 0,
    });
    (wanted.exit, &wanted.stdout) == (given.exit, &stdout) && more
}

/// The text without the lines of commands and flags that are ours; `values` is also a command of `get` and `show`.
fn without_own_lines(text: &str, wanted: &str) -> String {
    let foreign = |line: &&str| OWN.contains(&line.trim()) && !wanted.split_inclusive('\n').any(|other| other == *line);
    text.split_inclusive('\n').filter(|line| !foreign(line)).collect()
}

/// Whether a case with an answer of ours says why it is another than Helm's.
fn has_reason(case: &Map, compatibility: &str) -> bool {
    text(case, "oracle") == "helm" || compatibility.contains(&format!("\n| `{}` |", text(case, "why")))
}

fn record(file: &Path, cases: &List, helm: &Path) -> anyhow::Result<()> {
    let new: Vec<&Map> = cases.iter().filter_map(Value::as_map).filter(|case| !case.contains("exit")).collect();
    if new.is_empty() {
        return Ok(());
    }
    for case in new {
        let ours = text(case, "oracle") == "pintle";
        let outcome = answer(case, if ours { Path::new(OURS) } else { helm })?;
        case.insert("exit", Value::int(outcome.exit.into()));
        case.insert("stdout", Value::string(outcome.stdout));
        case.insert("stderr", Value::string(outcome.stderr));
    }
    let bytes = yaml::to_vec(&Value::List(cases.clone())).context("writing cases")?;
    fs::write(file, bytes).with_context(|| format!("writing {}", file.display()))
}

#[test]
fn command_lines() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/cli");
    let recorder = env::var_os("PINTLE_RECORD").map(PathBuf::from);
    let compatibility = fs::read_to_string(folder.join("../../../COMPATIBILITY.md")).context("COMPATIBILITY.md")?;
    let (mut count, mut faults) = (0, Vec::new());
    let mut files: Vec<_> =
        fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    for file in files {
        let bytes = fs::read(&file)?;
        let cases = yaml::from_slice(&bytes).with_context(|| format!("reading {}", file.display()))?;
        let cases = cases.as_list().context("a file holds a list of cases")?;
        if let Some(helm) = &recorder {
            record(&file, cases, helm)?;
        }
        for case in cases.iter() {
            let case = case.as_map().context("a case is a map")?;
            count += 1;
            let (wanted, given) = (expected(case), answer(case, Path::new(OURS))?);
            let (env, args) = (pairs(case.get("env")), texts(case.get("args")));
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if !has_reason(case, &compatibility) {
                faults.push(format!("{name}: {env:?} {args:?}: `why` names no line of COMPATIBILITY.md"));
            }
            if !agrees(case, &wanted, &given) {
                faults.push(format!("{name}: {env:?} {args:?}\n  want {wanted:?}\n  have {given:?}"));
            }
        }
    }
    ensure!(count > 300, "only {count} cases in {}", folder.display());
    ensure!(faults.is_empty(), "{} of {count} cases fail:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}
