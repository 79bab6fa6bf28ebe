//! Where a chart comes from, and whether it is checked.

use crate::{complete::FlagWords, spec::Flag};

/// `--verify`.
pub(crate) const VERIFY: Flag = Flag::switch("verify", "check the chart's signature before it is used");

/// `--keyring`.
pub(crate) const KEYRING: Flag =
    Flag::text("keyring", "the keyring with the public keys to check against").default_from(|env| env.keyring());

/// `--devel`.
pub(crate) const DEVEL: Flag =
    Flag::switch("devel", "take pre-releases too, as --version '>0.0.0-0' does; --version overrides it");

/// Helm: pkg/cmd/flags.go `addChartPathOptionsFlags`, with `TLS` and `CREDENTIALS`.
pub(crate) const CHART_SOURCE: &[Flag] = &[
    Flag::text("version", "the chart's version, or a range such as ^2.0.0; the newest one if it is not given")
        .words(FlagWords::ChartVersions),
    VERIFY,
    KEYRING,
    Flag::text("repo", "the address of the repository that has the chart"),
    Flag::switch("pass-credentials", "send user name and password to every host"),
];
