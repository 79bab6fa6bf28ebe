//! Rehearsals: the consoles in `tests/cases/rehearse` are run, and what they say must be what stands there.
//!
//! With `PINTLE_RECORD` set they are written anew with what they say.

mod console;

use std::{env, fs, path::Path};

use testkit::TestEnv;

use self::console::{copy, steps, told};

#[test]
fn rehearsals_tell_what_would_happen() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("tests/cases/rehearse");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let env = TestEnv::new()?;
        copy(&folder.join("charts"), &env.work().join("charts"))?;
        copy(&root.join("examples"), &env.work().join("examples"))?;
        let text = fs::read_to_string(&path)?;
        let told = told(&env, &steps(&text))?;
        if env::var_os("PINTLE_RECORD").is_some() {
            fs::write(&path, told)?;
        } else if text != told {
            wrong.push(format!("{}:\n{told}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "record them anew with PINTLE_RECORD=1:\n{}", wrong.join("\n"));
    Ok(())
}
