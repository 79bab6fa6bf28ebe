//! Records as Helm stores them: JSON, gzipped, in base64. Helm: `pkg/storage/driver/util.go`.

use std::io::{Read as _, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use value::Value;

use crate::Record;

mod read;
mod write;

/// A record larger than this was made to exhaust us: a Secret holds a mebibyte of it, packed.
const MAX_UNPACKED: u64 = 256 * 1024 * 1024;

/// A record that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The text is no base64.
    #[error("illegal base64 data in the release record")]
    Base64(#[source] base64::DecodeError),
    /// The packed bytes are damaged.
    #[error("unpacking the release record")]
    Gzip(#[source] std::io::Error),
    /// It unpacks to more than any record needs.
    #[error("the release record unpacks to more than {MAX_UNPACKED} bytes")]
    TooLarge,
    /// The unpacked text is no JSON.
    #[error("reading the release record")]
    Json(#[source] value::json::Error),
    /// The JSON is no record.
    #[error("the release record has no {0}")]
    Missing(&'static str),
    /// A value that JSON cannot hold.
    #[error("writing the release record")]
    Unwritable(#[source] value::json::Error),
}

/// Writes a record as Helm 4 does: the text that goes into the key `release` of a Secret.
pub fn encode(record: &Record) -> Result<String, CodecError> {
    let json = to_json(record, &View { chart: true, resources: None })?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&json).map_err(CodecError::Gzip)?;
    Ok(STANDARD.encode(encoder.finish().map_err(CodecError::Gzip)?))
}

/// What of a record is written as JSON.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Whether its chart is.
    pub chart: bool,
    /// The objects of the release as they live, by version and kind: `status` shows them, no record holds them.
    pub resources: Option<&'a Value>,
}

/// Writes a record as JSON, its fields in Helm's order.
pub fn to_json(record: &Record, view: &View<'_>) -> Result<Vec<u8>, CodecError> {
    write::record(record, view).map_err(CodecError::Unwritable)
}

/// Reads a record that Helm 3, Helm 4 or pintle wrote; one that is not packed is read too, as Helm does.
///
/// The record has no labels: they live on the storage object.
pub fn decode(text: &[u8]) -> Result<Record, CodecError> {
    read::record(&value::json::from_slice(&unpack(text)?).map_err(CodecError::Json)?)
}

/// The JSON of a stored record.
pub fn unpack(text: &[u8]) -> Result<Vec<u8>, CodecError> {
    let packed = STANDARD.decode(text).map_err(CodecError::Base64)?;
    if !packed.starts_with(&[0x1f, 0x8b, 0x08]) {
        return Ok(packed);
    }
    gunzip(&packed, MAX_UNPACKED)
}

fn gunzip(packed: &[u8], limit: u64) -> Result<Vec<u8>, CodecError> {
    let mut json = Vec::with_capacity(packed.len().saturating_mul(4));
    GzDecoder::new(packed).take(limit + 1).read_to_end(&mut json).map_err(CodecError::Gzip)?;
    if json.len() as u64 > limit { Err(CodecError::TooLarge) } else { Ok(json) }
}

#[cfg(test)]
mod tests {
    use super::{CodecError, decode, encode, gunzip};

    #[test]
    fn records_survive_being_stored() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/release/records");
        let mut count = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let stored = std::fs::read(entry.unwrap().path()).unwrap();
            let record = decode(stored.trim_ascii()).unwrap();
            let again = decode(encode(&record).unwrap().as_bytes()).unwrap();
            assert_eq!(format!("{record:?}"), format!("{again:?}"));
            assert_eq!((record.revision, record.namespace.as_str()), (1, "records"));
            assert!(!record.hooks.is_empty() && record.info.last_deployed.is_some());
            count += 1;
        }
        assert!(count >= 2);
    }

    /// A gap that Helm has: a record that unpacks without end takes all memory of who lists releases.
    #[test]
    fn what_a_record_unpacks_to_is_bounded() {
        use std::io::Write as _;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&[b' '; 100_000]).unwrap();
        let packed = packed.finish().unwrap();
        assert!(gunzip(&packed, 100_000).is_ok());
        assert!(matches!(gunzip(&packed, 99_999), Err(CodecError::TooLarge)));
    }

    #[test]
    fn damaged_records_are_refused() {
        for text in ["", "%", "aGVsbG8=", "H4sIAAAAAAAA", "e30="] {
            assert!(decode(text.as_bytes()).is_err(), "{text}");
        }
    }
}
