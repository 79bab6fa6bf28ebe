//! A chart in memory.

use std::time::SystemTime;

use value::{Map, Str};

use crate::{Lock, Metadata};

/// One file of a chart, its name relative to the chart's folder with `/` between parts.
#[derive(Clone, Debug)]
pub struct File {
    /// The name, such as `templates/service.yaml`.
    pub name: String,
    /// The content, without a leading byte order mark.
    pub data: Str,
    /// When it was last changed, as the archive or the file system says.
    pub modified: Option<SystemTime>,
}

/// A chart: Helm's `chart.Chart`.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// `Chart.yaml`.
    pub metadata: Metadata,
    /// `Chart.lock`.
    pub lock: Option<Lock>,
    /// The files below `templates/`.
    pub templates: Vec<File>,
    /// Everything else that is not `Chart.yaml`, `values.yaml`, the schema, the lock or a subchart.
    pub files: Vec<File>,
    /// All files as they were read, subcharts' included.
    pub raw: Vec<File>,
    /// `values.yaml`.
    pub values: Map,
    /// `values.schema.json`.
    pub schema: Option<Str>,
    /// When `Chart.yaml` was last changed.
    pub modified: Option<SystemTime>,
    /// When `values.schema.json` was last changed.
    pub schema_modified: Option<SystemTime>,
    /// The charts in `charts/`; their own names may have been replaced by an alias.
    pub dependencies: Vec<Chart>,
}

/// A file in `crds/` of a chart or of one of its subcharts.
#[derive(Clone, Debug)]
pub struct Crd {
    /// The file's name in its chart.
    pub name: String,
    /// The name behind the chart's full path, such as `parent/charts/child/crds/a.yaml`.
    pub filename: String,
    /// The file's content.
    pub data: Str,
}

impl Chart {
    /// The chart's name (the alias, for an aliased subchart).
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Whether the chart is of type `library`.
    pub fn is_library(&self) -> bool {
        self.metadata.chart_type.as_deref() == Some("library")
    }

    /// The path of a subchart of the chart whose full path is `parent`, as `# Source:` lines show it.
    /// The full path of a root chart is its name.
    pub fn subchart_path(parent: &str, name: &str) -> String {
        format!("{parent}/charts/{name}")
    }

    /// All files in `crds/` of the chart and its subcharts, with names that end in .yaml, .yml or .json.
    pub fn crds(&self) -> Vec<Crd> {
        let mut crds = Vec::new();
        self.collect_crds(self.name(), &mut crds);
        crds
    }

    fn collect_crds(&self, path: &str, crds: &mut Vec<Crd>) {
        for file in &self.files {
            if file.name.starts_with("crds/") && has_manifest_extension(&file.name) {
                crds.push(Crd {
                    name: file.name.clone(),
                    filename: format!("{path}/{}", file.name),
                    data: file.data.clone(),
                });
            }
        }
        for child in &self.dependencies {
            child.collect_crds(&Chart::subchart_path(path, child.name()), crds);
        }
    }
}

fn has_manifest_extension(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, extension)| ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known)))
}
