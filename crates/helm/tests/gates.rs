//! Gates judge releases in the sandbox, by the numbers of a Prometheus whose answers the test chooses.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

use testkit::{Outcome, TestEnv};

const HELM: &str = env!("CARGO_BIN_EXE_helm");

/// What the next queries are answered with; the last one stands for all that follow.
type Answers = Arc<Mutex<Vec<Answer>>>;

#[derive(Clone, Copy)]
enum Answer {
    Number(&'static str),
    NoData,
    /// The connection is closed without an answer.
    Gone,
}

/// Serves Prometheus' query API on loopback; gives its address. Source: Prometheus' documentation, "HTTP API".
fn prometheus(answers: Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let Some(Ok(first)) = lines.next() else { continue };
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let mut answers = answers.lock().unwrap();
            let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
            let series = match answer {
                Answer::Gone => continue,
                Answer::NoData => String::new(),
                Answer::Number(number) => format!(r#"{{"metric":{{}},"value":[1700000000.5,"{number}"]}}"#),
            };
            let known = first.starts_with("GET /api/v1/query?query=rate%28http_errors_total");
            let body = match known {
                true => format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{series}]}}}}"#),
                false => r#"{"status":"error","errorType":"bad_data","error":"unknown query"}"#.to_owned(),
            };
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length";
            _ = write!(stream, "{head}: {}\r\n\r\n{body}", body.len());
        }
    });
    address
}

struct Story {
    env: TestEnv,
    address: String,
    answers: Answers,
}

impl Story {
    /// A release `demo` of one revision in a sandbox, and a Prometheus.
    fn begin() -> Story {
        let env = TestEnv::new().unwrap();
        env.write("demo/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 0.1.0\n").unwrap();
        let configuration =
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: demo\ndata:\n  version: {{ .Values.v | quote }}\n";
        env.write("demo/templates/configuration.yaml", configuration).unwrap();
        env.write("demo/values.yaml", "v: 1\n").unwrap();
        let answers = Arc::new(Mutex::new(vec![Answer::Number("0")]));
        let story = Story { address: prometheus(Arc::clone(&answers)), env, answers };
        assert_eq!(story.helm("install demo demo --sandbox").exit, 0);
        story
    }

    fn helm(&self, line: &str) -> Outcome {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        self.env.run(Path::new(HELM), &words, "").unwrap()
    }

    /// An upgrade with the mission's gate on the error rate.
    fn upgrade(&self, answers: &[Answer], flags: &str) -> Outcome {
        *self.answers.lock().unwrap() = answers.to_vec();
        let mut words: Vec<String> = "upgrade demo demo --sandbox --set v=2 --gate-for 400ms --gate-interval 100ms"
            .split(' ')
            .map(str::to_owned)
            .collect();
        words.extend(["--prometheus".into(), self.address.clone(), "--gate-query".into()]);
        words.push("error-rate: rate(http_errors_total{app='myapp'}[5m]) <= 0.01".into());
        words.extend(flags.split_whitespace().map(str::to_owned));
        self.env.run(Path::new(HELM), &words, "").unwrap()
    }

    /// Status and description of each revision.
    fn history(&self) -> Vec<(String, String)> {
        let outcome = self.helm("history demo --sandbox -o json");
        let revisions: Vec<serde_json::Value> = serde_json::from_str(&outcome.stdout).unwrap();
        let text = |revision: &serde_json::Value, key: &str| revision[key].as_str().unwrap().to_owned();
        revisions.iter().map(|revision| (text(revision, "status"), text(revision, "description"))).collect()
    }

    fn manifest(&self) -> String {
        self.helm("get manifest demo --sandbox").stdout
    }

    /// The upgrade was rolled back, and the history tells why in these words.
    fn assert_rolled_back(&self, outcome: &Outcome, why: &str) {
        assert_eq!(outcome.exit, 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
        let history = self.history();
        let statuses: Vec<&str> = history.iter().map(|(status, _)| status.as_str()).collect();
        assert_eq!(statuses, ["superseded", "failed", "deployed"]);
        assert!(history[1].1.contains(why), "{}", history[1].1);
        assert_eq!(history[2].1, "Rollback to 1");
        assert!(self.manifest().contains("version: \"1\""));
    }
}

#[test]
fn a_good_release_stays() {
    let story = Story::begin();
    let outcome = story.upgrade(&[Answer::Number("0.004")], "");
    assert_eq!(outcome.exit, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("gate error-rate: sample 5 of 5: 0.004, good"), "{}", outcome.stderr);
    let statuses: Vec<String> = story.history().into_iter().map(|(status, _)| status).collect();
    assert_eq!(statuses, ["superseded", "deployed"]);
    assert!(story.manifest().contains("version: \"2\""));
}

#[test]
fn a_bad_release_is_rolled_back() {
    let story = Story::begin();
    let outcome = story.upgrade(&[Answer::Number("0.001"), Answer::Number("0.25")], "");
    let why = "gate error-rate failed: 1 of 2 samples are bad, the last is 0.25; wanted: all(result, # <= 0.01); \
               samples: 0.001; 0.25";
    story.assert_rolled_back(&outcome, why);
    assert!(story.helm("status demo --sandbox --revision 2").stdout.contains("samples: 0.001; 0.25"));
}

#[test]
fn history_and_status_say_why() {
    let story = Story::begin();
    assert_eq!(story.upgrade(&[Answer::Number("0.001")], "").exit, 0);
    assert_eq!(story.upgrade(&[Answer::Number("0.001"), Answer::Number("0.25")], "").exit, 1);
    let reason = "gate error-rate failed: 1 of 2 samples are bad, the last is 0.25; wanted: all(result, # <= 0.01)";
    let because = format!("revision 4 is an automatic rollback: revision 3 failed: {reason}\n");
    let history = story.helm("history demo --sandbox");
    assert_eq!(history.stderr, format!("revision 3 failed: {reason}\n{because}"));
    assert!(story.helm("history demo --sandbox --all").stdout.ends_with(&history.stderr));
    let status = story.helm("status demo --sandbox");
    assert_eq!(status.stderr, because);
    let gate = |verdict: &str, samples: &str| {
        format!("gate error-rate: {verdict}, wanted: all(result, # <= 0.01); samples: {samples}\n")
    };
    let status = story.helm("status demo --sandbox --revision 3");
    assert_eq!(status.stderr, format!("revision 3 failed: {reason}\n{}", gate("failed", "0.001; 0.25")));
    // A revision that passed keeps its samples, superseded or not; Helm's own output is as it was.
    let status = story.helm("status demo --sandbox --revision 2");
    assert_eq!(status.stderr, gate("passed", "0.001; 0.001; 0.001; 0.001; 0.001"));
    assert!(!status.stdout.contains("gate"), "{}", status.stdout);
    let status = story.helm("status demo --sandbox --revision 3 -o json");
    let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["gates"][0]["samples"][1], serde_json::json!({"numbers": [0.25], "judged": "bad"}));
    assert_eq!(story.helm("status demo --sandbox --revision 1").stderr, "");
}

#[test]
fn no_data_and_nan_are_no_success() {
    let story = Story::begin();
    let outcome = story.upgrade(&[Answer::NoData], "");
    story.assert_rolled_back(&outcome, "1 of 1 samples are bad, the last is no data");
    let story = Story::begin();
    let outcome = story.upgrade(&[Answer::Number("NaN")], "");
    story.assert_rolled_back(&outcome, "1 of 1 samples are bad, the last is NaN");
}

#[test]
fn a_prometheus_that_is_gone_in_the_middle_is_no_success() {
    let story = Story::begin();
    let outcome = story.upgrade(&[Answer::Number("0"), Answer::Number("0"), Answer::Gone], "");
    story.assert_rolled_back(&outcome, "gate error-rate failed: 5 measurements in a row failed, the last with error: ");
    // Each of them stands for the third sample; the error is not told five times.
    assert_eq!(outcome.stderr.matches(": sample 3 of ").count(), 5, "{}", outcome.stderr);
    assert!(outcome.stderr.contains(" (5 times)\n"), "{}", outcome.stderr);
}

#[test]
fn a_file_of_gates_compares_with_what_was_before() {
    let story = Story::begin();
    let file = "metrics:\n- name: not-worse\n  count: 2\n  interval: 100ms\n  query: rate(http_errors_total[1m])\n  \
                successCondition: result <= before * 2\n- name: smoke\n  exec: test -e demo/values.yaml\n  count: 1\n";
    story.env.write("gates.yaml", file).unwrap();
    let numbers = |numbers: &[&'static str]| numbers.iter().copied().map(Answer::Number).collect::<Vec<_>>();
    // The first answer is what was before; the flag's own gate and the file's take turns in asking after that.
    let outcome = story.upgrade(&numbers(&["0.001", "0.002"]), "--gate gates.yaml");
    assert_eq!(outcome.exit, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("gate smoke: sample 1 of 1: 0, good"), "{}", outcome.stderr);
    let outcome = story.upgrade(&numbers(&["0.001", "0.009"]), "--gate gates.yaml");
    assert_eq!(outcome.exit, 1);
    assert!(outcome.stderr.contains("gate not-worse failed: "), "{}", outcome.stderr);
}

#[test]
fn a_chart_ships_gates_which_run_only_where_that_is_asked_for() {
    let story = Story::begin();
    let gates = |annotation: &str, gate: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{{{ .Release.Name }}}}-gates\n  annotations:\n    \
             helm.sh/hook: post-upgrade,post-rollback\n    pintle.dev/gate: {annotation:?}\ndata:\n  gates.yaml: |\n    \
             metrics:\n    - name: shipped\n      count: 2\n      interval: 100ms\n{gate}\n"
        )
    };
    let query =
        "      query: rate(http_errors_total[1m])\n      successCondition: 'all(result, # < {{ .Values.bound }})'";
    story.env.write("demo/values.yaml", "v: 1\nbound: 0.01\n").unwrap();
    story.env.write("demo/templates/gates.yaml", &gates("true", query)).unwrap();
    let ask = |answer: Answer, line: &str| {
        *story.answers.lock().unwrap() = vec![answer];
        story.helm(&line.replace("PROMETHEUS", &story.address))
    };
    // Who does not ask for them is told.
    let outcome = ask(Answer::Number("1"), "upgrade demo demo --sandbox");
    assert_eq!(outcome.exit, 0, "{}", outcome.stderr);
    let told = "ConfigMap demo-gates (demo/templates/gates.yaml) has gates for upgrade, which are not run: --chart-gates runs them\n";
    assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    let line = "upgrade demo demo --sandbox --chart-gates --prometheus PROMETHEUS --set v=2";
    let outcome = ask(Answer::Number("0.001"), line);
    assert_eq!(outcome.exit, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("gate shipped: sample 2 of 2: 0.001, good"), "{}", outcome.stderr);
    let outcome = ask(Answer::Number("0.5"), line);
    assert_eq!(outcome.exit, 1, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("gate shipped failed: 1 of 1 samples are bad, the last is 0.5"),
        "{}",
        outcome.stderr
    );
    assert_eq!(story.history().last().unwrap().1, "Rollback to 3");
    // A rollback is judged by the gates of the revision that it goes back to, and there is nothing behind it.
    let outcome = ask(Answer::Number("0.5"), "rollback demo 3 --sandbox --chart-gates --prometheus PROMETHEUS");
    assert_eq!(outcome.exit, 1, "{}", outcome.stderr);
    let (status, description) = story.history().last().cloned().unwrap();
    assert_eq!(status, "failed");
    assert!(description.contains("gate shipped failed: "), "{description}");
    // What is wrong with them is found before anything is done.
    let count = story.history().len();
    for (annotation, gate, message) in [
        ("true", query, "gate \"shipped\" asks Prometheus, but nobody said where it is"),
        ("yes", query, "the annotation pintle.dev/gate is \"yes\", neither true nor false"),
        ("true", "      exec: touch ran", "gate \"shipped\" runs a command, which a chart must not do on this machine"),
    ] {
        story.env.write("demo/templates/gates.yaml", &gates(annotation, gate)).unwrap();
        let outcome = story.helm("upgrade demo demo --sandbox --chart-gates");
        assert_eq!(outcome.exit, 1);
        assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
    }
    assert_eq!(story.history().len(), count);
    assert!(!story.env.work().join("ran").exists());
    story.env.write("demo/templates/gates.yaml", "").unwrap();
    let outcome = story.helm("upgrade demo demo --sandbox --chart-gates");
    assert!(outcome.stderr.contains("--chart-gates: the chart ships no gates for upgrade\n"), "{}", outcome.stderr);
}

#[test]
fn a_rehearsal_asks_gates_once() {
    let story = Story::begin();
    let rehearse = |answer: Answer| {
        *story.answers.lock().unwrap() = vec![answer];
        let mut words: Vec<String> = "rehearse upgrade demo demo --sandbox --set v=2 --gate gates.yaml --gate-query"
            .split(' ')
            .map(str::to_owned)
            .collect();
        words.extend(["error-rate: rate(http_errors_total[5m]) <= 0.01".into(), "--prometheus".into()]);
        words.push(story.address.clone());
        story.env.run(Path::new(HELM), &words, "").unwrap()
    };
    let file = "metrics:\n- {name: smoke, exec: touch ran}\n- name: not-worse\n  query: rate(http_errors_total[1m])\n  \
                successCondition: result <= before * 2\n";
    story.env.write("gates.yaml", file).unwrap();
    let outcome = rehearse(Answer::Number("0.004"));
    assert_eq!(outcome.exit, 0, "{}", outcome.stderr);
    let told = "\nGATES, as things are now; the new revision's numbers are known when it runs\n  smoke: not asked: it runs a \
                command, which a rehearsal does not\n  not-worse: 0.004, which is good (wanted: result <= before * 2)\n  \
                error-rate: 0.004, which is good (wanted: all(result, # <= 0.01))\n";
    assert!(outcome.stdout.ends_with(told), "{}", outcome.stdout);
    assert!(!story.env.work().join("ran").exists());
    let outcome = rehearse(Answer::NoData);
    assert_eq!(outcome.exit, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("  error-rate: no data, which is bad (wanted: "), "{}", outcome.stdout);
    let outcome = rehearse(Answer::Gone);
    assert_eq!(outcome.exit, 1, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("  error-rate: CANNOT BE ANSWERED: "), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("Error: the gate not-worse would fail: "), "{}", outcome.stderr);
    assert_eq!(story.history().len(), 1);
}

#[test]
fn flags_that_do_not_fit_change_nothing() {
    let story = Story::begin();
    let cases =
        [("--gate-query up", "does not say which numbers are good"), ("--gate no-such-file.yaml", "no-such-file.yaml")];
    for (flags, message) in cases {
        let outcome = story.upgrade(&[Answer::Number("0")], flags);
        assert_eq!(outcome.exit, 1);
        assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
    }
    let outcome = story.helm("upgrade demo demo --sandbox --gate-query up==1");
    assert!(
        outcome.stderr.contains("gate \"query\" asks Prometheus, but nobody said where it is"),
        "{}",
        outcome.stderr
    );
    assert_eq!(story.history().len(), 1);
}
