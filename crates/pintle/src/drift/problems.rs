//! `helm status -A --problems`: the releases that somebody should look at, and why.

use std::collections::BTreeMap;

use cluster::{Entry, Readiness, Summary, compute_status};
use release::Status;
use serde_json::{Value, json};
use source::{Places, Repositories, cached_index, index_file};
use version::Version;

use super::{Release, live::read_live};
use crate::{
    Error, ErrorKind, Session,
    drift::{Drifted, ignore::Rules},
    status::human_duration,
    style::{Page, aligned},
};

/// What `status --problems` needs.
#[derive(Clone, Debug, Default)]
pub struct ProblemOptions {
    /// Where the indexes of repositories are kept, which tell whether a chart is outdated.
    pub places: Places,
}

/// A release that somebody should look at.
#[derive(Clone, Debug, Default)]
pub struct ReleaseProblem {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its newest revision.
    pub revision: i64,
    /// Where that stands.
    pub status: Status,
    /// How long ago it was made, for people.
    pub age: String,
    /// How many of its objects are ready.
    pub ready: (usize, usize),
    /// What is wrong, worst first.
    pub why: Vec<String>,
}

/// The releases with problems, by namespace and name, and how many releases there are.
///
/// # Errors
/// The cluster cannot be reached or refuses.
pub fn problems(options: &ProblemOptions, session: &mut Session<'_>) -> Result<(Vec<ReleaseProblem>, usize), Error> {
    let entries = session.read(|storage| storage.entries(""))?;
    let newest = Entry::newest(entries);
    let heads = session.read(|storage| storage.summaries(&newest))?;
    let mut releases: BTreeMap<(String, String), ReleaseProblem> = BTreeMap::new();
    let charts = newest_charts(&options.places);
    for head in &heads {
        releases.insert((head.namespace.clone(), head.name.clone()), of_head(head, &charts, session.now()));
    }
    let records = super::deployed("", session)?;
    let deployed: Vec<Release> = records.into_iter().map(|record| Release::of(record, session)).collect();
    let found = read_live(session, &deployed);
    let now = i64::try_from(session.now() / 1_000_000_000).unwrap_or(i64::MAX);
    for release in &deployed {
        let key = (release.record.namespace.clone(), release.record.name.clone());
        let Some(problem) = releases.get_mut(&key) else { continue };
        let mut unready = Vec::new();
        for object in release.objects.iter().filter(|object| !object.id.name.is_empty()) {
            problem.ready.1 += 1;
            let Ok(Some(live)) = found.get(&object.id) else { continue };
            let status = compute_status(live, now);
            match status.readiness {
                Readiness::Current => problem.ready.0 += 1,
                _ => unready.push(format!("{}/{} not ready: {}", object.id.kind, object.id.name, status.message)),
            }
        }
        problem.why.extend(unready);
        let mut rules = Rules::default();
        rules.add_chart(&release.record)?;
        let drift = release.drift(&found, &rules, session);
        problem.why.extend(drift.drifted.iter().map(|object| match &object.drifted {
            Drifted::Missing => format!("{}/{} is gone", object.id.kind, object.id.name),
            Drifted::Extra => format!("{}/{} is extra", object.id.kind, object.id.name),
            Drifted::Changed(changes) => {
                let paths: Vec<String> = changes.iter().take(2).map(|change| change.path.to_string()).collect();
                let more = changes.len().saturating_sub(2);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                format!("{}/{} drifted: {}{more}", object.id.kind, object.id.name, paths.join(", "))
            }
        }));
        problem.why.extend(drift.problems);
    }
    let count = releases.len();
    Ok((releases.into_values().filter(|release| !release.why.is_empty()).collect(), count))
}

/// What the head of a record tells.
fn of_head(head: &Summary, charts: &BTreeMap<String, Version>, now: i128) -> ReleaseProblem {
    let age = head.last_deployed.map(|time| (now - time.nanoseconds).div_euclid(1_000_000_000));
    let mut why = Vec::new();
    match head.status {
        Status::Deployed | Status::Superseded | Status::Uninstalled => {}
        Status::Failed => why.push(format!("failed: {}", first_line(&head.description))),
        status if status.is_pending() => why.push(format!("{} and not finished", status.name())),
        status => why.push(format!("is {}", status.name())),
    }
    if let (Some(newest), Ok(version)) = (charts.get(&head.chart_name), Version::parse(&head.chart_version))
        && newest.compare(&version).is_gt()
        && head.status != Status::Uninstalled
    {
        why.push(format!("chart {} {} is outdated: {newest} is there", head.chart_name, head.chart_version));
    }
    ReleaseProblem {
        namespace: head.namespace.clone(),
        name: head.name.clone(),
        revision: head.revision,
        status: head.status,
        age: age.map_or_else(|| "-".to_owned(), human_duration),
        ready: (0, 0),
        why,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The newest version of each chart that the indexes on this machine know. A name that several repositories have says
/// nothing.
fn newest_charts(places: &Places) -> BTreeMap<String, Version> {
    let mut newest: BTreeMap<String, (String, Version)> = BTreeMap::new();
    let mut ambiguous = Vec::new();
    let repositories = Repositories::load(&places.repository_config).unwrap_or_default();
    for repository in repositories.list.iter().map(|repository| &repository.name) {
        let index = cached_index(&index_file(&places.repository_cache, repository), &mut Vec::new());
        for (name, entries) in index.map(|index| index.entries).unwrap_or_default() {
            for version in entries.iter().filter_map(|entry| Version::parse(&entry.version).ok()) {
                let is_newer = |known: &Version| version.compare(known).is_gt();
                match newest.get(&name) {
                    _ if version.to_string().contains('-') => {}
                    Some((other, _)) if other != repository => ambiguous.push(name.clone()),
                    Some((_, known)) if !is_newer(known) => {}
                    _ => _ = newest.insert(name.clone(), (repository.clone(), version)),
                }
            }
        }
    }
    newest.retain(|name, _| !ambiguous.contains(name));
    newest.into_iter().map(|(name, (_, version))| (name, version)).collect()
}

/// Problems as a table.
pub fn problem_table(problems: &[ReleaseProblem], releases: usize, page: Page) -> String {
    let head = ["NAMESPACE", "NAME", "REVISION", "STATUS", "AGE", "READY", "WHY"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for problem in problems {
        let ReleaseProblem { namespace, name, revision, status, age, ready, why } = problem;
        let ready = if ready.1 == 0 { "-".to_owned() } else { format!("{}/{}", ready.0, ready.1) };
        let mut reasons = why.iter();
        let first = reasons.next().cloned().unwrap_or_default();
        let cells = [namespace, name, &revision.to_string(), status.name(), age, &ready, &first];
        rows.push(cells.map(str::to_owned).to_vec());
        rows.extend(reasons.map(|reason| {
            let mut row = vec![String::new(); 6];
            row.push(reason.clone());
            row
        }));
    }
    let mut text = if problems.is_empty() { String::new() } else { aligned(&rows, page) };
    text.push_str(&match problems.len() {
        0 => format!("{releases} releases, no problems\n"),
        1 => format!("1 of {releases} releases has problems\n"),
        count => format!("{count} of {releases} releases have problems\n"),
    });
    text
}

/// Problems as JSON.
///
/// # Errors
/// It cannot be written.
pub fn problems_json(problems: &[ReleaseProblem]) -> Result<Vec<u8>, Error> {
    let problem = |problem: &ReleaseProblem| {
        json!({
            "namespace": problem.namespace, "name": problem.name, "revision": problem.revision,
            "status": problem.status.name(), "age": problem.age, "ready": problem.ready.0, "objects": problem.ready.1,
            "why": problem.why,
        })
    };
    let mut bytes = serde_json::to_vec_pretty(&problems.iter().map(problem).collect::<Vec<Value>>())
        .map_err(|error| Error::new(ErrorKind::Output, format!("unable to write JSON output: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}
