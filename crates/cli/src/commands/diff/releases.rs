//! `helm diff rollback`, `helm diff revision`, `helm diff release`, `helm diff version`.

use pintle::{Record, RecordOptions};
use value::quote::quote;

use super::view::{check_arguments, options, revision, show};
use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{DETAILED_EXITCODE, DIFF, INCLUDE_TESTS, NORMALIZE},
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag},
};

const FLAGS: &[Flag] = &[DETAILED_EXITCODE, INCLUDE_TESTS, NORMALIZE];

pub(super) static ROLLBACK: Command = Command {
    name: "rollback",
    synopsis: "[flags] [RELEASE] [REVISION]",
    short: "show what a rollback would change",
    long: "Shows what a rollback to a revision would change: the manifest of the last revision beside that one's.",
    arguments: Arguments::Any,
    words: ArgumentWords::ReleaseAndRevision,
    flags: &[FLAGS, DIFF],
    action: Action::Run(rollback),
    ..Command::BASE
};

pub(super) static REVISION: Command = Command {
    name: "revision",
    synopsis: "[flags] RELEASE REVISION1 [REVISION2]",
    short: "show what differs between revisions",
    long: "\
Shows what differs between two revisions of a release, or between one and the last:

    $ helm diff revision demo 2
    $ helm diff revision demo 2 3",
    arguments: Arguments::Any,
    words: ArgumentWords::ReleaseAndRevision,
    flags: &[FLAGS, DIFF],
    action: Action::Run(revisions),
    ..Command::BASE
};

pub(super) static RELEASE: Command = Command {
    name: "release",
    synopsis: "[flags] RELEASE release1 [release2]",
    short: "show what differs between releases",
    long: "\
Shows what differs between two releases of one chart, template by template. A release may be named with its namespace:

    $ helm diff release staging/demo prod/demo",
    arguments: Arguments::Any,
    words: ArgumentWords::Releases,
    flags: &[FLAGS, DIFF],
    action: Action::Run(releases),
    ..Command::BASE
};

pub(super) static VERSION: Command = Command {
    name: "version",
    short: "show which version of helm-diff this is like",
    long: "Shows the version of the plugin helm-diff whose commands, flags and forms helm diff has.",
    arguments: Arguments::Any,
    action: Action::Run(version),
    ..Command::BASE
};

/// The version of helm-diff whose answers ours are held against.
const LIKE: &str = "3.15.11";

fn version(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    invocation.output.print(format!("{LIKE}+pintle-{}\n", env!("CARGO_PKG_VERSION")))
}

fn normalize(invocation: &Invocation<'_>) -> bool {
    invocation.flags.bool("normalize-manifests")
}

fn rollback(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    check_arguments(invocation, &["release name", "revision number"])?;
    let options = options(invocation, normalize(invocation));
    let name = invocation.first_argument();
    let to = revision(&invocation.arguments[1])?;
    let differences = invocation.on_cluster(|session| pintle::diff_rollback(session, &name, to, &options))?;
    show(invocation, &differences)
}

fn revisions(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let (name, numbers) = match invocation.arguments.as_slice() {
        [name, one] => (name.clone(), (revision(one)?, None)),
        [name, one, two] => (name.clone(), (revision(one)?, Some(revision(two)?))),
        [] | [_] => {
            return Err(Failure::new(
                "Too few arguments to Command \"revision\".\nMinimum 2 arguments required: release name, revision",
            ));
        }
        _ => {
            return Err(Failure::new(
                "Too many arguments to Command \"revision\".\nMaximum 3 arguments allowed: release name, revision1, \
                 revision2",
            ));
        }
    };
    let options = options(invocation, normalize(invocation));
    let mut differences = invocation.on_cluster(|session| pintle::diff_revision(session, &name, numbers, &options))?;
    // helm-diff ends with 2 only where two revisions are named.
    differences.changed &= numbers.1.is_some();
    show(invocation, &differences)
}

fn releases(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let [one, two] = match invocation.arguments.as_slice() {
        [one, two, ..] => [one.clone(), two.clone()],
        _ => {
            return Err(Failure::new(
                "Too few arguments to Command \"release\".\nMinimum 2 arguments required: release name-1, release name-2",
            ));
        }
    };
    let options = options(invocation, normalize(invocation));
    let (one, two) = (named(invocation, &one)?, named(invocation, &two)?);
    match pintle::diff_release([&one, &two], &options)? {
        Some(differences) => show(invocation, &differences),
        None => {
            let [one, two] = [&one, &two].map(|record| quote(record.chart.metadata.name.as_bytes()));
            invocation.output.print(format!(
                "Error : Incomparable Releases \n Unable to compare releases from two different charts {one}, {two}. \n \
                 try helm diff release --help to know more \n"
            ))
        }
    }
}

/// The last revision of `namespace/release` or `release`.
fn named(invocation: &mut Invocation<'_>, text: &str) -> Result<Record, Failure> {
    let mut parts = text.split('/');
    let (namespace, name) = match (parts.next(), parts.next()) {
        (Some(namespace), Some(name)) => (namespace.to_owned(), name),
        _ => (invocation.namespace(), text),
    };
    let options = RecordOptions { name: name.to_owned(), revision: 0 };
    invocation.on_cluster_in(namespace, |session| pintle::record(&options, session))
}
