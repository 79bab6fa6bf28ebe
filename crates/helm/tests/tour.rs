//! The tour in the README, and the consoles of the pages in docs: their commands are run, and what they say must be what
//! stands there.
//!
//! With `PINTLE_RECORD` set the pages are written anew with what they say.

mod console;

use std::{env, fs, path::Path};

use anyhow::{Context as _, ensure};
use testkit::TestEnv;

use self::console::{copy, steps, told};

const OPEN: &str = "```console\n";
const CLOSE: &str = "```\n";

/// Runs the consoles of a page, which go on from one another. Gives how many commands they have.
fn check(path: &Path) -> anyhow::Result<usize> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(path)?;
    let env = TestEnv::new()?;
    let examples = env.work().join("examples");
    copy(&root.join("examples"), &examples)?;
    let (mut rest, mut anew, mut count) = (page.as_str(), String::new(), 0);
    while let Some((before, behind)) = rest.split_once(OPEN) {
        let (block, behind) = behind.split_once(CLOSE).context("a console ends")?;
        let steps = steps(block);
        count += steps.len();
        anew.push_str(&format!("{before}{OPEN}{}{CLOSE}", told(&env, &steps)?));
        rest = behind;
    }
    anew.push_str(rest);
    if env::var_os("PINTLE_RECORD").is_some() {
        fs::write(path, anew)?;
    } else {
        assert_eq!(page, anew, "record it anew with PINTLE_RECORD=1");
    }
    Ok(count)
}

#[test]
fn the_tour_in_the_readme_is_true() -> anyhow::Result<()> {
    let count = check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md"))?;
    ensure!(count >= 6, "the tour has five commands at the least, and a rehearsal");
    Ok(())
}

#[test]
fn the_pages_of_the_documentation_are_true() -> anyhow::Result<()> {
    for page in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs"))? {
        check(&page?.path())?;
    }
    Ok(())
}
