//! Kinds that Kubernetes has moved to another group or version.

use serde_json::Value;

use super::{Object, ObjectId, Unplaced};

/// Groups whose kinds went elsewhere: the old `apiVersion`, the kind (empty: all of them), where it is now.
const MOVES: [(&str, &str, &str); 33] = [
    ("extensions/v1beta1", "Deployment", "apps/v1"),
    ("extensions/v1beta1", "DaemonSet", "apps/v1"),
    ("extensions/v1beta1", "ReplicaSet", "apps/v1"),
    ("extensions/v1beta1", "Ingress", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "NetworkPolicy", "networking.k8s.io/v1"),
    ("apps/v1beta1", "", "apps/v1"),
    ("apps/v1beta2", "", "apps/v1"),
    ("networking.k8s.io/v1beta1", "", "networking.k8s.io/v1"),
    ("batch/v2alpha1", "CronJob", "batch/v1"),
    ("batch/v1beta1", "CronJob", "batch/v1"),
    ("policy/v1beta1", "PodDisruptionBudget", "policy/v1"),
    ("autoscaling/v2beta1", "", "autoscaling/v2"),
    ("autoscaling/v2beta2", "", "autoscaling/v2"),
    ("rbac.authorization.k8s.io/v1alpha1", "", "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", "", "rbac.authorization.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io/v1"),
    ("apiextensions.k8s.io/v1beta1", "", "apiextensions.k8s.io/v1"),
    ("apiregistration.k8s.io/v1beta1", "", "apiregistration.k8s.io/v1"),
    ("scheduling.k8s.io/v1alpha1", "PriorityClass", "scheduling.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", "PriorityClass", "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "", "storage.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", "Lease", "coordination.k8s.io/v1"),
    ("discovery.k8s.io/v1beta1", "", "discovery.k8s.io/v1"),
    ("node.k8s.io/v1beta1", "", "node.k8s.io/v1"),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", "certificates.k8s.io/v1"),
    ("events.k8s.io/v1beta1", "", "events.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "", "flowcontrol.apiserver.k8s.io/v1"),
    ("resource.k8s.io/v1beta1", "", "resource.k8s.io/v1"),
];

impl ObjectId {
    /// The same object where Kubernetes has moved its kind; none where it has not.
    pub fn moved(&self) -> Option<ObjectId> {
        let matches = |(from, kind, _): &&(&str, &str, &str)| {
            *from == self.api_version && (kind.is_empty() || *kind == self.kind)
        };
        let (_, _, to) = MOVES.iter().find(matches)?;
        Some(ObjectId { api_version: (*to).to_owned(), ..self.clone() })
    }

    /// Whether both are one object of the cluster, kinds that moved to another group included.
    pub fn same_or_moved(&self, other: &ObjectId) -> bool {
        self.same_object(other)
            || [(self, other), (other, self)]
                .iter()
                .any(|(from, to)| from.moved().is_some_and(|moved| moved.same_object(to)))
    }
}

/// As [`super::place()`], for objects of an old revision: one whose kind is gone is looked for where its kind moved to.
/// What comes back unplaced is to be passed over, with a warning.
pub fn place_old<E>(
    objects: Vec<Object>,
    namespace: &str,
    mut is_namespaced: impl FnMut(&ObjectId) -> Result<bool, E>,
) -> (Vec<Object>, Vec<Unplaced<E>>) {
    let (mut placed, unplaced) = super::place(objects, namespace, &mut is_namespaced);
    let mut gone = Vec::new();
    for Unplaced { object, error } in unplaced {
        let Some(id) = object.id.moved() else {
            gone.push(Unplaced { object, error });
            continue;
        };
        let mut moved = object;
        if let Some(version) = moved.json.get_mut("apiVersion") {
            *version = Value::String(id.api_version.clone());
        }
        moved.id = id;
        let (found, lost) = super::place(vec![moved], namespace, &mut is_namespaced);
        placed.extend(found);
        gone.extend(lost);
    }
    (placed, gone)
}
