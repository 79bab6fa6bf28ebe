//! `helm push`.

use crate::{
    complete::ArgumentWords,
    flags::{CREDENTIALS, TLS},
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
    action: Action::NotBuilt,
    ..Command::BASE
};
