//! Which values of the last revision an upgrade takes again. Helm: `Upgrade.reuseValues`.

use release::Record;
use value::Map;

use crate::{Error, ErrorKind, Level, LogLine, Prepared};

/// Which values of the last revision are taken again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReuseValues {
    /// All of the user's, but only where no new ones are given.
    #[default]
    UnlessGiven,
    /// None: `--reset-values`.
    No,
    /// The user's, and the chart's own of then: `--reuse-values`.
    WithDefaults,
    /// The user's, over the new chart's own: `--reset-then-reuse-values`.
    OverNewDefaults,
}

impl ReuseValues {
    /// Lays the new values over those that are reused.
    pub(crate) fn apply(self, prepared: Prepared, current: &Record, log: &mut Vec<LogLine>) -> Result<Prepared, Error> {
        let Prepared { mut chart, values } = prepared;
        let mut warnings = Vec::new();
        let mut tell = |message: &str| log.push(LogLine::new(Level::Debug, message));
        let values = match self {
            ReuseValues::No => {
                tell("resetting values to the chart's original version");
                values
            }
            ReuseValues::WithDefaults => {
                tell("reusing the old release's values");
                let old = chart::coalesce_values(&current.chart, &current.config, &mut warnings)
                    .map_err(|error| Error::new(ErrorKind::Values, format!("failed to rebuild old values: {error}")))?;
                chart.values = old;
                over(&values, current, &mut warnings)
            }
            ReuseValues::OverNewDefaults => {
                tell("merging values from old release to new values");
                over(&values, current, &mut warnings)
            }
            ReuseValues::UnlessGiven if values.is_empty() && !current.config.is_empty() => {
                let line = LogLine::new(Level::Debug, "copying values from old release");
                let line = line.with("name", current.name.as_str()).with("version", current.revision.to_string());
                log.push(line);
                current.config.clone()
            }
            ReuseValues::UnlessGiven => values,
        };
        log.extend(warnings.into_iter().map(LogLine::from));
        Ok(Prepared { chart, values })
    }
}

fn over(values: &Map, current: &Record, warnings: &mut Vec<chart::Warning>) -> Map {
    chart::coalesce_tables(values, &current.config, warnings)
}
