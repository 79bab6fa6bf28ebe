//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The corpus of public charts, which lies beside the checkout where it is there at all.
pub(crate) fn corpus() -> Option<PathBuf> {
    let corpus = root().parent()?.join("shared").join("corpus");
    corpus.join("manifest.json").is_file().then_some(corpus)
}

/// Every file below `folder` that git would commit, relative to the root, sorted.
pub(crate) fn files(folder: &str) -> anyhow::Result<Vec<PathBuf>> {
    let output = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", folder])
        .current_dir(root())
        .output()?;
    anyhow::ensure!(output.status.success(), "listing the files of {folder}");
    let text = String::from_utf8(output.stdout)?;
    let mut files: Vec<PathBuf> = text.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    files.retain(|file| root().join(file).exists());
    files.sort();
    Ok(files)
}
