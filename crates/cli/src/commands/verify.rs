//! `helm verify`.

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::KEYRING,
    invocation::Invocation,
    spec::{Action, Arguments, Command},
};

pub(super) static VERIFY: Command = Command {
    name: "verify",
    synopsis: "PATH",
    short: "verify that a chart at the given path has been signed and is valid",
    long: "\
Checks that a chart's archive is what the signature beside it says: that the file NAME.prov was made with a key in the
keyring, and for these very bytes.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OnePath,
    flags: &[&[KEYRING]],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/verify.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let (archive, keyring) = (invocation.first_argument(), invocation.flags.text("keyring").to_owned());
    invocation.observed(|observer| pintle::verify(&archive, &keyring, observer))
}
