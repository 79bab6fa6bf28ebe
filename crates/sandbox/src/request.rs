//! What a request asks for: its path, query and headers.

use http::{Method, request::Parts};
use serde_json::Value;

use crate::failure::Failure;

/// A request for objects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) namespace: String,
    pub(crate) plural: String,
    pub(crate) name: String,
    pub(crate) subresource: String,
}

impl Target {
    /// The objects that a path names: `/api/v1/namespaces/NS/pods/NAME/log`, `/apis/GROUP/VERSION/PLURAL`.
    pub(crate) fn of_path(path: &str) -> Option<Target> {
        let mut parts = path.trim_matches('/').split('/').map(decode);
        let group = match parts.next()?.as_str() {
            "api" => String::new(),
            "apis" => parts.next()?,
            _ => return None,
        };
        let version = parts.next()?;
        let rest: Vec<String> = parts.collect();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let mut target = Target { group, version, ..Target::default() };
        let rest = match rest.as_slice() {
            ["namespaces", namespace, plural, rest @ ..] if !["status", "finalize"].contains(plural) => {
                target.namespace = (*namespace).to_owned();
                target.plural = (*plural).to_owned();
                rest.to_vec()
            }
            [plural, rest @ ..] => {
                target.plural = (*plural).to_owned();
                rest.to_vec()
            }
            [] => return None,
        };
        let mut rest = rest.into_iter();
        target.name = rest.next().unwrap_or_default().to_owned();
        target.subresource = rest.next().unwrap_or_default().to_owned();
        rest.next().is_none().then_some(target)
    }
}

/// What a request says beside its path.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) method: Method,
    query: Vec<(String, String)>,
    accept: String,
    pub(crate) content_type: String,
    agent: String,
}

impl Options {
    pub(crate) fn of(parts: &Parts) -> Options {
        let header = |name: http::HeaderName| {
            let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let content_type = header(http::header::CONTENT_TYPE);
        Options {
            method: parts.method.clone(),
            query: query(parts.uri.query().unwrap_or_default()),
            accept: header(http::header::ACCEPT),
            content_type: content_type.split(';').next().unwrap_or_default().trim().to_owned(),
            agent: header(http::header::USER_AGENT),
        }
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        ["true", "1"].contains(&self.text(name))
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.text("dryRun") == "All"
    }

    /// Whether the client wants this form, as the first of what it accepts.
    pub(crate) fn wants(&self, form: &str) -> bool {
        self.accept.split(',').next().is_some_and(|first| first.split(';').any(|part| part.trim() == form))
    }

    /// Whether it would take this form.
    pub(crate) fn accepts(&self, form: &str) -> bool {
        self.accept.contains(form)
    }

    /// Who changes fields: what the query says, or the program.
    pub(crate) fn manager(&self) -> String {
        match self.text("fieldManager") {
            "" => self.agent.split('/').next().unwrap_or_default().to_owned(),
            manager => manager.to_owned(),
        }
    }
}

fn query(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// RFC 3986, percent-encoding.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let ahead = rest.clone();
        let digits: Vec<u8> = ahead.take(2).collect();
        let number = std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match number {
            Some(number) if digits.len() == 2 => {
                bytes.push(number);
                _ = rest.nth(1);
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The object that a body holds, as JSON or, where a client applies it, as YAML that is JSON.
pub(crate) fn parse_body(body: &[u8], options: &Options) -> Result<Value, Failure> {
    if let Some(parsed) = crate::protobuf::parse(body) {
        return parsed;
    }
    if options.content_type.contains("protobuf") || options.content_type.contains("cbor") {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml; got {}",
            options.content_type
        );
        return Err(Failure::new(415, "UnsupportedMediaType", message));
    }
    if body.is_empty() {
        return Ok(Value::Null);
    }
    match serde_json::from_slice(body) {
        Ok(value) => Ok(value),
        Err(error) if options.content_type.contains("yaml") => {
            let wrong = |text: String| Failure::bad_request(format!("error decoding YAML: {text}"));
            let value = value::yaml::from_slice_typed(body).map_err(|error| wrong(error.to_string()))?;
            let json = value::json::to_vec(&value).map_err(|error| wrong(error.to_string()))?;
            serde_json::from_slice(&json).map_err(|_| wrong(error.to_string()))
        }
        Err(error) => Err(Failure::bad_request(format!("couldn't get version/kind; json parse error: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn paths_name_objects() {
        let of = |path: &str| {
            let target = Target::of_path(path).unwrap();
            format!(
                "{}|{}|{}|{}|{}|{}",
                target.group, target.version, target.namespace, target.plural, target.name, target.subresource
            )
        };
        assert_eq!(of("/api/v1/namespaces/a/pods/b/log"), "|v1|a|pods|b|log");
        assert_eq!(of("/api/v1/namespaces/a"), "|v1||namespaces|a|");
        assert_eq!(of("/api/v1/namespaces/a/status"), "|v1||namespaces|a|status");
        assert_eq!(of("/apis/apps/v1/deployments"), "apps|v1||deployments||");
        assert_eq!(
            of("/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode"),
            "rbac.authorization.k8s.io|v1||clusterroles|system:node|"
        );
        assert!(Target::of_path("/api/v1").is_none() && Target::of_path("/x").is_none());
    }
}
