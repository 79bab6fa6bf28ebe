//! `cargo xtask sandbox`: the real Helm and the real kubectl on `helm sandbox serve`.
//!
//! The steps lie in `tests/oracle/sandbox.toml`: who runs what, how it ends, what it says.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;
use serde::Deserialize;

use crate::{
    binary,
    process::{Home, answer},
    testbed, tools, workspace,
};

const STEPS: &str = "tests/oracle/sandbox.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// `helm4`, `helm3`, `kubectl` or `pintle`.
    by: String,
    run: String,
    /// Files to write into the work folder before.
    #[serde(default)]
    write: BTreeMap<String, String>,
    #[serde(default)]
    exit: i32,
    /// What stdout and stderr together must hold.
    #[serde(default)]
    says: Vec<String>,
    /// What they must not hold.
    #[serde(default)]
    hides: Vec<String>,
    /// Variables beside the usual ones; `{kubeconfig}` is that of the sandbox.
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// A sandbox that is served until this is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Runs all steps; false where one answers otherwise.
pub(crate) fn run(named: Option<PathBuf>) -> anyhow::Result<bool> {
    let ours = match named {
        Some(path) => path,
        None => binary::release()?,
    };
    let helms = tools::helms()?;
    let kubectl = testbed::build()?.kubectl();
    let home = Home::new()?;
    let kubeconfig = home.path().join("sandbox.yaml");
    let _server = serve(&home, &ours, &kubeconfig)?;
    let text = std::fs::read_to_string(workspace::root().join(STEPS)).context(STEPS)?;
    let steps: Steps = toml::from_str(&text).context(STEPS)?;
    let work = home.path().join("work");
    std::fs::create_dir(&work)?;
    let mut passed = true;
    for (place, step) in steps.step.iter().enumerate() {
        for (name, content) in &step.write {
            std::fs::write(work.join(name), content)?;
        }
        let program: &Path = match step.by.as_str() {
            "helm4" => &helms.helm4,
            "helm3" => &helms.helm3,
            "kubectl" => &kubectl,
            "pintle" => &ours,
            other => anyhow::bail!("{STEPS}: who is {other}?"),
        };
        let mut command = home.command(program);
        let root = workspace::root();
        let words = step.run.split_whitespace().map(|word| word.replace("{root}", &root.to_string_lossy()));
        command.args(words).current_dir(&work).env("KUBECONFIG", &kubeconfig).envs(&step.env);
        let answer = answer(&mut command)?;
        let said = String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned();
        let missing = step.says.iter().find(|text| !said.contains(text.as_str()));
        let shown = step.hides.iter().find(|text| said.contains(text.as_str()));
        if answer.exit != step.exit || missing.is_some() || shown.is_some() {
            passed = false;
            println!("step {}, {} {}: exit {} (wanted {})", place + 1, step.by, step.run, answer.exit, step.exit);
            println!("  missing {missing:?}, not wanted {shown:?}; said:\n{said}");
        }
    }
    println!("{} steps on the sandbox: {}", steps.step.len(), if passed { "all as wanted" } else { "not as wanted" });
    Ok(passed)
}

/// Serves an empty sandbox, and waits until it answers.
fn serve(home: &Home, ours: &Path, kubeconfig: &Path) -> anyhow::Result<Server> {
    let mut command: Command = home.command(ours);
    command.args(["sandbox", "serve", "--in-memory", "--write-kubeconfig"]).arg(kubeconfig);
    let mut child = command.stdout(Stdio::piped()).spawn().context("serving the sandbox")?;
    let out = child.stdout.take().context("it says where")?;
    let server = Server(child);
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    anyhow::ensure!(line.contains("https://127.0.0.1:"), "the sandbox is served on loopback: {line}");
    Ok(server)
}
