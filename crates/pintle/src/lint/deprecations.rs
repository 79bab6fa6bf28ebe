//! Which kinds of Kubernetes are on their way out. Helm: pkg/chart/v2/lint/rules/deprecations.go.

use chart::{KubeVersion, ManifestHead};

/// Generated from Kubernetes' own types.
const TABLE: &str = include_str!("deprecated.txt");

/// Checks that an object's kind is not deprecated in a version of Kubernetes; an error is Helm's text.
pub(super) fn check(head: &ManifestHead, kube: &KubeVersion) -> Result<(), String> {
    let ManifestHead { api_version, kind, .. } = head;
    let mut rows = TABLE.lines().map(|line| line.split(' '));
    let found = rows.find_map(|mut row| {
        let known = row.next() == Some(api_version) && row.next() == Some(kind);
        known.then(|| [row.next(), row.next(), row.next(), row.next()].map(Option::unwrap_or_default))
    });
    let Some([since, gone, group_version, replacement]) = found else { return Ok(()) };
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    let (major, minor) = since.split_once('.').map_or((0, 0), |(major, minor)| (number(major), number(minor)));
    if (major, minor) > (number(&kube.major), number(&kube.minor)) {
        return Ok(());
    }
    let mut text = format!("{api_version} {kind} is deprecated in v{since}+");
    if gone != "-" {
        text.push_str(&format!(", unavailable in v{gone}+"));
    }
    if replacement != "-" {
        text.push_str(&format!("; use {group_version} {replacement}"));
    }
    Err(text)
}
