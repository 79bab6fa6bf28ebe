//! What is told of objects that did not become what they should have become.

use cluster::{Error as ClusterError, Explanation};

use crate::{Error, Session};

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
