//! Files of oracle cases that are made rather than kept: large ones, and archives that no packer would write.

use std::{path::Path, process::Command};

use anyhow::Context as _;
use serde::Deserialize;

/// A file below the folder that a case runs in: one of a text, an archive and a pipe.
#[derive(Deserialize)]
pub(crate) struct Made {
    path: String,
    #[serde(default)]
    text: String,
    /// Pieces of text behind it, and how often each is repeated.
    #[serde(default)]
    repeated: Vec<(String, usize)>,
    archive: Option<Vec<Entry>>,
    #[serde(default)]
    pipe: bool,
}

/// An entry of an archive, as it stands there.
#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(default)]
    text: String,
    /// So many zeros behind the text.
    #[serde(default)]
    zeros: usize,
    /// The size that the header tells, where it is a lie.
    claims: Option<u64>,
    /// The type of the entry: a file unless it is given.
    kind: Option<char>,
    /// What a link leads to.
    link: Option<String>,
}

impl Made {
    /// Makes the file.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(&self.path);
        let context = || format!("making {}", path.display());
        std::fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        if self.pipe {
            let status = Command::new("mkfifo").arg(&path).status().with_context(context)?;
            anyhow::ensure!(status.success(), context());
            return Ok(());
        }
        let repeated: String = self.repeated.iter().map(|(text, times)| text.repeat(*times)).collect();
        let Some(entries) = &self.archive else {
            return std::fs::write(&path, [self.text.as_bytes(), repeated.as_bytes()].concat()).with_context(context);
        };
        // The program is quicker than the library in an xtask without optimisation.
        let loose = tempfile::NamedTempFile::new()?;
        std::fs::write(loose.path(), archive(entries)?).with_context(context)?;
        let gzip = Command::new("gzip").args(["-1", "-n", "-c"]).arg(loose.path()).output().context("running gzip")?;
        anyhow::ensure!(gzip.status.success(), context());
        std::fs::write(&path, gzip.stdout).with_context(context)
    }
}

/// Headers are written by hand: libraries refuse what these cases are about.
fn archive(entries: &[Entry]) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    for entry in entries {
        let size = entry.text.len() + entry.zeros;
        let mut header = tar::Header::new_ustar();
        let old = header.as_old_mut();
        put(&mut old.name, &entry.name)?;
        put(&mut old.linkname, entry.link.as_deref().unwrap_or_default())?;
        header.set_mode(0o644);
        header.set_size(entry.claims.unwrap_or(size as u64));
        header.set_entry_type(tar::EntryType::new(entry.kind.unwrap_or('0') as u8));
        header.set_cksum();
        out.extend_from_slice(header.as_bytes());
        out.extend_from_slice(entry.text.as_bytes());
        out.resize(out.len() + size.next_multiple_of(512) - entry.text.len(), 0);
    }
    out.extend_from_slice(&[0; 1024]);
    Ok(out)
}

fn put(field: &mut [u8], text: &str) -> anyhow::Result<()> {
    field
        .get_mut(..text.len())
        .with_context(|| format!("{text} is too long for a header"))?
        .copy_from_slice(text.as_bytes());
    Ok(())
}
