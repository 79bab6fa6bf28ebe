//! What a namespace holds after a step: release records, decoded, and live objects without what the server adds.

use std::{collections::BTreeMap, io::Read as _};

use anyhow::Context as _;
use base64::Engine as _;
use cluster::{Cluster, Selector};
use serde_json::{Map, Value, json};

use super::normal::Normal;

/// The kinds of live objects that are compared.
const KINDS: [(&str, &str); 17] = [
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
];

/// Annotations that controllers write.
const CONTROLLERS: [&str; 5] = [
    "deployment.kubernetes.io/",
    "volume.kubernetes.io/",
    "volume.beta.kubernetes.io/",
    "batch.kubernetes.io/job-tracking",
    "deprecated.daemonset.template.generation",
];

/// No record of a scenario is larger, once it is unzipped.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Go's time that is none.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// What a namespace holds, by name.
#[derive(Default)]
pub(super) struct Snapshot {
    pub(super) records: Value,
    pub(super) objects: Value,
    pub(super) managers: Value,
}

pub(super) fn take(cluster: &Cluster, namespace: &str, normal: &Normal) -> anyhow::Result<Snapshot> {
    let (mut records, mut objects, mut managers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let selector = Selector { namespace: namespace.to_owned(), ..Selector::default() };
    for (api_version, kind) in KINDS {
        for object in cluster.list(api_version, kind, &selector)? {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            if object["type"] == "helm.sh/release.v1" {
                let record = record(&object).unwrap_or_else(|error| json!({"unreadable": error.to_string()}));
                records.insert(normal.text(name), normal.value(&record));
                continue;
            }
            let own =
                (kind, name) == ("ConfigMap", "kube-root-ca.crt") || (kind, name) == ("ServiceAccount", "default");
            let going = object["metadata"]["deletionTimestamp"].is_string();
            if own || going || (kind == "Pod" && object["metadata"]["ownerReferences"].is_array()) {
                continue;
            }
            let key = normal.text(&format!("{kind} {name}"));
            managers.insert(key.clone(), owners(&object));
            objects.insert(key, normal.value(&own_part(&object)));
        }
    }
    Ok(Snapshot { records: json!(records), objects: json!(objects), managers: json!(managers) })
}

/// A record's secret: the release, and what Helm writes beside it.
fn record(secret: &Value) -> anyhow::Result<Value> {
    let mut release = decode(secret)?;
    for list in ["/chart/templates", "/chart/files"] {
        if let Some(files) = release.pointer_mut(list).and_then(Value::as_array_mut) {
            files.sort_by_key(|file| file["name"].as_str().unwrap_or_default().to_owned());
        }
    }
    // Helm 3 and 4 write other times for files that have none: they mean the same.
    if let Some(chart) = release.get_mut("chart").and_then(Value::as_object_mut) {
        chart.retain(|name, value| !name.ends_with("modtime") || value.as_str().is_some_and(|time| time != NO_TIME));
    }
    if let Some(info) = release.get_mut("info").and_then(Value::as_object_mut) {
        info.retain(|name, value| name != "deleted" || value != "");
    }
    for hook in release.get_mut("hooks").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(run) = hook.get_mut("last_run").and_then(Value::as_object_mut) {
            run.retain(|_, value| value != "");
        }
    }
    let mut labels = secret["metadata"]["labels"].clone();
    if let Some(labels) = labels.as_object_mut() {
        labels.remove("modifiedAt");
        labels.remove("createdAt");
    }
    Ok(json!({"labels": labels, "release": release}))
}

/// The release in a record's secret.
pub(super) fn decode(secret: &Value) -> anyhow::Result<Value> {
    let base64 = base64::engine::general_purpose::STANDARD;
    let text = secret["data"]["release"].as_str().context("a record without data")?;
    let bytes = base64.decode(base64.decode(text)?)?;
    let mut json = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .take(LARGEST)
        .read_to_end(&mut json)
        .context("unzipping a record")?;
    serde_json::from_slice(&json).context("reading a record")
}

/// The bytes of a release as they lie in a record's secret.
pub(super) fn encode(release: &Value) -> anyhow::Result<String> {
    let base64 = base64::engine::general_purpose::STANDARD;
    let json = serde_json::to_vec(release)?;
    let mut bytes = Vec::new();
    flate2::read::GzEncoder::new(json.as_slice(), flate2::Compression::best()).read_to_end(&mut bytes)?;
    Ok(base64.encode(base64.encode(bytes)))
}

/// A record, as a secret's text, that is that many MiB of blanks.
pub(super) fn bomb(size: u32) -> anyhow::Result<String> {
    let blanks = std::io::repeat(b' ').take(u64::from(size) * 1024 * 1024);
    let mut bytes = Vec::new();
    flate2::read::GzEncoder::new(blanks, flate2::Compression::best()).read_to_end(&mut bytes)?;
    Ok(base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// An object without what the server and its controllers add.
fn own_part(object: &Value) -> Value {
    let mut fields: Map<String, Value> = object.as_object().cloned().unwrap_or_default();
    fields.remove("status");
    let old = fields.remove("metadata").unwrap_or_default();
    let mut metadata = Map::new();
    for name in ["labels", "annotations", "finalizers", "ownerReferences"] {
        if !old[name].is_null() {
            metadata.insert(name.to_owned(), old[name].clone());
        }
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.retain(|name, _| !CONTROLLERS.iter().any(|start| name.starts_with(start)));
    }
    metadata.retain(|_, value| value.as_object().is_none_or(|map| !map.is_empty()));
    fields.insert("metadata".to_owned(), metadata.into());
    let kind = object["kind"].as_str().unwrap_or_default().to_owned();
    if let Some(spec) = fields.get_mut("spec").and_then(Value::as_object_mut) {
        match kind.as_str() {
            "Service" => {
                if spec.get("clusterIP").is_some_and(|address| address != "None") {
                    spec.remove("clusterIP");
                    spec.remove("clusterIPs");
                }
                for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
                    port.as_object_mut().and_then(|port| port.remove("nodePort"));
                }
            }
            "Pod" => drop(spec.remove("nodeName")),
            _ => {}
        }
    }
    fields.into()
}

/// Who owns fields, Kubernetes' own controllers apart.
fn owners(object: &Value) -> Value {
    let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry["subresource"].as_str().unwrap_or_default().is_empty())
        .filter(|entry| !entry["manager"].as_str().unwrap_or_default().starts_with("kube-"))
        .map(|entry| {
            format!(
                "{} {} {}",
                entry["manager"].as_str().unwrap_or_default(),
                entry["operation"].as_str().unwrap_or_default(),
                entry["fieldsV1"]
            )
        })
        .collect();
    names.sort();
    json!(names)
}
