//! Runs the command of a step: who runs it, in which surroundings, and for how long.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Context as _;

use super::{
    proxy::Proxy,
    run::{Cast, Done, PATIENCE, Run},
    scenario::{Actor, Expect, Step},
    words,
};
use crate::workspace;

/// A command of a scenario.
pub(super) struct Line<'a> {
    pub(super) program: PathBuf,
    /// `helm` or `kubectl`
    pub(super) name: &'static str,
    /// What stands behind it.
    pub(super) line: &'a str,
}

impl Run<'_> {
    /// The binary that runs a step.
    pub(super) fn helm(&self, step: &Step, helm_step: usize) -> PathBuf {
        let ours = match self.cast {
            Cast::Reference => false,
            Cast::Pintle => true,
            Cast::HelmFirst => helm_step.is_multiple_of(2),
            Cast::PintleFirst => !helm_step.is_multiple_of(2),
        };
        let binary = match step.by {
            Actor::Helm3 => &self.stage.helm3,
            Actor::Pintle if ours => &self.stage.pintle,
            Actor::Helm4 | Actor::Pintle => &self.stage.helm4,
        };
        binary.clone()
    }

    /// Runs a step's command, again and again where the step is patient.
    pub(super) fn command(&self, line: &Line<'_>, step: &Step, done: &mut Done) -> anyhow::Result<()> {
        let arguments = words::split(line.line)?.iter().map(|word| self.fill(word)).collect::<Vec<_>>();
        done.what = format!("{} {}", line.name, line.line);
        let counted = step.want.requests.is_some() && self.cast == Cast::Pintle;
        let proxied = counted || !step.faults.is_empty();
        let proxy = proxied.then(|| Proxy::start(self.stage, &step.faults)).transpose()?;
        let begin = Instant::now();
        let (exit, stdout, stderr) = loop {
            let mut command = self.prepared(&line.program, step);
            if line.name == "kubectl" {
                command.args(["--namespace", &self.namespace]);
            }
            if let Some(proxy) = &proxy {
                command.env("KUBECONFIG", proxy.kubeconfig(self.home.path())?);
            }
            if let Some(text) = &step.stdin {
                let file = self.home.path().join("stdin");
                std::fs::write(&file, self.fill(text))?;
                command.stdin(File::open(file)?);
            }
            let answer = self.patiently(command.args(&arguments))?;
            if !step.patient || wanted(step.expect, answer.0) || begin.elapsed() > PATIENCE {
                break answer;
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        done.asked = proxy.as_ref().map(Proxy::asked).unwrap_or_default();
        // Of ours the comparison speaks, where there is one.
        let judged = line.name == "kubectl" || self.cast == Cast::Reference || self.scenario.alone;
        if !wanted(step.expect, exit) && judged {
            done.trouble = Some(format!("exit {exit}: {}", first_words(&stderr)));
        }
        if let Some(name) = &step.save {
            std::fs::write(self.home.path().join("work").join(name), &stdout)?;
        }
        (done.exit, done.stdout, done.stderr) = (exit, self.normal.text(&stdout), self.normal.text(&stderr));
        Ok(())
    }

    pub(super) fn prepared(&self, program: &Path, step: &Step) -> Command {
        let mut command = self.home.command(program);
        command
            .current_dir(self.home.path().join("work"))
            .env("KUBECONFIG", &self.stage.kubeconfig)
            .env("HELM_NAMESPACE", &self.namespace)
            .envs(step.env.iter().map(|(name, value)| (name, self.fill(value))));
        if let Some(user) = &step.user {
            command.env("HELM_KUBEASUSER", user);
        }
        command
    }

    /// Runs a command to its end, or ends it when it takes too long.
    fn patiently(&self, command: &mut Command) -> anyhow::Result<(i32, String, String)> {
        let files = ["stdout", "stderr"].map(|name| self.home.path().join(name));
        command.stdout(File::create(&files[0])?).stderr(File::create(&files[1])?);
        let mut child = command.spawn().context("starting a step")?;
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if begin.elapsed() > PATIENCE {
                child.kill()?;
                break child.wait()?;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let [stdout, stderr] = files.map(|file| std::fs::read(file).unwrap_or_default());
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok((status.code().unwrap_or(-1), text(stdout), text(stderr)))
    }

    /// `{ns}`, `{vary}`, `{postgres}`, `{work}`, `{charts}`, `{see}` and `{examples}` in a text of a scenario.
    pub(super) fn fill(&self, text: &str) -> String {
        let root = workspace::root();
        let show = |path: PathBuf| path.to_string_lossy().into_owned();
        let text = if text.contains("{postgres}") {
            let connection = self.stage.database(&self.namespace);
            // A step that needs a database fails without one, and says why.
            text.replace("{postgres}", &connection.unwrap_or_else(|error| format!("{error:#}")))
        } else {
            text.to_owned()
        };
        text.replace("{ns}", &self.namespace)
            .replace("{vary}", &self.scenario.varied)
            .replace("{work}", &show(self.home.path().join("work")))
            .replace("{charts}", &show(root.join("tests/oracle/release/charts")))
            .replace("{see}", &show(root.join("tests/cases/see/charts")))
            .replace("{examples}", &show(root.join("examples")))
    }
}

fn wanted(expect: Expect, exit: i32) -> bool {
    match expect {
        Expect::Ok => exit == 0,
        Expect::Fail => exit != 0,
        Expect::Any => true,
    }
}

/// As much of a message as its reader needs.
fn first_words(text: &str) -> String {
    text.trim_end().chars().take(400).collect()
}
