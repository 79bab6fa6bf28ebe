//! What becomes of the values of the revision before. Helm: `Upgrade.reuseValues`.

use release::Record;

use crate::{Error, Level, LogLine, Prepared};

/// What becomes of the values of the revision before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReuseValues {
    /// They are taken where no value is given.
    #[default]
    WithoutOthers,
    /// They are forgotten: `--reset-values`.
    Reset,
    /// They and the values of the chart of then stand under those given: `--reuse-values`.
    Reuse,
    /// They stand under those given, over the values of the new chart: `--reset-then-reuse-values`.
    ResetThenReuse,
}

/// The chart with the values of the user that it is rendered with.
pub(super) fn reuse(
    prepared: Prepared,
    current: &Record,
    how: ReuseValues,
    log: &mut Vec<LogLine>,
) -> Result<Prepared, Error> {
    let Prepared { mut chart, mut values } = prepared;
    let debug = |text: &str| LogLine::new(Level::Debug, text);
    let mut warnings = Vec::new();
    match how {
        ReuseValues::Reset => log.push(debug("resetting values to the chart's original version")),
        ReuseValues::Reuse => {
            log.push(debug("reusing the old release's values"));
            let old = chart::coalesce_values(&current.chart, &current.config, &mut warnings);
            let old = old.map_err(|error| Error::from(error).during("failed to rebuild old values"))?;
            values = chart::coalesce_tables(&values, &current.config, &mut warnings);
            chart.values = old;
        }
        ReuseValues::ResetThenReuse => {
            log.push(debug("merging values from old release to new values"));
            values = chart::coalesce_tables(&values, &current.config, &mut warnings);
        }
        ReuseValues::WithoutOthers if values.is_empty() && !current.config.is_empty() => {
            let line = debug("copying values from old release").with("name", current.name.as_str());
            log.push(line.with("version", current.revision.to_string()));
            values = current.config.clone();
        }
        ReuseValues::WithoutOthers => {}
    }
    log.extend(warnings.into_iter().map(LogLine::from));
    Ok(Prepared { chart, values })
}
