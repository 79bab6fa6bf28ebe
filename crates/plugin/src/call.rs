//! What is run for a plugin, and running it. Helm: internal/plugin/runtime_subprocess.go.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use value::quote::quote;

use crate::{
    Error, Plugin, Ran, Runtime,
    manifest::Commands,
    platform::{self, PlatformCommand},
    process::read,
};

/// The environment of a program: what is not in it, the program does not see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// An environment; of a name that is there twice the last value counts.
    pub fn new(variables: Vec<(String, String)>) -> Variables {
        Variables(variables.into_iter().filter(|(name, _)| !name.is_empty()).collect())
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

/// What becomes of what a program says on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stderr {
    /// It is kept.
    Kept,
    /// It goes where ours goes.
    Shared,
}

/// How a getter plugin fetches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetOptions {
    /// What is fetched.
    pub url: String,
    /// The user name for it.
    pub username: String,
    /// The password for it.
    pub password: String,
    /// Whether they may go to every host.
    pub pass_credentials: bool,
    /// `--cert-file`
    pub cert_file: String,
    /// `--key-file`
    pub key_file: String,
    /// `--ca-file`
    pub ca_file: String,
}

/// A program that is about to be run for a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The plugin's name.
    pub plugin: String,
    program: String,
    arguments: Vec<String>,
    variables: Variables,
}

impl Plugin {
    fn commands(&self) -> Result<&Commands, Error> {
        match (&self.runtime, self.refusal()) {
            (Runtime::Process(commands), _) => Ok(commands),
            (_, Some(refusal)) => Err(refusal),
            (Runtime::WebAssembly, None) => Err(Error::new("no runtime")),
        }
    }

    fn call(&self, (program, arguments): (String, Vec<String>), variables: Variables) -> Call {
        Call { plugin: self.name.clone(), program, arguments, variables }
    }

    /// What every plugin sees of itself.
    fn own(&self, mut variables: Variables) -> Variables {
        variables.set("HELM_PLUGIN_NAME", &self.name);
        variables.set("HELM_PLUGIN_DIR", &self.folder);
        variables
    }

    /// The call of its main command: of a command or a post-renderer.
    pub fn main_call(&self, arguments: &[String], variables: Variables) -> Result<Call, Error> {
        let variables = self.own(variables);
        let prepared = platform::prepare(&self.commands()?.main, true, &variables);
        let (program, mut all) = prepared.map_err(|error| error.during("failed to prepare plugin command"))?;
        all.extend_from_slice(arguments);
        Ok(self.call((program, all), variables))
    }

    /// The call that fetches a URL.
    pub fn get_call(&self, options: &GetOptions, variables: Variables) -> Result<Call, Error> {
        let scheme = options.url.split(':').next().unwrap_or_default();
        let shown = quote(scheme.as_bytes());
        let has = |one: &&(Vec<String>, Vec<PlatformCommand>)| one.0.iter().any(|known| known == scheme);
        let Some((_, commands)) = self.commands()?.protocols.iter().find(has) else {
            return Err(Error::new(format!("no downloader found for protocol {shown}")));
        };
        let mut variables = self.own(variables);
        variables.set("HELM_PLUGIN_USERNAME", &options.username);
        variables.set("HELM_PLUGIN_PASSWORD", &options.password);
        variables.set("HELM_PLUGIN_PASS_CREDENTIALS_ALL", options.pass_credentials.to_string());
        let (program, mut arguments) = platform::prepare(commands, false, &variables)
            .map_err(|error| error.during(&format!("failed to prepare commands for protocol {shown}")))?;
        let GetOptions { cert_file, key_file, ca_file, url, .. } = options;
        arguments.extend([cert_file, key_file, ca_file, url].map(String::clone));
        // Such a command is always below the plugin's folder, however its path begins.
        let program = format!("{}/{}", self.folder.trim_end_matches('/'), program.trim_start_matches('/'));
        Ok(self.call((program, arguments), variables))
    }

    /// The call of a hook; nothing where there is none of this name.
    pub fn hook_call(&self, event: &str, variables: Variables) -> Result<Option<Call>, Error> {
        let commands = self.commands()?;
        let Some(hook) = commands.hooks.get(event).filter(|hook| !hook.is_empty()) else { return Ok(None) };
        let variables = self.own(variables);
        let prepared = platform::prepare(hook, commands.expands_hooks, &variables)?;
        Ok(Some(self.call(prepared, variables)))
    }

    /// The call of a program of the plugin's that is not in its `plugin.yaml`, such as `plugin.complete`.
    pub fn file_call(&self, file: &str, arguments: Vec<String>, variables: Variables) -> Result<Call, Error> {
        self.commands()?;
        let program = format!("{}/{file}", self.folder.trim_end_matches('/'));
        Ok(self.call((program, arguments), self.own(variables)))
    }
}

impl Call {
    /// The call of a program that is no plugin, such as a post-renderer of Helm 3.
    pub fn of_program(program: &str, arguments: &[String], variables: Variables) -> Call {
        Call { plugin: program.to_owned(), program: program.to_owned(), arguments: arguments.to_vec(), variables }
    }

    /// The command line, as Helm logs it.
    pub fn shown(&self) -> String {
        let program = self.found().unwrap_or_else(|| self.program.clone());
        [vec![program], self.arguments.clone()].concat().join(" ")
    }

    /// Where the program is; nothing where no folder of `PATH` has it.
    pub fn found(&self) -> Option<String> {
        if self.program.contains('/') {
            return Some(self.program.clone());
        }
        let folders = self.variables.get("PATH").unwrap_or_default().split(':');
        folders
            .map(|folder| format!("{}/{}", if folder.is_empty() { "." } else { folder }, self.program))
            .find(|file| is_program(file))
    }

    fn command(&self) -> Result<Command, Error> {
        let program = self.found().ok_or_else(|| {
            let shown = quote(self.program.as_bytes());
            Error::new(format!("exec: {shown}: executable file not found in $PATH"))
        })?;
        let mut command = Command::new(program);
        command.args(&self.arguments).env_clear().envs(&self.variables.0);
        Ok(command)
    }

    fn start(&self, command: &mut Command) -> Result<Child, Error> {
        command.spawn().map_err(|error| {
            let program = self.found().unwrap_or_default();
            let reason = match error.raw_os_error() {
                Some(2) => "no such file or directory".to_owned(),
                Some(8) => "exec format error".to_owned(),
                Some(13) => "permission denied".to_owned(),
                _ => error.to_string(),
            };
            let failed = Error::new(format!("fork/exec {program}: {reason}"));
            match error.raw_os_error() {
                Some(8) => failed.hinted("a script needs a first line such as #!/bin/sh"),
                Some(13) => failed.hinted(format!("`chmod +x {program}` makes it a program")),
                _ => failed,
            }
        })
    }

    /// Runs it with our own standard streams, or without an input; gives its exit code, -1 where a signal ended it.
    pub fn run_shared(&self, with_input: bool) -> Result<i32, Error> {
        let mut command = self.command()?;
        command.stdin(if with_input { Stdio::inherit() } else { Stdio::null() });
        let mut child = self.start(&mut command)?;
        let status = child.wait().map_err(|error| Error::new(error.to_string()))?;
        Ok(status.code().unwrap_or(-1))
    }

    /// Runs it with this input, and keeps what it says; at most `limit` bytes.
    pub fn run_kept(&self, input: Option<&[u8]>, stderr: Stderr, limit: u64) -> Result<Ran, Error> {
        let mut command = self.command()?;
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() }).stdout(Stdio::piped());
        command.stderr(if stderr == Stderr::Kept { Stdio::piped() } else { Stdio::inherit() });
        let mut child = self.start(&mut command)?;
        let (stdin, stdout, error) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let bounded = |pipe: Option<Box<dyn Read + Send>>| read(pipe, limit);
        let (stdout, error) = thread::scope(|scope| {
            scope.spawn(move || {
                // A program that does not read its input may be gone already.
                stdin.zip(input).map(|(mut pipe, input)| pipe.write_all(input))
            });
            let error = scope.spawn(move || read(error, limit));
            let stdout = bounded(stdout.map(|pipe| Box::new(pipe) as Box<dyn Read + Send>));
            (stdout, error.join().unwrap_or_else(|_| Ok(Vec::new())))
        });
        if stdout.is_err() {
            let _ = child.kill();
        }
        let told = |error: io::Error| Error::new(format!("{}: {error}", self.plugin));
        let status = child.wait().map_err(told)?;
        Ok(Ran { exit: status.code().unwrap_or(-1), stdout: stdout.map_err(told)?, stderr: error.map_err(told)? })
    }
}

fn is_program(file: &str) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    Path::new(file).metadata().is_ok_and(|kind| kind.is_file() && kind.permissions().mode() & 0o111 != 0)
}
