//! Gates of the command line: `--gate-query 'error-rate: rate(http_errors_total[5m]) <= 0.01'`.

use super::{Error, Gate, Limits, OnNoData, Probe, Schedule};
use crate::condition::Condition;

/// The comparisons that may stand between a query and its bound; longer ones first.
const COMPARISONS: [&str; 6] = ["<=", ">=", "==", "!=", "<", ">"];

/// Reads a gate: `[NAME: ]QUERY OPERATOR NUMBER`, `[NAME: ]http: URL [OPERATOR STATUS]` or `[NAME: ]exec: COMMAND`.
///
/// Every series of the query must be as the comparison says. A URL must answer 200 unless another status is given, a
/// command must exit with 0.
///
/// # Errors
/// What is missing.
pub fn from_flag(text: &str) -> Result<Gate, Error> {
    let (name, rest) = named(text.trim());
    let (kind, rest) = match rest.split_once(':') {
        Some((kind @ ("http" | "exec"), rest)) if !rest.starts_with("//") => (kind, rest.trim()),
        _ => ("", rest),
    };
    if rest.is_empty() {
        return Err(Error(format!("gate {text:?} measures nothing")));
    }
    let (probe, condition) = match kind {
        "exec" => (Probe::Exec { command: rest.to_owned() }, "result == 0".to_owned()),
        "http" => {
            let (url, condition) = match compared(rest) {
                Some((url, operator, status)) => (url, format!("result {operator} {status}")),
                None => (rest, "result == 200".to_owned()),
            };
            (Probe::Http { url: url.to_owned() }, condition)
        }
        _ => {
            let (query, operator, bound) = compared(rest).ok_or_else(|| {
                Error(format!("gate {text:?} does not say which numbers are good: end it with, for example, <= 0.01"))
            })?;
            let probe = Probe::Prometheus { address: String::new(), query: query.to_owned() };
            (probe, format!("all(result, # {operator} {bound})"))
        }
    };
    let success = Condition::parse(&condition).map_err(|error| Error(format!("gate {text:?}: {error}")))?;
    let name = if !name.is_empty() {
        name
    } else if kind.is_empty() {
        "query"
    } else {
        kind
    };
    Ok(Gate {
        name: name.to_owned(),
        probe,
        schedule: Schedule::default(),
        success: Some(success),
        failure: None,
        limits: Limits::default(),
        on_no_data: OnNoData::default(),
    })
}

/// The name in front, if there is one. A colon of PromQL (`job:errors:rate5m`) has no space behind it.
fn named(text: &str) -> (&str, &str) {
    let simple = |name: &str| {
        !name.is_empty()
            && !matches!(name, "http" | "exec")
            && name.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_' | '.'))
    };
    match text.split_once(": ") {
        Some((name, rest)) if simple(name) => (name, rest.trim()),
        _ => ("", text),
    }
}

/// What is compared, how, and with which number: the last comparison, which has a number behind it.
fn compared(text: &str) -> Option<(&str, &'static str, &str)> {
    let (left, operator, right) = COMPARISONS
        .into_iter()
        .filter_map(|operator| {
            let (left, right) = text.rsplit_once(operator)?;
            Some((left, operator, right))
        })
        // Of `<` and `<=` at one place the longer one is meant; it is the one that leaves less behind it.
        .min_by_key(|(left, operator, right)| (right.len(), left.len(), operator.len()))?;
    let (left, right) = (left.trim(), right.trim());
    (!left.is_empty() && right.parse::<f64>().is_ok()).then_some((left, operator, right))
}
