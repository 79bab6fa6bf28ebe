//! Values files: one or more YAML documents, merged.

use std::borrow::Cow;

use value::{Map, MapType, Value, yaml};

use crate::Error;

const SEPARATOR: &[u8] = b"---";

/// Reads a values file as Helm does, be it a chart's or a user's: documents are merged in order.
///
/// The error is Helm's, such as `cannot unmarshal yaml document: …`.
/// Helm: pkg/chart/v2/loader/load.go, `LoadValues`. A last line without a newline whose length is a multiple
/// of 4096 is read too, where Helm 4.2.4 loses it.
pub fn read_values(bytes: &[u8]) -> Result<Map, Error> {
    let mut values: Option<Map> = None;
    for document in documents(bytes)? {
        let read = yaml::map_from_slice(&document).map_err(|error| {
            Error::Yaml(format!("cannot unmarshal yaml document: {}", conversion(&error.to_string())))
        })?;
        values = Some(match values {
            Some(values) => merge_maps(&values, &read),
            None => read,
        });
    }
    Ok(values.unwrap_or_default().with_type(MapType::Any))
}

/// What `yaml.Unmarshal` says: an error of the YAML itself has a prefix, one of the JSON decoder has its own.
pub(crate) fn conversion(error: &str) -> String {
    if error.starts_with("error ") { error.into() } else { format!("error converting YAML to JSON: {error}") }
}

/// Merges two maps into a new one: where both have a table it is merged too, otherwise `b` wins.
/// Helm: pkg/chart/v2/loader/load.go, `MergeMaps`.
pub fn merge_maps(a: &Map, b: &Map) -> Map {
    let out = Map::from_entries(MapType::Any, a.entries());
    for (key, value) in b.entries() {
        let merged = match (out.get(&key), &value) {
            (Some(Value::Map(before)), Value::Map(after)) => Value::Map(merge_maps(&before, after)),
            _ => value,
        };
        out.insert(key, merged);
    }
    out
}

/// Splits at lines that begin with `---`, as apimachinery's `YAMLReader` does: every line ends with a bare newline,
/// and a separator before the first line of a document stays in it.
fn documents(bytes: &[u8]) -> Result<Vec<Cow<'_, [u8]>>, Error> {
    if is_one_document(bytes) {
        return Ok(vec![Cow::Borrowed(bytes)]);
    }
    let mut documents = Vec::new();
    let mut current: Vec<u8> = Vec::new();
    for line in lines(bytes) {
        if let Some(rest) = line.strip_prefix(SEPARATOR) {
            let rest = String::from_utf8_lossy(rest);
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err(Error::Yaml(format!(
                    "error reading yaml document: invalid Yaml document separator: {rest}"
                )));
            }
            if !current.is_empty() {
                documents.push(Cow::Owned(std::mem::take(&mut current)));
                continue;
            }
        }
        current.extend_from_slice(line);
        current.push(b'\n');
    }
    if !current.is_empty() {
        documents.push(Cow::Owned(current));
    }
    Ok(documents)
}

/// Whether the bytes can be read where they are: no separator, no carriage return, a newline at the end.
fn is_one_document(bytes: &[u8]) -> bool {
    bytes.last() == Some(&b'\n')
        && !bytes.contains(&b'\r')
        && !bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(SEPARATOR))
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(|line| match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    })
}
