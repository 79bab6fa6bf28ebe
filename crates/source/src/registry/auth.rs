//! What a registry wants to be told: challenges, and tokens for them. oras: registry/remote/auth.

use std::net::IpAddr;

use value::{Value, json, quote::quote, url::Url};

use super::credentials::Credential;
use crate::{
    Error,
    http::{self, Answer, Authorization, Http, Request},
    repository::query_escape,
};

/// More than this is no token.
const MAX_TOKEN: u64 = 128 << 10;

/// What a registry asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A user name and a password.
    Basic,
    /// A token from somewhere.
    Bearer {
        /// Where.
        realm: String,
        /// For whom.
        service: String,
        /// What for.
        scope: String,
    },
}

impl Challenge {
    /// Reads a `WWW-Authenticate` header; nothing where it asks for something else.
    pub(super) fn parse(header: &str) -> Option<Challenge> {
        let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Challenge::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service, mut scope) = (String::new(), String::new(), String::new());
        let mut rest = rest;
        while let Some((key, after)) = rest.split_once('=') {
            let (text, after) = parameter(after);
            match key.trim_matches([' ', ',']).to_ascii_lowercase().as_str() {
                "realm" => realm = text,
                "service" => service = text,
                "scope" => scope = text,
                _ => {}
            }
            rest = after;
        }
        Some(Challenge::Bearer { realm, service, scope })
    }
}

/// The value of a parameter, in quotes or not, and what follows.
fn parameter(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return (text.get(..end).unwrap_or_default().trim().to_owned(), text.get(end..).unwrap_or_default());
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            letter => value.push(letter),
        }
    }
    (value, "")
}

/// Gets a token.
///
/// The credentials go to the realm that the registry names, which may be another host (Docker's hub has one), but to
/// no address in a private network unless it is the registry's own, and never from HTTPS to HTTP.
pub(super) fn token(
    http: &Http,
    registry: &str,
    (realm, service, scopes): (&str, &str, &[String]),
    credential: &Credential,
) -> Result<String, Error> {
    check_realm(realm, registry)?;
    if !credential.access_token.0.is_empty() {
        return Ok(credential.access_token.0.clone());
    }
    let escape = query_escape;
    let answer = if credential.refresh_token.0.is_empty() {
        let mut query: Vec<String> = scopes.iter().map(|scope| format!("scope={}", escape(scope))).collect();
        if !service.is_empty() {
            query.push(format!("service={}", escape(service)));
        }
        let separator = if realm.contains('?') { '&' } else { '?' };
        let url = format!("{realm}{separator}{}", query.join("&"));
        let known = !credential.username.is_empty() || !credential.password.0.is_empty();
        let authorization = known.then(|| Authorization {
            value: http::basic(&credential.username, &credential.password.0),
            owner: realm,
            anywhere: false,
        });
        http.send(&Request { url: &url, authorization, limit: MAX_TOKEN, ..Request::default() })?
    } else {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &credential.refresh_token.0),
            ("service", service),
            ("client_id", "oras-go"),
            ("scope", &scopes.join(" ")),
        ];
        let form: Vec<String> = form.iter().map(|(key, text)| format!("{key}={}", escape(text))).collect();
        http.send(&Request {
            method: "POST",
            url: realm,
            headers: vec![("Content-Type", "application/x-www-form-urlencoded".into())],
            body: Some(form.join("&").as_bytes()),
            limit: MAX_TOKEN,
            ..Request::default()
        })?
    };
    let method = if credential.refresh_token.0.is_empty() { "GET" } else { "POST" };
    if answer.status != 200 {
        return Err(refused(method, &answer));
    }
    let map = json::from_slice(&answer.body).ok().and_then(|value| value.as_map().cloned()).unwrap_or_default();
    let text = |key: &str| map.get(key).and_then(|value| value.as_str().map(ToString::to_string));
    let token = text("access_token").filter(|token| !token.is_empty()).or_else(|| text("token"));
    token
        .filter(|token| !token.is_empty())
        .ok_or_else(|| Error::network(format!("{method} {}: empty token returned", quote(answer.url.as_bytes()))))
}

/// oras: `validateRealm`.
fn check_realm(realm: &str, registry: &str) -> Result<(), Error> {
    let shown = quote(realm.as_bytes());
    let bad = |text: String| Err(Error::network(text));
    let url = match Url::parse(realm) {
        Ok(url) => url,
        Err(error) => return bad(format!("failed to parse bearer realm {shown}: {error}")),
    };
    let registry = Url::parse(registry).unwrap_or_default();
    match url.scheme.as_slice() {
        b"https" => {}
        b"http" if registry.scheme == b"https" => {
            return bad(format!("bearer realm {shown} uses http but registry was contacted over https"));
        }
        b"http" => {}
        scheme => return bad(format!("bearer realm {shown} uses unsupported scheme {}", quote(scheme))),
    }
    let host = String::from_utf8_lossy(url.hostname()).into_owned();
    let inner = match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_link_local() || ip.is_private() || ip.is_unspecified() || ip.is_multicast()
        }
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Err(_) => false,
    };
    if inner && registry.hostname() != url.hostname() {
        return bad(format!(
            "bearer realm host {} is a loopback, link-local, private, or unspecified address",
            quote(host.as_bytes())
        ));
    }
    Ok(())
}

/// What a registry says when it refuses. oras: errcode.
pub(super) fn refused(method: &str, answer: &Answer) -> Error {
    let map = json::from_slice(&answer.body).ok().and_then(|value| value.as_map().cloned()).unwrap_or_default();
    let errors = map.get("errors").and_then(|errors| errors.as_list().cloned());
    let texts: Vec<String> =
        errors.iter().flat_map(|errors| errors.iter()).filter_map(Value::as_map).map(one).collect();
    let reason = match texts.is_empty() {
        true => http::status_text(answer.status).split_once(' ').map_or(String::new(), |(_, text)| text.to_owned()),
        false => texts.join("; "),
    };
    let url = quote(answer.url.as_bytes());
    let error = Error::network(format!("{method} {url}: response status code {}: {reason}", answer.status));
    match answer.status {
        401 => error.hinted("`helm registry login` keeps a user name and a password for a registry"),
        _ => error,
    }
}

fn one(map: &value::Map) -> String {
    let text = |key: &str| map.get(key).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default();
    let code = text("code").replace('_', " ").to_lowercase();
    let code: String = code.chars().filter(|letter| !letter.is_control()).collect();
    let message: String = text("message").chars().filter(|letter| !letter.is_control()).collect();
    match (message.is_empty(), map.get("detail")) {
        (true, _) => code,
        (false, None | Some(Value::Nil)) => format!("{code}: {message}"),
        (false, Some(Value::String(detail))) => format!("{code}: {message}: {detail}"),
        (false, Some(detail)) => format!("{code}: {message}: {}", chart::go_text(&detail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let header = "Bearer realm=\"https://a/t\",service=\"reg, istry\",scope=\"repository:x:pull\"";
        let (realm, service, scope) = ("https://a/t".into(), "reg, istry".into(), "repository:x:pull".into());
        assert_eq!(Challenge::parse(header), Some(Challenge::Bearer { realm, service, scope }));
        assert_eq!(Challenge::parse("basic realm=x"), Some(Challenge::Basic));
        assert_eq!(Challenge::parse("Negotiate"), None);
    }

    #[test]
    fn realms_lead_to_no_inner_address() {
        assert!(check_realm("https://auth.example.com/t", "https://example.com").is_ok());
        assert!(check_realm("http://auth.example.com/t", "https://example.com").is_err());
        assert!(check_realm("http://169.254.169.254/t", "http://example.com").is_err());
        assert!(check_realm("http://127.0.0.1:9/t", "http://127.0.0.1:8").is_ok());
        assert!(check_realm("file:///x", "http://example.com").is_err());
    }
}
