//! How long operations took, as histograms of those that were seen.

use std::collections::BTreeMap;

use super::{exposition::Exposition, kept::Operation};

/// Upper bounds in seconds, as they are written.
const BOUNDS: [(f64, &str); 10] = [
    (1.0, "1"),
    (2.5, "2.5"),
    (5.0, "5"),
    (10.0, "10"),
    (30.0, "30"),
    (60.0, "60"),
    (120.0, "120"),
    (300.0, "300"),
    (600.0, "600"),
    (1800.0, "1800"),
];

/// How an operation ended, as a label has it.
pub(super) fn result(failed: bool) -> &'static str {
    if failed { "failed" } else { "deployed" }
}

/// Histograms by operation and whether it failed.
#[derive(Debug, Default)]
pub(super) struct Durations {
    histograms: BTreeMap<(Operation, bool), Histogram>,
}

#[derive(Debug, Default)]
struct Histogram {
    counts: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Durations {
    /// An operation has ended.
    pub(super) fn note(&mut self, operation: Operation, failed: bool, seconds: f64) {
        let histogram = self.histograms.entry((operation, failed)).or_default();
        histogram.count += 1;
        histogram.sum += seconds;
        for (count, (bound, _)) in histogram.counts.iter_mut().zip(BOUNDS) {
            *count += u64::from(seconds <= bound);
        }
    }

    pub(super) fn write(&self, text: &mut Exposition) {
        const NAME: &str = "helm_operation_duration_seconds";
        if self.histograms.is_empty() {
            return;
        }
        text.family(NAME, "histogram", "How long the operations took that ended while the exporter ran.");
        for ((operation, failed), histogram) in &self.histograms {
            let labels = [("operation", operation.name()), ("result", result(*failed))];
            for (count, (_, bound)) in histogram.counts.iter().zip(BOUNDS) {
                text.sample(&format!("{NAME}_bucket"), labels.into_iter().chain([("le", bound)]), count);
            }
            text.sample(&format!("{NAME}_bucket"), labels.into_iter().chain([("le", "+Inf")]), histogram.count);
            text.sample(&format!("{NAME}_sum"), labels, histogram.sum);
            text.sample(&format!("{NAME}_count"), labels, histogram.count);
        }
    }
}
