//! `helm sandbox`: the embedded cluster, for first steps, rehearsals and tests.

use std::{fs, io, path::Path};

use pintle::{Sandbox, SandboxOptions, Served};

use crate::{
    complete::ArgumentWords,
    connection::{open_sandbox, sandbox_file},
    error::Failure,
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag, Kind},
};

pub(super) static SANDBOX: Command = Command {
    name: "sandbox",
    short: "an embedded cluster for first steps and rehearsals",
    long: "\
A cluster of this program's own: it keeps objects in a file, plays the controllers, and runs no container. Every command
that speaks to a cluster speaks to it with --sandbox, or while PINTLE_SANDBOX is 1:

    $ helm install demo ./demo --sandbox --wait
    $ helm list --sandbox

Pods become ready at once. The label simulate on a pod makes it fail, and so does the flag --simulate for the pods that a
workload gets from then on: fail, crashloop, imagepull or hang.

    $ helm upgrade demo ./demo --sandbox --simulate demo=crashloop --rollback-on-failure --timeout 5s",
    commands: &[&RESET, &SERVE, &STATUS],
    ..Command::BASE
};

static STATUS: Command = Command {
    name: "status",
    short: "show where the sandbox is and what it holds",
    long: "Shows the file that the sandbox is kept in, and how many objects of which kinds it holds.",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    action: Action::Run(status),
    ..Command::BASE
};

static RESET: Command = Command {
    name: "reset",
    short: "empty the sandbox",
    long: "Deletes the sandbox with all that it holds; the next command that needs one starts with an empty one.",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    action: Action::Run(reset),
    ..Command::BASE
};

static SERVE: Command = Command {
    name: "serve",
    short: "serve the sandbox on this machine, for kubectl and others",
    long: "\
Serves the sandbox on the loopback interface until it is interrupted, and writes a kubeconfig with the address, the
certificate and the token of this run:

    $ helm sandbox serve --write-kubeconfig sandbox.yaml &
    $ kubectl --kubeconfig sandbox.yaml get pods --all-namespaces",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    flags: &[&[
        Flag::new("port", Kind::Uint, "the port to listen on; 0 picks a free one"),
        Flag::text("write-kubeconfig", "where to write the kubeconfig; beside the sandbox's file if it is not given"),
        Flag::switch("in-memory", "serve an empty sandbox that is gone at the end"),
    ]],
    action: Action::Run(serve),
    ..Command::BASE
};

fn status(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let file = sandbox_file(invocation.environment);
    if !Path::new(&file).exists() {
        return invocation
            .output
            .print(format!("FILE: {file}\nThere is no sandbox yet: the first command with --sandbox makes it.\n"));
    }
    let sandbox = open_sandbox(invocation.environment, Vec::new())?;
    let counts = sandbox.counts().map_err(|error| Failure::new(error.to_string()))?;
    let mut text = format!("FILE: {file}\n");
    for (kind, count) in counts {
        text.push_str(&format!("{count:>7} {kind}\n"));
    }
    invocation.output.print(text)
}

fn reset(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let file = sandbox_file(invocation.environment);
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::new(pintle::path_error("remove", &file, &error)))
        }
        _ => invocation.output.print("sandbox reset\n"),
    }
}

fn serve(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let port = u16::try_from(invocation.flags.uint("port"))
        .map_err(|_| Failure::new(format!("--port {} is no port", invocation.flags.uint("port"))))?;
    let sandbox = if invocation.flags.bool("in-memory") {
        let options = SandboxOptions::new(None, std::time::SystemTime::now);
        Sandbox::open(&SandboxOptions { faults: invocation.faults()?, ..options })
            .map_err(|error| Failure::new(error.to_string()))?
    } else {
        open_sandbox(invocation.environment, invocation.faults()?)?
    };
    let kubeconfig = match invocation.flags.text("write-kubeconfig") {
        "" => invocation.environment.data_path("sandbox/kubeconfig"),
        path => path.to_owned(),
    };
    let token = token();
    let output = &mut *invocation.output;
    let mut written = Ok(());
    let ready = |served: &Served| {
        written = write_private(&kubeconfig, &served.kubeconfig);
        if written.is_ok() {
            let text = format!("Serving the sandbox on https://{}\nexport KUBECONFIG={kubeconfig}\n", served.address);
            written = output.print(text).and_then(|()| output.finish());
        }
        if let Err(failure) = &written {
            output.complain(&crate::error_text::error_text(&failure.told));
        }
    };
    pintle::serve_sandbox(&sandbox, port, &token, ready).map_err(|error| Failure::new(error.to_string()))
}

/// A secret that nobody can guess.
fn token() -> String {
    let mut bytes = [0; 24];
    // Without the system's randomness there is no secret.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file that only its owner may read: it holds the token.
fn write_private(path: &str, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let failed = |operation: &str, error: &io::Error| Failure::new(pintle::path_error(operation, path, error));
    if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| failed("mkdir", &error))?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| failed("open", &error))?;
    file.write_all(text.as_bytes()).map_err(|error| failed("write", &error))
}
