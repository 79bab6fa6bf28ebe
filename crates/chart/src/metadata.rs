//! `Chart.yaml` and `Chart.lock`.

use std::collections::BTreeMap;

use value::Value;

/// `Chart.yaml`: Helm's `chart.Metadata`. A text that is absent is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// `name`
    pub name: String,
    /// `home`
    pub home: String,
    /// `sources`
    pub sources: Vec<String>,
    /// `version`
    pub version: String,
    /// `description`
    pub description: String,
    /// `keywords`
    pub keywords: Vec<String>,
    /// `maintainers`
    pub maintainers: Vec<Maintainer>,
    /// `icon`
    pub icon: String,
    /// `apiVersion`; v1 where it is absent.
    pub api_version: String,
    /// `condition`
    pub condition: String,
    /// `tags`
    pub tags: String,
    /// `appVersion`
    pub app_version: String,
    /// `deprecated`
    pub deprecated: bool,
    /// `annotations`
    pub annotations: BTreeMap<String, String>,
    /// `kubeVersion`
    pub kube_version: String,
    /// `dependencies`
    pub dependencies: Vec<Dependency>,
    /// `type`
    pub chart_type: Option<String>,
}

/// A maintainer in `Chart.yaml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Maintainer {
    /// `name`
    pub name: String,
    /// `email`
    pub email: String,
    /// `url`
    pub url: String,
}

/// A dependency in `Chart.yaml` or `Chart.lock`.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    /// `name`
    pub name: String,
    /// `version`: a range in `Chart.yaml`, one version in `Chart.lock`.
    pub version: String,
    /// `repository`
    pub repository: String,
    /// `condition`: paths into the values, separated by commas.
    pub condition: String,
    /// `tags`
    pub tags: Vec<String>,
    /// Whether the chart is loaded; decided while dependencies are processed.
    pub enabled: bool,
    /// `import-values`: texts, or maps with `child` and `parent`.
    pub import_values: Vec<Value>,
    /// `alias`
    pub alias: String,
}

impl PartialEq for Dependency {
    fn eq(&self, other: &Dependency) -> bool {
        (&self.name, &self.version, &self.repository, &self.alias)
            == (&other.name, &other.version, &other.repository, &other.alias)
    }
}

/// `Chart.lock`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lock {
    /// `generated`, as the file has it (RFC 3339).
    pub generated: String,
    /// `digest`
    pub digest: String,
    /// `dependencies`
    pub dependencies: Vec<Dependency>,
}
