//! `helm dependency` and what is below it.

use pintle::{DependencyListOptions, DependencyOptions};

use crate::{
    error::Failure,
    flags::{CREDENTIALS, KEYRING, TLS, VERIFY},
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag, Kind, Visibility},
};

pub(super) static DEPENDENCY: Command = Command {
    name: "dependency",
    synopsis: "update|build|list",
    aliases: &["dep", "dependencies"],
    short: "manage a chart's dependencies",
    long: "\
Fetches and lists the charts that a chart depends on.

Chart.yaml declares them, the folder charts/ holds them, and Chart.lock says which versions they are:

    # Chart.yaml
    dependencies:
    - name: nginx
      version: \"1.2.x\"
      repository: https://example.com/charts
    - name: backend
      version: \"0.1.0\"
      repository: file://../backend

The name is that of the chart, the version is one version or a range, and the repository is the address of a chart
repository or registry, the name of a known repository as @name or alias:name, or the path of a folder behind file://.",
    arguments: Arguments::None,
    commands: &[&LIST, &UPDATE, &BUILD],
    ..Command::BASE
};

static LIST: Command = Command {
    name: "list",
    synopsis: "CHART",
    aliases: &["ls"],
    short: "list the dependencies for the given chart",
    long: "\
Lists the dependencies that a chart declares, and whether charts/ holds them.

CHART is the folder or archive of a chart, the current folder if it is not given. Nothing is changed.",
    arguments: Arguments::AtMost(1),
    flags: &[&[Flag::new("max-col-width", Kind::Uint, "how wide a column of the table may be").default("80")]],
    action: Action::Run(list),
    ..Command::BASE
};

static UPDATE: Command = Command {
    name: "update",
    synopsis: "CHART",
    aliases: &["up"],
    short: "update charts/ based on the contents of Chart.yaml",
    long: "\
Fetches the newest versions that the ranges in Chart.yaml allow into charts/, and writes them down in Chart.lock.

Charts in charts/ that are declared with another version are replaced; charts that are not declared are left alone.

With --lock-sums the sums of archives that came from servers are kept in Chart.lock.sums; from then on every update keeps
them current, and 'helm dependency build' refuses other archives:

    $ helm dependency update ./demo --lock-sums",
    arguments: Arguments::AtMost(1),
    flags: UPDATING,
    action: Action::Run(update),
    ..Command::BASE
};

static BUILD: Command = Command {
    name: "build",
    synopsis: "CHART",
    short: "rebuild the charts/ directory based on the Chart.lock file",
    long: "\
Fills charts/ with exactly the versions that Chart.lock names, without looking for newer ones.

Where there is no Chart.lock it does what 'helm dependency update' does.",
    arguments: Arguments::AtMost(1),
    flags: FETCHING,
    action: Action::Run(build),
    ..Command::BASE
};

const OFFLINE: Flag = Flag::switch("offline", "ask no server: take archives from the cache, and tell which it lacks")
    .visibility(Visibility::HelpOnly);

const LOCK_SUMS: Flag = Flag::switch("lock-sums", "keep the sums of archives in Chart.lock.sums, for builds to check")
    .visibility(Visibility::HelpOnly);

const OWN: &[Flag] = &[
    VERIFY,
    KEYRING,
    Flag::switch("skip-refresh", "use the indexes of repositories as they were fetched last"),
    OFFLINE,
];

const FETCHING: &[&[Flag]] = &[OWN, CREDENTIALS, TLS];

const UPDATING: &[&[Flag]] = &[OWN, &[LOCK_SUMS], CREDENTIALS, TLS];

fn list(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let report = pintle::dependency_list(&DependencyListOptions {
        chart: invocation.first_argument(),
        max_column_width: usize::try_from(invocation.flags.uint("max-col-width")).unwrap_or(usize::MAX),
    });
    invocation.report(report)
}

fn update(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let report = pintle::dependency_update(&options(invocation));
    invocation.report(report)
}

fn build(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let report = pintle::dependency_build(&options(invocation));
    invocation.report(report)
}

fn options(invocation: &Invocation<'_>) -> DependencyOptions {
    let flags = &invocation.flags;
    DependencyOptions {
        chart: invocation.first_argument(),
        verify: flags.bool("verify"),
        skip_refresh: flags.bool("skip-refresh"),
        offline: flags.bool("offline"),
        lock_sums: flags.known_bool("lock-sums"),
        ..fetching(invocation)
    }
}

/// How dependencies are fetched, whichever command wants them.
pub(crate) fn fetching(invocation: &Invocation<'_>) -> DependencyOptions {
    let flags = &invocation.flags;
    DependencyOptions {
        keyring: flags.text("keyring").to_owned(),
        debug: flags.bool("debug"),
        places: invocation.places(),
        access: invocation.access(),
        now: invocation.environment.now(),
        utc_offset: invocation.environment.utc_offset(),
        process: std::process::id(),
        ..DependencyOptions::default()
    }
}
