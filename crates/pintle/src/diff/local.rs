//! `helm diff local`: what differs between two charts. helm-diff: `cmd/local.go`.

use super::{DiffOptions, Differences, States};
use crate::{Error, Mask, NameOptions, Observer, TemplateOptions, World, prepare::told, template};

/// What `diff local` needs.
#[derive(Clone, Debug, Default)]
pub struct DiffLocalOptions {
    /// The charts.
    pub charts: [String; 2],
    /// How both are rendered; name and chart are filled in.
    pub render: TemplateOptions,
    /// `--release`
    pub release: String,
    /// How they are compared.
    pub diff: DiffOptions,
}

/// Compares what two charts render.
///
/// # Errors
/// A chart that cannot be found or rendered.
pub fn diff_local(
    options: &DiffLocalOptions,
    world: &mut World<'_>,
    observer: &mut dyn Observer,
) -> Result<Differences, Error> {
    let mut rendered = |chart: &String| {
        let name = NameOptions { arguments: vec![options.release.clone(), chart.clone()], ..NameOptions::default() };
        let report = template(&TemplateOptions { name, ..options.render.clone() }, world);
        told(observer, |log| {
            log.extend(report.log);
            let failed = |error: Error| error.during(format!("failed to render chart {chart:?}"));
            report.outcome.map_err(failed)
        })?;
        options.diff.read(&report.stdout, &options.render.namespace)
    };
    let [one, two] = &options.charts;
    let (old, new) = (rendered(one)?, rendered(two)?);
    options.diff.differences(&States { old, new, owners: Vec::new(), mask: Mask::default() })
}
