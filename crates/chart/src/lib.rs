//! What a chart is: metadata, files, dependencies, values merge, the `--set` grammar, schema, lint, packaging.
//!
//! Takes bytes, gives bytes: folders and archives are read by `source`. Never spawns, never opens a connection.

mod capabilities;
mod chart;
mod metadata;

pub use crate::{
    capabilities::{ApiVersions, Capabilities, HelmVersion, KubeVersion},
    chart::{Chart, Crd, File},
    metadata::{Dependency, Lock, Maintainer, Metadata},
};
