//! Whether quotas leave room for what a plan makes, asked before the first write.
//! Kubernetes: `pkg/quota/v1/evaluator/core`.

use std::collections::{BTreeMap, BTreeSet};

use cluster::Selector;
use release::{
    plan::{Change, Step},
    schema::amount,
};
use serde_json::{Value, json};

use super::permissions::Needs;
use crate::{Error, ErrorKind, Session};

/// Billionths, as quantities are counted.
const ONE: i128 = 1_000_000_000;

/// What is asked of a namespace, by the names that quotas have for it.
#[derive(Default)]
struct Demand {
    /// What the objects themselves take: the server would refuse them.
    certain: BTreeMap<String, i128>,
    /// What controllers make for them: it would be missing later.
    later: BTreeMap<String, i128>,
    /// Who takes it.
    takers: BTreeMap<String, Vec<String>>,
}

/// What finds no room. What controllers would make beyond a quota is a warning. Where quotas may not be read, the server
/// will tell.
pub(super) fn exceeded(session: &mut Session<'_>, needs: &Needs<'_>) -> Vec<Error> {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for (namespace, demand) in demands(session, needs) {
        let selector = Selector { namespace: namespace.clone(), ..Selector::default() };
        let quotas = session.cluster.list("v1", "ResourceQuota", &selector).unwrap_or_default();
        for quota in &quotas {
            errors.extend(demand.refused(&namespace, quota));
            warnings.extend(demand.short(&namespace, quota));
        }
    }
    if errors.is_empty() {
        warnings.into_iter().for_each(|line| session.remark(line));
    }
    errors
}

/// What the new objects of a plan take in each namespace, the release's record included.
fn demands(session: &Session<'_>, needs: &Needs<'_>) -> BTreeMap<String, Demand> {
    let mut demands: BTreeMap<String, Demand> = BTreeMap::new();
    for step in needs.plan.steps.iter().filter(|step| step.creates() && !step.id.namespace.is_empty()) {
        let Ok(mapping) = session.cluster.mapping(&step.id.api_version, &step.id.kind) else { continue };
        demands.entry(step.id.namespace.clone()).or_default().add(step, &mapping.resource);
    }
    // A namespace in which nothing else is made has had a record before, and is not worth a request.
    if let Some(demand) = demands.get_mut(&needs.record.namespace) {
        let resource = match session.storage.name() {
            "Secret" => "secrets",
            "ConfigMap" => "configmaps",
            _ => return demands,
        };
        demand.count(&[resource.to_owned(), format!("count/{resource}")], "the release's record");
    }
    demands
}

impl Demand {
    fn count(&mut self, keys: &[String], taker: &str) {
        for key in keys {
            self.take(key.clone(), ONE, taker);
        }
    }

    fn take(&mut self, key: String, amount: i128, taker: &str) {
        *self.certain.entry(key.clone()).or_default() += amount;
        self.takers.entry(key).or_default().push(taker.to_owned());
    }

    /// What one new object takes.
    fn add(&mut self, step: &Step, resource: &str) {
        let (Change::Create { object } | Change::Apply { object, .. }) = &step.change else { return };
        let taker = format!("{} {}", step.id.kind, step.id.name);
        let group = step.id.group();
        let counted = if group.is_empty() { format!("count/{resource}") } else { format!("count/{resource}.{group}") };
        self.count(&[counted], &taker);
        const CORE: [&str; 7] = [
            "configmaps",
            "persistentvolumeclaims",
            "pods",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "services",
        ];
        if group.is_empty() && CORE.contains(&resource) {
            self.count(&[resource.to_owned()], &taker);
        }
        match (group, step.id.kind.as_str()) {
            ("", "Service") => self.service(object, &taker),
            ("", "PersistentVolumeClaim") => self.claim(object, &taker),
            ("", "Pod") => {
                for (key, amount) in compute(object.get("spec")) {
                    self.take(key, amount, &taker);
                }
            }
            _ => self.workload(object, &taker),
        }
    }

    fn service(&mut self, object: &Value, taker: &str) {
        let spec = object.get("spec");
        let kind = spec.and_then(|spec| spec.get("type")).and_then(Value::as_str);
        let ports = spec.and_then(|spec| spec.get("ports")).and_then(Value::as_array).map_or(0, Vec::len);
        let wanted = spec.and_then(|spec| spec.get("allocateLoadBalancerNodePorts")) != Some(&json!(false));
        if kind == Some("LoadBalancer") {
            self.take("services.loadbalancers".into(), ONE, taker);
        }
        if kind == Some("NodePort") || (kind == Some("LoadBalancer") && wanted) {
            self.take("services.nodeports".into(), ONE * i128::try_from(ports).unwrap_or(0), taker);
        }
    }

    fn claim(&mut self, object: &Value, taker: &str) {
        let storage = object.pointer("/spec/resources/requests/storage").and_then(amount).unwrap_or(0);
        self.take("requests.storage".into(), storage, taker);
        if let Some(class) = object.pointer("/spec/storageClassName").and_then(Value::as_str) {
            let of_class = format!("{class}.storageclass.storage.k8s.io");
            self.take(format!("{of_class}/requests.storage"), storage, taker);
            self.take(format!("{of_class}/persistentvolumeclaims"), ONE, taker);
        }
    }

    /// The pods of a workload, which its controller makes. How many a DaemonSet has, the nodes tell.
    fn workload(&mut self, object: &Value, taker: &str) {
        let number = |name: &str| object.pointer(&format!("/spec/{name}")).and_then(Value::as_i64);
        let pods = match object.get("kind").and_then(Value::as_str) {
            Some("Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController") => {
                number("replicas").unwrap_or(1)
            }
            Some("Job") => number("parallelism").unwrap_or(1),
            _ => return,
        };
        let pods = i128::from(pods);
        let each = compute(object.pointer("/spec/template/spec"));
        let counts = [("pods".to_owned(), ONE), ("count/pods".to_owned(), ONE)];
        for (key, amount) in each.into_iter().chain(counts) {
            *self.later.entry(key.clone()).or_default() += amount * pods;
            self.takers.entry(key).or_default().push(taker.to_owned());
        }
    }

    /// What the server would refuse.
    fn refused(&self, namespace: &str, quota: &Value) -> Option<Error> {
        let over = over(quota, |key| self.certain.get(key).copied().unwrap_or(0));
        let takers: BTreeSet<&str> = over
            .iter()
            .flat_map(|limit| self.takers.get(&limit.key).into_iter().flatten())
            .map(String::as_str)
            .collect();
        let taken_by = takers.into_iter().collect::<Vec<_>>().join(", ");
        (!over.is_empty()).then(|| {
            let text = format!("the namespace {namespace} has no room: {}", words(quota, &over));
            Error::new(ErrorKind::Cluster, text).hinted(format!("it would be taken by {taken_by}"))
        })
    }

    /// What would be missing later.
    fn short(&self, namespace: &str, quota: &Value) -> Option<String> {
        let both = |key: &str| match self.later.get(key) {
            Some(later) => later + self.certain.get(key).copied().unwrap_or(0),
            None => 0,
        };
        let over = over(quota, both);
        (!over.is_empty())
            .then(|| format!("warning: the namespace {namespace} has no room for all pods: {}", words(quota, &over)))
    }
}

/// A limit that does not hold what is asked for.
struct Limit {
    key: String,
    requested: i128,
    used: Value,
    hard: Value,
}

/// The limits of a quota that do not hold what is asked for. One with scopes counts some pods only: which, the server
/// knows.
fn over(quota: &Value, requested: impl Fn(&str) -> i128) -> Vec<Limit> {
    let spec = |name: &str| quota.get("spec").and_then(|spec| spec.get(name));
    if spec("scopes").is_some() || spec("scopeSelector").is_some() {
        return Vec::new();
    }
    let status = |name: &str| quota.get("status").and_then(|status| status.get(name)).and_then(Value::as_object);
    let (Some(hard), Some(used)) = (status("hard"), status("used")) else { return Vec::new() };
    let limits = hard.iter().filter_map(|(key, hard)| {
        let requested = requested(key);
        let used = used.get(key)?;
        let full = requested > 0 && amount(used)?.checked_add(requested)? > amount(hard)?;
        full.then(|| Limit { key: key.clone(), requested, used: used.clone(), hard: hard.clone() })
    });
    limits.collect()
}

/// The server's own words: `exceeded quota: q, requested: pods=2, used: pods=1, limited: pods=2`.
fn words(quota: &Value, over: &[Limit]) -> String {
    let list = |value: &dyn Fn(&Limit) -> String| {
        let items: Vec<String> = over.iter().map(|limit| format!("{}={}", limit.key, value(limit))).collect();
        items.join(",")
    };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!(
        "exceeded quota: {}, requested: {}, used: {}, limited: {}",
        quota.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default(),
        list(&|limit| written(&limit.key, limit.requested)),
        list(&|limit| plain(&limit.used)),
        list(&|limit| plain(&limit.hard))
    )
}

/// An amount as the server writes it.
fn written(key: &str, amount: i128) -> String {
    const MILLI: i128 = ONE / 1000;
    match amount / ONE {
        whole if amount % ONE == 0 => {
            let of_bytes = key.contains("memory") || key.contains("storage");
            let units = [("Gi", 1_i128 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
            match units.iter().find(|(_, unit)| of_bytes && whole > 0 && whole % unit == 0) {
                Some((suffix, unit)) => format!("{}{suffix}", whole / unit),
                None => whole.to_string(),
            }
        }
        _ => format!("{}m", (amount + MILLI - 1) / MILLI),
    }
}

/// What the containers of a pod ask for together; of those that run one after the other, the largest.
fn compute(spec: Option<&Value>) -> BTreeMap<String, i128> {
    let mut sums = BTreeMap::new();
    let list = |name: &str| spec.and_then(|spec| spec.get(name)).and_then(Value::as_array).into_iter().flatten();
    for container in list("containers") {
        for (key, amount) in of_container(container) {
            *sums.entry(key).or_insert(0) += amount;
        }
    }
    for container in list("initContainers") {
        for (key, amount) in of_container(container) {
            let sum = sums.entry(key).or_insert(0);
            *sum = amount.max(*sum);
        }
    }
    sums
}

fn of_container(container: &Value) -> Vec<(String, i128)> {
    let mut found = Vec::new();
    let stated =
        |kind: &str, resource: &str| container.pointer(&format!("/resources/{kind}/{resource}")).and_then(amount);
    for resource in ["cpu", "memory"] {
        let limit = stated("limits", resource);
        // What states a limit alone asks for as much.
        if let Some(request) = stated("requests", resource).or(limit) {
            found.push((format!("requests.{resource}"), request));
            found.push((resource.to_owned(), request));
        }
        found.extend(limit.map(|limit| (format!("limits.{resource}"), limit)));
    }
    found
}

#[cfg(test)]
mod tests {
    use release::{
        object::ObjectId,
        plan::{Change, Step},
    };
    use serde_json::{Value, json};

    use super::{Demand, written};

    fn step(group: &str, object: Value) -> Step {
        let kind = object["kind"].as_str().unwrap().to_owned();
        let id = ObjectId { api_version: group.into(), kind, namespace: "n".into(), name: "x".into() };
        Step { id, source: String::new(), change: Change::Create { object } }
    }

    fn quota(hard: &Value, used: &Value) -> Value {
        json!({"metadata": {"name": "q"}, "spec": {"hard": hard}, "status": {"hard": hard, "used": used}})
    }

    #[test]
    fn objects_that_find_no_room_are_refused() {
        let mut demand = Demand::default();
        demand.add(&step("v1", json!({"kind": "ConfigMap"})), "configmaps");
        demand.count(&["secrets".into()], "the release's record");
        let full = quota(&json!({"configmaps": "3", "secrets": "1"}), &json!({"configmaps": "2", "secrets": "1"}));
        let error = demand.refused("n", &full).unwrap();
        assert_eq!(
            error.to_string(),
            "the namespace n has no room: exceeded quota: q, requested: secrets=1, used: secrets=1, limited: secrets=1"
        );
        assert_eq!(error.hints(), ["it would be taken by the release's record"]);
        let roomy = quota(&json!({"count/configmaps": "3"}), &json!({"count/configmaps": "2"}));
        assert!(demand.refused("n", &roomy).is_none());
        let mut scoped = full;
        scoped["spec"]["scopes"] = json!(["BestEffort"]);
        assert!(demand.refused("n", &scoped).is_none());
    }

    #[test]
    fn pods_of_workloads_are_a_warning() {
        let mut demand = Demand::default();
        let container = json!({"resources": {"limits": {"cpu": "300m", "memory": "64Mi"}}});
        let object =
            json!({"kind": "Deployment", "spec": {"replicas": 2, "template": {"spec": {"containers": [container]}}}});
        demand.add(&step("apps/v1", object), "deployments");
        let tight = quota(&json!({"requests.cpu": "500m", "pods": "9"}), &json!({"requests.cpu": "0", "pods": "1"}));
        assert!(demand.refused("n", &tight).is_none());
        assert_eq!(
            demand.short("n", &tight).unwrap(),
            "warning: the namespace n has no room for all pods: exceeded quota: q, requested: requests.cpu=600m, used: \
             requests.cpu=0, limited: requests.cpu=500m"
        );
        let full = quota(&json!({"count/deployments.apps": "1"}), &json!({"count/deployments.apps": "1"}));
        assert!(demand.refused("n", &full).is_some() && demand.short("n", &full).is_none());
    }

    #[test]
    fn amounts_are_written_as_the_server_writes_them() {
        assert_eq!(written("requests.memory", (64 << 20) * super::ONE), "64Mi");
        assert_eq!(written("pods", 2 * super::ONE), "2");
    }
}
