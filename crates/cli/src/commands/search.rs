//! `helm search` and what is below it.

use pintle::{SearchHubOptions, SearchRepoOptions};

use crate::{
    error::Failure,
    flags::OUTPUT,
    invocation::Invocation,
    spec::{Action, Command, Flag, Kind},
};

pub(super) static SEARCH: Command = Command {
    name: "search",
    synopsis: "[keyword]",
    short: "search for a keyword in charts",
    long: "Searches for charts on the Artifact Hub and in the repositories that were added.",
    commands: &[&HUB, &REPO],
    ..Command::BASE
};

const WIDTH: Flag = Flag::new("max-col-width", Kind::Uint, "how wide a column of the table may be").default("50");
const FAIL: Flag = Flag::switch("fail-on-no-result", "fail if nothing is found");

static HUB: Command = Command {
    name: "hub",
    synopsis: "[KEYWORD]",
    short: "search for charts in the Artifact Hub or your own hub instance",
    long: "Searches for charts on the Artifact Hub, or on a hub of one's own.",
    flags: &[&[
        Flag::text("endpoint", "the hub to ask").default("https://hub.helm.sh"),
        WIDTH,
        Flag::switch("list-repo-url", "print the addresses of repositories"),
        FAIL,
        OUTPUT,
    ]],
    action: Action::Run(hub),
    ..Command::BASE
};

static REPO: Command = Command {
    name: "repo",
    synopsis: "[keyword]",
    short: "search repositories for a keyword in charts",
    long: "\
Searches the indexes of the repositories that were added, as they were downloaded last.

Without --version and --devel only stable versions are found.",
    flags: &[&[
        Flag::switch("regexp", "take the keyword for a regular expression").short('r'),
        Flag::switch("versions", "list every version of every chart").short('l'),
        Flag::switch("devel", "find pre-releases too, as --version '>0.0.0-0' does; --version overrides it"),
        Flag::text("version", "the range that versions must be in"),
        WIDTH,
        FAIL,
        OUTPUT,
    ]],
    action: Action::Run(repo),
    ..Command::BASE
};

fn hub(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = SearchHubOptions {
        words: invocation.arguments.clone(),
        endpoint: invocation.flags.text("endpoint").to_owned(),
        max_column_width: invocation.max_column_width(),
        list_repository_url: invocation.flags.bool("list-repo-url"),
        fail_on_no_result: invocation.flags.bool("fail-on-no-result"),
        form: invocation.form(),
    };
    invocation.observed(|observer| pintle::search_hub(&options, observer))
}

fn repo(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let options = SearchRepoOptions {
        words: invocation.arguments.clone(),
        regexp: flags.bool("regexp"),
        versions: flags.bool("versions"),
        devel: flags.bool("devel"),
        version: flags.text("version").to_owned(),
        max_column_width: invocation.max_column_width(),
        fail_on_no_result: flags.bool("fail-on-no-result"),
        form: invocation.form(),
        places: invocation.places(),
    };
    invocation.observed(|observer| pintle::search_repo(&options, observer))
}
