//! `helm test`.

use pintle::{Record, Session, TestOptions};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{EVENTS, FAIL_FAST, REPORT_ALONE, TIMEOUT},
    invocation::Invocation,
    print::{Paint, ReleaseView, release_text},
    spec::{Action, Arguments, Command, Flag, Kind, Visibility},
};

pub(super) static TEST: Command = Command {
    name: "test",
    synopsis: "[RELEASE]",
    short: "run tests for a release",
    long: "Runs the tests that a release's chart defines, and says what they said.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OneRelease,
    flags: &[&[
        TIMEOUT,
        FAIL_FAST,
        REPORT_ALONE,
        EVENTS,
        Flag::switch("logs", "print the logs of test pods when all tests are done"),
        Flag::new("filter", Kind::Strings, "run only some tests: name=test1,name=test2, or all but some: !name=test1"),
        Flag::switch("hide-notes", "do not show the chart's notes").visibility(Visibility::HelpOnly),
    ]],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/release_testing.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let filters = invocation.flags.list("filter");
    let excluded = |filter: &String| {
        let rest = filter.strip_prefix('!')?;
        let blank = rest.chars().next().filter(|first| matches!(first, ' ' | '\t' | '\n' | '\x0c' | '\r'));
        rest.get(blank.map_or(0, char::len_utf8)..)?.strip_prefix("name=").map(str::to_owned)
    };
    let options = TestOptions {
        name: invocation.first_argument(),
        wait: invocation.wait_options(),
        include: filters.iter().filter_map(|filter| filter.strip_prefix("name=")).map(str::to_owned).collect(),
        exclude: filters.iter().filter_map(excluded).collect(),
        logs: invocation.flags.bool("logs"),
    };
    let paint = Paint::of(&invocation.flags, invocation.environment);
    let debug = invocation.flags.bool("debug");
    invocation.followed(|invocation| {
        let mut unprinted = Ok(());
        let mut show = |session: &mut Session<'_>, record: &Record| {
            let computed = debug.then(|| pintle::computed_values(record, session.observer).ok()).flatten();
            let view = ReleaseView { computed: computed.as_ref(), hide_notes: true, ..ReleaseView::default() };
            match release_text(record, &view, paint) {
                Ok(text) => session.print(text),
                Err(failure) => unprinted = Err(failure),
            }
        };
        invocation.on_cluster(|session| pintle::test(session, &options, &mut show))?;
        unprinted?;
        invocation.print_report()
    })
}
