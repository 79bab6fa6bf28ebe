//! `Chart.yaml` and `Chart.lock`.

mod decode;
mod encode;
mod lock;
mod validate;

use std::collections::BTreeMap;

use value::Value;

pub(crate) use crate::metadata::decode::{Draft, METADATA_FIELDS, set_flag, set_text, texts};

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
    /// What the other fields cannot say, and Helm reacts to.
    pub marks: Marks,
}

/// What Go tells apart in a `Chart.yaml` and a plain list cannot: null, empty and absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// `annotations: {}`: `.Chart.Annotations` is an empty map and not null.
    pub empty_annotations: bool,
    /// `dependencies: []`: Helm processes the subcharts then, as it does not without the key.
    pub empty_dependencies: bool,
    /// There is a null among the maintainers, which no valid chart has.
    pub null_maintainer: bool,
    /// The place of the first null among the dependencies, which no valid chart has.
    pub null_dependency: Option<usize>,
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
    /// `dependencies: []`: written as an empty list and not as null.
    pub empty_dependencies: bool,
}

/// The apiVersion of charts that Helm 2 knew, and the one taken where there is none.
pub const API_VERSION_1: &str = "v1";

/// The apiVersion of charts that name their dependencies in `Chart.yaml`.
pub const API_VERSION_2: &str = "v2";
