//! `helm push`.

use pintle::PushRequest;

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{CREDENTIALS, TLS},
    invocation::Invocation,
    spec::{Action, Arguments, Command},
};

pub(super) static PUSH: Command = Command {
    name: "push",
    synopsis: "[chart] [remote]",
    short: "push a chart to remote",
    long: "Uploads a chart's archive to a registry. A signature beside the archive is uploaded with it.",
    arguments: Arguments::AtLeast(2),
    words: ArgumentWords::ArchiveAndRegistry,
    flags: &[TLS, CREDENTIALS],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/push.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let request = PushRequest {
        archive: invocation.first_argument(),
        remote: invocation.arguments.get(1).cloned().unwrap_or_default(),
        places: invocation.places(),
        access: invocation.access(),
        utc_offset: invocation.environment.utc_offset(),
    };
    invocation.observed(|observer| pintle::push(&request, observer))
}
