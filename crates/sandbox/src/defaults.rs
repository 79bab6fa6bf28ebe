//! What an API server fills in: the defaults that readiness and Helm depend on. Kubernetes: `pkg/apis/*/v1/defaults.go`.

use serde_json::{Value, json};

use crate::object::{array_at, map_mut, set, set_default, text_at, value_at};

/// Fills in what the kind's defaults are.
pub(crate) fn fill(group: &str, kind: &str, object: &mut Value) {
    match (group, kind) {
        ("", "Pod") => {
            if let Some(spec) = object.get_mut("spec") {
                pod_spec(spec);
                pod_only(spec);
            }
        }
        ("", "Service") => service(object),
        ("", "Secret") => secret(object),
        ("", "PersistentVolumeClaim") => {
            set_default(object, &["spec", "volumeMode"], "Filesystem");
            set_default(object, &["metadata", "finalizers"], json!(["kubernetes.io/pvc-protection"]));
            set_default(object, &["status", "phase"], "Pending");
        }
        ("", "PersistentVolume") => {
            set_default(object, &["spec", "volumeMode"], "Filesystem");
            set_default(object, &["spec", "persistentVolumeReclaimPolicy"], "Retain");
        }
        ("", "Namespace") => {
            let name = text_at(object, &["metadata", "name"]).to_owned();
            set(object, &["metadata", "labels", "kubernetes.io/metadata.name"], name);
            set_default(object, &["spec", "finalizers"], json!(["kubernetes"]));
        }
        ("apps", _) => workload(kind, object),
        ("batch", "Job") => {
            if let Some(spec) = object.get_mut("spec") {
                job_spec(spec);
            }
        }
        ("batch", "CronJob") => {
            for (name, value) in [
                ("concurrencyPolicy", json!("Allow")),
                ("suspend", json!(false)),
                ("successfulJobsHistoryLimit", json!(3)),
                ("failedJobsHistoryLimit", json!(1)),
            ] {
                set_default(object, &["spec", name], value);
            }
            template(object, &["spec", "jobTemplate", "spec", "template"]);
        }
        ("autoscaling", "HorizontalPodAutoscaler") => set_default(object, &["spec", "minReplicas"], 1),
        ("networking.k8s.io", "NetworkPolicy") => network_policy(object),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => binding(object),
        ("storage.k8s.io", "StorageClass") => {
            set_default(object, &["reclaimPolicy"], "Delete");
            set_default(object, &["volumeBindingMode"], "Immediate");
        }
        ("scheduling.k8s.io", "PriorityClass") => set_default(object, &["preemptionPolicy"], "PreemptLowerPriority"),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration") => {
            webhooks(kind, object);
        }
        _ => {}
    }
}

fn workload(kind: &str, object: &mut Value) {
    let defaults: &[(&str, Value)] = match kind {
        "Deployment" => {
            &[("replicas", json!(1)), ("revisionHistoryLimit", json!(10)), ("progressDeadlineSeconds", json!(600))]
        }
        "StatefulSet" => &[
            ("replicas", json!(1)),
            ("revisionHistoryLimit", json!(10)),
            ("podManagementPolicy", json!("OrderedReady")),
            ("persistentVolumeClaimRetentionPolicy", json!({"whenDeleted": "Retain", "whenScaled": "Retain"})),
        ],
        "DaemonSet" => &[("revisionHistoryLimit", json!(10))],
        "ReplicaSet" => &[("replicas", json!(1))],
        _ => return,
    };
    for (name, value) in defaults {
        set_default(object, &["spec", name], value.clone());
    }
    match kind {
        "Deployment" => {
            set_default(object, &["spec", "strategy", "type"], "RollingUpdate");
            if text_at(object, &["spec", "strategy", "type"]) == "RollingUpdate" {
                set_default(object, &["spec", "strategy", "rollingUpdate", "maxSurge"], "25%");
                set_default(object, &["spec", "strategy", "rollingUpdate", "maxUnavailable"], "25%");
            }
        }
        "StatefulSet" => {
            set_default(object, &["spec", "updateStrategy", "type"], "RollingUpdate");
            if text_at(object, &["spec", "updateStrategy", "type"]) == "RollingUpdate" {
                set_default(object, &["spec", "updateStrategy", "rollingUpdate", "partition"], 0);
            }
            for claim in list_mut(object, &["spec"], "volumeClaimTemplates") {
                set_default(claim, &["apiVersion"], "v1");
                set_default(claim, &["kind"], "PersistentVolumeClaim");
                set_default(claim, &["spec", "volumeMode"], "Filesystem");
                set_default(claim, &["status", "phase"], "Pending");
            }
        }
        "DaemonSet" => {
            set_default(object, &["spec", "updateStrategy", "type"], "RollingUpdate");
            if text_at(object, &["spec", "updateStrategy", "type"]) == "RollingUpdate" {
                set_default(object, &["spec", "updateStrategy", "rollingUpdate", "maxSurge"], 0);
                set_default(object, &["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"], 1);
            }
        }
        _ => {}
    }
    template(object, &["spec", "template"]);
}

fn job_spec(spec: &mut Value) {
    let counted = spec.get("completions").is_some() || spec.get("parallelism").is_some();
    if !counted {
        set_default(spec, &["completions"], 1);
    }
    for (name, value) in [
        ("parallelism", json!(1)),
        ("backoffLimit", json!(6)),
        ("completionMode", json!("NonIndexed")),
        ("suspend", json!(false)),
        ("manualSelector", json!(false)),
        ("podReplacementPolicy", json!("TerminatingOrFailed")),
    ] {
        set_default(spec, &[name], value);
    }
    template(spec, &["template"]);
}

fn template(object: &mut Value, path: &[&str]) {
    let place = path.iter().try_fold(object, |value, name| value.get_mut(*name));
    if let Some(spec) = place.and_then(|template| template.get_mut("spec")) {
        pod_spec(spec);
    }
}

fn pod_spec(spec: &mut Value) {
    for (name, value) in [
        ("restartPolicy", json!("Always")),
        ("dnsPolicy", json!("ClusterFirst")),
        ("schedulerName", json!("default-scheduler")),
        ("securityContext", json!({})),
        ("terminationGracePeriodSeconds", json!(30)),
    ] {
        set_default(spec, &[name], value);
    }
    let account = text_at(spec, &["serviceAccountName"]).to_owned();
    if !account.is_empty() {
        set(spec, &["serviceAccount"], account);
    } else if let Some(account) = spec.get("serviceAccount").cloned() {
        set(spec, &["serviceAccountName"], account);
    }
    for containers in ["containers", "initContainers"] {
        for container in list_mut(spec, &[], containers) {
            self::container(container);
        }
    }
    for volume in list_mut(spec, &[], "volumes") {
        self::volume(volume);
    }
}

/// What pods get, and templates of pods do not.
fn pod_only(spec: &mut Value) {
    set_default(spec, &["enableServiceLinks"], true);
    set_default(spec, &["priority"], 0);
    set_default(spec, &["preemptionPolicy"], "PreemptLowerPriority");
    for containers in ["containers", "initContainers"] {
        for container in list_mut(spec, &[], containers) {
            let limits = value_at(container, &["resources", "limits"]).and_then(Value::as_object).cloned();
            for (name, limit) in limits.unwrap_or_default() {
                set_default(container, &["resources", "requests", &name], limit);
            }
        }
    }
    let tolerated =
        |key: &str| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
    let missing: Vec<Value> = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
        .into_iter()
        .filter(|key| {
            !array_at(spec, &["tolerations"]).iter().any(|known| {
                let tolerates = text_at(known, &["key"]);
                tolerates == *key || (tolerates.is_empty() && text_at(known, &["operator"]) == "Exists")
            })
        })
        .map(tolerated)
        .collect();
    if !missing.is_empty() {
        set_default(spec, &["tolerations"], json!([]));
        if let Some(Value::Array(tolerations)) = spec.get_mut("tolerations") {
            tolerations.extend(missing);
        }
    }
}

fn container(container: &mut Value) {
    let image = text_at(container, &["image"]);
    let tag = image.rsplit('/').next().and_then(|name| name.split_once(':')).map_or("", |(_, tag)| tag);
    let latest = !image.contains('@') && (tag.is_empty() || tag == "latest");
    set_default(container, &["imagePullPolicy"], if latest { "Always" } else { "IfNotPresent" });
    set_default(container, &["terminationMessagePath"], "/dev/termination-log");
    set_default(container, &["terminationMessagePolicy"], "File");
    set_default(container, &["resources"], json!({}));
    for port in list_mut(container, &[], "ports") {
        set_default(port, &["protocol"], "TCP");
    }
    for variable in list_mut(container, &[], "env") {
        if value_at(variable, &["valueFrom", "fieldRef"]).is_some() {
            set_default(variable, &["valueFrom", "fieldRef", "apiVersion"], "v1");
        }
        if value_at(variable, &["valueFrom", "resourceFieldRef"]).is_some() {
            set_default(variable, &["valueFrom", "resourceFieldRef", "divisor"], "0");
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = container.get_mut(probe) else { continue };
        for (name, value) in
            [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
        {
            set_default(probe, &[name], value);
        }
        handler(probe);
        if probe.get("grpc").is_some() {
            set_default(probe, &["grpc", "service"], "");
        }
    }
    if let Some(lifecycle) = container.get_mut("lifecycle") {
        for hook in ["postStart", "preStop"] {
            if let Some(hook) = lifecycle.get_mut(hook) {
                handler(hook);
            }
        }
    }
}

fn handler(handler: &mut Value) {
    if handler.get("httpGet").is_some() {
        set_default(handler, &["httpGet", "path"], "/");
        set_default(handler, &["httpGet", "scheme"], "HTTP");
    }
}

fn volume(volume: &mut Value) {
    for kind in ["configMap", "secret", "projected", "downwardAPI"] {
        if volume.get(kind).is_some_and(Value::is_object) {
            set_default(volume, &[kind, "defaultMode"], 420);
        }
    }
    for source in list_mut(volume, &["projected"], "sources") {
        if source.get("serviceAccountToken").is_some() {
            set_default(source, &["serviceAccountToken", "expirationSeconds"], 3600);
        }
    }
    for path in [&["downwardAPI"][..], &[]] {
        for item in list_mut(volume, path, "items") {
            if item.get("fieldRef").is_some() {
                set_default(item, &["fieldRef", "apiVersion"], "v1");
            }
        }
    }
    if volume.get("hostPath").is_some() {
        set_default(volume, &["hostPath", "type"], "");
    }
    if volume.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("name")) {
        set(volume, &["emptyDir"], json!({}));
    }
}

fn service(object: &mut Value) {
    set_default(object, &["spec", "sessionAffinity"], "None");
    set_default(object, &["spec", "type"], "ClusterIP");
    if text_at(object, &["spec", "sessionAffinity"]) == "ClientIP" {
        set_default(object, &["spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds"], 10800);
    }
    let kind = text_at(object, &["spec", "type"]).to_owned();
    if kind != "ExternalName" {
        set_default(object, &["spec", "internalTrafficPolicy"], "Cluster");
        set_default(object, &["spec", "ipFamilies"], json!(["IPv4"]));
        set_default(object, &["spec", "ipFamilyPolicy"], "SingleStack");
    }
    if kind == "LoadBalancer" || kind == "NodePort" {
        set_default(object, &["spec", "externalTrafficPolicy"], "Cluster");
    }
    if kind == "LoadBalancer" {
        set_default(object, &["spec", "allocateLoadBalancerNodePorts"], true);
    }
    for port in list_mut(object, &["spec"], "ports") {
        set_default(port, &["protocol"], "TCP");
        let number = port.get("port").cloned().unwrap_or(Value::Null);
        set_default(port, &["targetPort"], number);
    }
}

fn secret(object: &mut Value) {
    set_default(object, &["type"], "Opaque");
    let Some(Value::Object(texts)) = crate::object::remove(object, &["stringData"]) else { return };
    for (name, text) in texts {
        let text = text.as_str().unwrap_or_default();
        map_mut(object, &["data"]).insert(name, base64(text.as_bytes()).into());
    }
}

fn network_policy(object: &mut Value) {
    let mut types = vec!["Ingress"];
    if !array_at(object, &["spec", "egress"]).is_empty() {
        types.push("Egress");
    }
    set_default(object, &["spec", "policyTypes"], json!(types));
    for direction in ["ingress", "egress"] {
        for rule in list_mut(object, &["spec"], direction) {
            for port in list_mut(rule, &[], "ports") {
                set_default(port, &["protocol"], "TCP");
            }
        }
    }
}

fn binding(object: &mut Value) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    set_default(object, &["roleRef", "apiGroup"], GROUP);
    for subject in list_mut(object, &[], "subjects") {
        if text_at(subject, &["kind"]) != "ServiceAccount" {
            set_default(subject, &["apiGroup"], GROUP);
        }
    }
}

fn definition(object: &mut Value) {
    let kind = text_at(object, &["spec", "names", "kind"]).to_owned();
    set_default(object, &["spec", "names", "singular"], kind.to_lowercase());
    set_default(object, &["spec", "names", "listKind"], format!("{kind}List"));
    set_default(object, &["spec", "conversion", "strategy"], "None");
}

fn webhooks(kind: &str, object: &mut Value) {
    for webhook in list_mut(object, &[], "webhooks") {
        for (name, value) in [
            ("failurePolicy", json!("Fail")),
            ("matchPolicy", json!("Equivalent")),
            ("namespaceSelector", json!({})),
            ("objectSelector", json!({})),
            ("timeoutSeconds", json!(10)),
        ] {
            set_default(webhook, &[name], value);
        }
        if kind.starts_with("Mutating") {
            set_default(webhook, &["reinvocationPolicy"], "Never");
        }
        if value_at(webhook, &["clientConfig", "service"]).is_some() {
            set_default(webhook, &["clientConfig", "service", "port"], 443);
        }
        for rule in list_mut(webhook, &[], "rules") {
            set_default(rule, &["scope"], "*");
        }
    }
}

/// The elements of a list below a path; none where there is no list.
fn list_mut<'a>(object: &'a mut Value, path: &[&str], name: &str) -> impl Iterator<Item = &'a mut Value> {
    let parent = path.iter().try_fold(object, |value, name| value.get_mut(*name));
    parent.and_then(|parent| parent.get_mut(name)).and_then(Value::as_array_mut).into_iter().flatten()
}

/// RFC 4648, with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
