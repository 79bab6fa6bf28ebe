//! What the cluster (or the command line) says that Kubernetes can do: `.Capabilities`.

use std::fmt;

use value::quote::quote;

use crate::{Chart, Error, dependencies::is_compatible_range};

/// The versions that Helm takes a cluster to know when it asks none, one a line, in Helm's order.
const DEFAULT_API_VERSIONS: &str = include_str!("data/api_versions.txt");

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

impl Default for Capabilities {
    /// What Helm 4.2.4 assumes when it asks no cluster.
    fn default() -> Capabilities {
        let kube_version = KubeVersion {
            version: "v1.36.0".into(),
            normalized: "v1.36.0".into(),
            major: "1".into(),
            minor: "36".into(),
        };
        let api_versions = ApiVersions(DEFAULT_API_VERSIONS.lines().map(str::to_owned).collect());
        Capabilities { kube_version, api_versions, helm_version: HelmVersion::default() }
    }
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

impl KubeVersion {
    /// Reads a version as `--kube-version` takes it: two or more numbers, whatever follows them.
    /// Helm: `common.ParseKubeVersion`, over apimachinery's `version.ParseGeneric`.
    ///
    /// # Errors
    /// The text is no version; the message is apimachinery's.
    pub fn parse(text: &str) -> Result<KubeVersion, Error> {
        let quoted = quote(text.as_bytes());
        let error = |message: String| Error::KubeVersion(message);
        let numbers = leading_numbers(text).ok_or_else(|| error(format!("could not parse {quoted} as version")))?;
        let parts: Vec<&str> = numbers.split('.').collect();
        let ([major, minor], _) =
            parts.split_first_chunk::<2>().ok_or_else(|| error(format!("illegal version string {quoted}")))?;
        if major.len() > 1 && major.starts_with('0') {
            return Err(error(format!(
                "illegal zero-prefixed version component {} in {quoted}",
                quote(major.as_bytes())
            )));
        }
        let number = |part: &&str| {
            part.parse::<u64>().map(|number| number.to_string()).map_err(|_| {
                let part = quote(part.as_bytes());
                error(format!(
                    "illegal non-numeric version component {part} in {quoted}: \
                     strconv.ParseUint: parsing {part}: value out of range"
                ))
            })
        };
        let normalized: Vec<String> = parts.iter().map(number).collect::<Result<_, _>>()?;
        Ok(KubeVersion {
            version: if text.starts_with('v') { text.into() } else { format!("v{text}") },
            normalized: format!("v{}", normalized.join(".")),
            major: number(major)?,
            minor: number(minor)?,
        })
    }
}

impl fmt::Display for KubeVersion {
    /// The version that constraints are checked against.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.normalized.is_empty() { &self.version } else { &self.normalized })
    }
}

/// The numbers that a version begins with: `^\s*v?([0-9]+(?:\.[0-9]+)*)(.*)*$`.
fn leading_numbers(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
    let text = text.strip_prefix('v').unwrap_or(text);
    if text.contains('\n') {
        return None;
    }
    let digits = |text: &str| text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let mut end = digits(text);
    if end == 0 {
        return None;
    }
    while let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix('.')) {
        match digits(rest) {
            0 => break,
            more => end += 1 + more,
        }
    }
    text.get(..end)
}

/// `.Capabilities.APIVersions`: `group/version`, and `group/version/Kind` where a cluster was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiVersions(pub Vec<String>);

impl ApiVersions {
    /// Whether the version (or the kind in it) is known: `.Capabilities.APIVersions.Has`.
    pub fn has(&self, api_version: &str) -> bool {
        self.0.iter().any(|known| known == api_version)
    }
}

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

impl Default for HelmVersion {
    /// What Helm 4.2.4 says of itself.
    fn default() -> HelmVersion {
        HelmVersion {
            version: "v4.2.4".into(),
            git_commit: String::new(),
            git_tree_state: String::new(),
            go_version: "go1.26.8".into(),
            kube_client_version: "v1.36".into(),
        }
    }
}

impl Chart {
    /// Checks `kubeVersion` of `Chart.yaml` (Helm: pkg/action/action.go, `renderResources`).
    pub fn check_kube_version(&self, capabilities: &Capabilities) -> Result<(), Error> {
        let constraint = &self.metadata.kube_version;
        let version = &capabilities.kube_version;
        if constraint.is_empty() || is_compatible_range(constraint, &version.to_string()) {
            return Ok(());
        }
        Err(Error::IncompatibleKubernetes { constraint: constraint.clone(), version: version.version.clone() })
    }
}
