//! Reads a record's JSON. What is missing is empty; what has another type than Helm gives it is taken for missing.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chart::{Chart, File, Lock, Metadata};
use value::{Map, MapType, Str, Value, json};

use super::CodecError;
use crate::{ApplyMethod, Hook, HookEvent, HookRun, Info, Record, Status, Timestamp};

pub(super) fn record(value: &Value) -> Result<Record, CodecError> {
    let map = value.as_map().ok_or(CodecError::Missing("fields"))?;
    let name = text(map, "name");
    if name.is_empty() {
        return Err(CodecError::Missing("name"));
    }
    let chart = match map.get("chart") {
        Some(Value::Map(fields)) => chart(&fields)?,
        _ => Chart::default(),
    };
    Ok(Record {
        name,
        namespace: text(map, "namespace"),
        revision: number(map, "version"),
        info: table(map, "info").map(|fields| info(&fields)).unwrap_or_default(),
        chart,
        config: table(map, "config").unwrap_or_else(|| Map::new(MapType::NilAny)),
        manifest: text(map, "manifest"),
        hooks: items(map, "hooks").iter().filter_map(Value::as_map).map(hook).collect(),
        apply_method: match text(map, "apply_method").as_str() {
            "ssa" => ApplyMethod::ServerSide,
            "csa" => ApplyMethod::ClientSide,
            _ => ApplyMethod::Unset,
        },
        labels: Default::default(),
    })
}

fn info(map: &Map) -> Info {
    Info {
        first_deployed: time(map, "first_deployed"),
        last_deployed: time(map, "last_deployed"),
        deleted: time(map, "deleted"),
        description: text(map, "description"),
        status: Status::parse(&text(map, "status")),
        notes: text(map, "notes"),
    }
}

fn chart(map: &Map) -> Result<Chart, CodecError> {
    let part = |name: &str| map.get(name).filter(|value| !value.is_nil()).and_then(|value| json::to_vec(&value).ok());
    let metadata = part("metadata").map(|json| Metadata::from_yaml(&json));
    let lock = part("lock").map(|json| Lock::from_yaml(&json));
    Ok(Chart {
        metadata: metadata.transpose().map_err(|_| CodecError::Missing("readable chart metadata"))?.unwrap_or_default(),
        lock: lock.transpose().map_err(|_| CodecError::Missing("readable chart lock"))?.flatten(),
        templates: items(map, "templates").iter().filter_map(Value::as_map).map(file).collect(),
        files: items(map, "files").iter().filter_map(Value::as_map).map(file).collect(),
        values: table(map, "values").unwrap_or_else(|| Map::new(MapType::NilAny)),
        schema: Some(bytes(map, "schema")).filter(|schema| !schema.is_empty()),
        schema_modified: time(map, "schemamodtime").and_then(Timestamp::to_system_time),
        modified: time(map, "modtime").and_then(Timestamp::to_system_time),
        ..Chart::default()
    })
}

fn file(map: &Map) -> File {
    let modified = time(map, "modtime").and_then(Timestamp::to_system_time);
    File { name: text(map, "name"), data: bytes(map, "data"), modified }
}

fn hook(map: &Map) -> Hook {
    let texts = |name: &str| items(map, name).iter().filter_map(Value::as_str).map(ToString::to_string).collect();
    let events: Vec<String> = texts("events");
    Hook {
        name: text(map, "name"),
        kind: text(map, "kind"),
        path: text(map, "path"),
        manifest: Str::from(text(map, "manifest")),
        events: events.iter().filter_map(|event| HookEvent::parse(event)).collect(),
        weight: number(map, "weight"),
        delete_policies: texts("delete_policies"),
        output_log_policies: texts("output_log_policies"),
        last_run: table(map, "last_run").map(|fields| hook_run(&fields)).unwrap_or_default(),
    }
}

fn hook_run(map: &Map) -> HookRun {
    HookRun { started_at: time(map, "started_at"), completed_at: time(map, "completed_at"), phase: text(map, "phase") }
}

fn text(map: &Map, name: &str) -> String {
    map.get(name).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default()
}

fn number(map: &Map, name: &str) -> i64 {
    match map.get(name) {
        Some(Value::Float(number, _)) => number as i64,
        Some(Value::Int(number, _)) => number,
        _ => 0,
    }
}

fn time(map: &Map, name: &str) -> Option<Timestamp> {
    Timestamp::parse(&text(map, name))
}

fn table(map: &Map, name: &str) -> Option<Map> {
    map.get(name).and_then(|value| value.as_map().cloned())
}

fn items(map: &Map, name: &str) -> Vec<Value> {
    map.get(name).and_then(|value| value.as_list().map(|list| list.to_vec())).unwrap_or_default()
}

fn bytes(map: &Map, name: &str) -> Str {
    Str::from(STANDARD.decode(text(map, name)).unwrap_or_default())
}
