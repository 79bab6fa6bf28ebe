//! Values files: one or more YAML documents, merged.

use bstr::ByteSlice;
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
    for_each_document(bytes, |document| {
        let read = yaml::map_from_slice(document)
            .map_err(|error| Error::Yaml(format!("cannot unmarshal yaml document: {error}")))?;
        values = Some(match &values {
            Some(values) => merge_maps(values, &read),
            None => read,
        });
        Ok(())
    })?;
    Ok(values.unwrap_or_default().with_type(MapType::Any))
}

/// Merges two maps into a new one: where both have a table it is merged too, otherwise `b` wins.
/// Helm: pkg/chart/v2/loader/load.go, `MergeMaps`.
pub fn merge_maps(a: &Map, b: &Map) -> Map {
    merge(a, b, Value::MAX_DEPTH)
}

/// Tables that lie too deep are replaced, not merged.
fn merge(a: &Map, b: &Map, depth: usize) -> Map {
    let out = Map::from_entries(MapType::Any, a.entries());
    for (key, value) in b.entries() {
        let merged = match (out.get(&key), &value) {
            (Some(Value::Map(before)), Value::Map(after)) if depth > 0 => Value::Map(merge(&before, after, depth - 1)),
            _ => value,
        };
        out.insert(key, merged);
    }
    out
}

/// Splits at lines that begin with `---`, as apimachinery's `YAMLReader` does: every line ends with a bare newline,
/// and a separator before the first line of a document stays in it.
fn for_each_document(bytes: &[u8], mut read: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    if is_one_document(bytes) {
        return read(bytes);
    }
    let mut document: Vec<u8> = Vec::new();
    for line in lines(bytes) {
        if let Some(rest) = line.strip_prefix(SEPARATOR) {
            let rest = String::from_utf8_lossy(rest);
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                let message = format!("error reading yaml document: invalid Yaml document separator: {rest}");
                return Err(Error::Yaml(message));
            }
            if !document.is_empty() {
                read(&document)?;
                document.clear();
                continue;
            }
        }
        document.extend_from_slice(line);
        document.push(b'\n');
    }
    if document.is_empty() { Ok(()) } else { read(&document) }
}

/// Whether the bytes can be read where they are: no separator, no carriage return, a newline at the end.
fn is_one_document(bytes: &[u8]) -> bool {
    bytes.last() == Some(&b'\n')
        && !bytes.contains(&b'\r')
        && !bytes.starts_with(SEPARATOR)
        && bytes.find(b"\n---").is_none()
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(|line| match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Helm 4.2.4 loses such a line: <https://github.com/helm/helm/issues/32525>.
    #[test]
    fn last_line_of_4096_bytes_is_read() {
        let text = format!("a: 1\nb: \"{}\"", "x".repeat(4091));
        assert_eq!(read_values(text.as_bytes()).unwrap().keys(), [value::Str::from("a"), value::Str::from("b")]);
    }
}
