//! Flags of gates, which judge a release by numbers: ours.

use crate::spec::{Flag, Kind, Visibility};

/// The flags of gates.
pub(crate) const GATES: &[Flag] = &[
    Flag::new(
        "gate",
        Kind::Array,
        "a file of gates, with the metrics of an Argo Rollouts AnalysisTemplate: the release must pass them once it is \
         ready, or is rolled back",
    )
    .visibility(Visibility::HelpOnly),
    Flag::new(
        "gate-query",
        Kind::Array,
        "a gate: 'NAME: QUERY <= NUMBER' asks Prometheus, 'http: URL == 200' a server, 'exec: COMMAND' a command",
    )
    .visibility(Visibility::HelpOnly),
    Flag::switch(
        "chart-gates",
        "the release must pass the gates that the chart ships, too: ConfigMaps with the annotation pintle.dev/gate, which \
         are hooks of the operation",
    )
    .visibility(Visibility::HelpOnly),
    Flag::new("gate-for", Kind::Duration, "how long gates take samples")
        .default("1m0s")
        .visibility(Visibility::HelpOnly),
    Flag::new("gate-interval", Kind::Duration, "how long gates wait between two samples")
        .default("10s")
        .visibility(Visibility::HelpOnly),
    Flag::text("prometheus", "the address of Prometheus, for gates").visibility(Visibility::HelpOnly),
];
