//! Chart archives: gzipped tar files, read with every check that Helm makes.

mod gzip;
mod sniff;
mod tar;

use value::{Str, quote::quote};

use crate::{Error, File};

use self::tar::Entry;
pub(crate) use self::{gzip::GZIP_HEADER, sniff::check_magic};

/// How much an archive may expand to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All files together.
    pub chart: u64,
    /// One file.
    pub file: u64,
}

impl Default for Limits {
    /// Helm's limits: 100 MiB for a chart, 5 MiB for a file.
    fn default() -> Limits {
        Limits { chart: 100 << 20, file: 5 << 20 }
    }
}

/// How many bytes of headers, padding and skipped entries an archive may have: Helm has no bound there.
const MAX_OVERHEAD: u64 = 256 << 20;

/// What stands in any gzipped tar file: plugins come in such.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveEntry<'a> {
    /// The name, whatever its encoding.
    pub name: &'a [u8],
    /// The type as tar has it: `0` for a file, `5` for a folder.
    pub kind: u8,
    /// The permissions, setuid and its like included.
    pub mode: u32,
    /// The content; empty for what is no file.
    pub content: &'a [u8],
}

/// Shows the entries of a gzipped tar file one after the other; what they hold together may have `limit` bytes.
///
/// Fails where the stream cannot be read or is longer, and with what `visit` fails with.
pub fn visit<E: From<Error>>(
    bytes: &[u8],
    limit: u64,
    mut visit: impl FnMut(&ArchiveEntry<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let stream = gzip::Reader::new(bytes, limit.saturating_add(MAX_OVERHEAD))?;
    let mut archive = tar::Reader::new(stream);
    let mut remaining = limit;
    while let Some(entry) = archive.next()? {
        let (kind, mode) = entry.kind_and_mode();
        let content = archive.content(remaining.saturating_add(1))?;
        let size = content.len() as u64;
        remaining = remaining.checked_sub(size).ok_or(Error::ChartTooLarge(limit))?;
        visit(&ArchiveEntry { name: &entry.name, kind, mode, content })?;
    }
    Ok(())
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the files of an archive in their order, without the first part of their names.
///
/// Folders are left out, links are empty files. An error is a path that leaves the chart, a limit exceeded, or a
/// stream that cannot be read. Helm: pkg/chart/loader/archive/archive.go, `LoadArchiveFiles`.
pub fn read(bytes: &[u8], limits: Limits) -> Result<Vec<File>, Error> {
    let stream = gzip::Reader::new(bytes, limits.chart.saturating_add(MAX_OVERHEAD))?;
    let mut archive = tar::Reader::new(stream);
    let mut files = Vec::new();
    let mut remaining = limits.chart;
    while let Some(entry) = archive.next()? {
        if entry.is_folder() || entry.is_extension() {
            continue;
        }
        let name = chart_name(&entry)?;
        let size = entry.size;
        if size > remaining {
            return Err(Error::ChartTooLarge(limits.chart));
        }
        if size > limits.file {
            return Err(Error::FileTooLarge { name: quote(&entry.name), limit: limits.file });
        }
        let data = archive.content(remaining)?;
        let read = data.len() as u64;
        remaining = remaining.saturating_sub(read);
        if read < size || remaining == 0 {
            return Err(Error::ChartTooLarge(limits.chart));
        }
        let data = Str::from(data.strip_prefix(BYTE_ORDER_MARK).unwrap_or(data));
        files.push(File { name, data, modified: entry.modified });
    }
    if files.is_empty() {
        return Err(Error::EmptyArchive);
    }
    Ok(files)
}

/// The name inside of the chart: the first part dropped, backslashes turned, nothing outside of the chart.
fn chart_name(entry: &Entry) -> Result<String, Error> {
    let whole = Str::from(entry.name.as_slice());
    let whole = whole.to_text();
    let delimiter = if whole.contains('\\') { '\\' } else { '/' };
    let (first, rest) = whole.split_once(delimiter).unwrap_or((&whole, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err(Error::AbsolutePath);
    }
    let name = clean(&rest);
    if name == "." {
        return Err(Error::OutsideBase(quote(&entry.name)));
    }
    if name.starts_with("..") {
        return Err(Error::ParentDirectory);
    }
    if let [letter, b':', b'/', ..] = name.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return Err(Error::IllegalName);
    }
    if first == "Chart.yaml" {
        return Err(Error::ChartYamlAtTop);
    }
    Ok(name)
}

/// Go's `path.Clean` of a relative path.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".into() } else { parts.join("/") }
}
