//! Writes a chart as an archive. Helm: pkg/chart/v2/util/save.go.

mod tar;

use std::{
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use flate2::{Compression, GzBuilder};

use crate::{API_VERSION_1, API_VERSION_2, Chart, Error, rfc3339, scaffold, schema};

/// What Helm leaves in the header of its archives: a subfield `rr` of 40 bytes.
const EXTRA_FIELD: &[u8] = b"rr\x28\x00aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=";
/// Go's writer calls the operating system unknown.
const UNKNOWN_SYSTEM: u8 = 255;

/// How deep charts may lie in each other.
const MAX_NESTING: usize = 64;

/// Which times the files of an archive have.
#[derive(Clone, Copy, Debug)]
pub enum ArchiveTime {
    /// Seconds since 1970 for all of them: two archives of one chart are the same.
    Fixed(i64),
    /// Each its own, or this moment where it has none.
    Own(SystemTime),
}

impl ArchiveTime {
    /// Each its own time; `now` is the present moment in nanoseconds since 1970.
    pub fn own(now: i128) -> ArchiveTime {
        let since = std::time::Duration::from_nanos(u64::try_from(now).unwrap_or(0));
        ArchiveTime::Own(UNIX_EPOCH + since)
    }
}

/// Writes the archive of a chart and its subcharts.
///
/// Fails where the name is no file name or the schema is no JSON, in Helm's words.
pub fn write_archive(chart: &Chart, time: ArchiveTime) -> Result<Vec<u8>, Error> {
    let mut archive = Archive { tar: tar::Writer::default(), time };
    archive.chart(chart, "", 0)?;
    let header = GzBuilder::new().extra(EXTRA_FIELD).comment("Helm").operating_system(UNKNOWN_SYSTEM).mtime(0);
    let mut zipped = header.write(Vec::new(), Compression::default());
    let written = zipped.write_all(&archive.tar.finish()).and_then(|()| zipped.finish());
    // Writing to memory does not fail.
    Ok(written.unwrap_or_default())
}

/// An entry of an archive that is no chart.
#[derive(Clone, Debug)]
pub struct ArchiveMember {
    /// The name within the archive.
    pub name: String,
    /// The type as tar has it: `0` for a file, `5` for a folder.
    pub kind: u8,
    /// The permissions.
    pub mode: u32,
    /// The time in seconds since 1970.
    pub time: i64,
    /// The content.
    pub content: Vec<u8>,
}

/// Writes a gzipped tar file.
pub fn pack(members: &[ArchiveMember]) -> Vec<u8> {
    let mut tar = tar::Writer::default();
    for member in members {
        let ArchiveMember { name, kind, mode, time, content } = member;
        tar.member(name, content, tar::Member { kind: *kind, mode: u64::from(*mode), time: *time });
    }
    let header = GzBuilder::new().operating_system(UNKNOWN_SYSTEM).mtime(0);
    let mut zipped = header.write(Vec::new(), Compression::default());
    let written = zipped.write_all(&tar.finish()).and_then(|()| zipped.finish());
    // Writing to memory does not fail.
    written.unwrap_or_default()
}

struct Archive {
    tar: tar::Writer,
    time: ArchiveTime,
}

impl Archive {
    fn chart(&mut self, chart: &Chart, folder: &str, nesting: usize) -> Result<(), Error> {
        let name = chart.name();
        if scaffold::validate_folder_name(name).is_err() {
            return Err(Error::InvalidChartName(value::quote::quote(name.as_bytes())));
        }
        let base = join(folder, name);
        let metadata = chart.metadata.to_chart_yaml()?;
        self.file(&base, "Chart.yaml", &metadata, chart.modified.map(seconds));
        if chart.metadata.api_version == API_VERSION_2
            && let Some(lock) = &chart.lock
        {
            let data = lock.to_yaml()?;
            self.file(&base, "Chart.lock", &data, rfc3339::seconds(&lock.generated));
        }
        for file in chart.raw.iter().filter(|file| file.name == "values.yaml") {
            self.file(&base, &file.name, &file.data, file.modified.map(seconds));
        }
        if let Some(data) = &chart.schema {
            if !schema::is_json(data) {
                return Err(Error::InvalidSchemaJson);
            }
            self.file(&base, "values.schema.json", data, chart.schema_modified.map(seconds));
        }
        for file in chart.templates.iter().chain(&chart.files) {
            self.file(&base, &file.name, &file.data, file.modified.map(seconds));
        }
        if nesting < MAX_NESTING {
            let below = join(&base, "charts");
            for subchart in &chart.dependencies {
                self.chart(subchart, &below, nesting + 1)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, base: &str, name: &str, data: &[u8], modified: Option<i64>) {
        let time = match (self.time, modified) {
            (ArchiveTime::Fixed(time), _) => time,
            (ArchiveTime::Own(_), Some(time)) => time,
            (ArchiveTime::Own(now), None) => seconds(now),
        };
        self.tar.file(&join(base, name), data, time);
    }
}

/// A name below a folder, without parts that mean nothing: names come from folders and archives, which checked them.
fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Seconds since 1970, rounded as Go's tar writer does.
fn seconds(time: SystemTime) -> i64 {
    let whole = |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => whole(after) + i64::from(after.subsec_nanos() >= 500_000_000),
        Err(before) => {
            let before = before.duration();
            -(whole(before) + i64::from(before.subsec_nanos() > 500_000_000))
        }
    }
}

/// The file name of a chart's archive.
pub fn archive_name(chart: &Chart) -> String {
    format!("{}-{}.tgz", chart.name(), chart.metadata.version)
}

/// Whether the dependencies of a chart are kept in files of their own.
pub fn has_legacy_lock(chart: &Chart) -> bool {
    chart.metadata.api_version == API_VERSION_1
}
