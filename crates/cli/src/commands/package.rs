//! `helm package`.

use pintle::PackageOptions;

use crate::{
    commands::dependency::fetching,
    error::Failure,
    flags::{CREDENTIALS, KEYRING, TLS},
    invocation::Invocation,
    password,
    spec::{Action, Command, Flag},
};

pub(super) static PACKAGE: Command = Command {
    name: "package",
    synopsis: "[CHART_PATH] [...]",
    short: "package a chart directory into a chart archive",
    long: "\
Packs the folder of a chart into an archive that has a version in its name, as repositories keep them.

With --sign the archive gets a signature beside it, which 'helm verify' and --verify check:

    $ helm package --sign ./demo --key release --keyring ~/.gnupg/secring.gpg",
    flags: &[
        &[
            Flag::switch("sign", "sign the archive with a private key"),
            Flag::text("key", "the name of the key to sign with"),
            KEYRING,
            Flag::text("passphrase-file", "a file with the passphrase of the key; - reads it from the input"),
            Flag::text("version", "the version that the packed chart gets"),
            Flag::text("app-version", "the appVersion that the packed chart gets"),
            Flag::text("destination", "the folder that the archive is written to").short('d').default("."),
            Flag::switch("dependency-update", "bring charts/ in line with Chart.yaml first").short('u'),
        ],
        CREDENTIALS,
        TLS,
    ],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/package.go; the messages of what is checked here are its own.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let options = PackageOptions {
        paths: invocation.arguments.clone(),
        version: flags.text("version").to_owned(),
        app_version: flags.text("app-version").to_owned(),
        destination: flags.text("destination").to_owned(),
        dependency_update: flags.bool("dependency-update").then(|| fetching(invocation)),
        sign: flags.bool("sign"),
        key: flags.text("key").to_owned(),
        keyring: flags.text("keyring").to_owned(),
        source_date_epoch: invocation.environment.source_date_epoch(),
        now: invocation.environment.now(),
    };
    let file = flags.text("passphrase-file").to_owned();
    let mut known = None;
    let report = pintle::package(&options, &mut |key| {
        let passphrase = match known.take() {
            Some(passphrase) => passphrase,
            None => password::of_key(invocation.output, &file, key)?,
        };
        Ok(known.insert(passphrase).clone())
    });
    invocation.report(report)
}
