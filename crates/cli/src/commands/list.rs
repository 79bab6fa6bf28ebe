//! `helm list`.

use pintle::{ListOptions, Status};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::OUTPUT,
    invocation::Invocation,
    print::{self, Format, ListView, Paint},
    spec::{Action, Arguments, Command, Flag, Kind, Visibility},
};

pub(super) static LIST: Command = Command {
    name: "list",
    aliases: &["ls"],
    short: "list releases",
    long: "\
Lists the releases of a namespace, or with --all-namespaces of all.

Every status is listed; --deployed, --failed, --pending, --uninstalled, --uninstalling and --superseded list only
those, and can be combined. --filter takes a regular expression for names:

    $ helm list --filter 'ara[a-z]+'

Up to 256 releases are listed; --max changes that, --offset starts further down, and 0 lists what is left.",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    flags: &[&[
        Flag::switch("short", "print names only").short('q'),
        Flag::switch("no-headers", "leave out the table's head"),
        Flag::text("time-format", "the layout of times, in Go's way: \"2006-01-02 15:04:05Z0700\""),
        Flag::switch("date", "sort by date").short('d'),
        Flag::switch("reverse", "sort the other way round").short('r'),
        Flag::switch("all", "list every status, as is done anyway").short('a').visibility(Visibility::HelpOnly),
        Flag::switch("uninstalled", "list releases that were uninstalled and whose history was kept"),
        Flag::switch("superseded", "list releases that were superseded"),
        Flag::switch("uninstalling", "list releases that are being uninstalled"),
        Flag::switch("deployed", "list releases that are deployed"),
        Flag::switch("failed", "list releases that failed"),
        Flag::switch("pending", "list releases that are being worked on"),
        Flag::switch("all-namespaces", "list the releases of all namespaces").short('A'),
        Flag::new("max", Kind::Int, "how many releases to list").short('m').default("256"),
        Flag::new("offset", Kind::Int, "how many releases to skip"),
        Flag::text("filter", "a regular expression that names must match").short('f'),
        Flag::text("selector", "a label selector that records must match: key1=value1,key2!=value2").short('l'),
        OUTPUT,
    ]],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/action/list.go `SetStateMask`.
const STATUSES: [(&str, &[Status]); 6] = [
    ("deployed", &[Status::Deployed]),
    ("uninstalled", &[Status::Uninstalled]),
    ("uninstalling", &[Status::Uninstalling]),
    ("pending", &[Status::PendingInstall, Status::PendingUpgrade, Status::PendingRollback]),
    ("failed", &[Status::Failed]),
    ("superseded", &[Status::Superseded]),
];

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let given = STATUSES.iter().filter(|(flag, _)| flags.bool(flag) && !flags.bool("all"));
    let options = ListOptions {
        statuses: given.flat_map(|(_, statuses)| statuses.iter().copied()).collect(),
        filter: flags.text("filter").to_owned(),
        selector: flags.text("selector").to_owned(),
        by_date: flags.bool("date"),
        reverse: flags.bool("reverse"),
        max: flags.int("max"),
        offset: flags.int("offset"),
        time_format: flags.text("time-format").to_owned(),
    };
    let view = ListView {
        format: Format::of(flags),
        short: flags.bool("short"),
        no_headers: flags.bool("no-headers"),
        paint: Paint::of(flags, invocation.environment),
    };
    let namespace = if flags.bool("all-namespaces") { String::new() } else { invocation.namespace() };
    let releases = invocation.on_cluster_in(namespace, |session| pintle::list(&options, session))?;
    invocation.output.print(print::list(&releases, &view)?)
}
