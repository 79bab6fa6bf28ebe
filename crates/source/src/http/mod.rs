//! HTTP, as repositories and registries are asked: bounded bodies, redirects in our own hand, credentials for one
//! origin alone.
//!
//! The client is reqwest over rustls, which serves the cluster too; it is built when the first request is made.

mod failure;
mod tls;

use std::{
    io::Read,
    sync::{Mutex, OnceLock},
    time::Duration,
};

use reqwest::{Method, Url, blocking::Client, header};

use crate::{Access, Error};

pub(crate) use self::failure::status_text;

/// How often a request is sent on. Go's net/http has the same bound.
const MAX_REDIRECTS: usize = 10;

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
    /// For URLs without TLS, so that no certificates are read for them.
    plain: OnceLock<Client>,
    secure: Mutex<Option<Client>>,
}

impl Http {
    /// A client; it connects to nothing and reads no files yet. `timeout` is for a request from beginning to end.
    pub(crate) fn new(access: &Access, timeout: Option<Duration>) -> Http {
        Http { access: access.clone(), timeout, plain: OnceLock::new(), secure: Mutex::new(None) }
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
        for _ in 0..=MAX_REDIRECTS {
            let allowed = |given: &&Authorization<'_>| given.anywhere || same_origin(given.owner, &url);
            let authorization = request.authorization.as_ref().filter(allowed);
            let answer = self.send_once(request, &method, &url, body, authorization)?;
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

    fn send_once(
        &self,
        request: &Request<'_>,
        method: &Method,
        url: &Url,
        body: Option<&[u8]>,
        authorization: Option<&Authorization<'_>>,
    ) -> Result<Answer, Error> {
        let mut builder = self.client(url)?.request(method.clone(), url.clone());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
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
        let mut response = builder.send().map_err(|error| failure::of(method, url, &failure::reason(&error)))?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let declared = response.content_length().unwrap_or(0);
        let too_large = || {
            let limit = request.limit;
            Error::network(format!("{url} sends more than the {limit} bytes that are allowed for it"))
        };
        if declared > request.limit && *method != Method::HEAD {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(declared.min(request.limit)).unwrap_or_default());
        let read = response.by_ref().take(request.limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| failure::cut(&error))?;
        if bytes.len() as u64 > request.limit {
            return Err(too_large());
        }
        Ok(Answer { status, url: url.to_string(), headers, body: bytes })
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
