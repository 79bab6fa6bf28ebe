//! What `install` and `upgrade` print of the revision that they made.

use pintle::{Hidden, Record};

use super::{Format, ReleaseView, release};
use crate::{connection::Printer, error::Failure, invocation::Invocation};

impl Invocation<'_> {
    /// Prints a new revision; with `--debug` its values, hooks and manifest too. Helm: pkg/cmd/status.go.
    pub(crate) fn print_changed(&mut self, record: &Record) -> Result<(), Failure> {
        let debug = self.flags.bool("debug");
        let shows_values = debug
            || record.info.description.eq_ignore_ascii_case("Dry run complete")
            || Format::of(&self.flags) != Format::Table;
        let hidden = self.hidden();
        let covered = if shows_values { pintle::covered(record, &hidden) } else { None };
        let computed = debug.then(|| pintle::computed_values(record, &mut Printer::new(self.output))).transpose()?;
        let computed = computed.map(|computed| pintle::redacted(&computed, &hidden.of(&record.chart)).0);
        if let Some((_, count)) = &covered {
            self.output
                .complain(&format!("{count} of the values are redacted; --show-secrets shows what the schema hides\n"));
        }
        let record = covered.as_ref().map_or(record, |(shown, _)| shown);
        let view = ReleaseView {
            hide_notes: self.flags.bool("hide-notes"),
            computed: computed.as_ref(),
            more: self.output.report().map(|report| ("operation", report)),
            ..ReleaseView::default()
        };
        let text = release(record, &view, &self.flags, self.environment)?;
        self.output.print(text)
    }

    /// Which values the flags let nobody see.
    pub(crate) fn hidden(&self) -> Hidden {
        let paths = self.flags.slot("sensitive").map(|_| self.flags.list("sensitive").to_vec()).unwrap_or_default();
        let shows_marked = self.flags.known_bool("show-secrets") || self.flags.known_bool("show-secrets-decoded");
        Hidden { paths, shows_marked }
    }
}
