//! `helm docs`.

use crate::{
    complete::{ArgumentWords, FlagWords},
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static DOCS: Command = Command {
    name: "docs",
    short: "write the reference of all commands",
    long: "Writes the reference of all commands, as Markdown or man pages.",
    hidden: true,
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    flags: &[&[
        Flag::text("dir", "the folder that the reference is written to").default("./"),
        Flag::text("type", "the form of the reference: markdown, man or bash")
            .default("markdown")
            .words(FlagWords::Fixed(&["bash", "man", "markdown"])),
        Flag::switch("generate-headers", "begin Markdown files with a title"),
    ]],
    action: Action::NotBuilt,
    ..Command::BASE
};
