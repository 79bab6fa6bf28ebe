//! What else comes to life: namespaces, claims, services, definitions of custom resources.

use serde_json::{Value, json};

use super::{condition, set_status};
use crate::{
    clock::Clock,
    failure::Failure,
    object::{array_at, int_at, name_of, namespace_of, set, text_at, uid_of, value_at},
    store::{Transaction, key},
};

/// A namespace has a service account and the authority that its pods trust.
pub(super) fn namespace(transaction: &mut Transaction, namespace: Value, clock: &Clock) -> Result<(), Failure> {
    let name = name_of(&namespace).to_owned();
    if value_at(&namespace, &["status", "phase"]).is_some() {
        return Ok(());
    }
    set_status(transaction, "namespaces", namespace, json!({"phase": "Active"}))?;
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}});
    let authority = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"ca.crt": ""},
        "metadata": {"name": "kube-root-ca.crt", "namespace": name}});
    for (qualified, object) in [("serviceaccounts", account), ("configmaps", authority)] {
        if transaction.get(&key(qualified, &name, name_of(&object)))?.is_none() {
            super::create(transaction, qualified, object, clock)?;
        }
    }
    Ok(())
}

/// A claim is bound to a volume that is made up.
pub(super) fn claim(transaction: &mut Transaction, mut claim: Value) -> Result<(), Failure> {
    if text_at(&claim, &["status", "phase"]) == "Bound" {
        return Ok(());
    }
    let volume = format!("pvc-{}", uid_of(&claim));
    crate::object::set_default(&mut claim, &["spec", "volumeName"], volume);
    let status = json!({
        "phase": "Bound",
        "accessModes": value_at(&claim, &["spec", "accessModes"]).cloned().unwrap_or_else(|| json!([])),
        "capacity": value_at(&claim, &["spec", "resources", "requests"]).cloned().unwrap_or_else(|| json!({})),
    });
    set_status(transaction, "persistentvolumeclaims", claim, status)
}

/// A service has an address, and where it asks for them ports on nodes and a balancer before them.
pub(super) fn service(transaction: &mut Transaction, mut service: Value) -> Result<(), Failure> {
    let kind = text_at(&service, &["spec", "type"]).to_owned();
    let before = service.clone();
    if kind != "ExternalName" && text_at(&service, &["spec", "clusterIP"]).is_empty() {
        let number = transaction.next("address")?;
        let address = format!("10.96.{}.{}", (number / 250) % 250, number % 250 + 2);
        set(&mut service, &["spec", "clusterIP"], address);
    }
    if kind != "ExternalName" {
        let address = text_at(&service, &["spec", "clusterIP"]).to_owned();
        crate::object::set_default(&mut service, &["spec", "clusterIPs"], json!([address]));
    }
    if kind == "NodePort" || kind == "LoadBalancer" {
        let mut ports = array_at(&service, &["spec", "ports"]).to_vec();
        for port in &mut ports {
            if port.get("nodePort").is_none() {
                let number = transaction.next("node-port")?;
                set(port, &["nodePort"], 30000 + number % 2768);
            }
        }
        set(&mut service, &["spec", "ports"], ports);
    }
    let status = if kind == "LoadBalancer" {
        json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1", "ipMode": "VIP"}]}})
    } else {
        json!({"loadBalancer": {}})
    };
    set(&mut service, &["status"], status);
    if service == before {
        return Ok(());
    }
    let place = key("services", namespace_of(&service), name_of(&service));
    transaction.put(&place, service).map(drop)
}

/// A definition of custom resources is served at once.
pub(super) fn definition(transaction: &mut Transaction, definition: Value, clock: &Clock) -> Result<(), Failure> {
    let stored: Vec<&str> = array_at(&definition, &["spec", "versions"])
        .iter()
        .filter(|version| version.get("storage") == Some(&Value::Bool(true)))
        .map(|version| text_at(version, &["name"]))
        .collect();
    let status = json!({
        "acceptedNames": value_at(&definition, &["spec", "names"]).cloned().unwrap_or_default(),
        "conditions": [
            condition(&definition, "NamesAccepted", true, ["NoConflicts", "no conflicts found"], clock),
            condition(&definition, "Established", true, ["InitialNamesAccepted", "the initial names have been accepted"], clock),
        ],
        "storedVersions": stored,
    });
    set_status(transaction, "customresourcedefinitions.apiextensions.k8s.io", definition, status)
}

/// A budget says how many pods may go.
pub(super) fn budget(transaction: &mut Transaction, budget: Value) -> Result<(), Failure> {
    let generation = int_at(&budget, &["metadata", "generation"]).unwrap_or(1);
    let status = json!({
        "observedGeneration": generation, "currentHealthy": 1, "desiredHealthy": 1, "disruptionsAllowed": 0, "expectedPods": 1,
        "conditions": value_at(&budget, &["status", "conditions"]).cloned().unwrap_or_else(|| json!([])),
    });
    set_status(transaction, "poddisruptionbudgets.policy", budget, status)
}

/// What another server would serve counts as there.
pub(super) fn api_service(transaction: &mut Transaction, service: Value, clock: &Clock) -> Result<(), Failure> {
    let available = condition(&service, "Available", true, ["Passed", "all checks passed"], clock);
    set_status(transaction, "apiservices.apiregistration.k8s.io", service, json!({"conditions": [available]}))
}
