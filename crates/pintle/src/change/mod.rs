//! What install, upgrade and rollback have in common: how objects are changed, and what a revision holds.

mod carried;
mod content;
mod desired;
mod history;
mod planned;
mod preview;
mod run;

use cluster::WaitOptions;
use release::ApplyMethod;

pub(crate) use self::{
    carried::{carry_out, clean_up},
    content::{Content, Stage, capabilities_of, render_content},
    desired::{Built, build, wanted},
    history::{create_record, revisions, supersede, update_record},
    planned::{PlanRequest, planned},
    preview::preview,
    run::{Run, Stage as RunStage, Stopped},
};

pub use self::content::ContentOptions;

/// Whether anything is changed. Helm: `pkg/action/action.go`, `DryRunStrategy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DryRun {
    /// It is.
    #[default]
    Off,
    /// Nothing is, and templates see no cluster.
    Client,
    /// Nothing is, and templates see the cluster.
    Server,
}

impl DryRun {
    /// Whether nothing is changed.
    pub fn is_on(self) -> bool {
        self != DryRun::Off
    }
}

/// Who merges changes of objects: `--server-side`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerSide {
    /// Whoever did it for the revision before: the server if that was it.
    #[default]
    Auto,
    /// The server.
    Yes,
    /// We do.
    No,
}

impl ServerSide {
    /// How to apply where there is nothing before.
    pub(crate) fn at_first(self) -> ApplyMethod {
        if self == ServerSide::No { ApplyMethod::ClientSide } else { ApplyMethod::ServerSide }
    }

    /// How to apply, after a revision that was applied like `before`. Helm: `getUpgradeServerSideValue`.
    pub fn after(self, before: ApplyMethod) -> ApplyMethod {
        match self {
            ServerSide::Auto if before == ApplyMethod::ServerSide => ApplyMethod::ServerSide,
            ServerSide::Yes => ApplyMethod::ServerSide,
            ServerSide::Auto | ServerSide::No => ApplyMethod::ClientSide,
        }
    }
}

/// How objects are changed, and what becomes of a change that fails.
#[derive(Clone, Debug)]
pub struct ChangeOptions {
    /// Whether nothing is changed.
    pub dry_run: DryRun,
    /// Who merges changes of objects.
    pub server_side: ServerSide,
    /// `--force-replace`: replaces objects that are there, whoever merges changes otherwise.
    pub force_replace: bool,
    /// `--force-conflicts`: takes fields that others own.
    pub force_conflicts: bool,
    /// `--force-recreate`: deletes objects with an immutable field that changes, and makes them anew.
    pub force_recreate: bool,
    /// `--take-ownership`: takes objects that are there, whoever they belong to.
    pub take_ownership: bool,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// How and how long to wait for objects and hooks.
    pub wait: WaitOptions,
    /// `--rollback-on-failure`
    pub rollback_on_failure: bool,
    /// `--cleanup-on-fail`: deletes what a failed change created.
    pub cleanup_on_fail: bool,
    /// `--history-max`: so many revisions are kept; 0 keeps all.
    pub history_max: i64,
}
