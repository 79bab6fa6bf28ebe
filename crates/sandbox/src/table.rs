//! Objects as tables, for people. Kubernetes: `pkg/printers/internalversion/printers.go`.

use serde_json::{Value, json};

use crate::{
    api::partial,
    object::{array_at, int_at, name_of, text_at, value_at},
    resource::Resource,
};

/// A column: its title, its type, and what it shows of an object.
type Column = (&'static str, &'static str, fn(&Value) -> Value);

/// The table of some objects; `metadata` is that of a list.
pub(crate) fn table(resource: &Resource, objects: &[Value], metadata: Option<Value>, now: &str) -> Value {
    let columns = columns(&resource.qualified());
    let definition = |name: &str, kind: &str| {
        let format = if name == "Name" { "name" } else { "" };
        json!({"name": name, "type": kind, "format": format, "description": "", "priority": 0})
    };
    let mut definitions = vec![definition("Name", "string")];
    definitions.extend(columns.iter().map(|(title, kind, _)| definition(title, kind)));
    definitions.push(definition("Age", "string"));
    let rows: Vec<Value> = objects
        .iter()
        .map(|object| {
            let mut cells = vec![Value::from(name_of(object))];
            cells.extend(columns.iter().map(|(_, _, show)| show(object)));
            cells.push(age(text_at(object, &["metadata", "creationTimestamp"]), now).into());
            json!({"cells": cells, "object": partial(object)})
        })
        .collect();
    let metadata = metadata.unwrap_or_else(|| {
        json!({"resourceVersion": objects.first().map_or("", |object| text_at(object, &["metadata", "resourceVersion"]))})
    });
    json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": definitions, "rows": rows})
}

fn columns(qualified: &str) -> &'static [Column] {
    match qualified {
        "pods" => &[
            ("Ready", "string", |pod| {
                let containers = array_at(pod, &["status", "containerStatuses"]);
                let ready = containers.iter().filter(|one| one.get("ready") == Some(&Value::Bool(true))).count();
                format!("{ready}/{}", array_at(pod, &["spec", "containers"]).len()).into()
            }),
            ("Status", "string", |pod| pod_status(pod).into()),
            ("Restarts", "string", |pod| {
                let containers = array_at(pod, &["status", "containerStatuses"]);
                let restarts: i64 = containers.iter().filter_map(|one| int_at(one, &["restartCount"])).sum();
                restarts.to_string().into()
            }),
        ],
        "deployments.apps" => &[
            ("Ready", "string", |object| share(object, &["status", "readyReplicas"], &["spec", "replicas"]).into()),
            ("Up-to-date", "integer", |object| number(object, &["status", "updatedReplicas"])),
            ("Available", "integer", |object| number(object, &["status", "availableReplicas"])),
        ],
        "statefulsets.apps" => {
            &[("Ready", "string", |object| share(object, &["status", "readyReplicas"], &["spec", "replicas"]).into())]
        }
        "replicasets.apps" => &[
            ("Desired", "integer", |object| number(object, &["spec", "replicas"])),
            ("Current", "integer", |object| number(object, &["status", "replicas"])),
            ("Ready", "integer", |object| number(object, &["status", "readyReplicas"])),
        ],
        "daemonsets.apps" => &[
            ("Desired", "integer", |object| number(object, &["status", "desiredNumberScheduled"])),
            ("Current", "integer", |object| number(object, &["status", "currentNumberScheduled"])),
            ("Ready", "integer", |object| number(object, &["status", "numberReady"])),
            ("Up-to-date", "integer", |object| number(object, &["status", "updatedNumberScheduled"])),
            ("Available", "integer", |object| number(object, &["status", "numberAvailable"])),
            ("Node Selector", "string", |object| {
                labels(value_at(object, &["spec", "template", "spec", "nodeSelector"]))
            }),
        ],
        "jobs.batch" => &[
            ("Status", "string", |job| job_status(job).into()),
            ("Completions", "string", |object| {
                share(object, &["status", "succeeded"], &["spec", "completions"]).into()
            }),
            ("Duration", "string", |_| "0s".into()),
        ],
        "cronjobs.batch" => &[
            ("Schedule", "string", |object| text_at(object, &["spec", "schedule"]).into()),
            ("Timezone", "string", |object| or_none(text_at(object, &["spec", "timeZone"]))),
            ("Suspend", "string", |object| {
                if value_at(object, &["spec", "suspend"]) == Some(&Value::Bool(true)) { "True" } else { "False" }.into()
            }),
            ("Active", "integer", |object| array_at(object, &["status", "active"]).len().into()),
            ("Last Schedule", "string", |_| "<none>".into()),
        ],
        "services" => &[
            ("Type", "string", |object| text_at(object, &["spec", "type"]).into()),
            ("Cluster-IP", "string", |object| or_none(text_at(object, &["spec", "clusterIP"]))),
            ("External-IP", "string", |object| {
                let ingress = array_at(object, &["status", "loadBalancer", "ingress"]);
                or_none(ingress.first().map_or("", |first| text_at(first, &["ip"])))
            }),
            ("Port(s)", "string", |object| ports(object).into()),
        ],
        "configmaps" => &[("Data", "integer", |object| entries(object, &["data", "binaryData"]))],
        "secrets" => &[
            ("Type", "string", |object| text_at(object, &["type"]).into()),
            ("Data", "integer", |object| entries(object, &["data"])),
        ],
        "serviceaccounts" => &[("Secrets", "integer", |object| array_at(object, &["secrets"]).len().into())],
        "namespaces" => &[("Status", "string", |object| text_at(object, &["status", "phase"]).into())],
        "persistentvolumeclaims" => &[
            ("Status", "string", |object| text_at(object, &["status", "phase"]).into()),
            ("Volume", "string", |object| text_at(object, &["spec", "volumeName"]).into()),
            ("Capacity", "string", |object| text_at(object, &["status", "capacity", "storage"]).into()),
            ("Access Modes", "string", |object| access_modes(object).into()),
            ("StorageClass", "string", |object| text_at(object, &["spec", "storageClassName"]).into()),
            ("VolumeAttributesClass", "string", |_| "<unset>".into()),
        ],
        "ingresses.networking.k8s.io" => &[
            ("Class", "string", |object| or_none(text_at(object, &["spec", "ingressClassName"]))),
            ("Hosts", "string", |object| {
                let hosts: Vec<&str> = array_at(object, &["spec", "rules"])
                    .iter()
                    .map(|rule| text_at(rule, &["host"]))
                    .filter(|host| !host.is_empty())
                    .collect();
                if hosts.is_empty() { "*".into() } else { hosts.join(",").into() }
            }),
            ("Address", "string", |_| "".into()),
            ("Ports", "string", |object| {
                if array_at(object, &["spec", "tls"]).is_empty() { "80" } else { "80, 443" }.into()
            }),
        ],
        _ => &[],
    }
}

fn number(object: &Value, path: &[&str]) -> Value {
    int_at(object, path).unwrap_or(0).into()
}

fn share(object: &Value, part: &[&str], whole: &[&str]) -> String {
    format!("{}/{}", int_at(object, part).unwrap_or(0), int_at(object, whole).unwrap_or(0))
}

fn or_none(text: &str) -> Value {
    if text.is_empty() { "<none>".into() } else { text.into() }
}

fn entries(object: &Value, fields: &[&str]) -> Value {
    let count = |field: &&str| object.get(*field).and_then(Value::as_object).map_or(0, serde_json::Map::len);
    fields.iter().map(count).sum::<usize>().into()
}

fn labels(value: Option<&Value>) -> Value {
    let labels = value.and_then(Value::as_object).into_iter().flatten();
    let labels: Vec<String> =
        labels.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())).collect();
    or_none(&labels.join(","))
}

fn ports(service: &Value) -> String {
    let ports = array_at(service, &["spec", "ports"]).iter().map(|port| {
        let number = int_at(port, &["port"]).unwrap_or(0);
        let protocol = text_at(port, &["protocol"]);
        match int_at(port, &["nodePort"]) {
            Some(node) => format!("{number}:{node}/{protocol}"),
            None => format!("{number}/{protocol}"),
        }
    });
    let ports: Vec<String> = ports.collect();
    if ports.is_empty() { "<none>".into() } else { ports.join(",") }
}

fn access_modes(claim: &Value) -> String {
    let short = |mode: &Value| match mode.as_str() {
        Some("ReadWriteOnce") => "RWO",
        Some("ReadOnlyMany") => "ROX",
        Some("ReadWriteMany") => "RWX",
        _ => "RWOP",
    };
    let modes: Vec<&str> = array_at(claim, &["status", "accessModes"]).iter().map(short).collect();
    modes.join(",")
}

fn pod_status(pod: &Value) -> String {
    for container in array_at(pod, &["status", "containerStatuses"]) {
        for state in ["waiting", "terminated"] {
            let reason = text_at(container, &["state", state, "reason"]);
            if !reason.is_empty() {
                return reason.to_owned();
            }
        }
    }
    text_at(pod, &["status", "phase"]).to_owned()
}

fn job_status(job: &Value) -> &str {
    let conditions = array_at(job, &["status", "conditions"]);
    let has = |kind: &str| conditions.iter().any(|condition| text_at(condition, &["type"]) == kind);
    match () {
        () if has("Complete") => "Complete",
        () if has("Failed") => "Failed",
        () if value_at(job, &["spec", "suspend"]) == Some(&Value::Bool(true)) => "Suspended",
        () => "Running",
    }
}

/// How long ago a time was, as `kubectl` says it: `5s`, `3m12s`, `2h`, `4d`.
fn age(since: &str, now: &str) -> String {
    let seconds = |text: &str| release::Timestamp::parse(text).map(release::Timestamp::seconds);
    let (Some(since), Some(now)) = (seconds(since), seconds(now)) else { return "<unknown>".into() };
    let past = (now - since).max(0);
    let with_rest = |big: i64, big_unit: &str, small: i64, small_unit: &str| {
        if small == 0 { format!("{big}{big_unit}") } else { format!("{big}{big_unit}{small}{small_unit}") }
    };
    match past {
        0..120 => format!("{past}s"),
        120..600 => with_rest(past / 60, "m", past % 60, "s"),
        600..10_800 => format!("{}m", past / 60),
        10_800..28_800 => with_rest(past / 3600, "h", past / 60 % 60, "m"),
        28_800..172_800 => format!("{}h", past / 3600),
        172_800..691_200 => with_rest(past / 86_400, "d", past / 3600 % 24, "h"),
        _ => format!("{}d", past / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn ages_are_short() {
        let ages = |now: &str| age("2026-02-27T10:00:00Z", now);
        assert_eq!(ages("2026-02-27T10:00:05Z"), "5s");
        assert_eq!(ages("2026-02-27T10:03:12Z"), "3m12s");
        assert_eq!(ages("2026-02-27T11:00:00Z"), "60m");
        assert_eq!(ages("2026-03-01T10:00:00Z"), "2d");
    }
}
