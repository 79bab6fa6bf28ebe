//! Flags that several commands share.

mod chart_source;
mod diff;
mod follow;
mod gate;
mod global;
mod install;
mod klog;
mod release;
mod transport;
mod values;

use crate::spec::Flag;

pub(crate) use self::{
    chart_source::{CHART_SOURCE, DEVEL, KEYRING, VERIFY},
    diff::{DETAILED_EXITCODE, DIFF, INCLUDE_TESTS, NORMALIZE},
    follow::{EVENTS, REPORT, REPORT_ALONE},
    gate::GATES,
    global::HELP,
    install::{INSTALL, REPLACEMENT},
    release::{
        ALL_DRY_RUNS, DESCRIPTION, FAIL_FAST, FORCE_RECREATE, HISTORY_MAX, NO_HOOKS, OUTPUT, POST_RENDERER, REVISION,
        ROLLBACK_TIMEOUT, TEST, TIMEOUT, WAIT, WAIT_FOR_JOBS,
    },
    transport::{CREDENTIALS, TLS},
    values::{SENSITIVE, SENSITIVE_PATH, VALUES, WARN_UNUSED},
};

/// The flags of every command.
pub(crate) const GLOBAL: &[&[Flag]] = &[global::GLOBAL, klog::KLOG];
