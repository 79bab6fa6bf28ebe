//! `helm registry` and what is below it.

use crate::{
    complete::ArgumentWords,
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
    action: Action::NotBuilt,
    ..Command::BASE
};

static LOGOUT: Command = Command {
    name: "logout",
    synopsis: "[host]",
    short: "logout from a registry",
    long: "Removes the credentials that were kept for a registry.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::NoFiles,
    action: Action::NotBuilt,
    ..Command::BASE
};
