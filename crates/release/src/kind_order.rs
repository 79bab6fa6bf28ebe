//! The order in which Helm installs and uninstalls kinds. Helm: `pkg/release/v1/util/kind_sorter.go`.

const INSTALL: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Which way objects are visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindOrder {
    /// What others need comes first.
    Install,
    /// The reverse, but for services, which go before the workloads behind them.
    Uninstall,
}

impl KindOrder {
    /// The place of a kind: known kinds by their rank, then unknown ones by name.
    /// Sort by it with a stable sort: objects of one kind keep their order.
    pub fn place(self, kind: &str) -> (usize, &str) {
        match (INSTALL.iter().position(|known| *known == kind), self) {
            (Some(rank), KindOrder::Install) => (rank, ""),
            (Some(_), KindOrder::Uninstall) if kind == "Service" => (2 * (INSTALL.len() - INGRESS_CLASS) + 1, ""),
            (Some(rank), KindOrder::Uninstall) => (2 * (INSTALL.len() - rank), ""),
            (None, _) => (usize::MAX, kind),
        }
    }
}

/// The rank of IngressClass in [`INSTALL`]: services are uninstalled right behind it.
const INGRESS_CLASS: usize = 33;

#[cfg(test)]
mod tests {
    use super::{INGRESS_CLASS, INSTALL, KindOrder};

    #[test]
    fn uninstall_takes_services_before_workloads() {
        assert_eq!(INSTALL[INGRESS_CLASS], "IngressClass");
        let mut kinds = ["DaemonSet", "Service", "Widget", "CronJob", "IngressClass", "Ingress", "Secret"];
        kinds.sort_by_key(|kind| KindOrder::Uninstall.place(kind));
        assert_eq!(kinds, ["Ingress", "IngressClass", "Service", "CronJob", "DaemonSet", "Secret", "Widget"]);
    }
}
