//! Values and charts as the recorded answers write them: every number with its Go type.

use std::time::{SystemTime, UNIX_EPOCH};

use chart::{Chart, File, Level, Warning};
use serde_json::{Value as Json, json};
use value::{IntKind, MapType, Value, json as go_json, number, quote};

/// A value of a case file; every number is a `float64`.
pub(crate) fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::float(number.as_f64().unwrap()),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(from_json).collect()),
        Json::Object(entries) => Value::map(entries.iter().map(|(key, item)| (key.as_str(), from_json(item)))),
    }
}

/// The value as text: `5i` is an `int64`, `5f` a `float64`, `S{…}` a `map[string]string`.
pub(crate) fn dump(value: &Value) -> String {
    match value {
        Value::Nil => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number, IntKind::Int64) => format!("{number}i"),
        Value::Float(number, _) => format!("{}f", number::format_float(*number, b'g', None, 64)),
        Value::String(text) => quoted(text),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(dump).collect();
            format!("[{}]", items.join(","))
        }
        Value::Map(map) => {
            let entries = map.entries();
            let entries: Vec<String> =
                entries.iter().map(|(key, item)| format!("{}:{}", quoted(key), dump(item))).collect();
            let mark = if map.map_type() == MapType::String { "S" } else { "" };
            format!("{mark}{{{}}}", entries.join(","))
        }
        other => panic!("no such value in a chart: {other:?}"),
    }
}

fn quoted(text: &[u8]) -> String {
    String::from_utf8(go_json::to_vec(&Value::string(text)).unwrap()).unwrap()
}

/// The files: name, size, a sum of the content, and the time in seconds.
pub(crate) fn dump_files(files: &[File]) -> Json {
    let sum = |data: &[u8]| {
        data.iter().fold(2_166_136_261_u32, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(16_777_619))
    };
    let dump =
        |file: &File| format!("{}:{}:{:x}:{}", file.name, file.data.len(), sum(&file.data), seconds(file.modified));
    files.iter().map(dump).collect()
}

fn seconds(time: Option<SystemTime>) -> f64 {
    match time.unwrap_or(UNIX_EPOCH).duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

/// What loading and processing has made of a chart.
pub(crate) fn dump_chart(chart: &Chart) -> Json {
    let names = |files: &[File]| files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    let mut dump = json!({
        "metadata": String::from_utf8(chart.metadata.to_json().unwrap()).unwrap(),
        "values": dump(&Value::Map(chart.values.clone())),
        "schema": chart.schema.as_ref().map_or(0, |schema| schema.len()),
        "templates": names(&chart.templates),
        "files": names(&chart.files),
        "dependencies": chart.dependencies.iter().map(dump_chart).collect::<Vec<_>>(),
    });
    if let Some(lock) = &chart.lock {
        dump["lock"] = String::from_utf8(lock.to_json().unwrap()).unwrap().into();
    }
    dump
}

/// The lines as slog's text handler writes them, sorted, for Go walks maps in random order.
pub(crate) fn log_lines(warnings: &[Warning]) -> Vec<String> {
    let mut lines: Vec<String> = warnings.iter().map(log_line).collect();
    lines.sort();
    lines
}

fn log_line(warning: &Warning) -> String {
    let level = if warning.level == Level::Info { "INFO" } else { "WARN" };
    let mut line = format!("level={level} msg={}", slog_text(&warning.message));
    for (name, value) in &warning.attributes {
        line.push_str(&format!(" {name}={}", slog_text(value)));
    }
    line
}

fn slog_text(text: &str) -> String {
    let plain =
        !text.is_empty() && text.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'"' && byte != b'=');
    if plain { text.into() } else { quote::quote(text.as_bytes()) }
}
