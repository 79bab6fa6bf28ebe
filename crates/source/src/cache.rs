//! Archives by their digests, as Helm keeps them. Helm: pkg/downloader/cache.go.

use std::fs;

use sha2::{Digest, Sha256};

use crate::{Error, path, read, write};

/// What a file in the cache is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Chart,
    Provenance,
}

impl Kept {
    fn extension(self) -> &'static str {
        match self {
            Kept::Chart => ".chart",
            Kept::Provenance => ".prov",
        }
    }
}

/// The SHA-256 of bytes in hexadecimal.
pub(crate) fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Where something with this sum is kept.
fn file(root: &str, sum: &str, kept: Kept) -> String {
    let folder = sum.get(..2).unwrap_or_default();
    path::join(&path::join(root, folder), &format!("{sum}{}", kept.extension()))
}

/// What is kept under a sum, and its path. An archive that is not what its name says counts for nothing.
pub(crate) fn get(root: &str, sum: &str, kept: Kept) -> Option<(String, Vec<u8>)> {
    let file = file(root, sum, kept);
    let is_file = fs::metadata(&file).is_ok_and(|kind| kind.is_file() && kind.len() > 0);
    let bytes = is_file.then(|| read::bounded(&file).ok()).flatten()?;
    if kept == Kept::Chart && self::sum(&bytes) != sum {
        return None;
    }
    Some((file, bytes))
}

/// Keeps something, and gives its path.
pub(crate) fn put(root: &str, sum: &str, kept: Kept, bytes: &[u8]) -> Result<String, Error> {
    let file = file(root, sum, kept);
    write::create_folders(&path::folder(&file))?;
    write::replace_file(&file, bytes, 0o644)?;
    Ok(file)
}
