//! What Prometheus answers to a query. Source: Prometheus' documentation, "HTTP API", "Expression queries".

use serde::Deserialize;
use serde_json::Value;

/// The path of an instant query under a server's address.
pub const QUERY_PATH: &str = "/api/v1/query";

/// How many series a gate may look at. More are not a number to be judged, but a query that forgot its `sum`.
const MAX_SERIES: usize = 1000;

/// An answer that tells of no numbers, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    error: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    result_type: String,
    #[serde(default)]
    result: Value,
}

#[derive(Deserialize)]
struct Series {
    value: (Value, String),
}

/// The numbers of an answer to an instant query: one of a scalar, one a series of an instant vector.
///
/// # Errors
/// What Prometheus says against the query, and answers of another form.
pub fn numbers(body: &[u8]) -> Result<Vec<f64>, Error> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|error| Error(format!("the answer is none of Prometheus' query API: {error}")))?;
    if answer.status != "success" {
        return Err(Error(format!("Prometheus refuses the query: {}", answer.error)));
    }
    let data = answer.data.ok_or_else(|| Error("the answer has no data".to_owned()))?;
    let malformed =
        |error: serde_json::Error| Error(format!("the answer's {} is malformed: {error}", data.result_type));
    match data.result_type.as_str() {
        "scalar" => {
            let (_, text): (Value, String) = serde_json::from_value(data.result).map_err(malformed)?;
            Ok(vec![number(&text)?])
        }
        "vector" => {
            let series: Vec<Series> = serde_json::from_value(data.result).map_err(malformed)?;
            if series.len() > MAX_SERIES {
                return Err(Error(format!(
                    "the query gives {} series, more than {MAX_SERIES}: aggregate them, for example with sum()",
                    series.len()
                )));
            }
            series.iter().map(|series| number(&series.value.1)).collect()
        }
        "matrix" => Err(Error("the query gives a range vector: take a rate() or the like of it".to_owned())),
        other => Err(Error(format!("the query gives a {other}, which is no number"))),
    }
}

fn number(text: &str) -> Result<f64, Error> {
    match text {
        "+Inf" => Ok(f64::INFINITY),
        "-Inf" => Ok(f64::NEG_INFINITY),
        text => text.parse().map_err(|_| Error(format!("{text:?} is no number"))),
    }
}

#[cfg(test)]
mod tests {
    use super::numbers;

    fn said(body: &str) -> Result<Vec<f64>, String> {
        numbers(body.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_of_scalars_and_vectors() {
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"app":"a"},"value":[1700000000.1,"0.25"]},{"metric":{},"value":[1700000000.1,"+Inf"]}]}}"#;
        assert_eq!(said(vector), Ok(vec![0.25, f64::INFINITY]));
        let scalar =
            r#"{"status":"success","data":{"resultType":"scalar","result":[1700000000,"7"]},"warnings":["w"]}"#;
        assert_eq!(said(scalar), Ok(vec![7.0]));
        let empty = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
        assert_eq!(said(empty), Ok(vec![]));
        let nan = r#"{"status":"success","data":{"resultType":"scalar","result":[1,"NaN"]}}"#;
        assert!(said(nan).unwrap()[0].is_nan());
    }

    #[test]
    fn answers_without_numbers() {
        let refused =
            r#"{"status":"error","errorType":"bad_data","error":"1:3: parse error: unexpected end of input"}"#;
        assert_eq!(
            said(refused),
            Err("Prometheus refuses the query: 1:3: parse error: unexpected end of input".into())
        );
        let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
        assert_eq!(said(matrix), Err("the query gives a range vector: take a rate() or the like of it".into()));
        assert!(said("<html>").unwrap_err().starts_with("the answer is none of Prometheus' query API: "));
        assert!(said(r#"{"status":"success"}"#).is_err());
        assert!(said(r#"{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"x"]}]}}"#).is_err());
    }
}
