//! `helm repo` and what is below it.

use pintle::{RepoAddOptions, RepoIndexOptions, RepoListOptions, RepoRemoveOptions, RepoUpdateOptions};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{OUTPUT, TLS},
    invocation::Invocation,
    password,
    spec::{Action, Arguments, Command, Flag, Kind, Visibility},
};

pub(super) static REPO: Command = Command {
    name: "repo",
    synopsis: "add|remove|list|index|update [ARGS]",
    short: "add, list, remove, update, and index chart repositories",
    long: "Keeps a list of chart repositories and their indexes, and makes indexes for repositories of one's own.",
    arguments: Arguments::None,
    commands: &[&ADD, &LIST, &REMOVE, &INDEX, &UPDATE],
    ..Command::BASE
};

const TIMEOUT: Flag =
    Flag::new("timeout", Kind::Duration, "how long the download of an index may take").default("2m0s");

static ADD: Command = Command {
    name: "add",
    synopsis: "[NAME] [URL]",
    short: "add a chart repository",
    long: "Adds a chart repository under a name, and downloads its index.",
    arguments: Arguments::Exactly(2),
    words: ArgumentWords::NameAndAddress,
    flags: &[
        &[
            Flag::text("username", "the user name for the repository"),
            Flag::text("password", "the password for the repository"),
            Flag::switch("password-stdin", "read the password from the input"),
            Flag::switch("force-update", "overwrite a repository of that name"),
            Flag::switch("no-update", "does nothing").visibility(Visibility::HelpOnly),
            Flag::switch("allow-deprecated-repos", "allow repositories that are gone for good"),
            Flag::switch("pass-credentials", "send user name and password to every host"),
            TIMEOUT,
        ],
        TLS,
    ],
    action: Action::Run(add),
    ..Command::BASE
};

static LIST: Command = Command {
    name: "list",
    aliases: &["ls"],
    short: "list chart repositories",
    long: "Lists the chart repositories that were added.",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    flags: &[&[Flag::switch("no-headers", "leave out the table's head"), OUTPUT]],
    action: Action::Run(list),
    ..Command::BASE
};

static REMOVE: Command = Command {
    name: "remove",
    synopsis: "[REPO1 [REPO2 ...]]",
    aliases: &["rm"],
    short: "remove one or more chart repositories",
    long: "Removes chart repositories from the list, and what was downloaded of them.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::Repositories,
    action: Action::Run(remove),
    ..Command::BASE
};

static INDEX: Command = Command {
    name: "index",
    synopsis: "[DIR]",
    short: "generate an index file given a directory containing packaged charts",
    long: "\
Reads the archives in a folder and writes index.yaml there, which makes the folder a chart repository.

With --merge the entries of an index that is there already are kept; where both have a version, the archive wins.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OnePath,
    flags: &[&[
        Flag::text("url", "the address that the archives will have"),
        Flag::text("merge", "the index to add to"),
        Flag::switch("json", "write JSON"),
    ]],
    action: Action::Run(index),
    ..Command::BASE
};

static UPDATE: Command = Command {
    name: "update",
    synopsis: "[REPO1 [REPO2 ...]]",
    aliases: &["up"],
    short: "update information of available charts locally from chart repositories",
    long: "Downloads the newest indexes of all chart repositories, or of those that are named.",
    arguments: Arguments::AtLeast(0),
    words: ArgumentWords::Repositories,
    flags: &[&[
        TIMEOUT,
        Flag::switch("fail-on-repo-update-fail", "fail if one download fails, as is done anyway")
            .visibility(Visibility::HelpOnly),
    ]],
    action: Action::Run(update),
    ..Command::BASE
};

fn add(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let mut access = invocation.access();
    if !access.username.is_empty() && access.password.0.is_empty() {
        access.password.0 = match invocation.flags.bool("password-stdin") {
            true => password::from_input()?,
            false => match password::asked(invocation.output, "Password: ") {
                Ok(password) => password,
                Err(failure) => {
                    // Helm ends the line of the prompt here, whatever comes.
                    invocation.output.print("\n")?;
                    return Err(failure);
                }
            },
        };
    }
    let options = RepoAddOptions {
        name: invocation.arguments.first().cloned().unwrap_or_default(),
        url: invocation.arguments.get(1).cloned().unwrap_or_default(),
        access,
        places: invocation.places(),
        force_update: invocation.flags.bool("force-update"),
        allow_deprecated: invocation.flags.bool("allow-deprecated-repos"),
        timeout: invocation.flags.duration("timeout"),
    };
    invocation.observed(|observer| pintle::repo_add(&options, observer))
}

fn list(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = RepoListOptions {
        places: invocation.places(),
        no_headers: invocation.flags.bool("no-headers"),
        form: invocation.form(),
    };
    invocation.observed(|observer| pintle::repo_list(&options, observer))
}

fn remove(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = RepoRemoveOptions { names: invocation.arguments.clone(), places: invocation.places() };
    invocation.observed(|observer| pintle::repo_remove(&options, observer))
}

fn index(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let options = RepoIndexOptions {
        folder: invocation.first_argument(),
        url: flags.text("url").to_owned(),
        merge: flags.text("merge").to_owned(),
        json: flags.bool("json"),
        now: invocation.environment.now(),
        utc_offset: invocation.environment.utc_offset(),
    };
    invocation.observed(|observer| pintle::repo_index(&options, observer))
}

fn update(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = RepoUpdateOptions {
        names: invocation.arguments.clone(),
        places: invocation.places(),
        timeout: invocation.flags.duration("timeout"),
    };
    invocation.observed(|observer| pintle::repo_update(&options, observer))
}
