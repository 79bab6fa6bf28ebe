//! What `get values` prints. Helm: `pkg/cmd/get_values.go`.

use value::{Map, Value, json, yaml};

use super::{Format, json_line, unwritable};
use crate::error::Failure;

/// Prints values; `computed` says that they are those of the chart too.
pub(crate) fn values(values: &Map, computed: bool, format: Format) -> Result<Vec<u8>, Failure> {
    let value = Value::Map(values.clone());
    let as_yaml = || yaml::to_vec(&value).map_err(|error| unwritable("YAML", error));
    match format {
        Format::Json => json::to_vec(&value).map(json_line).map_err(|error| unwritable("JSON", error)),
        Format::Yaml => as_yaml(),
        Format::Table => {
            let title: &[u8] = if computed { b"COMPUTED VALUES:\n" } else { b"USER-SUPPLIED VALUES:\n" };
            Ok([title, &as_yaml()?].concat())
        }
    }
}
