//! Searches a hub of charts. Helm: internal/monocular.

use value::{Map, Value, json, url::Url};

use crate::{
    Access, DOWNLOAD_TIMEOUT, Error,
    http::{Http, Request},
};

/// More than this is no list of charts.
const MAX_ANSWER: u64 = 64 << 20;

/// A chart that a hub has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HubChart {
    /// Its name on the hub, such as `stable/nginx`.
    pub id: String,
    /// Its page, where the hub is the Artifact Hub.
    pub package_url: String,
    /// What it is.
    pub description: String,
    /// The repository that has it.
    pub repository_name: String,
    /// Where that is.
    pub repository_url: String,
    /// The newest version.
    pub version: String,
    /// The version of what it installs.
    pub app_version: String,
}

/// Asks a hub for charts.
///
/// The outer error is that the endpoint is no URL of a host, the inner one that the hub does not answer.
pub fn search_hub(endpoint: &str, term: &str) -> Result<Result<Vec<HubChart>, Error>, Error> {
    let mut url = Url::parse(endpoint).map_err(|error| Error::network(error.to_string()))?;
    if url.host.is_empty() || url.host.starts_with(b":") {
        return Err(Error::network("no hostname provided"));
    }
    let path = String::from_utf8_lossy(&url.path).into_owned();
    url.path = crate::path::join(&path, "api/chartsvc/v1/charts/search").into_bytes();
    url.raw_path = Vec::new();
    url.raw_query = format!("q={}", query_escape(term)).into_bytes();
    Ok(ask(&String::from_utf8_lossy(&url.to_bytes())))
}

/// Go's `url.QueryEscape`.
pub(crate) fn query_escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            b' ' => "+".into(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

fn ask(url: &str) -> Result<Vec<HubChart>, Error> {
    let answer = Http::new(&Access::default(), Some(DOWNLOAD_TIMEOUT)).send(&Request {
        url,
        limit: MAX_ANSWER,
        ..Request::default()
    })?;
    if answer.status != 200 {
        return Err(super::download::failed(url, answer.status));
    }
    // Helm takes what is no JSON for an empty answer.
    let value = json::from_slice(&answer.body).unwrap_or(Value::Nil);
    let list = value.as_map().and_then(|map| map.get("data")).and_then(|data| data.as_list().cloned());
    Ok(list.iter().flat_map(|list| list.iter()).filter_map(Value::as_map).map(chart).collect())
}

fn chart(map: &Map) -> HubChart {
    let text = |path: &[&str]| text(map, path);
    HubChart {
        id: text(&["id"]),
        package_url: text(&["artifactHub", "packageUrl"]),
        description: text(&["attributes", "description"]),
        repository_name: text(&["attributes", "repo", "name"]),
        repository_url: text(&["attributes", "repo", "url"]),
        version: text(&["relationships", "latestChartVersion", "data", "version"]),
        app_version: text(&["relationships", "latestChartVersion", "data", "app_version"]),
    }
}

fn text(map: &Map, path: &[&str]) -> String {
    let mut map = map.clone();
    let Some((last, above)) = path.split_last() else { return String::new() };
    for name in above {
        match map.get(name) {
            Some(Value::Map(inner)) => map = inner,
            _ => return String::new(),
        }
    }
    // What a stranger's server says must not steer the terminal.
    let text = map.get(last).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default();
    text.chars().filter(|letter| !letter.is_control() || letter.is_whitespace()).collect()
}
