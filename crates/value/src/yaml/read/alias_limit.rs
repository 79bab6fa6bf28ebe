//! How much of a document may be the work of aliases.

/// How much of the decoding is the work of aliases.
#[derive(Default)]
pub(super) struct Counts {
    nodes: u64,
    in_aliases: u64,
    pub(super) alias_depth: usize,
}

impl Counts {
    /// Counts a node; true where aliases have become excessive (go-yaml v2: `decoder.unmarshal`). With zero only
    /// counts.
    #[inline]
    pub(super) fn count(&mut self, check: u64) -> bool {
        self.nodes += 1;
        if self.alias_depth > 0 {
            self.in_aliases += 1;
        }
        check > 0
            && self.in_aliases > 100
            && self.nodes > 1000
            && self.in_aliases as f64 / self.nodes as f64 > allowed_ratio(self.nodes)
    }
}

/// The share of the decoding that aliases may have (go-yaml v2: `allowedAliasRatio`).
fn allowed_ratio(nodes: u64) -> f64 {
    const LOW: u64 = 400_000;
    const HIGH: u64 = 4_000_000;
    match nodes {
        ..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((nodes - LOW) as f64 / (HIGH - LOW) as f64),
    }
}
