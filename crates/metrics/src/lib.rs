//! Judges a release by its numbers: gates, their conditions and their samples; and gives numbers of all releases.
//!
//! Takes specifications, what was measured, what a watch tells of records; gives verdicts, metrics, alert rules. Pure: whoever measures is given as
//! [`gate::Instruments`]; never reads a clock, a file or the network. Specifications and answers are treated as hostile.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod condition;
pub mod exporter;
pub mod gate;
pub mod prometheus;
