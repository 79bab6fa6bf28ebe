//! Writes a record's JSON, its fields in the order of Helm's structs.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chart::{Chart, File};
use value::{
    Value,
    json::{self, Fields},
};

use super::View;
use crate::{ApplyMethod, Hook, HookRun, Info, Record, Timestamp};

/// Helm: `pkg/release/v1/release.go`.
pub(super) fn record(record: &Record, view: &View<'_>) -> Result<Vec<u8>, json::Error> {
    let mut object = Fields::default();
    object.some_text("name", &record.name)?;
    object.raw("info", &info(&record.info, view.resources)?);
    if view.chart {
        object.raw("chart", &chart(&record.chart)?);
    }
    if !record.config.is_empty() {
        object.value("config", &Value::Map(record.config.clone()))?;
    }
    object.some_text("manifest", &record.manifest)?;
    if !record.hooks.is_empty() {
        object.raw("hooks", &array(&record.hooks, hook)?);
    }
    number(&mut object, "version", record.revision);
    object.some_text("namespace", &record.namespace)?;
    match record.apply_method {
        ApplyMethod::Unset => {}
        ApplyMethod::ClientSide => object.some_text("apply_method", "csa")?,
        ApplyMethod::ServerSide => object.some_text("apply_method", "ssa")?,
    }
    Ok(object.finish())
}

fn info(info: &Info, resources: Option<&Value>) -> Result<Vec<u8>, json::Error> {
    let mut object = Fields::default();
    time(&mut object, "first_deployed", info.first_deployed)?;
    time(&mut object, "last_deployed", info.last_deployed)?;
    time(&mut object, "deleted", info.deleted)?;
    object.some_text("description", &info.description)?;
    object.some_text("status", info.status.name())?;
    object.some_text("notes", &info.notes)?;
    if let Some(resources) = resources {
        object.value("resources", resources)?;
    }
    Ok(object.finish())
}

fn chart(chart: &Chart) -> Result<Vec<u8>, json::Error> {
    let mut object = Fields::default();
    object.raw("metadata", &chart.metadata.to_json()?);
    match &chart.lock {
        Some(lock) => object.raw("lock", &lock.to_json()?),
        None => object.raw("lock", b"null"),
    }
    object.raw("templates", &files(&chart.templates)?);
    object.value("values", &Value::Map(chart.values.clone()))?;
    match &chart.schema {
        Some(schema) => object.some_text("schema", &STANDARD.encode(schema.as_bytes()))?,
        None => object.raw("schema", b"null"),
    }
    match chart.schema_modified.and_then(Timestamp::from_system_time) {
        Some(modified) => object.text("schemamodtime", &modified.to_string())?,
        None => object.raw("schemamodtime", b"\"0001-01-01T00:00:00Z\""),
    }
    object.raw("files", &files(&chart.files)?);
    time(&mut object, "modtime", chart.modified.and_then(Timestamp::from_system_time))?;
    Ok(object.finish())
}

/// Go's list is nil until there is a first file.
fn files(files: &[File]) -> Result<Vec<u8>, json::Error> {
    if files.is_empty() { Ok(b"null".to_vec()) } else { array(files, file) }
}

fn file(file: &File) -> Result<Vec<u8>, json::Error> {
    let mut object = Fields::default();
    object.value("name", &Value::string(file.name.as_str()))?;
    object.value("data", &Value::string(STANDARD.encode(file.data.as_bytes())))?;
    time(&mut object, "modtime", file.modified.and_then(Timestamp::from_system_time))?;
    Ok(object.finish())
}

fn hook(hook: &Hook) -> Result<Vec<u8>, json::Error> {
    let mut object = Fields::default();
    object.some_text("name", &hook.name)?;
    object.some_text("kind", &hook.kind)?;
    object.some_text("path", &hook.path)?;
    object.some_text("manifest", &hook.manifest.to_text())?;
    if !hook.events.is_empty() {
        object.value("events", &Value::strings(hook.events.iter().map(|event| event.name())))?;
    }
    object.raw("last_run", &hook_run(&hook.last_run)?);
    number(&mut object, "weight", hook.weight);
    for (name, policies) in
        [("delete_policies", &hook.delete_policies), ("output_log_policies", &hook.output_log_policies)]
    {
        if !policies.is_empty() {
            object.value(name, &Value::strings(policies.iter().map(String::as_str)))?;
        }
    }
    Ok(object.finish())
}

fn hook_run(run: &HookRun) -> Result<Vec<u8>, json::Error> {
    let mut object = Fields::default();
    time(&mut object, "started_at", run.started_at)?;
    time(&mut object, "completed_at", run.completed_at)?;
    object.value("phase", &Value::string(run.phase.as_str()))?;
    Ok(object.finish())
}

fn number(object: &mut Fields, name: &str, number: i64) {
    if number != 0 {
        object.raw(name, number.to_string().as_bytes());
    }
}

fn time(object: &mut Fields, name: &str, time: Option<Timestamp>) -> Result<(), json::Error> {
    time.map_or(Ok(()), |time| object.text(name, &time.to_string()))
}

fn array<T>(items: &[T], write: impl Fn(&T) -> Result<Vec<u8>, json::Error>) -> Result<Vec<u8>, json::Error> {
    let items: Vec<Vec<u8>> = items.iter().map(write).collect::<Result<_, _>>()?;
    Ok(json::array(&items))
}
