//! Gates of a file: an AnalysisTemplate of Argo Rollouts, or its `metrics` alone.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use super::{Error, Gate, Limits, OnNoData, Probe, Schedule};
use crate::condition::Condition;

/// How many gates a file may have.
const MAX_GATES: usize = 100;

#[derive(Deserialize)]
struct Template {
    spec: Option<Spec>,
    #[serde(flatten)]
    bare: Spec,
}

#[derive(Default, Deserialize)]
struct Spec {
    #[serde(default)]
    args: Vec<Argument>,
    #[serde(default)]
    metrics: Vec<Metric>,
}

#[derive(Deserialize)]
struct Argument {
    name: String,
    value: Option<Value>,
}

/// A metric, with the fields of Argo Rollouts, Flagger's range, and our short forms of a provider.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Metric {
    name: String,
    interval: Option<Value>,
    initial_delay: Option<Value>,
    count: Option<Value>,
    success_condition: Option<String>,
    failure_condition: Option<String>,
    failure_limit: Option<Value>,
    inconclusive_limit: Option<Value>,
    consecutive_error_limit: Option<Value>,
    consecutive_success_limit: Option<Value>,
    threshold_range: Option<Range>,
    on_no_data: Option<String>,
    provider: Option<Provider>,
    query: Option<String>,
    http: Option<String>,
    exec: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    min: Option<f64>,
    max: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    prometheus: Option<PrometheusProvider>,
    web: Option<WebProvider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrometheusProvider {
    #[serde(default)]
    address: String,
    query: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebProvider {
    url: String,
}

/// Reads the gates of a file. `known` are arguments that every file may use, as `{{args.release}}`.
///
/// # Errors
/// What is wrong with the file, naming the gate; a field that is unknown is an error, since a mistyped condition must
/// not be taken for none.
pub fn from_file(bytes: &[u8], known: &BTreeMap<String, String>) -> Result<Vec<Gate>, Error> {
    let value = value::yaml::from_slice_strict(bytes).map_err(|error| Error(error.to_string()))?;
    let json = value::json::to_vec(&value).map_err(|error| Error(error.to_string()))?;
    let template: Template = serde_json::from_slice(&json).map_err(|error| Error(plain(&error)))?;
    let Spec { args, metrics } = template.spec.unwrap_or(template.bare);
    if metrics.is_empty() {
        return Err(Error("it has no metrics".to_owned()));
    }
    if metrics.len() > MAX_GATES {
        return Err(Error(format!("it has {} metrics, more than {MAX_GATES}", metrics.len())));
    }
    let mut arguments = known.clone();
    for Argument { name, value } in args {
        let text = match value {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None if arguments.contains_key(&name) => continue,
            None => return Err(Error(format!("argument {name:?} has no value of its own"))),
        };
        arguments.insert(name, text);
    }
    metrics.into_iter().map(|metric| metric.gate(&arguments)).collect()
}

/// What serde says, without the place in a JSON that the user never saw.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or_else(|| text.clone(), |(before, _)| before.to_owned())
}

impl Metric {
    fn gate(self, arguments: &BTreeMap<String, String>) -> Result<Gate, Error> {
        let name = self.name.clone();
        self.read(arguments).map_err(|Error(message)| Error(format!("gate {name:?}: {message}")))
    }

    fn read(self, arguments: &BTreeMap<String, String>) -> Result<Gate, Error> {
        let filled = |text: &str| filled(text, arguments);
        let probe = match self.probe()? {
            Probe::Prometheus { address, query } => {
                Probe::Prometheus { address: filled(&address)?, query: filled(&query)? }
            }
            Probe::Http { url } => Probe::Http { url: filled(&url)? },
            Probe::Exec { command } => Probe::Exec { command: filled(&command)? },
        };
        let condition = |text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => Condition::parse(&filled(text)?).map(Some).map_err(|error| Error(error.to_string())),
        };
        let mut success = condition(&self.success_condition)?;
        let failure = condition(&self.failure_condition)?;
        if let Some(range) = &self.threshold_range {
            if success.is_some() || failure.is_some() {
                return Err(Error("thresholdRange and a condition exclude each other".to_owned()));
            }
            success = Some(range.condition()?);
        }
        if success.is_none() && failure.is_none() {
            success = match &probe {
                Probe::Http { .. } => Condition::parse("result == 200").ok(),
                Probe::Exec { .. } => Condition::parse("result == 0").ok(),
                Probe::Prometheus { .. } => {
                    return Err(Error("neither successCondition nor failureCondition is given".to_owned()));
                }
            };
        }
        let on_no_data = match self.on_no_data.as_deref() {
            None | Some("fail") => OnNoData::Fail,
            Some("pass") => OnNoData::Pass,
            Some("wait") => OnNoData::Wait,
            Some(other) => return Err(Error(format!("onNoData is {other:?}, not fail, pass or wait"))),
        };
        let schedule = Schedule {
            initial_delay: time("initialDelay", self.initial_delay.as_ref())?.unwrap_or_default(),
            interval: time("interval", self.interval.as_ref())?,
            count: number("count", self.count.as_ref())?.and_then(|count| u32::try_from(count).ok()),
        };
        Ok(Gate { name: self.name.clone(), probe, schedule, success, failure, limits: self.limits()?, on_no_data })
    }

    fn limits(&self) -> Result<Limits, Error> {
        let usual = Limits::default();
        let limit = |name: &str, given: &Option<Value>, usual: Option<u32>| {
            // -1 bears any number.
            Ok(number(name, given.as_ref())?.map_or(usual, |given| u32::try_from(given).ok()))
        };
        let consecutive = number("consecutiveSuccessLimit", self.consecutive_success_limit.as_ref())?;
        Ok(Limits {
            failure: limit("failureLimit", &self.failure_limit, usual.failure)?,
            inconclusive: limit("inconclusiveLimit", &self.inconclusive_limit, usual.inconclusive)?,
            consecutive_error: limit("consecutiveErrorLimit", &self.consecutive_error_limit, usual.consecutive_error)?,
            consecutive_success: consecutive.and_then(|row| u32::try_from(row).ok()).unwrap_or(0),
        })
    }

    fn probe(&self) -> Result<Probe, Error> {
        let query =
            |address: &str, query: &str| Probe::Prometheus { address: address.to_owned(), query: query.to_owned() };
        let provider = self.provider.as_ref();
        let probes = [
            provider.and_then(|provider| provider.prometheus.as_ref()).map(|given| query(&given.address, &given.query)),
            provider.and_then(|provider| provider.web.as_ref()).map(|given| Probe::Http { url: given.url.clone() }),
            self.query.as_ref().map(|given| query("", given)),
            self.http.as_ref().map(|url| Probe::Http { url: url.clone() }),
            self.exec.as_ref().map(|command| Probe::Exec { command: command.clone() }),
        ];
        let mut probes = probes.into_iter().flatten();
        match (probes.next(), probes.next()) {
            (Some(probe), None) => Ok(probe),
            (None, _) => Err(Error("nothing is measured: give provider, query, http or exec".to_owned())),
            (Some(_), Some(_)) => Err(Error("more than one thing is measured".to_owned())),
        }
    }
}

impl Range {
    fn condition(&self) -> Result<Condition, Error> {
        let text = match (self.min, self.max) {
            (Some(min), Some(max)) => format!("all(result, # >= {min} && # <= {max})"),
            (Some(min), None) => format!("all(result, # >= {min})"),
            (None, Some(max)) => format!("all(result, # <= {max})"),
            (None, None) => return Err(Error("thresholdRange has neither min nor max".to_owned())),
        };
        Condition::parse(&text).map_err(|error| Error(error.to_string()))
    }
}

/// A time such as `30s`; a bare number is seconds, as Kubernetes' own fields have it.
fn time(field: &str, given: Option<&Value>) -> Result<Option<Duration>, Error> {
    let nanoseconds = match given {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => {
            value::duration::parse(text).map_err(|error| Error(format!("{field}: {error}")))?
        }
        Some(Value::Number(seconds)) => {
            let seconds = seconds.as_f64().unwrap_or(-1.0);
            if seconds > 1e9 { -1 } else { (seconds * 1e9) as i64 }
        }
        Some(other) => return Err(Error(format!("{field}: {other} is no time"))),
    };
    let nanoseconds = u64::try_from(nanoseconds).map_err(|_| Error(format!("{field} is out of bounds")))?;
    Ok(Some(Duration::from_nanos(nanoseconds)))
}

/// A whole number, which Argo Rollouts takes as a text too.
fn number(field: &str, given: Option<&Value>) -> Result<Option<i64>, Error> {
    let found = match given {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Number(number)) => {
            number.as_i64().or_else(|| number.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64))
        }
        Some(_) => None,
    };
    found.map(Some).ok_or_else(|| Error(format!("{field} is no whole number")))
}

/// The text with its `{{args.name}}` replaced. Argo Rollouts: utils/analysis/factory.go `ResolveMetricArgs`.
fn filled(text: &str, arguments: &BTreeMap<String, String>) -> Result<String, Error> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((inner, after)) = behind.split_once("}}") else { break };
        whole.push_str(before);
        let Some(name) = inner.trim().strip_prefix("args.") else {
            return Err(Error(format!("{{{{{inner}}}}} is none of the arguments")));
        };
        let argument = arguments.get(name);
        whole.push_str(argument.ok_or_else(|| Error(format!("argument {name:?} is not given")))?);
        rest = after;
    }
    whole.push_str(rest);
    Ok(whole)
}
