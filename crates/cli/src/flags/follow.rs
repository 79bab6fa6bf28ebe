//! Flags of those who follow an operation: ours.

use super::OUTPUT;
use crate::spec::{Flag, Visibility};

/// `--events`.
pub(crate) const EVENTS: Flag = Flag::text(
    "events",
    "write what happens to this file, a line of JSON for each event; with '-' to standard output, and what is printed \
     there otherwise to standard error",
)
.visibility(Visibility::HelpOnly);

/// `--report`.
pub(crate) const REPORT: Flag = Flag::switch(
    "report",
    "with --output json or yaml, add what was done under the key 'operation': the plan, and how each object, hook and \
     gate went; so it is where gates are given, too",
)
.visibility(Visibility::HelpOnly);

/// `--output` where Helm has none: what it prints is the report alone.
pub(crate) const REPORT_ALONE: Flag = OUTPUT.visibility(Visibility::HelpOnly);
