//! Paths into values, such as `redis.enabled`.

use value::{Map, Value, quote::quote};

/// The table at a path. The error is the key that is no table, in Helm's words (Helm: `common.ErrNoTable`).
pub(crate) fn table(values: &Map, path: &str) -> Result<Map, String> {
    let mut table = values.clone();
    for key in path.split('.') {
        match table.get(key) {
            Some(Value::Map(inner)) => table = inner,
            _ => return Err(format!("{} is not a table", quote(key.as_bytes()))),
        }
    }
    Ok(table)
}

/// The value at a path that is no table, null included (Helm: `common.Values.PathValue`).
pub(crate) fn value(values: &Map, path: &str) -> Option<Value> {
    let value = match path.rsplit_once('.') {
        Some((parent, key)) => table(values, parent).ok()?.get(key),
        None => values.get(path),
    };
    value.filter(|value| !matches!(value, Value::Map(_)))
}
