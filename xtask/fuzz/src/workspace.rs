//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The corpus of public charts, which lies beside the checkout where it is there at all.
pub(crate) fn corpus() -> Option<PathBuf> {
    let corpus = root().parent()?.join("shared").join("corpus");
    corpus.join("manifest.json").is_file().then_some(corpus)
}
