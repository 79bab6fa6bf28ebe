//! The values of JSON that events and reports have in common.

use std::time::Duration;

use cluster::ObjectId;
use metrics::gate::{Judged, Probe, Sample, Trial, Verdict};
use release::Timestamp;
use serde_json::{Map, Value, json};

/// How many samples of a gate are kept beside a record.
const KEPT_SAMPLES: usize = 100;

/// A time in UTC, as RFC 3339 has it.
pub(super) fn time(nanoseconds: i128) -> Value {
    Timestamp { nanoseconds, offset: 0 }.to_string().into()
}

/// The seconds between two times.
pub(super) fn seconds(from: i128, to: i128) -> Value {
    let milliseconds = to.saturating_sub(from).max(0) / 1_000_000;
    json!(milliseconds as f64 / 1e3)
}

/// How long something lasted, in seconds to the millisecond.
pub(super) fn lasted(time: Duration) -> Value {
    seconds(0, i128::try_from(time.as_nanos()).unwrap_or(i128::MAX))
}

/// Which object.
pub(super) fn object(id: &ObjectId) -> Map<String, Value> {
    let ObjectId { api_version, kind, namespace, name } = id;
    let fields = [("apiVersion", api_version), ("kind", kind), ("namespace", namespace), ("name", name)];
    fields.into_iter().map(|(key, text)| (key.to_owned(), text.as_str().into())).collect()
}

/// Numbers, of which JSON has no NaN and nothing infinite: those are texts, as Prometheus writes them.
fn numbers(numbers: &[f64]) -> Value {
    let number = |number: &f64| match *number {
        number if number.is_nan() => Value::from("NaN"),
        f64::INFINITY => "+Inf".into(),
        f64::NEG_INFINITY => "-Inf".into(),
        number if number.fract() == 0.0 && number.abs() < 1e15 => json!(number as i64),
        number => json!(number),
    };
    numbers.iter().map(number).collect()
}

/// A sample as a value of its own.
pub(crate) fn sample_json(taken: &Sample) -> Value {
    Value::Object(sample(taken))
}

/// A sample.
pub(super) fn sample(sample: &Sample) -> Map<String, Value> {
    let judged = match &sample.judged {
        Judged::Good => "good",
        Judged::Bad => "bad",
        Judged::Inconclusive => "inconclusive",
        Judged::Nothing => "nothing",
        Judged::Error(_) => "error",
    };
    let mut told =
        Map::from_iter([("numbers".to_owned(), numbers(&sample.numbers)), ("judged".to_owned(), judged.into())]);
    if let Judged::Error(reason) = &sample.judged {
        told.insert("error".into(), reason.as_str().into());
    }
    told
}

/// A gate with its samples. Where Prometheus is, is left out: addresses may hold passwords.
pub(crate) fn gate_json(trial: &Trial) -> Value {
    let (kind, what) = match &trial.gate.probe {
        Probe::Prometheus { query, .. } => ("query", query.clone()),
        Probe::Http { url } => ("http", without_user(url)),
        Probe::Exec { command } => ("exec", command.clone()),
    };
    let verdict = match trial.verdict() {
        Some(Verdict::Passed) => "passed",
        Some(Verdict::Failed(_)) => "failed",
        None => "open",
    };
    let skipped = trial.samples.len().saturating_sub(KEPT_SAMPLES);
    let samples: Vec<Value> = trial.samples.iter().skip(skipped).map(sample_json).collect();
    let mut told = json!({
        "name": trial.gate.name, kind: what, "wanted": trial.gate.wanted(), "verdict": verdict, "samples": samples,
    });
    if let (Some(before), Some(fields)) = (&trial.before, told.as_object_mut()) {
        fields.insert("before".into(), numbers(before));
    }
    if let (Some(Verdict::Failed(why)), Some(fields)) = (trial.verdict(), told.as_object_mut()) {
        fields.insert("why".into(), why.as_str().into());
    }
    told
}

/// A URL without the user and the password in it.
pub(crate) fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::{numbers, without_user};

    #[test]
    fn passwords_in_urls_are_left_out() {
        assert_eq!(without_user("https://me:secret@example.com/a@b"), "https://example.com/a@b");
        assert_eq!(without_user("http://example.com"), "http://example.com");
        assert_eq!(without_user("nothing"), "nothing");
    }

    #[test]
    fn numbers_that_json_has_not_are_texts() {
        let told = numbers(&[0.5, 3.0, f64::NAN, f64::INFINITY]);
        assert_eq!(told.to_string(), r#"[0.5,3,"NaN","+Inf"]"#);
    }
}
