//! `helm rehearse`: operations played in a throwaway sandbox.

use pintle::{Against, DryRun, OrInstall, RehearseOptions};

use super::upgrade;
use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{CHART_SOURCE, CREDENTIALS, GATES, OUTPUT, POST_RENDERER, REPLACEMENT, TLS, VALUES},
    invocation::Invocation,
    print::{Format, json_line, yaml_of},
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static REHEARSE: Command = Command {
    name: "rehearse",
    short: "play an operation in a throwaway sandbox",
    long: "Plays an operation and the way back from it in a throwaway sandbox, and tells what it would change.",
    commands: &[&UPGRADE],
    ..Command::BASE
};

static UPGRADE: Command = Command {
    name: "upgrade",
    synopsis: "[RELEASE] [CHART]",
    short: "play an upgrade and its rollback",
    long: "\
Copies the release's history and what lives of it into a throwaway sandbox, plays the upgrade with its hooks there, then
the rollback, and tells what would change, in which order, and what the rollback would leave behind. Nothing is changed on
the cluster. The exit code is 1 where the upgrade or the rollback would fail:

    $ helm rehearse upgrade demo ./demo --set image.tag=1.2.4

It takes the flags of `helm upgrade`, and always waits: in the sandbox pods become ready at once. --simulate makes those of
a workload fail. What cannot be known without the cluster, such as quotas and webhooks, --against live asks it, with a
dry run of every object. Gates are asked once, as things are now: whether they can be answered is known then, and that they
cannot is a failure; those that run a command are not asked. With --against nothing no cluster is asked: the chart is installed, and taken away again.",
    arguments: Arguments::Exactly(2),
    words: ArgumentWords::ReleaseAndChart,
    flags: &[
        REPLACEMENT,
        upgrade::CHANGE,
        &[
            Flag::text("against", "what is asked of the cluster: nothing, copy, or live, which has it try every object")
                .default("copy")
                .words(crate::complete::FlagWords::Fixed(&["nothing", "copy", "live"])),
            OUTPUT,
        ],
        VALUES,
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
        POST_RENDERER,
        GATES,
    ],
    exclusive: &["force-replace force-conflicts", "force force-conflicts"],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let against = match invocation.flags.text("against") {
        "nothing" => Against::Nothing,
        "copy" => Against::Copy,
        "live" => Against::Live,
        other => return Err(Failure::new(format!("--against {other:?}: must be nothing, copy or live"))),
    };
    let mut upgrade = upgrade::options(invocation, DryRun::Off)?;
    let name = upgrade.name.clone();
    invocation.add_gates(&mut upgrade.change, &name)?;
    if against == Against::Nothing && upgrade.install.is_none() {
        upgrade.install = Some(OrInstall::default());
    }
    let options = RehearseOptions { upgrade, against, faults: invocation.faults()?, clock: std::time::SystemTime::now };
    let rehearsal = invocation.on_stage(|session| pintle::rehearse(session, &options))?;
    let json = || json_line(rehearsal.json().to_string().into_bytes());
    match Format::of(&invocation.flags) {
        Format::Table => invocation.output.print(rehearsal.text())?,
        Format::Json => invocation.output.print(json())?,
        Format::Yaml => invocation.output.print(yaml_of(&json())?)?,
    }
    Ok(rehearsal.outcome()?)
}
