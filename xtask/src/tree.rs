//! What a run of helm left behind, as a text that can be compared: names and contents, archives unpacked.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

/// The names and contents of all files at or below `path`, with names as seen from `work`.
pub(crate) fn append(work: &Path, path: &Path, text: &mut Vec<u8>) -> anyhow::Result<()> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
        entries.sort();
        return entries.iter().try_for_each(|entry| append(work, entry, text));
    }
    text.extend_from_slice(format!("=== {}\n", path.strip_prefix(work)?.display()).as_bytes());
    match std::fs::read(path) {
        Ok(content) if content.starts_with(b"\x1f\x8b") => unpack(&content, text)?,
        Ok(content) => text.extend_from_slice(&without_time(&content)),
        Err(error) => text.extend_from_slice(format!("({})\n", error.kind()).as_bytes()),
    }
    Ok(())
}

/// The entries of an archive, without their times: the real Helm takes the clock's.
fn unpack(archive: &[u8], text: &mut Vec<u8>) -> anyhow::Result<()> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    for entry in archive.entries().context("reading an archive")? {
        let mut entry = entry?;
        let header = entry.header();
        let owner = format!("{} {}", header.uid()?, header.gid()?);
        let line = format!("--- {} {:o} {owner}\n", String::from_utf8_lossy(&entry.path_bytes()), header.mode()?);
        text.extend_from_slice(line.as_bytes());
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        text.extend_from_slice(&without_time(&content));
    }
    Ok(())
}

/// Takes the time out of a Chart.lock, where it stands on a line of its own.
fn without_time(content: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"generated: \"20") {
            Some(_) => clean.extend_from_slice(b"generated: {time}\n"),
            None => clean.extend_from_slice(line),
        }
    }
    clean
}
