//! `helm docs`.

use std::{fs, io};

use crate::{
    complete::{ArgumentWords, FlagWords},
    error::Failure,
    filepath::join,
    invocation::Invocation,
    reference,
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
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/docs.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let pages = match flags.text("type") {
        "markdown" | "mdown" | "md" => {
            reference::markdown(&super::ROOT, flags.bool("generate-headers"), invocation.environment)
        }
        "man" => reference::man(&super::ROOT, invocation.environment),
        "bash" => vec![("completions.bash".to_owned(), super::completion::bash_script())],
        kind => {
            let kind = value::quote::quote(kind.as_bytes());
            return Err(Failure::new(format!("unknown doc type {kind}. Try 'markdown' or 'man'")));
        }
    };
    for (name, page) in pages {
        let path = join(&[flags.text("dir"), &name]);
        let failed = |error: &io::Error| Failure::new(pintle::path_error("open", &path, error));
        fs::write(&path, page).map_err(|error| failed(&error))?;
    }
    Ok(())
}
