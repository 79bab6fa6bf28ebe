//! What is told of objects that did not become what they should have become.

use std::collections::BTreeMap;

use cluster::{Error as ClusterError, Explanation};

use crate::{Error, Session};

/// The annotation of a failed revision's storage object that says in one line why it failed. The record's description is
/// Helm's.
pub const REASON_ANNOTATION: &str = "pintle-failure";

/// The failure of a wait, with what is wrong with each object. Other errors are as they are.
pub(crate) fn explained(session: &Session<'_>, error: ClusterError) -> Error {
    // Whoever was stopped may still find out how things stand.
    session.cluster.interrupt().heed();
    let explanations = match error.wait_failure() {
        Some(failure) => session.cluster.explain(&failure.unready),
        None => Vec::new(),
    };
    let tells = |explanation: &&Explanation| explanation.lines().len() > 1 || !explanation.status.is_empty();
    let telling: Vec<&Explanation> = explanations.iter().filter(tells).collect();
    let mut converted = Error::from(error);
    if let Some(first) = telling.first() {
        converted = converted.because(first.short());
    }
    telling.iter().fold(converted, |error, explanation| error.explained(explanation.lines()))
}

/// The reason of a failure in one line, as it is kept beside the record.
pub(crate) fn reason_notes(error: &Error) -> BTreeMap<String, String> {
    error.reason().map(|reason| (REASON_ANNOTATION.to_owned(), reason.to_owned())).into_iter().collect()
}
