//! `helm install`.

use crate::{
    complete::ArgumentWords,
    flags::{
        ALL_DRY_RUNS, CHART_SOURCE, CREDENTIALS, INSTALL as SHARED, OUTPUT, POST_RENDERER, REPLACEMENT, TLS, VALUES,
    },
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static INSTALL: Command = Command {
    name: "install",
    synopsis: "[NAME] [CHART]",
    short: "install a chart",
    long: "\
Installs a chart as a release.

CHART is one of: a chart in a known repository (helm install demo stable/nginx), an archive (./nginx-1.2.3.tgz), a
folder (./nginx), the address of an archive (https://example.com/nginx-1.2.3.tgz), a chart's name with --repo, or a
chart in a registry (oci://example.com/charts/nginx).

Values come from the chart, then from files, then from the command line; what comes later wins:

    $ helm install -f values.yaml -f override.yaml demo ./demo
    $ helm install --set image.tag=1.2.3 demo ./demo
    $ helm install --set-string build=1234567890 demo ./demo
    $ helm install --set-file script=run.sh demo ./demo
    $ helm install --set-json 'limits={\"cpu\": 2}' demo ./demo

With --dry-run=client or --dry-run=server nothing is installed; what would be is printed.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::NameAndChart,
    flags: &[
        REPLACEMENT,
        SHARED,
        &[
            Flag::switch("render-subchart-notes", "show the notes of subcharts too"),
            Flag::switch("hide-notes", "do not show the chart's notes"),
            Flag::switch("hide-secret", "leave Secrets out of what a dry run prints"),
            ALL_DRY_RUNS,
            OUTPUT,
        ],
        VALUES,
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
        POST_RENDERER,
    ],
    exclusive: &["force-replace force-conflicts", "force force-conflicts"],
    action: Action::NotBuilt,
    ..Command::BASE
};
