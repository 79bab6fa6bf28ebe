//! Runs a scenario's steps with one cast and keeps what each did.

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use cluster::{Action, Cluster, ClusterOptions, ObjectId, Propagation, Write};
use serde_json::json;
use testkit::Postgres;

use super::{
    command::Line,
    demand,
    normal::Normal,
    scenario::{Actor, Scenario, Step},
    shown,
    snapshot::{self, Snapshot},
};
use crate::{process::Home, workspace};

/// No command of a scenario takes longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// What a run works with.
pub(super) struct Stage {
    pub(super) kubeconfig: PathBuf,
    pub(super) kubectl: PathBuf,
    pub(super) helm3: PathBuf,
    pub(super) helm4: PathBuf,
    pub(super) pintle: PathBuf,
    pub(super) databases: Databases,
}

/// A PostgreSQL that is started when the first step wants a database, and the databases that were made.
#[derive(Default)]
pub(super) struct Databases {
    server: OnceLock<Result<Option<Postgres>, String>>,
    made: Mutex<HashSet<String>>,
}

impl Stage {
    /// The connection string of a run's own database.
    pub(super) fn database(&self, name: &str) -> anyhow::Result<String> {
        let server =
            self.databases.server.get_or_init(|| Postgres::start("a lifecycle").map_err(|error| format!("{error:#}")));
        let server = server.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?.as_ref();
        let server = server.context("there is no PostgreSQL")?;
        let mut made = self.databases.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.insert(name.to_owned()) { server.database(name) } else { Ok(server.connection(name)) }
    }
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
    /// What it asked the server for, where that is counted.
    pub(super) asked: Vec<String>,
    /// Where the scenario is wrong about the real Helm, or the step did not work at all.
    pub(super) trouble: Option<String>,
}

/// One run: a namespace, a home for helm, a folder for files.
pub(super) struct Run<'a> {
    pub(super) stage: &'a Stage,
    pub(super) scenario: &'a Scenario,
    pub(super) cast: Cast,
    pub(super) cluster: Cluster,
    pub(super) namespace: String,
    pub(super) home: Home,
    pub(super) normal: Normal,
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
    let run = Run { stage, scenario, cast, cluster, namespace, home, normal };
    run.make_namespace()?;
    let mut helm_steps = 0;
    let done = scenario.step.iter().map(|step| {
        helm_steps += usize::from(step.helm.is_some());
        run.step(step, helm_steps).with_context(|| format!("a step of {}", scenario.name))
    });
    let mut done: Vec<Done> = done.collect::<anyhow::Result<_>>()?;
    run.cluster.write(&Write::new(run.own_id(), Action::Delete(Propagation::Background)))?;
    if cast == Cast::Pintle
        && let Some(fault) = shown::differs(scenario, &done)?
        && let Some(last) = done.last_mut()
    {
        last.trouble.get_or_insert(fault);
    }
    Ok(done)
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
            if line.starts_with("status ") {
                self.wait_for_controllers()?;
            }
            self.command(&Line { program: self.helm(step, helm_step), name: "helm", line }, step, &mut done)?;
        } else if let Some(line) = &step.kubectl {
            let line = Line { program: self.stage.kubectl.clone(), name: "kubectl", line };
            self.command(&line, step, &mut done)?;
            (done.stdout, done.stderr) = (String::new(), String::new());
        } else if let Some(files) = &step.write {
            done.what = "write".to_owned();
            for (name, text) in files {
                let path = self.home.path().join("work").join(name);
                path.parent().map(std::fs::create_dir_all).transpose()?;
                std::fs::write(path, self.fill(text))?;
            }
        } else if let Some(name) = &step.remove {
            done.what = format!("remove {name}");
            let path = self.home.path().join("work").join(name);
            if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
        } else if let Some(tamper) = &step.tamper {
            done.what = format!("tamper with {} {}", tamper.release, tamper.revision);
            self.tamper(tamper)?;
        } else if let Some(grant) = &step.grant {
            done.what = format!("grant {} without {:?}", grant.user, grant.without);
            self.grant(grant)?;
        } else if let Some(words) = &step.gone {
            done.what = format!("gone {words}");
            self.wait_until_gone(words, step)?;
        } else {
            anyhow::bail!("a step that does nothing");
        }
        if step.changes() {
            done.snapshot = Some(snapshot::take(&self.cluster, &self.namespace, &self.normal)?);
        }
        if self.cast == Cast::Pintle && step.by == Actor::Pintle && done.trouble.is_none() {
            done.trouble = demand::unmet(&step.want, &done);
        }
        Ok(done)
    }
}
