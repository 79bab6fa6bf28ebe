//! What `install` and `upgrade` print of the revision that they made.

use pintle::Record;

use super::{ReleaseView, release};
use crate::{connection::Printer, error::Failure, invocation::Invocation};

impl Invocation<'_> {
    /// Prints a new revision; with `--debug` its values, hooks and manifest too. Helm: pkg/cmd/status.go.
    pub(crate) fn print_changed(&mut self, record: &Record) -> Result<(), Failure> {
        let debug = self.flags.bool("debug");
        let computed = debug.then(|| pintle::computed_values(record, &mut Printer::new(self.output))).transpose()?;
        let view = ReleaseView {
            hide_notes: self.flags.bool("hide-notes"),
            computed: computed.as_ref(),
            more: self.output.report().map(|report| ("operation", report)),
            ..ReleaseView::default()
        };
        let text = release(record, &view, &self.flags, self.environment)?;
        self.output.print(text)
    }
}
