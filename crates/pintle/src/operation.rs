//! The operations that make revisions, and their words.

use release::HookEvent;

use crate::Error;

/// An operation that makes a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The first one.
    Install,
    /// One from a chart.
    Upgrade,
    /// One from an earlier one.
    Rollback,
}

impl Operation {
    /// The hooks before and behind it.
    pub(crate) fn events(self) -> [HookEvent; 2] {
        match self {
            Operation::Install => [HookEvent::PreInstall, HookEvent::PostInstall],
            Operation::Upgrade => [HookEvent::PreUpgrade, HookEvent::PostUpgrade],
            Operation::Rollback => [HookEvent::PreRollback, HookEvent::PostRollback],
        }
    }

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Operation::Install => "install",
            Operation::Upgrade => "upgrade",
            Operation::Rollback => "rollback",
        }
    }

    /// The error of a manifest that does not make objects.
    pub(crate) fn unbuilt(self, error: Error) -> Error {
        match self {
            Operation::Install => error.during("unable to build kubernetes objects from release manifest"),
            // Helm validates the manifest of an upgrade on its own account, and says nothing in front.
            Operation::Upgrade => error,
            Operation::Rollback => error.during("unable to build kubernetes objects from new release manifest"),
        }
    }

    /// The error of objects that are not ours to change.
    pub(crate) fn refused(self, error: Error) -> Error {
        match self {
            Operation::Install => error.during("unable to continue with install"),
            Operation::Upgrade => error.during("unable to continue with update"),
            Operation::Rollback => error,
        }
    }

    /// The error of hooks.
    pub(crate) fn hook_failed(self, event: HookEvent, error: Error) -> Error {
        match self {
            Operation::Install => error.during(format!("failed {}", event.name())),
            Operation::Upgrade => error.during(format!("{} hooks failed", event.name())),
            Operation::Rollback => error,
        }
    }
}
