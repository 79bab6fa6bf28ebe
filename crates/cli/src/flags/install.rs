//! The flags that `install` and `template` share.

use crate::{
    flags::{DESCRIPTION, DEVEL, NO_HOOKS, TIMEOUT, WAIT, WAIT_FOR_JOBS},
    spec::{Flag, Kind},
};

/// How objects that are there already are treated.
pub(crate) const REPLACEMENT: &[Flag] = &[
    Flag::switch("force-replace", "replace objects instead of changing them"),
    Flag::switch("force", "replace objects instead of changing them")
        .sets("force-replace")
        .deprecated("use --force-replace instead"),
    Flag::switch("force-conflicts", "take over fields that others own when server-side apply finds conflicts"),
];

/// Helm: pkg/cmd/install.go `addInstallFlags`.
pub(crate) const INSTALL: &[Flag] = &[
    Flag::switch("create-namespace", "create the namespace of the release if it is not there"),
    Flag::switch("server-side", "have the server merge changes of objects instead of this program").default("true"),
    NO_HOOKS,
    Flag::switch("replace", "reuse the name of an uninstalled release whose history was kept; unsafe in production"),
    TIMEOUT,
    WAIT,
    WAIT_FOR_JOBS,
    Flag::switch("generate-name", "make up a name for the release, and take no NAME").short('g'),
    Flag::text("name-template", "a template that gives the release its name"),
    DESCRIPTION,
    DEVEL,
    Flag::switch("dependency-update", "fetch the chart's dependencies first if some are missing"),
    Flag::switch("disable-openapi-validation", "do not check what was rendered against the cluster's OpenAPI schema"),
    Flag::switch("rollback-on-failure", "remove the release again if it fails; --wait is then 'watcher' by default"),
    Flag::switch("atomic", "remove the release again if it fails")
        .sets("rollback-on-failure")
        .deprecated("use --rollback-on-failure instead"),
    Flag::switch("skip-crds", "leave out the chart's CRDs, which are otherwise created if they are not there"),
    Flag::switch("skip-schema-validation", "do not check values against the chart's schema"),
    Flag::new("labels", Kind::Pairs, "labels for the release's record: key1=value1,key2=value2").short('l'),
    Flag::switch("enable-dns", "let templates look up host names"),
    Flag::switch("take-ownership", "take over objects that belong to no release or to another one"),
];
