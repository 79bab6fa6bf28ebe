//! Completions that a cluster knows.

use pintle::ListOptions;

use crate::{
    complete::{Directive, Situation, Words, nothing},
    connection::ask,
};

/// The releases of the namespace that are not named yet. Helm: pkg/cmd/list.go `compListReleases`.
pub(super) fn releases(situation: &Situation<'_>) -> Words {
    let listed = ask(situation.flags, situation.environment, |session| pintle::list(&ListOptions::default(), session));
    let Some(listed) = listed else { return nothing(Directive::DEFAULT) };
    let heads = listed.into_iter().map(|release| release.head);
    let words = heads
        .filter(|head| !situation.arguments.contains(&head.name))
        .map(|head| format!("{}\t{}-{} -> {}", head.name, head.chart_name, head.chart_version, head.status.name()));
    (words.collect(), Directive::NO_FILES)
}

/// The revisions of the release that is named first. Helm: pkg/cmd/history.go `compListRevisions`.
pub(super) fn revisions(situation: &Situation<'_>) -> Words {
    let name = situation.arguments.first().cloned().unwrap_or_default();
    let found = ask(situation.flags, situation.environment, |session| pintle::revisions(&name, session));
    let Some(found) = found else { return nothing(Directive::ERROR) };
    let words = found.into_iter().map(|head| {
        format!("{}\tApp: {}, Chart: {}-{}", head.revision, head.app_version, head.chart_name, head.chart_version)
    });
    (words.collect(), Directive::NO_FILES)
}

/// The namespaces of the cluster. Helm: pkg/cmd/root.go.
pub(super) fn namespaces(situation: &Situation<'_>) -> Words {
    match ask(situation.flags, situation.environment, pintle::namespaces) {
        Some(names) => (names, Directive::NO_FILES),
        None => nothing(Directive::DEFAULT),
    }
}
