//! Gates from flags and files, and what their samples come to.

use std::{collections::BTreeMap, time::Duration};

use metrics::gate::{Defaults, Gate, Judged, OnNoData, Probe, Trial, Verdict, from_file, from_flag};

fn flag(text: &str) -> Gate {
    let defaults = Defaults {
        prometheus: "http://127.0.0.1:9090".into(),
        time: Duration::from_secs(60),
        interval: Duration::from_secs(10),
    };
    from_flag(text).unwrap().completed(&defaults).unwrap()
}

fn file(text: &str) -> Result<Vec<Gate>, String> {
    let known = BTreeMap::from([("release".to_owned(), "myapp".to_owned())]);
    from_file(text.as_bytes(), &known).map_err(|error| error.to_string())
}

#[test]
fn queries_of_the_command_line() {
    let query = |text: &str| match flag(text).probe {
        Probe::Prometheus { query, .. } => query,
        other => panic!("{other:?}"),
    };
    let gate = flag("error-rate: rate(http_errors_total{app='myapp'}[5m]) <= 0.01");
    assert_eq!((gate.name.as_str(), gate.wanted().as_str()), ("error-rate", "all(result, # <= 0.01)"));
    assert_eq!(gate.schedule.count, Some(7));
    assert_eq!(gate.duration(), Duration::from_secs(60));
    assert_eq!(
        query("error-rate: rate(http_errors_total{app='myapp'}[5m]) <= 0.01"),
        "rate(http_errors_total{app='myapp'}[5m])"
    );
    assert_eq!(query("sum(up > bool 0) by (job) >= 2"), "sum(up > bool 0) by (job)");
    assert_eq!(query("job:errors:rate5m<1e-3"), "job:errors:rate5m");
    assert_eq!(flag("up == 1").name, "query");
    assert!(from_flag("up").unwrap_err().to_string().contains("does not say which numbers are good"));
    assert!(from_flag("a: ").is_err());
}

#[test]
fn urls_and_commands_of_the_command_line() {
    let gate = flag("http: http://127.0.0.1:8080/health?a=b == 204");
    assert_eq!(gate.probe, Probe::Http { url: "http://127.0.0.1:8080/health?a=b".into() });
    assert_eq!((gate.name.as_str(), gate.wanted().as_str()), ("http", "result == 204"));
    let gate = flag("smoke: http: http://127.0.0.1:8080/health");
    assert_eq!((gate.name.as_str(), gate.wanted().as_str()), ("smoke", "result == 200"));
    let gate = flag("smoke: exec: test 1 -lt 2");
    assert_eq!(gate.probe, Probe::Exec { command: "test 1 -lt 2".into() });
}

#[test]
fn an_analysis_template_is_a_file_of_gates() {
    let gates = file(
        "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: x}\nspec:\n  args:\n  - name: release\n  \
         - {name: bound, value: 0.95}\n  metrics:\n  - name: success-rate\n    interval: 5m\n    count: 3\n    \
         initialDelay: 30s\n    successCondition: 'result[0] >= {{args.bound}}'\n    failureLimit: 3\n    provider:\n      \
         prometheus:\n        address: http://prometheus.example.com:9090\n        query: 'sum(rate(ok{app=\"{{ args.release }}\"}[5m]))'\n",
    )
    .unwrap();
    let [gate] = gates.as_slice() else { panic!("{gates:?}") };
    let query = "sum(rate(ok{app=\"myapp\"}[5m]))".to_owned();
    assert_eq!(gate.probe, Probe::Prometheus { address: "http://prometheus.example.com:9090".into(), query });
    assert_eq!(gate.wanted(), "result[0] >= 0.95");
    assert_eq!(gate.limits.failure, Some(3));
    assert_eq!(gate.schedule.initial_delay, Duration::from_secs(30));
    assert_eq!(gate.duration(), Duration::from_secs(630));
}

#[test]
fn files_that_are_wrong_say_where() {
    let cases = [
        ("metrics: []", "it has no metrics"),
        ("metrics: [{name: a, query: up}]", "gate \"a\": neither successCondition nor failureCondition is given"),
        ("metrics: [{name: a, http: x, exec: z}]", "gate \"a\": more than one thing is measured"),
        ("metrics: [{name: a}]", "gate \"a\": nothing is measured: give provider, query, http or exec"),
        ("metrics: [{name: a, query: up, successCondition: 'result >'}]", "gate \"a\": the condition ends too early"),
        (
            "metrics: [{name: a, query: '{{args.nope}}', successCondition: 'true'}]",
            "gate \"a\": argument \"nope\" is not given",
        ),
        (
            "metrics: [{name: a, exec: x, interval: 5}, {name: b, exec: x, interval: 5x}]",
            "gate \"b\": interval: time: unknown unit \"x\" in duration \"5x\"",
        ),
        ("metrics: [{name: a, exec: x, onNoData: maybe}]", "gate \"a\": onNoData is \"maybe\", not fail, pass or wait"),
    ];
    for (text, message) in cases {
        assert_eq!(file(text).unwrap_err(), message, "{text}");
    }
    let typo = file("metrics: [{name: a, exec: x, sucessCondition: 'result == 0'}]").unwrap_err();
    assert!(typo.starts_with("unknown field `sucessCondition`, expected one of "), "{typo}");
}

/// Feeds samples until the trial has ended.
fn run(gate: Gate, samples: &[Result<Vec<f64>, &str>]) -> (usize, Option<Verdict>) {
    let mut trial = Trial::new(gate, None);
    for sample in samples {
        trial.take(sample.clone().map_err(str::to_owned));
        if trial.verdict().is_some() {
            break;
        }
    }
    (trial.samples.len(), trial.verdict().cloned())
}

fn failed(gate: Gate, samples: &[Result<Vec<f64>, &str>]) -> String {
    match run(gate, samples) {
        (_, Some(Verdict::Failed(why))) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_gate_passes_when_all_samples_are_good() {
    let good = vec![Ok(vec![0.001]); 7];
    assert_eq!(run(flag("e: q <= 0.01"), &good), (7, Some(Verdict::Passed)));
    assert_eq!(run(flag("e: q <= 0.01"), &good[..6]), (6, None));
}

#[test]
fn a_bad_sample_no_data_and_nan_fail() {
    let why = failed(flag("e: q <= 0.01"), &[Ok(vec![0.0]), Ok(vec![0.0, 0.2])]);
    assert_eq!(why, "1 of 2 samples are bad, the last is 0, 0.2; wanted: all(result, # <= 0.01)");
    let why = failed(flag("e: q <= 0.01"), &[Ok(vec![])]);
    assert_eq!(why, "1 of 1 samples are bad, the last is no data; wanted: all(result, # <= 0.01)");
    assert!(failed(flag("e: q <= 0.01"), &[Ok(vec![f64::NAN])]).contains("the last is NaN"));
    assert!(failed(flag("e: q != 1"), &[Ok(vec![f64::NAN])]).contains("the last is NaN"));
}

#[test]
fn no_data_means_what_the_gate_says() {
    let with = |on_no_data: OnNoData| Gate { on_no_data, ..flag("e: q <= 0.01") };
    assert_eq!(run(with(OnNoData::Pass), &vec![Ok(vec![]); 7]), (7, Some(Verdict::Passed)));
    assert_eq!(run(with(OnNoData::Wait), &vec![Ok(vec![]); 20]), (20, None));
    let mut trial = Trial::new(with(OnNoData::Wait), None);
    trial.take(Ok(Vec::new()));
    trial.end("the time is over");
    assert_eq!(trial.verdict(), Some(&Verdict::Failed("the time is over (no data)".into())));
}

#[test]
fn an_unreachable_server_is_never_success() {
    let gone = Err("connection refused");
    let mut samples = vec![Ok(vec![0.0]); 6];
    samples.extend(vec![gone.clone(); 5]);
    assert_eq!(
        failed(flag("e: q <= 0.01"), &samples),
        "5 measurements in a row failed, the last with error: connection refused"
    );
    // Four are borne, if the server comes back.
    let mut samples = vec![gone; 4];
    samples.extend(vec![Ok(vec![0.0]); 7]);
    assert_eq!(run(flag("e: q <= 0.01"), &samples), (11, Some(Verdict::Passed)));
}

#[test]
fn both_conditions_may_leave_it_open() {
    let gates = file("metrics: [{name: a, query: q, successCondition: 'result[0] > 0.9', failureCondition: 'result[0] < 0.5', inconclusiveLimit: 1, count: 2, interval: 1}]").unwrap();
    let [gate] = gates.as_slice() else { panic!("{gates:?}") };
    let mut trial = Trial::new(gate.clone(), None);
    assert_eq!(trial.take(Ok(vec![0.7])).judged, Judged::Inconclusive);
    assert_eq!(trial.take(Ok(vec![0.95])).judged, Judged::Good);
    assert_eq!(trial.verdict(), Some(&Verdict::Passed));
    assert!(failed(gate.clone(), &[Ok(vec![0.7]), Ok(vec![0.7])]).starts_with("2 samples are neither good nor bad"));
    assert!(failed(gate.clone(), &[Ok(vec![0.1])]).ends_with("wanted: result[0] > 0.9, not result[0] < 0.5"));
}
