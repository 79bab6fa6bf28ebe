//! A clean environment: an empty home folder, an empty work folder, and no variables but those that are set.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::Testbed;

/// Where a test's own folders begin in what [`Outcome`] shows.
const MASK: &str = "$TEST";

/// A clean environment for runs of a program. Its folders are deleted with it.
#[derive(Debug)]
pub struct TestEnv {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run of a program said, with the test's own folders shown as `$TEST`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Outcome {
    /// The exit code; -1 where a signal ended it.
    pub exit: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The words of a command line; double quotes hold some together.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('"').enumerate() {
        match place % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// Where `helm exporter`, started with its output piped, says that it serves: host and port.
///
/// # Errors
/// It says something else.
pub fn exporter_address(exporter: &mut Child) -> anyhow::Result<String> {
    let mut line = String::new();
    BufReader::new(exporter.stdout.take().context("the exporter's output")?).read_line(&mut line)?;
    let address = line.trim().strip_prefix("Serving metrics on http://").and_then(|rest| rest.strip_suffix("/metrics"));
    Ok(address.with_context(|| format!("the exporter does not say where it is: {line:?}"))?.to_owned())
}

impl TestEnv {
    /// An environment with empty folders `home` and `work`.
    ///
    /// Fails where no folder can be made.
    pub fn new() -> anyhow::Result<TestEnv> {
        let folder = tempfile::Builder::new().prefix("pintle-test-").tempdir().context("making a folder")?;
        let env = TestEnv { folder, variables: Vec::new() };
        fs::create_dir(env.home()).context("making a home folder")?;
        fs::create_dir(env.work()).context("making a work folder")?;
        Ok(env)
    }

    /// The same for a test on a cluster: with its kubeconfig, and the test's namespace.
    ///
    /// # Errors
    /// No folder can be made.
    pub fn on(bed: &Testbed) -> anyhow::Result<TestEnv> {
        let mut env = TestEnv::new()?;
        env.set("KUBECONFIG", bed.kubeconfig());
        env.set("HELM_NAMESPACE", bed.namespace());
        Ok(env)
    }

    /// The home folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The folder that programs run in.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Sets a variable; `$TEST` in it means the folder above `home` and `work`.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = value.replace(MASK, &self.folder.path().to_string_lossy());
        self.variables.push((name.to_owned(), value));
    }

    /// Takes variables away again.
    pub fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    /// Writes a file below the work folder, and the folders on the way. What begins as a script is one.
    ///
    /// Fails where it cannot be written.
    pub fn write(&self, name: &str, content: &str) -> anyhow::Result<()> {
        let path = self.work().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("making the folder of {name}"))?;
        }
        fs::write(&path, content).with_context(|| format!("writing {name}"))?;
        if content.starts_with("#!") { runnable(&path) } else { Ok(()) }
    }

    /// Runs a program with variables of this one run.
    ///
    /// Fails where it cannot be started.
    pub fn run_with(
        &self,
        program: &Path,
        arguments: &[String],
        variables: &[(String, String)],
    ) -> anyhow::Result<Outcome> {
        self.start(program, arguments, ("", variables))
    }

    /// Runs a program in the work folder, under the name `helm`.
    ///
    /// Fails where it cannot be started.
    pub fn run(&self, program: &Path, arguments: &[String], stdin: &str) -> anyhow::Result<Outcome> {
        self.start(program, arguments, (stdin, &[]))
    }

    fn start(
        &self,
        program: &Path,
        arguments: &[String],
        (stdin, variables): (&str, &[(String, String)]),
    ) -> anyhow::Result<Outcome> {
        let mut command = Command::new(program);
        named(&mut command, "helm");
        command
            .args(arguments)
            .current_dir(self.work())
            .env_clear()
            .env("HOME", self.home())
            .env("COLUMNS", "100")
            .env("PATH", "/usr/bin:/bin")
            .env("TZ", "UTC")
            .envs(self.variables.iter().chain(variables).map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting {}", program.display()))?;
        if let Some(mut pipe) = child.stdin.take() {
            // A program that does not read its input may be gone already.
            let _ = pipe.write_all(stdin.as_bytes());
        }
        let output = child.wait_with_output().context("waiting for the program")?;
        Ok(Outcome {
            exit: output.status.code().unwrap_or(-1),
            stdout: self.mask(&output.stdout),
            stderr: self.mask(&output.stderr),
        })
    }

    fn mask(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(&*self.folder.path().to_string_lossy(), MASK)
    }
}

#[cfg(unix)]
fn runnable(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).context("making a script runnable")
}

#[cfg(not(unix))]
fn runnable(_path: &Path) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn named(command: &mut Command, name: &str) {
    std::os::unix::process::CommandExt::arg0(command, name);
}

#[cfg(not(unix))]
fn named(_command: &mut Command, _name: &str) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_developer_is_seen() -> anyhow::Result<()> {
        let mut env = TestEnv::new()?;
        env.set("SEEN", "$TEST/x");
        env.write("folder/file", "content")?;
        let script = "cat folder/file; cat; echo; echo $HOME $SEEN ${USER-none} >&2; exit 3";
        let arguments = ["-c".to_owned(), script.to_owned()];
        let outcome = env.run(Path::new("/bin/sh"), &arguments, " given")?;
        assert_eq!(outcome.exit, 3);
        assert_eq!(outcome.stdout, "content given\n");
        assert_eq!(outcome.stderr, "$TEST/home $TEST/x none\n");
        Ok(())
    }
}
