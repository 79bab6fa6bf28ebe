//! From a chart to what a revision holds: manifest, hooks, notes.

use std::collections::BTreeMap;

use chart::{Capabilities, Chart};
use cluster::Cluster;
use release::{Hook, Record, labels::check_labels, object::Checks};
use render::Release;
use value::Map;

use crate::{
    DryRun, Error, ErrorKind, Level, LogLine, PostRenderer, Prepared, RenderRequest, Session, World, lookup,
    manifest::manifest_text, prepare::render_processed,
};

/// What a revision is made of, apart from its chart.
#[derive(Clone, Debug, Default)]
pub struct ContentOptions {
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// `--render-subchart-notes`
    pub subchart_notes: bool,
    /// `--hide-secret`: leaves Secrets out of what a dry run gives.
    pub hide_secret: bool,
    /// `--disable-openapi-validation`
    pub disable_openapi_validation: bool,
    /// `--labels`
    pub labels: BTreeMap<String, String>,
    /// `--description`; empty for Helm's.
    pub description: String,
    /// `--post-renderer`
    pub post_renderer: Option<PostRenderer>,
}

impl ContentOptions {
    /// Helm: `Install.RunWithContext`, `Upgrade.prepareUpgrade`.
    pub(crate) fn check(&self, dry_run: DryRun) -> Result<(), Error> {
        if self.hide_secret && !dry_run.is_on() {
            return Err(Error::new(ErrorKind::Usage, "hiding Kubernetes secrets requires a dry-run mode")
                .hinted("--hide-secret goes with --dry-run=client and --dry-run=server"));
        }
        check_labels(self.labels.keys().map(String::as_str))
            .map_err(|reserved| Error::new(ErrorKind::Usage, reserved.to_string()))
    }

    /// The labels of the revision before with those that are given; `null` takes one away. Helm: `mergeCustomLabels`.
    pub(crate) fn labels_over(&self, before: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut labels = before.clone();
        labels.extend(self.labels.clone());
        labels.retain(|_, value| value != "null");
        labels
    }

    /// How strictly the manifest is read.
    pub(crate) fn checks(&self) -> Checks {
        if self.disable_openapi_validation { Checks::Lenient } else { Checks::Strict }
    }

    /// The description that the user gave, or Helm's.
    pub(crate) fn described(&self, usual: &str) -> String {
        if self.description.is_empty() { usual.to_owned() } else { self.description.clone() }
    }
}

/// What a rendered chart gives a revision.
pub(crate) struct Content {
    pub(crate) chart: Chart,
    pub(crate) config: Map,
    pub(crate) manifest: String,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) notes: String,
}

impl Content {
    /// Puts it into a record.
    pub(crate) fn fill(self, record: &mut Record) {
        let Content { chart, config, manifest, hooks, notes } = self;
        (record.chart, record.config, record.manifest, record.hooks) = (chart, config, manifest, hooks);
        record.info.notes = notes;
    }
}

/// Where and as what a chart is rendered.
pub(crate) struct Stage<'a> {
    /// `.Release`
    pub(crate) release: Release,
    /// `.Capabilities`
    pub(crate) capabilities: &'a Capabilities,
    /// The cluster that templates see; none sees nothing.
    pub(crate) cluster: Option<&'a Cluster>,
}

/// Renders a chart whose dependencies have been processed.
pub(crate) fn render_content(
    prepared: Prepared,
    stage: &Stage<'_>,
    options: &ContentOptions,
    world: &World<'_>,
    log: &mut Vec<LogLine>,
) -> Result<Content, Error> {
    let config = prepared.values.clone();
    let request = RenderRequest {
        release: stage.release.clone(),
        capabilities: stage.capabilities,
        skip_schema_validation: options.skip_schema_validation,
        subchart_notes: options.subchart_notes,
        lookup: stage.cluster.and_then(lookup::live),
        post_renderer: options.post_renderer.as_ref(),
    };
    let (chart, composition) = render_processed(prepared, &request, world, log).map_err(|failed| failed.error)?;
    let manifest = manifest_text(&composition, options.hide_secret);
    Ok(Content { chart, config, manifest, hooks: composition.hooks, notes: composition.notes })
}

impl Session<'_> {
    /// What the cluster is able to do.
    pub(crate) fn capabilities(&mut self) -> Result<Capabilities, Error> {
        let mut log = Vec::new();
        let capabilities = capabilities_of(self.cluster, &mut log);
        self.log_all(&mut log);
        capabilities
    }
}

/// What a cluster is able to do.
pub(crate) fn capabilities_of(cluster: &Cluster, log: &mut Vec<LogLine>) -> Result<Capabilities, Error> {
    let capabilities = cluster.capabilities()?;
    let orphaned = cluster.orphaned_api_versions();
    if !orphaned.is_empty() {
        let line = LogLine::new(Level::Warn, "the kubernetes server has an orphaned API service");
        log.push(line.with("error", orphaned.join(", ")));
        log.push(LogLine::new(Level::Warn, "to fix this, kubectl delete apiservice <service-name>"));
    }
    Ok(capabilities)
}
