//! Reads TOML into the Go values that BurntSushi's decoder gives.

use std::rc::Rc;

use value::{Elem, List, Map, MapType, Value};

use crate::time::{Location, Time};

/// Reads a document into a `map[string]interface{}`: integers are `int64`, lists of tables are
/// `[]map[string]interface {}`, times are `time.Time`.
///
/// # Errors
/// A malformed document: `toml: line N: ` and what is wrong, in words of our own.
pub fn from_slice(bytes: &[u8]) -> Result<Map, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "toml: invalid UTF-8 byte".to_owned())?;
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("toml: line {}: {}", before.matches('\n').count() + 1, error.message().replace('\n', " "))
    })?;
    Ok(map(table))
}

fn map(table: toml::Table) -> Map {
    Map::from_entries(MapType::Any, table.into_iter().map(|(name, item)| (name, value(item))))
}

fn value(item: toml::Value) -> Value {
    match item {
        toml::Value::String(text) => Value::string(text),
        toml::Value::Integer(number) => Value::int64(number),
        toml::Value::Float(number) => Value::float(number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(time) => datetime(&time),
        toml::Value::Table(table) => Value::Map(map(table)),
        toml::Value::Array(items) => {
            let tables = !items.is_empty() && items.iter().all(toml::Value::is_table);
            let elem = if tables { Elem::Named("map[string]interface {}") } else { Elem::Any };
            Value::List(List::new(elem, items.into_iter().map(value).collect()))
        }
    }
}

/// A time; where the document does not say the zone, it is UTC.
fn datetime(time: &toml::value::Datetime) -> Value {
    let text = time.to_string();
    let layouts: [&[u8]; 4] = [
        b"2006-01-02T15:04:05.999999999Z07:00",
        b"2006-01-02T15:04:05.999999999",
        b"2006-01-02",
        b"15:04:05.999999999",
    ];
    let utc = Location::utc();
    let read = layouts.iter().find_map(|layout| Time::parse(layout, text.as_bytes(), &utc).ok());
    match read {
        Some(time) => Value::Object(Rc::new(time)),
        None => Value::string(text),
    }
}
