//! The labels of a record's storage object: those that the storage keeps for itself, and the user's.

use std::collections::BTreeMap;

/// Labels that the storage keeps for itself. Helm: `driver.GetSystemLabels`.
pub const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// A user asked for a label that the storage keeps for itself.
#[derive(Debug, thiserror::Error)]
#[error("user supplied labels contains system reserved label name. System labels: [{}]", SYSTEM_LABELS.join(" "))]
pub struct ReservedLabel;

/// Refuses labels of a user's that the storage keeps for itself. Helm: `driver.ContainsSystemLabels`.
pub fn check_labels<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), ReservedLabel> {
    if names.into_iter().any(|name| SYSTEM_LABELS.contains(&name)) { Err(ReservedLabel) } else { Ok(()) }
}

/// The user's labels among those of a storage object. Helm: `filterSystemLabels`.
pub fn user_labels(labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let users = labels.iter().filter(|(name, _)| !SYSTEM_LABELS.contains(&name.as_str()));
    users.map(|(name, value)| (name.clone(), value.clone())).collect()
}
