//! Values as Go's `%v` prints them, by which lists are sorted and errors are worded.

use serde_json::Value;

/// `map[a:1 b:[x y]]`
pub(in crate::merge) fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.to_string(),
            None => value::number::format_float(number.as_f64().unwrap_or_default(), b'g', None, 64),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            let mut entries: Vec<(&String, &Value)> = fields.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            let entries: Vec<String> =
                entries.iter().map(|(name, value)| format!("{name}:{}", go_text(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
    }
}
