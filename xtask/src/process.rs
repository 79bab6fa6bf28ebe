//! Runs programs in a clean environment and keeps what they say.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Context as _;

use crate::workspace;

/// What a program answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) exit: i32,
}

/// A home of its own for a run of helm: nothing of the user's is seen or changed.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> anyhow::Result<Home> {
        let home = tempfile::tempdir().context("making a home for helm")?;
        for folder in ["cache", "config", "data"] {
            std::fs::create_dir(home.path().join(folder))?;
        }
        Ok(Home(home))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A command for `binary` that sees this home and no other environment.
    pub(crate) fn command(&self, binary: &Path) -> Command {
        let mut command = Command::new(binary);
        let home = self.path();
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home)
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .env("KUBECONFIG", home.join("none"))
            .env("HELM_CACHE_HOME", home.join("cache"))
            .env("HELM_CONFIG_HOME", home.join("config"))
            .env("HELM_DATA_HOME", home.join("data"))
            .stdin(Stdio::null());
        command
    }
}

/// Runs a prepared command to its end.
pub(crate) fn answer(command: &mut Command) -> anyhow::Result<Answer> {
    let name = command.get_program().to_owned();
    let output = command.output().with_context(|| format!("running {}", name.to_string_lossy()))?;
    Ok(Answer { stdout: output.stdout, stderr: output.stderr, exit: output.status.code().unwrap_or(-1) })
}

/// Runs a program with its output shown; true where it ended well.
pub(crate) fn shown(program: impl AsRef<OsStr>, arguments: &[&str], folder: &Path) -> anyhow::Result<bool> {
    status(Command::new(program).args(arguments).current_dir(folder))
}

/// Runs the cargo that runs this task in the project's folder, with its output shown; true where it ended well.
pub(crate) fn cargo_shown(arguments: &[&str]) -> anyhow::Result<bool> {
    status(cargo().args(arguments))
}

/// Runs a command with its output shown, and gives each line of its standard output to `see`; true where it ended well.
pub(crate) fn shown_and_seen(command: &mut Command, mut see: impl FnMut(&str)) -> anyhow::Result<bool> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("running {name}"))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.with_context(|| format!("reading what {name} prints"))?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            see(&line);
        }
    }
    Ok(child.wait()?.success())
}

/// The cargo that runs this task, in the project's folder.
///
/// It does not see what `cargo run` told this task of its package: ring's build script asks for these variables, so
/// that everything above it would be built again whenever cargo is called here and by hand in turns.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let of_a_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_a_package)) {
        command.env_remove(name);
    }
    command.current_dir(workspace::root());
    command
}

fn status(command: &mut Command) -> anyhow::Result<bool> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("running {}", command.get_program().to_string_lossy()))?;
    Ok(status.success())
}
