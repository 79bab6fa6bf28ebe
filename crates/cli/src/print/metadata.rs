//! What `get metadata` prints. Helm: `pkg/cmd/get_metadata.go`.

use std::collections::BTreeMap;

use pintle::{ApplyMethod, Record, Timestamp};
use value::{
    Value,
    json::{self, Fields, array},
};

use super::{Format, json_line, unwritable, yaml_of};
use crate::error::Failure;

/// Prints the metadata of a release.
pub(crate) fn metadata(record: &Record, format: Format) -> Result<Vec<u8>, Failure> {
    if format == Format::Table {
        return Ok(text(record).into_bytes());
    }
    let json = fields(record).map_err(|error| unwritable("JSON", error))?;
    if format == Format::Json { Ok(json_line(json)) } else { yaml_of(&json) }
}

fn text(record: &Record) -> String {
    let chart = &record.chart.metadata;
    let mut dependencies: Vec<&str> = chart.dependencies.iter().map(|dependency| dependency.name.as_str()).collect();
    dependencies.sort_unstable();
    let lines = [
        ("NAME", record.name.as_str()),
        ("CHART", &chart.name),
        ("VERSION", &chart.version),
        ("APP_VERSION", &chart.app_version),
        ("ANNOTATIONS", &pairs(&chart.annotations)),
        ("LABELS", &pairs(&record.labels)),
        ("DEPENDENCIES", &dependencies.join(",")),
        ("NAMESPACE", &record.namespace),
        ("REVISION", &record.revision.to_string()),
        ("STATUS", record.info.status.name()),
        ("DEPLOYED_AT", &deployed_at(record)),
        (
            "APPLY_METHOD",
            match record.apply_method {
                ApplyMethod::Unset => "client-side apply (defaulted)",
                ApplyMethod::ClientSide => "client-side apply",
                ApplyMethod::ServerSide => "server-side apply",
            },
        ),
    ];
    lines.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

/// apimachinery: `labels.Set.String`.
fn pairs(pairs: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}

/// RFC 3339, to the second.
fn deployed_at(record: &Record) -> String {
    let Some(time) = record.info.last_deployed else { return "0001-01-01T00:00:00Z".to_owned() };
    let whole = i128::from(time.seconds()) * 1_000_000_000;
    Timestamp { nanoseconds: whole, ..time }.to_string()
}

fn fields(record: &Record) -> Result<Vec<u8>, json::Error> {
    let chart = &record.chart.metadata;
    let mut fields = Fields::default();
    fields.text("name", &record.name)?;
    fields.text("chart", &chart.name)?;
    fields.text("version", &chart.version)?;
    fields.text("appVersion", &chart.app_version)?;
    for (name, texts) in [("annotations", &chart.annotations), ("labels", &record.labels)] {
        if !texts.is_empty() {
            fields.value(
                name,
                &Value::map(texts.iter().map(|(key, text)| (key.as_str(), Value::string(text.as_str())))),
            )?;
        }
    }
    if !chart.dependencies.is_empty() {
        let dependencies: Result<Vec<_>, _> =
            chart.dependencies.iter().map(|dependency| dependency.to_json()).collect();
        fields.raw("dependencies", &array(&dependencies?));
    }
    fields.text("namespace", &record.namespace)?;
    fields.raw("revision", record.revision.to_string().as_bytes());
    fields.text("status", record.info.status.name())?;
    fields.text("deployedAt", &deployed_at(record))?;
    fields.some_text(
        "applyMethod",
        match record.apply_method {
            ApplyMethod::Unset => "",
            ApplyMethod::ClientSide => "csa",
            ApplyMethod::ServerSide => "ssa",
        },
    )?;
    Ok(fields.finish())
}
