//! What the cluster (or the command line) says that Kubernetes can do: `.Capabilities`.

/// `.Capabilities`.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// `.Capabilities.KubeVersion`
    pub kube_version: KubeVersion,
    /// `.Capabilities.APIVersions`
    pub api_versions: ApiVersions,
    /// `.Capabilities.HelmVersion`
    pub helm_version: HelmVersion,
}

/// `.Capabilities.KubeVersion`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// The full version, such as `v1.33.4-gke.1245000`.
    pub version: String,
    /// The version without suffixes, which constraints are checked against and which prints.
    pub normalized: String,
    /// The major number.
    pub major: String,
    /// The minor number.
    pub minor: String,
}

/// `.Capabilities.APIVersions`: `group/version`, and `group/version/Kind` where a cluster was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiVersions(pub Vec<String>);

/// `.Capabilities.HelmVersion`: Helm's `BuildInfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelmVersion {
    /// `v4.2.4`: the version of Helm whose charts we render.
    pub version: String,
    /// `GitCommit`
    pub git_commit: String,
    /// `GitTreeState`
    pub git_tree_state: String,
    /// `GoVersion`
    pub go_version: String,
    /// `KubeClientVersion`
    pub kube_client_version: String,
}
