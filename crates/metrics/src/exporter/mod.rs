//! The exporter: what a watch tells of records becomes metrics, which Prometheus scrapes, and the alerts on them.
//!
//! Counters are derived from histories, and do not go down when old revisions are pruned; [`Tallies`] carry them over a
//! restart.

mod board;
mod durations;
mod exposition;
mod kept;
mod names;
mod rules;
mod series;
mod tally;
#[cfg(test)]
mod tests;

pub use self::{
    board::{Board, ExporterOptions},
    kept::{Details, Operation, Sighting},
    names::{LabelError, ReleaseLabels},
    rules::{RulesForm, RulesOptions, rules},
    series::Process,
    tally::Tallies,
};
