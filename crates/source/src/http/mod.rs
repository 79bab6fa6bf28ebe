//! HTTP, as repositories and registries are asked: bounded bodies, redirects in our own hand, credentials for one
//! origin alone.
//!
//! The client is reqwest over rustls, which serves the cluster too; it is built when the first request is made.

mod body;
mod failure;
mod tls;

use std::{
    sync::{Mutex, OnceLock},
    time::{Duration, Instant},
};

use reqwest::{
    Method, Url,
    blocking::{Client, Response},
    header,
};

use self::body::{Body, Cut};
use crate::{Access, Error, Watch};

pub(crate) use self::failure::status_text;

/// How often a request is sent on. Go's net/http has the same bound.
const MAX_REDIRECTS: usize = 10;

/// How often the rest of a body is asked for.
const MAX_CUTS: u32 = 5;

/// What is asked of a server.
#[derive(Clone, Default)]
pub(crate) struct Request<'a> {
    /// The method; empty for GET.
    pub(crate) method: &'a str,
    /// Where to.
    pub(crate) url: &'a str,
    /// Headers beside those that every request has.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What is sent.
    pub(crate) body: Option<&'a [u8]>,
    /// The `Authorization` header, and the URL whose origin may see it.
    pub(crate) authorization: Option<Authorization<'a>>,
    /// How many bytes an answer may have.
    pub(crate) limit: u64,
}

/// Credentials on their way.
#[derive(Clone)]
pub(crate) struct Authorization<'a> {
    /// The header's value.
    pub(crate) value: String,
    /// The URL whose origin they belong to.
    pub(crate) owner: &'a str,
    /// `--pass-credentials`: they may go wherever the request goes.
    pub(crate) anywhere: bool,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// Where it came from, redirects followed.
    pub(crate) url: String,
    headers: header::HeaderMap,
    /// What it sent.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header as text; empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A client with the certificates of one server.
pub(crate) struct Http {
    access: Access,
    timeout: Option<Duration>,
    watch: Watch,
    /// For URLs without TLS, so that no certificates are read for them.
    plain: OnceLock<Client>,
    secure: Mutex<Option<Client>>,
}

/// One request of those that redirects make of one.
struct Leg<'a> {
    method: &'a Method,
    url: &'a Url,
    body: Option<&'a [u8]>,
    authorization: Option<&'a Authorization<'a>>,
    /// When an answer must be here.
    until: Option<Instant>,
}

impl Http {
    /// A client; it connects to nothing and reads no files yet. `timeout` is for a request from beginning to end.
    pub(crate) fn new(access: &Access, timeout: Option<Duration>) -> Http {
        let (watch, plain, secure) = (Watch::default(), OnceLock::new(), Mutex::new(None));
        Http { access: access.clone(), timeout, watch, plain, secure }
    }

    /// The same with somebody who is told how downloads go.
    pub(crate) fn watched(self, watch: &Watch) -> Http {
        Http { watch: watch.clone(), ..self }
    }

    /// Sends a request, follows redirects, and reads the answer.
    ///
    /// Fails with Go's words where no answer comes, and where it is larger than the request allows. A status that
    /// tells of a failure is an answer.
    pub(crate) fn send(&self, request: &Request<'_>) -> Result<Answer, Error> {
        let mut url =
            Url::parse(request.url).map_err(|error| Error::network(format!("parse {:?}: {error}", request.url)))?;
        let mut method = match request.method {
            "" => Method::GET,
            method => Method::from_bytes(method.as_bytes()).map_err(|error| Error::network(error.to_string()))?,
        };
        let mut body = request.body;
        let until = self.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        for _ in 0..=MAX_REDIRECTS {
            let allowed = |given: &&Authorization<'_>| given.anywhere || same_origin(given.owner, &url);
            let authorization = request.authorization.as_ref().filter(allowed);
            let answer = self.read(request, &Leg { method: &method, url: &url, body, authorization, until })?;
            let Some(target) = redirect(&answer, &url) else { return Ok(answer) };
            let target = target.map_err(|reason| failure::of(&method, &url, &reason))?;
            if !matches!(target.scheme(), "http" | "https") {
                let reason = format!("unsupported protocol scheme \"{}\"", target.scheme());
                return Err(failure::of(&method, &target, &reason));
            }
            if !matches!(answer.status, 307 | 308) && method != Method::HEAD {
                method = Method::GET;
                body = None;
            }
            url = target;
        }
        Err(failure::of(&method, &url, &format!("stopped after {MAX_REDIRECTS} redirects")))
    }

    /// Asks once, and reads the answer. Of a body that is cut off the rest is asked for, where the server can tell that
    /// it is the rest of the same one.
    fn read(&self, request: &Request<'_>, leg: &Leg<'_>) -> Result<Answer, Error> {
        let mut response = self.ask(request, leg, None)?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let declared = if *leg.method == Method::HEAD { 0 } else { response.content_length().unwrap_or(0) };
        let mut body = Body::new(leg.url.as_str(), request.limit, declared, &self.watch)?;
        let validator = if *leg.method == Method::GET && status == 200 { body::validator(&headers) } else { None };
        let (mut tries, mut before) = (0, 0);
        loop {
            match body.read(&mut response) {
                Ok(()) => break,
                Err(Cut::Refused(error)) => return Err(error),
                Err(Cut::Short) if leg.until.is_some_and(|until| until <= Instant::now()) => {
                    return Err(failure::cut(true));
                }
                Err(Cut::Short) => {}
            }
            let given_up = || body::cut(body.len(), tries);
            let Some(validator) = validator.as_deref().filter(|_| tries < MAX_CUTS && body.len() > before) else {
                return Err(given_up());
            };
            response = self.ask(request, leg, Some((validator, body.len()))).map_err(|_| given_up())?;
            match response.status().as_u16() {
                200 => body.begin_anew(),
                status if body.is_carried_on(status, response.headers()) => {}
                _ => return Err(given_up()),
            }
            tries += 1;
            before = body.len();
        }
        Ok(Answer { status, url: leg.url.to_string(), headers, body: body.into_bytes() })
    }

    /// Sends a request once; `rest` asks for a body from a place on, if its tag is still this one.
    fn ask(&self, request: &Request<'_>, leg: &Leg<'_>, rest: Option<(&str, u64)>) -> Result<Response, Error> {
        let Leg { method, url, body, authorization, until } = *leg;
        let mut builder = self.client(url)?.request(method.clone(), url.clone());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some((validator, at)) = rest {
            builder = builder.header(header::IF_RANGE, validator).header(header::RANGE, format!("bytes={at}-"));
        }
        if let Some(authorization) = authorization {
            let mut value = header::HeaderValue::from_str(&authorization.value)
                .map_err(|_| Error::network("user name or password cannot be sent in a header"))?;
            value.set_sensitive(true);
            builder = builder.header(header::AUTHORIZATION, value);
        }
        if let Some(body) = body {
            builder = builder.body(body.to_vec());
        }
        if let Some(until) = until {
            builder = builder.timeout(until.saturating_duration_since(Instant::now()));
        }
        builder.send().map_err(|error| failure::of(method, url, &failure::reason(&error)))
    }

    fn client(&self, url: &Url) -> Result<Client, Error> {
        let broken = |error: reqwest::Error| failure::client(&error);
        if url.scheme() != "https" {
            if let Some(client) = self.plain.get() {
                return Ok(client.clone());
            }
            let client = tls::without_certificates(tls::builder(self.timeout)).build().map_err(broken)?;
            return Ok(self.plain.get_or_init(|| client).clone());
        }
        let mut secure = self.secure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(client) = secure.as_ref() {
            return Ok(client.clone());
        }
        let client = tls::configured(tls::builder(self.timeout), &self.access)?.build().map_err(broken)?;
        Ok(secure.insert(client).clone())
    }
}

/// Where an answer sends us on to, if it does.
fn redirect(answer: &Answer, url: &Url) -> Option<Result<Url, String>> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    match answer.header("location") {
        // Go hands such an answer on.
        "" => None,
        location => Some(url.join(location).map_err(|_| format!("failed to parse Location header {location:?}"))),
    }
}

/// Whether credentials of `owner` may go to a URL: scheme, host and port are the same.
fn same_origin(owner: &str, url: &Url) -> bool {
    let same = |owner: Url| {
        (owner.scheme(), owner.host(), owner.port_or_known_default())
            == (url.scheme(), url.host(), url.port_or_known_default())
    };
    Url::parse(owner).is_ok_and(same)
}

/// The `Authorization` header of a user name and a password.
pub(crate) fn basic(username: &str, password: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{username}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let is = |owner: &str, url: &str| same_origin(owner, &Url::parse(url).unwrap());
        assert!(is("http://a/x", "http://a:80/y"));
        assert!(!is("http://a", "https://a"));
        assert!(!is("http://a", "http://a:81"));
        assert!(!is("http://a", "http://b.a"));
        assert!(!is("", "http://a"));
    }
}
