//! Writes a record's JSON, its fields in the order of Helm's structs.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chart::{Chart, File};
use value::{Value, json};

use crate::{ApplyMethod, Hook, HookRun, Info, Record, Timestamp};

/// An object under construction.
struct Object(Vec<u8>);

impl Object {
    fn new() -> Object {
        Object(b"{".to_vec())
    }

    /// Adds a field that is JSON already.
    fn raw(&mut self, name: &str, json: &[u8]) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self.0.extend_from_slice(json);
    }

    fn value(&mut self, name: &str, value: &Value) -> Result<(), json::Error> {
        self.raw(name, &json::to_vec(value)?);
        Ok(())
    }

    /// Adds a text, unless it is empty (Go's `omitempty`).
    fn text(&mut self, name: &str, text: &str) -> Result<(), json::Error> {
        if text.is_empty() { Ok(()) } else { self.value(name, &Value::string(text)) }
    }

    fn number(&mut self, name: &str, number: i64) {
        if number != 0 {
            self.raw(name, number.to_string().as_bytes());
        }
    }

    fn time(&mut self, name: &str, time: Option<Timestamp>) -> Result<(), json::Error> {
        time.map_or(Ok(()), |time| self.text(name, &time.to_string()))
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// Helm: `pkg/release/v1/release.go`.
pub(super) fn record(record: &Record) -> Result<Vec<u8>, json::Error> {
    let mut object = Object::new();
    object.text("name", &record.name)?;
    object.raw("info", &info(&record.info)?);
    object.raw("chart", &chart(&record.chart)?);
    if !record.config.is_empty() {
        object.value("config", &Value::Map(record.config.clone()))?;
    }
    object.text("manifest", &record.manifest)?;
    if !record.hooks.is_empty() {
        object.raw("hooks", &array(&record.hooks, hook)?);
    }
    object.number("version", record.revision);
    object.text("namespace", &record.namespace)?;
    match record.apply_method {
        ApplyMethod::Unset => {}
        ApplyMethod::ClientSide => object.text("apply_method", "csa")?,
        ApplyMethod::ServerSide => object.text("apply_method", "ssa")?,
    }
    Ok(object.finish())
}

fn info(info: &Info) -> Result<Vec<u8>, json::Error> {
    let mut object = Object::new();
    object.time("first_deployed", info.first_deployed)?;
    object.time("last_deployed", info.last_deployed)?;
    object.time("deleted", info.deleted)?;
    object.text("description", &info.description)?;
    object.text("status", info.status.name())?;
    object.text("notes", &info.notes)?;
    Ok(object.finish())
}

fn chart(chart: &Chart) -> Result<Vec<u8>, json::Error> {
    let mut object = Object::new();
    object.raw("metadata", &chart.metadata.to_json()?);
    match &chart.lock {
        Some(lock) => object.raw("lock", &lock.to_json()?),
        None => object.raw("lock", b"null"),
    }
    object.raw("templates", &array(&chart.templates, file)?);
    object.value("values", &Value::Map(chart.values.clone()))?;
    match &chart.schema {
        Some(schema) => object.text("schema", &STANDARD.encode(schema.as_bytes()))?,
        None => object.raw("schema", b"null"),
    }
    object.raw("schemamodtime", b"\"0001-01-01T00:00:00Z\"");
    object.raw("files", &array(&chart.files, file)?);
    Ok(object.finish())
}

fn file(file: &File) -> Result<Vec<u8>, json::Error> {
    let mut object = Object::new();
    object.value("name", &Value::string(file.name.as_str()))?;
    object.value("data", &Value::string(STANDARD.encode(file.data.as_bytes())))?;
    object.time("modtime", file.modified.and_then(Timestamp::from_system_time))?;
    Ok(object.finish())
}

fn hook(hook: &Hook) -> Result<Vec<u8>, json::Error> {
    let mut object = Object::new();
    object.text("name", &hook.name)?;
    object.text("kind", &hook.kind)?;
    object.text("path", &hook.path)?;
    object.text("manifest", &hook.manifest.to_text())?;
    if !hook.events.is_empty() {
        object.value("events", &Value::strings(hook.events.iter().map(|event| event.name())))?;
    }
    object.raw("last_run", &hook_run(&hook.last_run)?);
    object.number("weight", hook.weight);
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
    let mut object = Object::new();
    object.time("started_at", run.started_at)?;
    object.time("completed_at", run.completed_at)?;
    object.value("phase", &Value::string(run.phase.as_str()))?;
    Ok(object.finish())
}

fn array<T>(items: &[T], write: impl Fn(&T) -> Result<Vec<u8>, json::Error>) -> Result<Vec<u8>, json::Error> {
    let items: Vec<Vec<u8>> = items.iter().map(write).collect::<Result<_, _>>()?;
    Ok([b"[".as_slice(), &items.join(&b','), b"]"].concat())
}
