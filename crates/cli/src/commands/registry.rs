//! `helm registry` and what is below it.

use pintle::{Level, LogLine, RegistryOptions, Secret};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    invocation::Invocation,
    password,
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static REGISTRY: Command = Command {
    name: "registry",
    short: "login to or logout from a registry",
    long: "Logs in to registries of charts and out of them.",
    commands: &[&LOGIN, &LOGOUT],
    ..Command::BASE
};

static LOGIN: Command = Command {
    name: "login",
    synopsis: "[host]",
    short: "login to a registry",
    long: "\
Logs in to a registry, and keeps the credentials in the file that HELM_REGISTRY_CONFIG names.

    $ helm registry login example.com --username me --password-stdin < token",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::NoFiles,
    flags: &[&[
        Flag::text("username", "the user name for the registry").short('u'),
        Flag::text("password", "the password or token for the registry").short('p'),
        Flag::switch("password-stdin", "read the password or token from the input"),
        Flag::switch("insecure", "do not check the registry's certificate"),
        Flag::text("cert-file", "the certificate to show to the server"),
        Flag::text("key-file", "the key of the certificate to show to the server"),
        Flag::text("ca-file", "the certificate authorities to check the server's certificate against"),
        Flag::switch("plain-http", "talk to the server over HTTP without encryption"),
    ]],
    action: Action::Run(login),
    ..Command::BASE
};

static LOGOUT: Command = Command {
    name: "logout",
    synopsis: "[host]",
    short: "logout from a registry",
    long: "Removes the credentials that were kept for a registry.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::NoFiles,
    action: Action::Run(logout),
    ..Command::BASE
};

/// Helm: pkg/cmd/registry_login.go.
fn login(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let (username, password) = credentials(invocation)?;
    let mut access = invocation.access();
    access.username = username;
    access.password = Secret(password);
    access.insecure_skip_tls_verify = invocation.flags.bool("insecure");
    let options = RegistryOptions { host: invocation.first_argument(), access, places: invocation.places() };
    invocation.observed(|observer| pintle::registry_login(&options, observer))
}

/// The user name and the password, asked for where they are not given. Helm: `getUsernamePassword`.
fn credentials(invocation: &mut Invocation<'_>) -> Result<(String, String), Failure> {
    let mut username = invocation.flags.text("username").to_owned();
    let given = invocation.flags.text("password").to_owned();
    if invocation.flags.bool("password-stdin") {
        return Ok((username, password::from_input()?));
    }
    if !given.is_empty() {
        let text = "using --password via the CLI is insecure. Use --password-stdin";
        invocation.output.log(&LogLine::new(Level::Warn, text));
        return Ok((username, given));
    }
    if username.is_empty() {
        username = password::asked_openly(invocation.output, "Username: ")?.trim().to_owned();
    }
    let (prompt, missing) = match username.as_str() {
        "" => ("Token: ", "token required"),
        _ => ("Password: ", "password required"),
    };
    let password = password::asked(invocation.output, prompt)?;
    if password.is_empty() {
        return Err(Failure::new(missing));
    }
    Ok((username, password))
}

/// Helm: pkg/cmd/registry_logout.go.
fn logout(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options =
        RegistryOptions { host: invocation.first_argument(), access: invocation.access(), places: invocation.places() };
    invocation.observed(|observer| pintle::registry_logout(&options, observer))
}
