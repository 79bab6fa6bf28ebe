//! Flags of the Kubernetes client's log, accepted everywhere and shown nowhere.

use crate::spec::{Flag, Kind, Visibility};

const fn hidden(name: &'static str, kind: Kind, default: &'static str) -> Flag {
    Flag::new(name, kind, "").default(default).visibility(Visibility::Hidden)
}

/// Helm: pkg/cmd/flags.go `addKlogFlags`. They are read and change nothing: there is no klog here.
pub(super) const KLOG: &[Flag] = &[
    hidden("add-dir-header", Kind::GoBool, "false"),
    hidden("alsologtostderr", Kind::GoBool, "false"),
    hidden("alsologtostderrthreshold", Kind::Severity, "0"),
    hidden("legacy-stderr-threshold-behavior", Kind::GoBool, "true"),
    hidden("log-backtrace-at", Kind::Text, ":0"),
    hidden("log-dir", Kind::Text, ""),
    hidden("log-file", Kind::Text, ""),
    hidden("log-file-max-size", Kind::GoUint, "1800"),
    hidden("logtostderr", Kind::GoBool, "true"),
    hidden("one-output", Kind::GoBool, "false"),
    hidden("skip-headers", Kind::GoBool, "false"),
    hidden("skip-log-headers", Kind::GoBool, "false"),
    hidden("stderrthreshold", Kind::Severity, "0"),
    hidden("v", Kind::Level, "0").short('v'),
    hidden("vmodule", Kind::Text, ""),
];
