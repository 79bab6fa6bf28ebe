//! What one sees of releases before and behind a change: sessions in `tests/cases/see`, run in the sandbox.
//!
//! A session is a file of lines `$ [VARIABLE=value] helm …`, each with what it says below it, and of lines
//! `! METHOD PATH JSON`, which somebody else does to the cluster. With `PINTLE_RECORD` set they are written anew.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context as _, ensure};
use http::Request;
use http_body_util::Full;
use sandbox::{Sandbox, SandboxOptions};
use testkit::{TestEnv, words};

const HELM: &str = env!("CARGO_BIN_EXE_helm");

/// Where the sandbox of a test lives.
fn store(env: &TestEnv) -> PathBuf {
    env.home().join(".local/share/helm/sandbox/store.redb")
}

/// Does what somebody else does to the cluster.
fn by_hand(env: &TestEnv, line: &str) -> anyhow::Result<()> {
    let mut words = line.splitn(3, ' ');
    let (method, path, body) = (words.next(), words.next(), words.next());
    let (method, path) = (method.context("a method")?, path.context("a path")?);
    let form = if method == "PATCH" { "application/strategic-merge-patch+json" } else { "application/json" };
    let request = Request::builder()
        .method(method)
        .uri(format!("{path}?fieldManager=kubectl-edit"))
        .header("content-type", form)
        .body(Full::new(bytes::Bytes::from(body.unwrap_or("{}").to_owned())))?;
    let options = SandboxOptions::new(Some(store(env)), SystemTime::now);
    let sandbox = Sandbox::open(&options).map_err(|error| anyhow::anyhow!("{error}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(async { sandbox.answer(request).await });
    ensure!(answer.status().is_success(), "{line}: {}", answer.status());
    Ok(())
}

/// Times are those of the run.
fn masked(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut shown = String::new();
        let mut rest = line;
        // `2026-11-21T14:31:25Z`
        while let Some(at) = rest.find('T').filter(|at| *at >= 10) {
            let time = rest.get(at - 10..at + 10).unwrap_or_default();
            let digits = time.bytes().filter(u8::is_ascii_digit).count();
            let (before, after) = if digits == 14 && time.ends_with('Z') {
                shown.push_str(&rest[..at - 10]);
                shown.push_str("TIME");
                ("", &rest[at + 10..])
            } else {
                rest.split_at(at + 1)
            };
            shown.push_str(before);
            rest = after;
        }
        shown.push_str(rest);
        let is_time = |word: &str| word.len() == 8 && word.split(':').filter(|part| part.len() == 2).count() == 3;
        if shown.split([' ', '\t']).any(is_time) {
            let words = shown.split(' ').map(|word| if is_time(word) { "hh:mm:ss" } else { word });
            shown = without_day(&words.collect::<Vec<_>>().join(" "));
        }
        for unit in 0..30 {
            shown = shown
                .replace(&format!(" {unit}s  "), " 0s  ")
                .replace(&format!("\"age\": \"{unit}s\""), "\"age\": \"0s\"");
        }
        lines.push(shown.trim_end().to_owned());
    }
    lines.join("\n")
}

/// The line without the day around a covered time: `Sat Nov 21 hh:mm:ss 2026`.
fn without_day(line: &str) -> String {
    const DAY: usize = "Sat Nov 21 ".len();
    const LENGTH: usize = "hh:mm:ss 2026".len();
    let Some(at) = line.find("hh:mm:ss").filter(|at| *at >= DAY) else { return line.to_owned() };
    let behind = line.get(at + LENGTH..).unwrap_or_default();
    format!("{}Www Mmm dd hh:mm:ss yyyy{behind}", &line[..at - DAY])
}

/// Runs a session, and gives what it should look like.
fn run(path: &Path) -> anyhow::Result<String> {
    let folder = path.parent().context("a folder")?;
    let env = TestEnv::new()?;
    copy(&folder.join("charts"), &env.work())?;
    let mut told = String::new();
    for line in fs::read_to_string(path)?.lines() {
        if let Some(what) = line.strip_prefix("! ") {
            by_hand(&env, what)?;
            told.push_str(&format!("{line}\n\n"));
        } else if let Some(command) = line.strip_prefix("$ ") {
            let mut words = words(command);
            let mut env = EnvironmentOf(&env, Vec::new());
            while words.first().is_some_and(|word| word.contains('=')) {
                let word = words.remove(0);
                env.1.push(word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).context("=")?);
            }
            ensure!(words.first().is_some_and(|word| word == "helm"), "{command}: helm is run");
            let outcome = env.run(&words[1..])?;
            let said = masked(&format!("{}{}", outcome.stdout, outcome.stderr));
            told.push_str(&format!("{line}\n"));
            if !said.is_empty() {
                told.push_str(&format!("{}\n", said.trim_end_matches('\n')));
            }
            if outcome.exit != 0 {
                told.push_str(&format!("[exit {}]\n", outcome.exit));
            }
            told.push('\n');
        }
    }
    Ok(told)
}

/// An environment with variables for one command.
struct EnvironmentOf<'a>(&'a TestEnv, Vec<(String, String)>);

impl EnvironmentOf<'_> {
    fn run(&self, arguments: &[String]) -> anyhow::Result<testkit::Outcome> {
        let mut variables = vec![("PINTLE_SANDBOX".to_owned(), "1".to_owned())];
        variables.extend(self.1.clone());
        self.0.run_with(Path::new(HELM), arguments, &variables)
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[test]
fn sessions_go_as_they_are_written_down() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/see");
    let recording = env::var_os("PINTLE_RECORD").is_some();
    let mut faults = Vec::new();
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "console"));
    paths.sort();
    ensure!(paths.len() >= 4, "the sessions are in {}", folder.display());
    for path in paths {
        let told = run(&path).with_context(|| format!("{}", path.display()))?;
        if recording {
            fs::write(&path, told)?;
        } else if told != fs::read_to_string(&path)? {
            faults.push(format!("{} is now\n{told}", path.display()));
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}
