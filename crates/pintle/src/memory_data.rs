//! Records for the memory, read from a file: `HELM_MEMORY_DRIVER_DATA`. Helm: `pkg/cmd/root.go`, `loadReleasesInMemory`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use release::{Record, codec};
use value::{json, yaml};

use crate::{Error, ErrorKind};

/// Reads a list of records in YAML, each with the names that records have in JSON.
///
/// # Errors
/// It is no such list.
pub fn memory_records(text: &[u8]) -> Result<Vec<Record>, Error> {
    let failed = |text: String| Error::new(ErrorKind::Release, text);
    let data = yaml::from_slice(text).map_err(|error| failed(error.to_string()))?;
    let Some(list) = data.as_list() else { return Err(failed("no list of releases".into())) };
    let read = |record: &value::Value| {
        let json = json::to_vec(record).map_err(|error| failed(error.to_string()))?;
        codec::decode(STANDARD.encode(json).as_bytes()).map_err(|error| failed(error.to_string()))
    };
    list.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::memory_records;

    #[test]
    fn records_are_read_from_yaml() {
        let text = b"- name: a\n  version: 3\n  namespace: n\n  info: {status: deployed}\n  chart: {metadata: {name: c, version: 1.0.0}}\n";
        let records = memory_records(text).unwrap();
        assert_eq!((records.len(), records[0].name.as_str(), records[0].revision), (1, "a", 3));
        assert_eq!(records[0].chart.metadata.name, "c");
        assert!(memory_records(b"a: b").is_err());
    }
}
