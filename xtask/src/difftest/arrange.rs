//! Steps that set the scene: records as a dead client leaves them, rights that are taken away, objects that must go.

use std::{
    process::Stdio,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use cluster::{Action, ObjectId, PatchKind, Write};
use serde_json::{Value, json};

use super::{
    run::{PATIENCE, Run},
    scenario::{Grant, Step, Tamper},
    snapshot, words,
};
use crate::process;

/// How long controllers are waited for.
const UNREST: Duration = Duration::from_secs(10);

const RBAC: &str = "rbac.authorization.k8s.io/v1";

const VERBS: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];

/// What a user may be given rights for, by API group.
const RESOURCES: [(&str, &[&str]); 5] = [
    (
        "",
        &[
            "secrets",
            "configmaps",
            "services",
            "serviceaccounts",
            "pods",
            "pods/log",
            "events",
            "persistentvolumeclaims",
        ],
    ),
    ("apps", &["deployments", "replicasets", "statefulsets", "daemonsets"]),
    ("batch", &["jobs", "cronjobs"]),
    ("networking.k8s.io", &["ingresses", "networkpolicies"]),
    ("autoscaling", &["horizontalpodautoscalers"]),
];

impl Run<'_> {
    /// Changes a record as a client leaves it that died, or worse.
    pub(super) fn tamper(&self, tamper: &Tamper) -> anyhow::Result<()> {
        let name = format!("sh.helm.release.v1.{}.v{}", tamper.release, tamper.revision);
        let id = ObjectId {
            api_version: "v1".into(),
            kind: "Secret".into(),
            namespace: self.namespace.clone(),
            name: name.clone(),
        };
        let secret = self.cluster.get(&id)?.with_context(|| format!("there is no record {name}"))?;
        let data = tamper.bomb.map(snapshot::bomb).transpose()?.or_else(|| tamper.data.clone());
        if let Some(data) = data {
            let patch = json!({"stringData": {"release": data}});
            self.cluster.write(&Write::new(id, Action::Patch { kind: PatchKind::Merge, patch }))?;
            return Ok(());
        }
        let mut release = snapshot::decode(&secret)?;
        release["info"]["status"] = json!(tamper.status);
        let mut labels = json!({"status": tamper.status});
        if let Some(age) = tamper.age {
            let then = SystemTime::now() - Duration::from_secs(age);
            let seconds = then.duration_since(UNIX_EPOCH)?.as_secs().to_string();
            labels["modifiedAt"] = json!(seconds);
            labels["createdAt"] = json!(seconds);
            let then = release::Timestamp::from_system_time(then).context("a time that a record can hold")?;
            release["info"]["last_deployed"] = json!(then.to_string());
        }
        let patch = json!({"data": {"release": snapshot::encode(&release)?}, "metadata": {"labels": labels}});
        self.cluster.write(&Write::new(id, Action::Patch { kind: PatchKind::Merge, patch }))?;
        Ok(())
    }

    /// Gives a user every right in the namespace but some.
    pub(super) fn grant(&self, grant: &Grant) -> anyhow::Result<()> {
        let mut rules = Vec::new();
        for (group, resources) in RESOURCES {
            for resource in resources {
                let taken =
                    |verb: &&str| grant.without.iter().any(|right| self.fill(right) == format!("{verb} {resource}"));
                let verbs: Vec<&str> = VERBS.into_iter().filter(|verb| !taken(verb)).collect();
                rules.push(json!({"apiGroups": [group], "resources": [resource], "verbs": verbs}));
            }
        }
        let role = json!({"apiVersion": RBAC, "kind": "Role", "metadata": {"name": grant.user}, "rules": rules});
        let subject = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": grant.user});
        let binding = json!({"apiVersion": RBAC, "kind": "RoleBinding", "metadata": {"name": grant.user}, "subjects": [subject],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": grant.user}});
        for object in [role, binding] {
            let id = ObjectId { namespace: self.namespace.clone(), ..ObjectId::of(&object)? };
            self.cluster.write(&Write::new(id, Action::Apply { object, force_conflicts: true }))?;
        }
        Ok(())
    }

    /// Waits until the controllers are done with what was changed before: pods that are still on their way would stand in
    /// one answer and not in the next. What never comes to rest is waited for as long as [`UNREST`].
    pub(super) fn wait_for_controllers(&self) -> anyhow::Result<()> {
        const WORKLOADS: &str = "deployments,replicasets,statefulsets,daemonsets,jobs,pods";
        let begin = Instant::now();
        let mut before = None;
        while begin.elapsed() < UNREST {
            let mut command = self.home.command(&self.stage.kubectl);
            command.env("KUBECONFIG", &self.stage.kubeconfig);
            command.args(["--namespace", &self.namespace, "get", WORKLOADS, "--output", "json"]);
            let now: Value = serde_json::from_slice(&process::answer(&mut command)?.stdout)?;
            let mut items = now["items"].as_array().into_iter().flatten();
            let moving = items.any(|item| {
                let (metadata, status) = (&item["metadata"], &item["status"]);
                let seen = &status["observedGeneration"];
                metadata.get("deletionTimestamp").is_some() || !seen.is_null() && *seen != metadata["generation"]
            });
            if !moving && before.as_ref() == Some(&now) {
                break;
            }
            before = Some(now);
            std::thread::sleep(Duration::from_millis(300));
        }
        Ok(())
    }

    /// Waits until `kubectl get` fails.
    pub(super) fn wait_until_gone(&self, words: &str, step: &Step) -> anyhow::Result<()> {
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
