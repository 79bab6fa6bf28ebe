//! Runs a scenario's steps with one cast and keeps what each did.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use cluster::{Action, Cluster, ClusterOptions, ObjectId, PatchKind, Propagation, Write};
use serde_json::json;

use super::{
    normal::Normal,
    scenario::{Actor, Expect, Scenario, Step, Tamper},
    snapshot::{self, Snapshot},
    words,
};
use crate::{process::Home, workspace};

/// No command of a scenario takes longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a run works with.
pub(super) struct Stage {
    pub(super) kubeconfig: PathBuf,
    pub(super) kubectl: PathBuf,
    pub(super) helm3: PathBuf,
    pub(super) helm4: PathBuf,
    pub(super) pintle: PathBuf,
}

/// Who runs the steps that are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cast {
    /// Helm 4: what ours is compared with.
    Reference,
    /// Ours.
    Pintle,
    /// Helm 4 and ours take turns, Helm 4 first.
    HelmFirst,
    /// Helm 4 and ours take turns, ours first.
    PintleFirst,
}

/// What one step did.
#[derive(Default)]
pub(super) struct Done {
    pub(super) what: String,
    pub(super) exit: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) snapshot: Option<Snapshot>,
    /// Where the scenario is wrong about the real Helm, or the step did not work at all.
    pub(super) trouble: Option<String>,
}

/// One run: a namespace, a home for helm, a folder for files.
struct Run<'a> {
    stage: &'a Stage,
    cast: Cast,
    cluster: Cluster,
    namespace: String,
    home: Home,
    normal: Normal,
}

/// Runs all steps in a new namespace, which is deleted at the end.
pub(super) fn run(stage: &Stage, scenario: &Scenario, cast: Cast, number: usize) -> anyhow::Result<Vec<Done>> {
    let home = Home::new()?;
    std::fs::create_dir(home.path().join("work"))?;
    let moment = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() % 1_000_000_000;
    // Always as long as another: tables have columns.
    let namespace = format!("difftest-{moment:09}-{:07}-{number:03}", std::process::id());
    let options = ClusterOptions {
        kubeconfig: Some(stage.kubeconfig.to_string_lossy().into_owned()),
        namespace: Some(namespace.clone()),
        ..ClusterOptions::default()
    };
    let cluster = Cluster::connect(&options)?;
    let normal = Normal::new(vec![
        (namespace.clone(), "<NS>"),
        (home.path().to_string_lossy().into_owned(), "<HOME>"),
        (workspace::root().to_string_lossy().into_owned(), "<ROOT>"),
        (stage.kubeconfig.to_string_lossy().into_owned(), "<KUBECONFIG>"),
    ])?;
    let run = Run { stage, cast, cluster, namespace, home, normal };
    run.make_namespace()?;
    let mut helm_steps = 0;
    let done = scenario.step.iter().map(|step| {
        helm_steps += usize::from(step.helm.is_some());
        run.step(step, helm_steps).with_context(|| format!("a step of {}", scenario.name))
    });
    let done = done.collect();
    run.cluster.write(&Write::new(run.own_id(), Action::Delete(Propagation::Background)))?;
    done
}

impl Run<'_> {
    fn own_id(&self) -> ObjectId {
        ObjectId {
            api_version: "v1".into(),
            kind: "Namespace".into(),
            name: self.namespace.clone(),
            ..ObjectId::default()
        }
    }

    fn make_namespace(&self) -> anyhow::Result<()> {
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}});
        self.cluster.write(&Write::new(self.own_id(), Action::Create(object))).context("making a namespace")?;
        Ok(())
    }

    fn step(&self, step: &Step, helm_step: usize) -> anyhow::Result<Done> {
        let mut done = Done::default();
        if let Some(line) = &step.helm {
            self.command(self.helm(step, helm_step), "helm", line, step, &mut done)?;
        } else if let Some(line) = &step.kubectl {
            self.command(self.stage.kubectl.clone(), "kubectl", line, step, &mut done)?;
            (done.stdout, done.stderr) = (String::new(), String::new());
        } else if let Some(files) = &step.write {
            done.what = "write".to_owned();
            for (name, text) in files {
                let path = self.home.path().join("work").join(name);
                path.parent().map(std::fs::create_dir_all).transpose()?;
                std::fs::write(path, self.fill(text))?;
            }
        } else if let Some(tamper) = &step.tamper {
            done.what = format!("tamper with {} {}", tamper.release, tamper.revision);
            self.tamper(tamper)?;
        } else if let Some(words) = &step.gone {
            done.what = format!("gone {words}");
            self.wait_until_gone(words, step)?;
        } else {
            anyhow::bail!("a step that does nothing");
        }
        if step.changes() {
            done.snapshot = Some(snapshot::take(&self.cluster, &self.namespace, &self.normal)?);
        }
        Ok(done)
    }

    /// The binary that runs a step.
    fn helm(&self, step: &Step, helm_step: usize) -> PathBuf {
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

    fn command(&self, program: PathBuf, name: &str, line: &str, step: &Step, done: &mut Done) -> anyhow::Result<()> {
        let arguments = words::split(line)?.iter().map(|word| self.fill(word)).collect::<Vec<_>>();
        done.what = format!("{name} {line}");
        let mut command = self.prepared(&program, step);
        if name == "kubectl" {
            command.args(["--namespace", &self.namespace]);
        }
        command.args(arguments);
        if let Some(text) = &step.stdin {
            let file = self.home.path().join("stdin");
            std::fs::write(&file, self.fill(text))?;
            command.stdin(File::open(file)?);
        }
        let (exit, stdout, stderr) = self.patiently(&mut command)?;
        let wanted = match step.expect {
            Expect::Ok => exit == 0,
            Expect::Fail => exit != 0,
            Expect::Any => true,
        };
        let reference = name == "kubectl" || (self.cast == Cast::Reference && step.by != Actor::Helm3);
        if !wanted && reference {
            done.trouble = Some(format!("exit {exit}: {}", first_words(&stderr)));
        }
        (done.exit, done.stdout, done.stderr) = (exit, self.normal.text(&stdout), self.normal.text(&stderr));
        Ok(())
    }

    fn prepared(&self, program: &Path, step: &Step) -> Command {
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

    /// `{ns}`, `{work}`, `{charts}` and `{examples}` in a text of a scenario.
    fn fill(&self, text: &str) -> String {
        let root = workspace::root();
        let show = |path: PathBuf| path.to_string_lossy().into_owned();
        text.replace("{ns}", &self.namespace)
            .replace("{work}", &show(self.home.path().join("work")))
            .replace("{charts}", &show(root.join("tests/oracle/release/charts")))
            .replace("{examples}", &show(root.join("examples")))
    }

    fn tamper(&self, tamper: &Tamper) -> anyhow::Result<()> {
        let name = format!("sh.helm.release.v1.{}.v{}", tamper.release, tamper.revision);
        let id = ObjectId {
            api_version: "v1".into(),
            kind: "Secret".into(),
            namespace: self.namespace.clone(),
            name: name.clone(),
        };
        let secret = self.cluster.get(&id)?.with_context(|| format!("there is no record {name}"))?;
        let mut release = snapshot::decode(&secret)?;
        release["info"]["status"] = json!(tamper.status);
        let mut labels = json!({"status": tamper.status});
        if let Some(age) = tamper.age {
            let then = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().saturating_sub(age);
            labels["modifiedAt"] = json!(then.to_string());
            labels["createdAt"] = json!(then.to_string());
        }
        let patch = json!({"data": {"release": snapshot::encode(&release)?}, "metadata": {"labels": labels}});
        self.cluster.write(&Write::new(id, Action::Patch { kind: PatchKind::Merge, patch }))?;
        Ok(())
    }

    fn wait_until_gone(&self, words: &str, step: &Step) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            let mut command = self.prepared(&self.stage.kubectl, step);
            command.args(["--namespace", &self.namespace, "get"]).args(words::split(&self.fill(words))?);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            if !command.status()?.success() {
                return Ok(());
            }
            anyhow::ensure!(begin.elapsed() < PATIENCE, "{words} is still there");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// As much of a message as its reader needs.
fn first_words(text: &str) -> String {
    text.trim_end().chars().take(400).collect()
}
