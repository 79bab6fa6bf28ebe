//! The man pages of all commands, which are made and not kept.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;

use crate::{binary, process};

/// Writes the man pages below the target folder, from the table of commands.
pub(super) fn write() -> anyhow::Result<()> {
    let folder = binary::target().join("man");
    pages("man", &folder)?;
    println!("{}", folder.display());
    Ok(())
}

/// Whether every command has a man page that groff, where it is there, has nothing to say about.
pub(super) fn check() -> anyhow::Result<bool> {
    let scratch = tempfile::tempdir()?;
    let (man, markdown) = (scratch.path().join("man"), scratch.path().join("markdown"));
    pages("man", &man)?;
    pages("markdown", &markdown)?;
    let wanted: BTreeSet<String> = files(&markdown)?.iter().map(|path| stem(path).replace('_', "-")).collect();
    let pages = files(&man)?;
    let found: BTreeSet<String> = pages.iter().map(|path| stem(path)).collect();
    let mut good = wanted == found && !found.is_empty();
    for name in wanted.symmetric_difference(&found) {
        println!("{name}: a command without a man page, or the reverse");
    }
    for page in pages {
        let said = warnings(&page)?;
        if !said.is_empty() {
            println!("{}: {said}", stem(&page));
            good = false;
        }
    }
    Ok(good)
}

fn pages(form: &str, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let dir = folder.to_string_lossy().into_owned();
    let arguments = ["run", "--quiet", "-p", "helm", "--", "docs", "--type", form, "--dir", &dir];
    anyhow::ensure!(process::cargo_shown(&arguments)?, "writing the {form} pages");
    Ok(())
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    Ok(std::fs::read_dir(folder)?.map(|file| file.map(|file| file.path())).collect::<Result<_, _>>()?)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// What groff warns of; nothing where there is no groff.
fn warnings(page: &Path) -> anyhow::Result<String> {
    let mut command = Command::new("groff");
    // The pages are UTF-8, which man takes them for.
    command.args(["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]).arg(page).stdin(Stdio::null());
    match command.output() {
        Ok(output) => Ok(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).context("running groff"),
    }
}
