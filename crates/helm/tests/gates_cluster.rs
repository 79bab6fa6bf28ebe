//! Gates judge releases on a real API server by the numbers of a real Prometheus, which scrapes an application whose error
//! rate is a setting of the release: a bad release has bad numbers, and undoing it mends them.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use cluster::{Cluster, ObjectId, Secrets, Storage as _};
use serde_json::Value;
use testkit::{Outcome, Prometheus, TEST_PROMETHEUS, TestEnv, Testbed, needed_program};

const HELM: &str = env!("CARGO_BIN_EXE_helm");
/// Nothing takes longer than this.
const PATIENCE: Duration = Duration::from_secs(90);
/// The error rate of the application: of a hundred requests between two scrapes, so many fail.
const RATE: &str = "sum(rate(http_errors_total{app='myapp'}[2s])) / sum(rate(http_requests_total{app='myapp'}[2s]))";

struct Stage {
    bed: Testbed,
    env: TestEnv,
    prometheus: Option<Prometheus>,
    address: String,
}

/// Serves the metrics of an application whose error rate is what the release says. Gives the port.
fn application(cluster: Cluster, namespace: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let setting = ObjectId { api_version: "v1".into(), kind: "ConfigMap".into(), namespace, name: "setting".into() };
    thread::spawn(move || {
        let (mut requests, mut errors) = (0.0, 0.0);
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let live = cluster.get(&setting).ok().flatten();
            let rate = live.and_then(|live| live.pointer("/data/errors")?.as_str()?.parse::<f64>().ok()).unwrap_or(0.0);
            requests += 100.0;
            errors += 100.0 * rate;
            let body = format!(
                "# TYPE http_requests_total counter\nhttp_requests_total{{app=\"myapp\"}} {requests}\n# TYPE \
                 http_errors_total counter\nhttp_errors_total{{app=\"myapp\"}} {errors}\n"
            );
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\nContent-Length";
            _ = write!(stream, "{head}: {}\r\n\r\n{body}", body.len());
        }
    });
    port
}

impl Stage {
    /// A release `r` of one revision, its application, and a Prometheus that knows its numbers. None where there is no
    /// cluster or no Prometheus.
    fn set(name: &str) -> Option<Stage> {
        let program = needed_program(TEST_PROMETHEUS, name).unwrap()?;
        let bed = Testbed::open(name).unwrap()?;
        let env = TestEnv::on(&bed).unwrap();
        env.write("app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n").unwrap();
        env.write("app/values.yaml", "errors: 0\n").unwrap();
        env.write(
            "app/templates/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: setting}\ndata: {errors: {{ .Values.errors | quote }}}\n---\n\
             apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
             template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: c, image: example.com/x}]}\n",
        )
        .unwrap();
        let port = application(Cluster::connect(&bed.options()).unwrap(), bed.namespace().to_owned());
        let config = format!(
            "global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}\nscrape_configs:\n- job_name: app\n  \
             static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n"
        );
        let prometheus = Prometheus::start(&program, &env.work().join("prometheus"), &config).unwrap();
        let stage = Stage { address: prometheus.url(), prometheus: Some(prometheus), bed, env };
        let install = stage.helm("install r app --wait");
        assert_eq!(install.exit, 0, "{}", install.stderr);
        stage.wait_for_rate(0.0..0.01);
        Some(stage)
    }

    fn helm(&self, line: &str) -> Outcome {
        self.run(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    fn run(&self, words: &[String]) -> Outcome {
        self.env.run(Path::new(HELM), words, "").unwrap()
    }

    /// The words of an upgrade to an error rate, with a gate on it.
    fn upgrade(&self, errors: &str, query: &str, flags: &str) -> Vec<String> {
        let line =
            format!("upgrade r app --set errors={errors} --prometheus {} --gate-interval 500ms {flags}", self.address);
        let gate = ["--gate-query".to_owned(), format!("error-rate: {query} <= 0.01")];
        line.split_whitespace().map(str::to_owned).chain(gate).collect()
    }

    /// Waits until Prometheus says that the error rate is within bounds.
    fn wait_for_rate(&self, bounds: std::ops::Range<f64>) {
        let begin = Instant::now();
        let rate = || -> Option<f64> {
            let data = self.prometheus.as_ref()?.query(RATE).ok()?;
            data.pointer("/result/0/value/1")?.as_str()?.parse().ok()
        };
        while !rate().is_some_and(|rate| bounds.contains(&rate)) {
            assert!(begin.elapsed() < PATIENCE, "the error rate is {:?}", rate());
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Status and description of each revision.
    fn history(&self) -> Vec<(String, String)> {
        let outcome = self.helm("history r -o json");
        let revisions: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
        let text = |revision: &Value, key: &str| revision[key].as_str().unwrap().to_owned();
        revisions.iter().map(|revision| (text(revision, "status"), text(revision, "description"))).collect()
    }

    fn statuses(&self) -> Vec<String> {
        self.history().into_iter().map(|(status, _)| status).collect()
    }

    /// What lives has this error rate.
    fn assert_lives(&self, errors: &str) {
        let namespace = self.bed.namespace().to_owned();
        let id = ObjectId { api_version: "v1".into(), kind: "ConfigMap".into(), namespace, name: "setting".into() };
        let live = self.bed.cluster().get(&id).unwrap().unwrap();
        assert_eq!(live["data"]["errors"], errors);
    }

    /// The upgrade was rolled back, the history tells why, and the first revision lives.
    fn assert_rolled_back(&self, outcome: &Outcome, why: &str) {
        assert_eq!(outcome.exit, 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
        assert_eq!(self.statuses(), ["superseded", "failed", "deployed"]);
        let history = self.history();
        assert!(history[1].1.contains(why) && history[2].1 == "Rollback to 1", "{history:?}");
        let told = self.helm("history r").stderr;
        assert!(told.contains("revision 2 failed: gate error-rate failed: "), "{told}");
        assert!(told.contains("revision 3 is an automatic rollback: revision 2 failed: "), "{told}");
        self.assert_lives("0");
    }

    /// Runs an upgrade that takes samples for long; once it has taken two, this is done with its process.
    fn interrupted(&self, errors: &str, does: impl FnOnce(&str)) -> Outcome {
        let (pid, events) = (self.env.work().join("pid"), self.env.work().join("events"));
        _ = fs::remove_file(&events);
        let words = self.upgrade(errors, RATE, "--gate-for 60s --events events");
        let script = format!("{HELM} \"$@\" & echo $! >pid; wait $!");
        let arguments: Vec<String> = ["-c".to_owned(), script, "sh".to_owned()].into_iter().chain(words).collect();
        thread::scope(|scope| {
            let run = scope.spawn(|| self.env.run(Path::new("/bin/sh"), &arguments, "").unwrap());
            let begin = Instant::now();
            let samples = || fs::read_to_string(&events).unwrap_or_default().matches("\"event\":\"sample\"").count();
            while samples() < 2 {
                assert!(begin.elapsed() < PATIENCE, "no samples are taken");
                thread::sleep(Duration::from_millis(50));
            }
            does(fs::read_to_string(&pid).unwrap().trim());
            run.join().unwrap()
        })
    }
}

fn kill(pid: &str) {
    assert!(Command::new("/bin/kill").args(["-KILL", pid]).status().unwrap().success());
}

#[test]
fn good_numbers_keep_a_release_and_bad_ones_undo_it() {
    let Some(stage) = Stage::set("gates-cli-rate") else { return };
    let good = stage.run(&stage.upgrade("0.001", RATE, "--gate-for 2s"));
    assert_eq!(good.exit, 0, "{}", good.stderr);
    assert_eq!(stage.statuses(), ["superseded", "deployed"]);
    stage.assert_lives("0.001");
    let told = stage.helm("status r").stderr;
    assert!(told.starts_with("gate error-rate: passed, wanted: all(result, # <= 0.01); samples: "), "{told}");
    // The numbers turn bad while samples are taken.
    let bad = stage.run(&stage.upgrade("0.5", RATE, "--gate-for 20s"));
    assert_eq!(bad.exit, 1, "{}", bad.stderr);
    assert!(bad.stderr.contains("Error: UPGRADE FAILED: release r failed, and has been rolled back"), "{}", bad.stderr);
    assert_eq!(stage.statuses(), ["superseded", "superseded", "failed", "deployed"]);
    stage.assert_lives("0.001");
    stage.wait_for_rate(0.0..0.01);
    let told = stage.helm("status r --revision 3").stderr;
    assert!(told.contains("gate error-rate: failed, "), "{told}");
}

#[test]
fn no_data_undoes_a_release() {
    let Some(stage) = Stage::set("gates-cli-nothing") else { return };
    let outcome = stage.run(&stage.upgrade("0.001", "sum(rate(no_such_metric[2s]))", "--gate-for 2s"));
    stage.assert_rolled_back(&outcome, "gate error-rate failed: 1 of 1 samples are bad, the last is no data");
}

#[test]
fn a_prometheus_that_goes_away_undoes_a_release() {
    let Some(mut stage) = Stage::set("gates-cli-gone") else { return };
    let prometheus = stage.prometheus.take();
    let outcome = stage.interrupted("0.001", |_| drop(prometheus));
    stage.assert_rolled_back(&outcome, "gate error-rate failed: 5 measurements in a row failed, the last with error: ");
}

#[test]
fn a_rollback_recovers_a_release_whose_helm_was_killed_at_a_gate() {
    let Some(stage) = Stage::set("gates-cli-killed") else { return };
    let outcome = stage.interrupted("0.001", kill);
    assert_ne!(outcome.exit, 0);
    assert_eq!(stage.statuses(), ["deployed", "pending-upgrade"]);
    // It may still go on, for all that others know.
    let other = stage.helm("upgrade r app --set errors=0 --rollback-on-failure");
    assert_eq!(other.exit, 1);
    assert!(other.stderr.contains("another operation (install/upgrade/rollback) is in progress"), "{}", other.stderr);
    assert!(other.stderr.contains("hint: its gates may take samples for "), "{}", other.stderr);
    let back = stage.helm("rollback r --wait");
    assert_eq!(back.exit, 0, "{}", back.stderr);
    let history = stage.history();
    assert_eq!(history.last().unwrap(), &("deployed".to_owned(), "Rollback to 1".to_owned()));
    assert_eq!(history[0].0, "superseded");
    stage.assert_lives("0");
    let next = stage.helm("upgrade r app --set errors=0.002 --wait");
    assert_eq!(next.exit, 0, "{}", next.stderr);
}

#[test]
fn an_upgrade_recovers_a_release_whose_helm_was_killed_at_a_gate() {
    let Some(stage) = Stage::set("gates-cli-taken") else { return };
    let killed = stage.interrupted("0.001", kill);
    assert_ne!(killed.exit, 0);
    let storage = Secrets::new(stage.bed.cluster(), stage.bed.namespace());
    // Time passes: more than the ten minutes that anybody is given, and, the second time, than the gates may take.
    let mut record = storage.get("r", 2).unwrap();
    let begun = record.info.last_deployed.as_mut().unwrap();
    begun.nanoseconds -= 1_200_000_000_000;
    let now = begun.seconds() + 1200;
    let until = |seconds: i64| [("pintle-gates-until".to_owned(), (now + seconds).to_string())].into();
    let upgrade = || stage.helm("upgrade r app --set errors=0.002 --atomic");
    storage.update_annotated(&record, &until(600)).unwrap();
    let early = upgrade();
    assert_eq!(early.exit, 1);
    assert!(early.stderr.contains("hint: its gates may take samples for "), "{}", early.stderr);
    storage.update_annotated(&record, &until(-60)).unwrap();
    let late = upgrade();
    assert_eq!(late.exit, 0, "{}", late.stderr);
    assert_eq!(stage.statuses(), ["superseded", "failed", "deployed"]);
    assert!(stage.history()[1].1.ends_with("taken for abandoned"), "{:?}", stage.history());
    stage.assert_lives("0.002");
}
