//! The counters of a release, and what of them is carried over a restart.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The form of [`Tallies`] as text.
const FORM: u32 = 1;

/// What is counted of one release. What is short in the text is so because thousands of them share an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Rollbacks.
    #[serde(rename = "r")]
    pub(super) rollbacks: u64,
    /// Upgrades that failed.
    #[serde(rename = "f")]
    pub(super) failures: u64,
    /// The newest revision that was counted: no older one is counted again.
    #[serde(rename = "t")]
    pub(super) through: i64,
    /// Of these the ones whose operation had not ended yet: they may still fail.
    #[serde(rename = "o", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) open: BTreeSet<i64>,
    /// When the release was first deployed: another one of the same name begins anew.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<i64>,
}

/// The counters of all releases, as they are kept over a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// By namespace and name.
    pub(super) releases: BTreeMap<(String, String), Tally>,
}

#[derive(Serialize, Deserialize)]
struct Text {
    form: u32,
    releases: BTreeMap<String, Tally>,
}

impl Tallies {
    /// Reads what [`Tallies::text`] wrote; an empty text has no counters.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(text: &str) -> Result<Tallies, String> {
        if text.is_empty() {
            return Ok(Tallies::default());
        }
        let read: Text = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if read.form != FORM {
            return Err(format!("its form is {}, and {FORM} is known", read.form));
        }
        let releases = read.releases.into_iter().filter_map(|(place, tally)| {
            let (namespace, name) = place.split_once('/')?;
            Some(((namespace.to_owned(), name.to_owned()), tally))
        });
        Ok(Tallies { releases: releases.collect() })
    }

    /// Whether other numbers were counted, or of other releases. Everything else in an old text stays true without
    /// being written again: what happened since is counted from the history.
    pub fn counts_otherwise(&self, old: &Tallies) -> bool {
        let counts = |tallies: &Tallies| -> Vec<((String, String), u64, u64)> {
            let counted = tallies.releases.iter().filter(|(_, tally)| tally.rollbacks > 0 || tally.failures > 0);
            counted.map(|(key, tally)| (key.clone(), tally.rollbacks, tally.failures)).collect()
        };
        counts(self) != counts(old)
    }

    /// As text. Releases of which nothing was counted need none.
    pub fn text(&self) -> String {
        let releases = self.releases.iter().map(|((namespace, name), tally)| (format!("{namespace}/{name}"), tally));
        let counted = releases.filter(|(_, tally)| tally.rollbacks > 0 || tally.failures > 0);
        let text = Text { form: FORM, releases: counted.map(|(place, tally)| (place, tally.clone())).collect() };
        serde_json::to_string(&text).unwrap_or_default()
    }
}

impl Tally {
    /// Takes over what somebody else counted of the same release: nothing goes down.
    pub(super) fn merge(&mut self, other: &Tally) {
        if self.since.is_some() && other.since.is_some() && self.since != other.since {
            return;
        }
        self.rollbacks = self.rollbacks.max(other.rollbacks);
        self.failures = self.failures.max(other.failures);
    }
}
