//! Go's `%v` and `%t` for plain data, which some of Helm's messages hold.

use value::{FloatKind, Value, number};

const MAX_DEPTH: usize = 100;

/// Longer texts are cut off: tables may share tables, and so print as more than they hold.
const MAX_LENGTH: usize = 16 << 20;

/// The value as Go's `%v` prints it: `map[a:1 b:[x <nil>]]`.
pub(crate) fn plain(value: &Value) -> String {
    let mut text = String::new();
    write_plain(value, &mut text, MAX_DEPTH);
    text
}

/// The value as Go's `%v` prints it, for messages: `map[a:1 b:[x <nil>]]`.
pub fn go_text(value: &Value) -> String {
    plain(value)
}

/// The value as Go's `%t` prints it: `true`, or `%!t(string=x)` for what is no boolean.
pub(crate) fn truth(value: &Value) -> String {
    let mut text = String::new();
    write_truth(value, &mut text, MAX_DEPTH, false);
    text
}

fn write_plain(value: &Value, text: &mut String, depth: usize) {
    let Some(depth) = depth.checked_sub(1).filter(|_| text.len() < MAX_LENGTH) else { return };
    match value {
        Value::Nil => text.push_str("<nil>"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number, _) => text.push_str(&number.to_string()),
        Value::Uint(number, _) => text.push_str(&number.to_string()),
        Value::Float(number, kind) => {
            let bits = if *kind == FloatKind::Float32 { 32 } else { 64 };
            text.push_str(&number::format_float(*number, b'g', None, bits));
        }
        Value::String(string) => text.push_str(&string.to_text()),
        Value::Bytes(bytes) => {
            let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
            text.push_str(&format!("[{}]", numbers.join(" ")));
        }
        Value::List(list) => {
            text.push('[');
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    text.push(' ');
                }
                write_plain(item, text, depth);
            }
            text.push(']');
        }
        Value::Map(map) => {
            text.push_str("map[");
            for (index, (key, item)) in map.entries().iter().enumerate() {
                if index > 0 {
                    text.push(' ');
                }
                text.push_str(&key.to_text());
                text.push(':');
                write_plain(item, text, depth);
            }
            text.push(']');
        }
        Value::Object(object) => text.push_str(&object.display().unwrap_or_else(|| object.go_type())),
    }
}

fn write_truth(value: &Value, text: &mut String, depth: usize, nested: bool) {
    let Some(depth) = depth.checked_sub(1).filter(|_| text.len() < MAX_LENGTH) else { return };
    match value {
        Value::Nil => text.push_str(if nested { "<nil>" } else { "%!t(<nil>)" }),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::List(list) => {
            text.push('[');
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    text.push(' ');
                }
                write_truth(item, text, depth, true);
            }
            text.push(']');
        }
        Value::Map(map) => {
            text.push_str("map[");
            for (index, (key, item)) in map.entries().iter().enumerate() {
                if index > 0 {
                    text.push(' ');
                }
                text.push_str(&format!("%!t(string={})", key.to_text()));
                text.push(':');
                write_truth(item, text, depth, true);
            }
            text.push(']');
        }
        other => text.push_str(&format!("%!t({}={})", other.go_type(), plain(other))),
    }
}
