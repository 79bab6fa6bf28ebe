//! How objects are changed.

use std::time::Duration;

use cluster::{WaitOptions, WaitStrategy};
use metrics::gate::{Defaults, Gate};
use release::{
    ApplyMethod,
    plan::{Apply, PlanOptions},
};

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
    pub(crate) fn after(self, before: ApplyMethod) -> ApplyMethod {
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
    /// `--force-recreate`: deletes an object and makes it anew where a field changes that never may.
    pub force_recreate: bool,
    /// `--force-conflicts`: takes fields that others own.
    pub force_conflicts: bool,
    /// `--take-ownership`: takes objects that are there, whoever they belong to.
    pub take_ownership: bool,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// How and how long to wait for objects and hooks.
    pub wait: WaitOptions,
    /// `--rollback-on-failure`
    pub rollback_on_failure: bool,
    /// `--rollback-timeout`: how long an automatic rollback may take; as long as the operation where it is not given.
    pub rollback_timeout: Option<Duration>,
    /// `--test`: runs the release's tests before the change counts as a success.
    pub test: bool,
    /// `--cleanup-on-fail`: deletes what a failed change created.
    pub cleanup_on_fail: bool,
    /// `--history-max`: so many revisions are kept; 0 keeps all.
    pub history_max: i64,
    /// What the numbers must say once everything is ready.
    pub gates: GateOptions,
}

/// The gates of a change.
#[derive(Clone, Debug, Default)]
pub struct GateOptions {
    /// `--gate`, `--gate-query`: those of the user.
    pub given: Vec<Gate>,
    /// Those that the chart ships.
    pub of_chart: ChartGates,
}

/// What becomes of the gates that a chart ships.
#[derive(Clone, Debug, Default)]
pub enum ChartGates {
    /// They are passed over in silence.
    #[default]
    Ignore,
    /// They are passed over, and the user is told of them.
    Offer,
    /// They are run, and this is so where they do not say otherwise: `--chart-gates`.
    Run(Defaults),
}

/// How a plan is made for a revision that is applied like `method`, where nothing else is asked for.
pub(crate) fn plan_options(method: ApplyMethod, force_conflicts: bool) -> PlanOptions {
    let apply = match method {
        ApplyMethod::ServerSide => Apply::ServerSide { force_conflicts },
        _ => Apply::ClientSide { three_way_for_custom: false },
    };
    PlanOptions { apply, ..PlanOptions::default() }
}

impl ChangeOptions {
    /// What is said where nothing is but that nothing shall be changed.
    pub fn dry_run(dry_run: DryRun) -> ChangeOptions {
        ChangeOptions {
            dry_run,
            server_side: ServerSide::Auto,
            force_replace: false,
            force_recreate: false,
            force_conflicts: false,
            take_ownership: false,
            no_hooks: false,
            wait: WaitOptions::new(Duration::from_secs(300)),
            rollback_on_failure: false,
            rollback_timeout: None,
            test: false,
            cleanup_on_fail: false,
            history_max: 0,
            gates: GateOptions::default(),
        }
    }

    /// How a plan is made for a revision that is applied like `method`.
    pub(crate) fn for_plan(&self, method: ApplyMethod) -> PlanOptions {
        let apply = match method {
            ApplyMethod::ServerSide => Apply::ServerSide { force_conflicts: self.force_conflicts },
            _ => Apply::ClientSide { three_way_for_custom: self.take_ownership },
        };
        PlanOptions { apply, force_replace: self.force_replace, force_recreate: self.force_recreate }
    }

    /// Has a failed change undone: `--rollback-on-failure`, which implies `--wait`.
    pub fn undo_failures(&mut self) {
        self.rollback_on_failure = true;
        if self.wait.strategy == WaitStrategy::HookOnly {
            self.wait.strategy = WaitStrategy::Watcher;
        }
    }

    /// How long the automatic rollback may take.
    pub(crate) fn rollback_time(&self) -> Duration {
        self.rollback_timeout.unwrap_or(self.wait.timeout)
    }

    /// The same for the automatic rollback of a failed change. Helm: `Upgrade.failRelease`.
    pub(crate) fn for_rollback(&self) -> ChangeOptions {
        let mut options = ChangeOptions {
            rollback_on_failure: false,
            test: false,
            cleanup_on_fail: false,
            take_ownership: false,
            history_max: 0,
            gates: GateOptions::default(),
            ..self.clone()
        };
        options.wait.timeout = self.rollback_time();
        options
    }
}
