//! `helm list`: releases, of each its newest revision. Helm: `pkg/action/list.go`.

use std::collections::BTreeMap;

use cluster::{Entry, Summary};
use release::Status;
use template::{Budget, print_time, regex::Regex};

use crate::{Error, ErrorKind, Session, selector::Selector};

/// What `list` needs. The session's namespace is empty for all namespaces.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// Statuses that are listed; every one that Helm knows where there is none.
    pub statuses: Vec<Status>,
    /// `--filter`: a regular expression for names; empty for all.
    pub filter: String,
    /// `--selector`: a label selector for records; empty for all.
    pub selector: String,
    /// `--date`: sorts by date.
    pub by_date: bool,
    /// `--reverse`
    pub reverse: bool,
    /// `--max`; 0 and less for all.
    pub max: i64,
    /// `--offset`
    pub offset: i64,
    /// `--time-format`; empty for Go's own form.
    pub time_format: String,
}

/// A release in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The head of its record.
    pub head: Summary,
    /// When it was deployed last, as text; `-` where that is not known.
    pub updated: String,
}

/// The releases of a namespace, or of all.
///
/// # Errors
/// The cluster cannot be reached or refuses; the filter or the selector cannot be read.
pub fn list(options: &ListOptions, session: &mut Session<'_>) -> Result<Vec<Listed>, Error> {
    // Helm asks whether the cluster answers before it reads any of this.
    let usage = |text: String| session.unreachable().unwrap_or_else(|| Error::new(ErrorKind::Usage, text));
    let filter = match options.filter.as_str() {
        "" => None,
        pattern => Some(Regex::new(pattern.as_bytes()).map_err(|error| usage(error.to_string()))?),
    };
    let mut entries = session.read(|storage| storage.entries(""))?;
    let budget = Budget::default();
    entries.retain(|entry| {
        filter.as_ref().is_none_or(|filter| filter.is_match(entry.name.as_bytes(), &budget).unwrap_or(false))
    });
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let mut heads = session.read(|storage| {
        if options.statuses == [Status::Superseded] {
            // No newest revision is superseded: who asks for these alone means the older ones.
            entries.retain(|entry| entry.status == Status::Superseded);
            return storage.summaries(&entries);
        }
        newest(entries, |entries| storage.summaries(entries))
    })?;
    heads.retain(|head| match options.statuses.as_slice() {
        [] => head.status != Status::Unknown,
        statuses => statuses.contains(&head.status),
    });
    let selector = Selector::parse(&options.selector).map_err(usage)?;
    heads.retain(|head| selector.matches(&head.labels));
    sort(&mut heads, options);
    let first = usize::try_from(options.offset).unwrap_or(0);
    let most = usize::try_from(options.max).ok().filter(|max| *max > 0).unwrap_or(usize::MAX);
    let surroundings = session.world.surroundings;
    let layout = Some(options.time_format.as_str()).filter(|layout| !layout.is_empty());
    let listed = heads.into_iter().skip(first).take(most).map(|head| {
        let print = |time: release::Timestamp| print_time(time.nanoseconds, time.offset, layout, surroundings);
        Listed { updated: head.last_deployed.map_or_else(|| "-".into(), print), head }
    });
    Ok(listed.collect())
}

/// The heads of the newest revisions. Where the newest record cannot be read, the one before it counts as the newest,
/// as Helm reads all of them and forgets those that it cannot read.
fn newest<E>(
    entries: Vec<Entry>,
    mut summaries: impl FnMut(&[Entry]) -> Result<Vec<Summary>, E>,
) -> Result<Vec<Summary>, E> {
    let mut releases: BTreeMap<(String, String), Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        releases.entry((entry.namespace.clone(), entry.name.clone())).or_default().push(entry);
    }
    for revisions in releases.values_mut() {
        revisions.sort_by_key(|entry| entry.revision);
    }
    let mut heads = Vec::new();
    while !releases.is_empty() {
        let wanted: Vec<Entry> = releases.values_mut().filter_map(Vec::pop).collect();
        let found = summaries(&wanted)?;
        for head in &found {
            releases.remove(&(head.namespace.clone(), head.name.clone()));
        }
        releases.retain(|_, revisions| !revisions.is_empty());
        heads.extend(found);
    }
    Ok(heads)
}

/// Helm: `List.sort`. Equals, which only another namespace can have, are in the order of namespaces.
fn sort(heads: &mut [Summary], options: &ListOptions) {
    heads.sort_by(|left, right| (&left.name, &left.namespace).cmp(&(&right.name, &right.namespace)));
    if options.by_date {
        let seconds = |head: &Summary| head.last_deployed.map_or(i64::MIN, release::Timestamp::seconds);
        heads.sort_by_key(seconds);
    }
    if options.reverse {
        heads.reverse();
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use cluster::{Entry, Summary};

    use super::newest;

    #[test]
    fn an_unreadable_newest_revision_is_passed_over() {
        let entry = |name: &str, revision| Entry {
            name: name.into(),
            namespace: "n".into(),
            revision,
            status: release::Status::Deployed,
            labels: Default::default(),
            annotations: Default::default(),
        };
        let entries = vec![entry("a", 1), entry("b", 9), entry("a", 3), entry("c", 1), entry("a", 2)];
        let read = |entries: &[Entry]| {
            let readable = entries.iter().filter(|entry| entry.revision != 3 && entry.name != "c");
            let head = |entry: &Entry| Summary {
                name: entry.name.clone(),
                namespace: entry.namespace.clone(),
                revision: entry.revision,
                ..Summary::default()
            };
            Ok::<_, Infallible>(readable.map(head).collect())
        };
        let Ok(heads) = newest(entries, read);
        let mut found: Vec<_> = heads.iter().map(|head| (head.name.as_str(), head.revision)).collect();
        found.sort_unstable();
        assert_eq!(found, [("a", 2), ("b", 9)]);
    }
}
