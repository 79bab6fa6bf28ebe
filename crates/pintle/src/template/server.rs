//! What `template --dry-run=server` asks of a cluster. Helm: `pkg/action/install.go`, `RunWithContext`.

use chart::{Capabilities, Chart};
use cluster::Cluster;
use release::{
    object::{Checks, Live},
    ownership::Owner,
};

use super::TemplateOptions;
use crate::{
    Error, ErrorKind, Level, LogLine,
    change::{Built, build, capabilities_of},
    stored::unreachable,
};

/// What the cluster is able to do; flags say nothing on it.
pub(super) fn capabilities(
    options: &TemplateOptions,
    chart: &Chart,
    cluster: &Cluster,
    log: &mut Vec<LogLine>,
) -> Result<Capabilities, Error> {
    if let Some(error) = unreachable(cluster) {
        let text = format!("cluster reachability check failed: {error}");
        log.push(LogLine::new(Level::Error, &text));
        return Err(error.map_message(|_| text));
    }
    if !options.skip_crds && !chart.crds().is_empty() {
        let text = "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
        log.push(LogLine::new(Level::Warn, text));
    }
    if !options.api_versions.is_empty() {
        let text = "API Version list given outside of client only mode, this list will be ignored";
        log.push(LogLine::new(Level::Debug, text));
    }
    capabilities_of(cluster, log)
}

/// Whether the cluster knows the kinds of the objects, and whether they may become the release's.
pub(super) fn check(
    options: &TemplateOptions,
    release: &str,
    manifests: &[u8],
    cluster: &Cluster,
    log: &mut Vec<LogLine>,
) -> Result<(), Error> {
    let checks = if options.disable_openapi_validation { Checks::Lenient } else { Checks::Strict };
    let manifests = String::from_utf8_lossy(manifests);
    let Built { objects, duplicates } = build(cluster, &options.namespace, &manifests, checks)
        .map_err(|error| error.during("unable to build kubernetes objects from release manifest"))?;
    for duplicate in duplicates {
        log.push(LogLine::new(Level::Debug, duplicate.to_string()));
    }
    if options.is_upgrade {
        return Ok(());
    }
    let ids: Vec<_> = objects.iter().map(|object| object.id.clone()).filter(|id| !id.name.is_empty()).collect();
    let mut live = Live::new();
    for (id, found) in ids.iter().zip(cluster.get_all(&ids)) {
        live.insert(id.clone(), found?);
    }
    let owner = Owner { release, namespace: &options.namespace };
    let adoptable = owner.adoptable(&objects, &live, options.take_ownership);
    adoptable.map(drop).map_err(|error| {
        Error::new(ErrorKind::Release, format!("unable to continue with install: {error}"))
            .hinted("--take-ownership renders nevertheless")
    })
}
