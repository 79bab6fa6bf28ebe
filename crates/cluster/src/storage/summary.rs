//! The head of a record, unpacked only as far as it reaches: Helm writes it first.

use std::{
    fmt,
    io::{BufRead as _, BufReader, Read},
};

use base64::{engine::general_purpose::STANDARD, read::DecoderReader};
use flate2::bufread::GzDecoder;
use release::{Status, Timestamp};
use serde::{
    Deserialize, Deserializer as _,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor},
};

use super::Summary;

/// A head larger than this was made to exhaust us.
const MAX_HEAD: u64 = 16 * 1024 * 1024;
/// So much is unpacked at a time: most heads are shorter.
const CHUNK: usize = 4096;

/// Reads the head of a stored record: base64 of gzipped JSON, or of JSON. None where it is no record.
pub(super) fn read(stored: &[u8]) -> Option<Summary> {
    // Only what the head takes is decoded.
    let mut packed = BufReader::with_capacity(CHUNK, DecoderReader::new(stored, &STANDARD));
    let reader: Box<dyn Read> = match packed.fill_buf().ok()?.starts_with(&[0x1f, 0x8b, 0x08]) {
        true => Box::new(GzDecoder::new(packed).take(MAX_HEAD)),
        false => Box::new(packed),
    };
    let mut summary = Summary::default();
    let mut seen = Seen::default();
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(CHUNK, reader));
    let complete = json.deserialize_map(Record { summary: &mut summary, seen: &mut seen }).is_ok();
    (complete || (seen.info && seen.chart)).then_some(summary)
}

/// What was read so far.
#[derive(Default)]
struct Seen {
    info: bool,
    chart: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    first_deployed: String,
    last_deployed: String,
    description: String,
    status: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    name: String,
    version: String,
    app_version: String,
}

struct Record<'a> {
    summary: &'a mut Summary,
    seen: &'a mut Seen,
}

impl<'de> Visitor<'de> for Record<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a release record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => self.summary.name = map.next_value()?,
                "namespace" => self.summary.namespace = map.next_value()?,
                "version" => self.summary.revision = map.next_value()?,
                "info" => {
                    let info: Option<Info> = map.next_value()?;
                    let info = info.unwrap_or_default();
                    self.summary.first_deployed = Timestamp::parse(&info.first_deployed);
                    self.summary.last_deployed = Timestamp::parse(&info.last_deployed);
                    self.summary.description = info.description;
                    self.summary.status = Status::parse(&info.status);
                    self.seen.info = true;
                }
                "chart" => map.next_value_seed(Chart { summary: self.summary, seen: self.seen })?,
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

struct Chart<'a> {
    summary: &'a mut Summary,
    seen: &'a mut Seen,
}

impl<'de> DeserializeSeed<'de> for Chart<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Chart<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chart")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key != "metadata" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let metadata: Option<Metadata> = map.next_value()?;
            let metadata = metadata.unwrap_or_default();
            self.summary.chart_name = metadata.name;
            self.summary.chart_version = metadata.version;
            self.summary.app_version = metadata.app_version;
            self.seen.chart = true;
            if self.seen.info {
                // The rest is long, and labels say the revision and the namespace.
                return Err(A::Error::custom("enough"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use release::Status;

    use super::read;

    const JSON: &str = r#"{"name":"a","info":{"first_deployed":"2024-01-02T03:04:05Z","last_deployed":"2024-01-02T03:04:06Z",
        "deleted":"","description":"Install complete","status":"deployed","notes":"x"},
        "chart":{"metadata":{"name":"c","version":"1.2.3","appVersion":"9"},"templates":[{"name":"t","data":"eA=="}]},
        "manifest":"m","version":3,"namespace":"n"}"#;

    #[test]
    fn heads_are_read_without_the_rest() {
        let mut cut = JSON.split("\"templates\"").next().unwrap().to_owned();
        for json in [JSON.to_owned(), std::mem::take(&mut cut)] {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(json.as_bytes()).unwrap();
            for packed in [gzip.finish().unwrap(), json.into_bytes()] {
                let summary = read(STANDARD.encode(packed).as_bytes()).unwrap();
                assert_eq!((summary.chart_name.as_str(), summary.chart_version.as_str()), ("c", "1.2.3"));
                assert_eq!((summary.status, summary.description.as_str()), (Status::Deployed, "Install complete"));
                assert_eq!(summary.last_deployed.unwrap().seconds() - summary.first_deployed.unwrap().seconds(), 1);
            }
        }
    }

    #[test]
    fn what_is_no_record_has_no_head() {
        for stored in ["", "%", "aGVsbG8=", "H4sIAAAAAAAA", "W10="] {
            assert!(read(stored.as_bytes()).is_none(), "{stored}");
        }
        let without_chart = STANDARD.encode(r#"{"name":"a","info":{"status":"failed"},"chart":null}"#);
        assert_eq!(read(without_chart.as_bytes()).unwrap().status, Status::Failed);
    }
}
