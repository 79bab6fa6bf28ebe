//! Histories before and after steps of Helm 4, and what our rules say of them.

use std::time::Duration;

use release::{
    Status, Timestamp,
    history::{History, HistoryError, Revision, RollbackTo, abandoned_description},
};
use serde_json::Value;

use crate::cases;

fn revisions(history: &Value) -> Vec<Revision> {
    let revision = |entry: &Value| Revision {
        number: entry["revision"].as_i64().unwrap(),
        status: Status::parse(entry["status"].as_str().unwrap()),
        description: entry["description"].as_str().unwrap().to_owned(),
        last_deployed: Timestamp::parse(entry["updated"].as_str().unwrap()),
    };
    history.as_array().unwrap().iter().map(revision).collect()
}

fn numbers(revisions: &[Revision]) -> Vec<i64> {
    revisions.iter().map(|revision| revision.number).collect()
}

/// What our rules say of a step that Helm made: the error, or the number that a rollback goes to.
fn judged(history: History<'_>, arguments: &[&str]) -> Result<Option<i64>, HistoryError> {
    match arguments {
        ["rollback", _] => history.rollback_target(RollbackTo::Previous).map(|target| Some(target.number)),
        ["rollback", _, .., number] => {
            let number = number.parse().unwrap();
            history.rollback_target(RollbackTo::Revision(number)).map(|target| Some(target.number))
        }
        ["upgrade", "--install", ..] if history.is_gone() => Ok(None),
        ["upgrade", ..] => history.upgrade_base().map(|_| None),
        ["install", ..] => history.available(arguments.contains(&"--replace")).map(|()| None),
        _ => Ok(None),
    }
}

#[test]
fn steps_of_helm_go_where_our_rules_say() {
    for case in cases("history/steps.jsonl") {
        let (before, after) = (revisions(&case["before"]), revisions(&case["after"]));
        let arguments: Vec<&str> = case["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        let history = History::new(case["release"].as_str().unwrap(), &before);
        let name = &case["name"];
        let helm = case["error"].as_str().unwrap();
        let told = helm.rsplit(": ").next().unwrap();
        match judged(history, &arguments) {
            Err(error) => assert!(helm.ends_with(&error.to_string()), "{name}: {error}\n{helm}"),
            Ok(target) => {
                let ours = ["no deployed releases", "still in use", "version", "revision", "not found"];
                assert!(!ours.iter().any(|words| told.ends_with(words)), "{name}: {helm}");
                let newest = after.last().unwrap();
                if let (Some(target), Status::Deployed) = (target, newest.status) {
                    assert_eq!(newest.description, format!("Rollback to {target}"), "{name}");
                }
            }
        }
        if let (Some(newest), true) = (after.last(), after.len() > before.len() || after.last() != before.last()) {
            let written = numbers(&after).into_iter().filter(|number| *number >= history.next_number());
            assert_eq!(
                written.min().unwrap_or(newest.number),
                if newest.status == Status::Uninstalled { newest.number } else { history.next_number() },
                "{name}"
            );
        }
        if let ["upgrade", .., "--history-max", maximum] = arguments.as_slice() {
            let pruned = history.to_prune(maximum.parse().unwrap());
            let kept: Vec<i64> = numbers(&before).into_iter().filter(|number| !pruned.contains(number)).collect();
            assert_eq!([kept, vec![history.next_number()]].concat(), numbers(&after), "{name}");
        }
        if let Some(newest) = after.last().filter(|newest| newest.status == Status::Deployed) {
            let superseded = history.superseded_by(newest.number);
            assert!(
                superseded.iter().all(|number| after
                    .iter()
                    .all(|revision| revision.number != *number || revision.status == Status::Superseded)),
                "{name}"
            );
        }
    }
}

#[test]
fn what_failed_never_becomes_good() {
    let last = cases("history/steps.jsonl").into_iter().rfind(|case| case["release"] == "back").unwrap();
    let before = revisions(&last["before"]);
    // Helm has marked failed revisions superseded, and its automatic rollback went to one of them.
    assert!(before.iter().filter(|revision| revision.status == Status::Superseded).count() > 2);
    let history = History::new("back", &before);
    assert_eq!(history.last_good().unwrap().number, 1);
    let target = history.rollback_target(RollbackTo::Previous).unwrap();
    assert_eq!((target.number, target.passed_over), (1, Some(5)));
    assert_eq!(history.rollback_target(RollbackTo::LastGood).unwrap().number, 1);
    assert_eq!(history.rollback_target(RollbackTo::Revision(4)).unwrap().number, 4);
    assert_eq!(history.to_prune(2), [2, 3, 4, 5, 6]);
    let mut failed = before;
    failed.iter_mut().for_each(|revision| revision.status = Status::Failed);
    let history = History::new("back", &failed);
    assert_eq!(history.rollback_target(RollbackTo::LastGood), Err(HistoryError::NoGoodRevision("back".into())));
    assert_eq!(history.rollback_target(RollbackTo::Previous).unwrap().number, 5);
}

#[test]
fn the_last_good_revision_is_never_pruned() {
    let revision = |number, status, description: &str| Revision {
        number,
        status,
        description: description.into(),
        ..Revision::default()
    };
    let failed = r#"Upgrade "x" failed: y"#;
    let revisions = [
        revision(1, Status::Superseded, "Install complete"),
        revision(2, Status::Superseded, "my own words"),
        revision(3, Status::Superseded, failed),
        revision(4, Status::Failed, failed),
    ];
    let history = History::new("x", &revisions);
    assert_eq!(history.to_prune(1), [1, 3, 4]);
    assert_eq!(history.to_prune(4), [1]);
    assert_eq!((history.to_prune(0).len(), history.to_prune(5).len()), (0, 0));
}

#[test]
fn an_operation_nobody_carries_on_is_abandoned() {
    let begun = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    let pending = [Revision {
        number: 3,
        status: Status::PendingUpgrade,
        description: "Preparing upgrade".into(),
        last_deployed: Some(begun),
    }];
    let history = History::new("x", &pending);
    let after = |seconds: i128| begun.nanoseconds + seconds * 1_000_000_000;
    let (short, long) = (Duration::from_secs(300), Duration::from_secs(3600));
    assert_eq!(history.abandoned(after(600), short), Err(HistoryError::InProgress));
    assert_eq!(history.abandoned(after(601), short).unwrap().unwrap().number, 3);
    assert_eq!(history.abandoned(after(3600), long), Err(HistoryError::InProgress));
    assert!(history.abandoned(after(3601), long).unwrap().is_some());
    assert_eq!(history.abandoned(after(-5), short), Err(HistoryError::InProgress));
    let superseded = Revision {
        status: Status::Superseded,
        description: abandoned_description("x", &pending[0]),
        ..pending[0].clone()
    };
    assert!(!superseded.reached_deployed());
    assert_eq!(
        superseded.description,
        r#"Upgrade "x" failed: pending-upgrade since 2026-01-01 00:00:00 +0000 UTC, taken for abandoned"#
    );
}
