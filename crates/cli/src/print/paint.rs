//! Colours, where they are wanted. Helm: `internal/cli/output/color.go`; fatih/color: `color.go`.

use std::io::{IsTerminal as _, stdout};

use pintle::Status;

use crate::{env::Environment, parse::FlagSet};

/// Puts colours around texts, or leaves them alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paint(bool);

impl Paint {
    /// What `--color`, the environment and the terminal say.
    pub(crate) fn of(flags: &FlagSet<'_>, environment: &Environment) -> Paint {
        Paint(match flags.text("color") {
            "always" => true,
            "never" => false,
            _ => {
                environment.text("NO_COLOR").is_empty() && environment.text("TERM") != "dumb" && stdout().is_terminal()
            }
        })
    }

    /// Whether there are colours.
    pub(crate) fn is_on(self) -> bool {
        self.0
    }

    /// The head of a column.
    pub(crate) fn head(self, text: &str) -> String {
        self.wrap(text, "1", "22")
    }

    /// A namespace.
    pub(crate) fn namespace(self, text: &str) -> String {
        self.wrap(text, "36", "0")
    }

    /// A release's status.
    pub(crate) fn status(self, status: Status) -> String {
        let color = match status {
            Status::Deployed => "32",
            Status::Failed | Status::Unknown => "31",
            Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback | Status::Uninstalling => "33",
            Status::Uninstalled | Status::Superseded => return status.name().to_owned(),
        };
        self.wrap(status.name(), color, "0")
    }

    fn wrap(self, text: &str, on: &str, off: &str) -> String {
        if self.0 { format!("\u{1b}[{on}m{text}\u{1b}[{off}m") } else { text.to_owned() }
    }
}
