//! Histories in, series out.

use std::collections::BTreeMap;

use release::{Status, Timestamp};

use super::{Board, Details, ExporterOptions, Process, ReleaseLabels, Sighting, Tallies};

const SECOND: i128 = 1_000_000_000;

/// A record of the release `n/a`: revision, status, description.
fn record(revision: i64, status: Status, description: &str) -> Sighting {
    let time = |seconds: i128| Some(Timestamp { nanoseconds: seconds * SECOND, offset: 0 });
    Sighting {
        namespace: "n".into(),
        name: "a".into(),
        revision,
        status,
        labels: BTreeMap::from([
            ("team".to_owned(), "x".to_owned()),
            ("modifiedAt".to_owned(), (1_000 + 10 * revision + 3).to_string()),
        ]),
        details: Some(Details {
            chart: "demo".into(),
            chart_version: "1.2.3".into(),
            app_version: "v7".into(),
            description: description.into(),
            first_deployed: time(1_010),
            last_deployed: time(1_000 + 10 * i128::from(revision)),
            bytes: 4321,
        }),
    }
}

/// The same record, seen again: nobody reads it twice.
fn again(revision: i64, status: Status) -> Sighting {
    Sighting { details: None, ..record(revision, status, "") }
}

fn history() -> Vec<Sighting> {
    vec![
        record(1, Status::Superseded, "Install complete"),
        record(2, Status::Superseded, "Upgrade complete"),
        record(3, Status::Failed, "Upgrade \"a\" failed: context deadline exceeded"),
        record(4, Status::Deployed, "Rollback to 2"),
    ]
}

fn lines(board: &mut Board) -> Vec<String> {
    let text = board.expose(2_000 * SECOND, &Process::default());
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn value(board: &mut Board, name: &str) -> Vec<String> {
    lines(board).into_iter().filter(|line| line.starts_with(name)).collect()
}

fn counters(board: &mut Board) -> [String; 2] {
    let text = board.expose(2_000 * SECOND, &Process::default());
    ["helm_release_rollback_total", "helm_upgrade_failed_total"].map(|name| {
        let start = format!("{name}{{name=\"a\",namespace=\"n\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or("none").to_owned()
    })
}

#[test]
fn a_history_becomes_series() {
    let labels = ReleaseLabels::choose(&["team".into(), "example.com/tier".into()]).unwrap();
    let options = ExporterOptions { labels, helm_exporter_names: true, max_series: 0 };
    let mut board = Board::new(options, Tallies::default());
    board.take_all("", history(), true);
    let place = "name=\"a\",namespace=\"n\"";
    let info = |status: &str, revision: i64, value: u8| {
        format!(
            "helm_release_info{{{place},owner=\"helm\",status=\"{status}\",revision=\"{revision}\",chart=\"demo\",\
             chart_version=\"1.2.3\",app_version=\"v7\",label_team=\"x\",label_example_com_tier=\"\"}} {value}"
        )
    };
    let foreign = "chart=\"demo\",release=\"a\",version=\"1.2.3\",appVersion=\"v7\",updated=\"1040000\",namespace=\"n\",\
                   latestVersion=\"\"";
    let wanted = vec![
        info("deployed", 4, 1),
        info("failed", 3, 0),
        info("superseded", 2, 0),
        info("superseded", 1, 0),
        format!("helm_release_last_deployed_timestamp{{{place}}} 1040"),
        format!("helm_release_operation_duration_seconds{{{place},operation=\"rollback\",result=\"deployed\"}} 3"),
        format!("helm_release_rollback_total{{{place}}} 1"),
        format!("helm_upgrade_failed_total{{{place}}} 1"),
        format!("helm_release_revisions{{{place}}} 4"),
        format!("helm_release_record_bytes{{{place}}} 4321"),
        format!("helm_chart_info{{{foreign}}} 1"),
        format!("helm_chart_timestamp{{{foreign}}} 1040000"),
        "helm_exporter_build_info{version=\"\"} 1".into(),
        "helm_exporter_dropped_series 0".into(),
    ];
    assert_eq!(lines(&mut board), wanted);
}

#[test]
fn counters_begin_at_nothing_and_only_rise() {
    let mut board = Board::new(ExporterOptions::default(), Tallies::default());
    board.take_all("", Vec::new(), true);
    assert_eq!(counters(&mut board), ["none", "none"]);
    board.see(record(1, Status::PendingInstall, "Initial install underway"));
    board.see(again(1, Status::Deployed));
    assert_eq!(counters(&mut board), ["0", "0"]);
    board.see(record(2, Status::PendingUpgrade, "Preparing upgrade"));
    board.see(again(2, Status::Failed));
    assert_eq!(counters(&mut board), ["0", "1"]);
    board.see(record(3, Status::PendingRollback, "Rollback to 1"));
    board.see(again(1, Status::Superseded));
    board.see(again(3, Status::Deployed));
    board.see(again(3, Status::Deployed));
    assert_eq!(counters(&mut board), ["1", "1"]);
    // Helm marks what a rollback leaves as superseded, even where it failed.
    board.see(again(2, Status::Superseded));
    board.forget("n", "a", 1);
    board.forget("n", "a", 2);
    assert_eq!(counters(&mut board), ["1", "1"]);
    let left: Vec<Sighting> = vec![again(3, Status::Deployed)];
    board.take_all("", left, false);
    assert_eq!(counters(&mut board), ["1", "1"]);
    assert_eq!(value(&mut board, "helm_operation_duration_seconds_count").len(), 3);
    // All of it is gone: another release of the name begins anew.
    board.forget("n", "a", 3);
    board.see(record(1, Status::PendingInstall, "Initial install underway"));
    assert_eq!(counters(&mut board), ["0", "0"]);
}

#[test]
fn what_happened_before_the_first_look_is_an_increase() {
    let mut board = Board::new(ExporterOptions::default(), Tallies::default());
    board.take_all("", Vec::new(), true);
    history().into_iter().for_each(|record| board.see(record));
    assert_eq!(counters(&mut board), ["0", "0"]);
    assert_eq!(counters(&mut board), ["1", "1"]);
}

#[test]
fn counters_outlive_a_restart_and_pruned_revisions() {
    let mut before = Board::new(ExporterOptions::default(), Tallies::default());
    before.take_all("", history(), true);
    before.see(record(5, Status::PendingUpgrade, "Preparing upgrade"));
    let kept = Tallies::parse(&before.tallies().text()).unwrap();
    let after = |records: Vec<Sighting>| {
        let mut board = Board::new(ExporterOptions::default(), kept.clone());
        board.take_all("", records, true);
        counters(&mut board)
    };
    let with = |records: Vec<Sighting>| history().into_iter().chain(records).collect::<Vec<_>>();
    assert_eq!(after(with(vec![record(5, Status::PendingUpgrade, "Preparing upgrade")])), ["1", "1"]);
    assert_eq!(after(with(vec![record(5, Status::Failed, "Upgrade \"a\" failed: x")])), ["1", "2"], "it was open");
    let later = vec![
        record(5, Status::Superseded, "Upgrade complete"),
        record(6, Status::Failed, "Upgrade \"a\" failed: x"),
        record(7, Status::Deployed, "Rollback to 5"),
    ];
    assert_eq!(after(later), ["2", "2"], "the older ones are pruned");
    assert_eq!(after(vec![record(1, Status::Deployed, "Install complete")]), ["0", "0"], "another release");
    let mut later = Board::new(ExporterOptions::default(), kept.clone());
    later.take_all("", Vec::new(), true);
    later.see(record(1, Status::Deployed, "Install complete"));
    later.see(record(2, Status::Failed, "Upgrade \"a\" failed: x"));
    counters(&mut later);
    assert_eq!(counters(&mut later), ["0", "1"], "a release that came later");
    let mut other = record(9, Status::Deployed, "Rollback to 8");
    other.details.as_mut().unwrap().first_deployed = Timestamp::parse("2026-11-21T00:00:00Z");
    assert_eq!(after(vec![other]), ["1", "0"], "another release that is older by now");
}

#[test]
fn two_exporters_agree_on_the_higher_count() {
    let mut one = Board::new(ExporterOptions::default(), Tallies::default());
    one.take_all("", history(), true);
    let mut two = Board::new(ExporterOptions::default(), Tallies::default());
    two.take_all("", history().split_off(2), true);
    two.see(record(5, Status::PendingRollback, "Rollback to 3"));
    one.merge(&two.tallies());
    assert_eq!(counters(&mut one), ["2", "1"]);
    assert!(Tallies::parse("{").is_err() && Tallies::parse("{\"form\":9,\"releases\":{}}").is_err());
}

#[test]
fn operations_are_known_by_their_words() {
    let cases = [
        (1, Status::Failed, "Release \"a\" failed: x", ["0", "0"]),
        (2, Status::Failed, "Release \"a\" failed: x", ["1", "0"]),
        (2, Status::Failed, "Rollback \"a\" failed: x", ["1", "0"]),
        (2, Status::Failed, "Upgrade \"a\" failed: x", ["0", "1"]),
        (2, Status::Superseded, "Upgrade \"a\" failed: x", ["0", "1"]),
        (2, Status::Deployed, "a line of mine", ["0", "0"]),
        (2, Status::Failed, "a line of mine", ["0", "1"]),
        (2, Status::PendingRollback, "", ["1", "0"]),
    ];
    for (revision, status, description, wanted) in cases {
        let mut board = Board::new(ExporterOptions::default(), Tallies::default());
        board.take_all("", vec![record(revision, status, description)], true);
        assert_eq!(counters(&mut board), wanted, "{revision} {status:?} {description}");
    }
}

#[test]
fn only_success_counts_as_deployed() {
    let mut board = Board::new(ExporterOptions::default(), Tallies::default());
    board.take_all("", history().into_iter().take(3).collect(), true);
    let mut see = |record: Option<Sighting>| {
        record.into_iter().for_each(|record| board.see(record));
        value(&mut board, "helm_release_last_deployed_timestamp").join("")
    };
    assert!(see(None).ends_with(" 1020"));
    assert!(see(Some(record(4, Status::PendingUpgrade, "Preparing upgrade"))).ends_with(" 1020"));
    assert!(see(Some(again(4, Status::Deployed))).ends_with(" 1040"));
    assert!(see(Some(again(4, Status::Superseded))).ends_with(" 1040"));
    board.see(record(5, Status::PendingUpgrade, "Preparing upgrade"));
    let age = value(&mut board, "helm_release_pending_age_seconds");
    assert_eq!(age, ["helm_release_pending_age_seconds{name=\"a\",namespace=\"n\",status=\"pending-upgrade\"} 950"]);
}

#[test]
fn series_are_bounded() {
    let options = ExporterOptions { max_series: 10, ..ExporterOptions::default() };
    let mut board = Board::new(options, Tallies::default());
    board.take_all(
        "",
        (1..=40).map(|revision| record(revision, Status::Superseded, "Upgrade complete")).collect(),
        true,
    );
    let series = value(&mut board, "helm_release_info").len();
    assert!(series <= 10 && series > 5, "{series}");
    assert_eq!(
        value(&mut board, "helm_exporter_dropped_series"),
        [format!("helm_exporter_dropped_series {}", 40 - series)]
    );
    let long: Vec<String> = (0..17).map(|number| format!("label{number}")).collect();
    assert!(ReleaseLabels::choose(&long).is_err());
    assert!(ReleaseLabels::choose(&["a.b".into(), "a/b".into()]).is_err());
    let mut wide = record(41, Status::Deployed, "Upgrade complete");
    wide.details.as_mut().unwrap().app_version = "ü".repeat(500);
    board.see(wide);
    assert!(value(&mut board, "helm_release_info").iter().all(|line| line.chars().count() < 400));
}
