//! One request: sent, asked again where the server says so, its warnings kept, its refusal read.

use std::{pin::pin, sync::Mutex, time::Duration};

use futures::future::{Either, select};
use http::{Method, Request, header};
use http_body_util::BodyExt as _;
use kube::client::Body;
use tokio::{sync::Semaphore, time::Instant};

use crate::{ApiError, Error, Interrupt, connect};

/// client-go asks again as often as this when a refusal says when.
const MAX_RETRIES: u32 = 10;
/// No more requests than this are under way at once, whatever the burst limit: each has a connection of its own.
const MAX_IN_FLIGHT: u32 = 16;
/// What we call ourselves.
const USER_AGENT: &str = concat!("pintle/", env!("CARGO_PKG_VERSION"));

/// What is asked for.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) content_type: &'static str,
    pub(crate) accept: &'static str,
    /// Whether the answer is to come as it is, not packed.
    pub(crate) unpacked: bool,
    /// Resource and name, for the words of refusals that have none.
    pub(crate) subject: String,
}

impl Call {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Call {
        Call {
            method,
            path: path.into(),
            body: None,
            content_type: "application/json",
            accept: "application/json",
            unpacked: false,
            subject: String::new(),
        }
    }

    pub(crate) fn get(path: impl Into<String>) -> Call {
        Call::new(Method::GET, path)
    }

    pub(crate) fn about(mut self, subject: impl Into<String>) -> Call {
        self.subject = subject.into();
        self
    }

    pub(crate) fn accept(mut self, accept: &'static str) -> Call {
        self.accept = accept;
        self
    }

    /// Asks for an answer that is not packed.
    pub(crate) fn unpacked(mut self) -> Call {
        self.unpacked = true;
        self
    }

    pub(crate) fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Call {
        self.content_type = content_type;
        self.body = Some(body);
        self
    }

    /// Adds one query parameter.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Call {
        self.path.push(if self.path.contains('?') { '&' } else { '?' });
        self.path.push_str(name);
        self.path.push('=');
        escape(value, &mut self.path);
        self
    }

    pub(crate) fn request(&self) -> Result<Request<Vec<u8>>, Error> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header(header::ACCEPT, self.accept)
            .header(header::USER_AGENT, USER_AGENT);
        if self.unpacked {
            request = request.header(header::ACCEPT_ENCODING, "identity");
        }
        if self.body.is_some() {
            request = request.header(header::CONTENT_TYPE, self.content_type);
        }
        let body = self.body.clone().unwrap_or_default();
        request.body(body).map_err(|error| Error::Malformed(format!("the request {}: {error}", self.path)))
    }
}

/// Percent-encodes what is not safe in a path or a query.
pub(crate) fn escape(text: &str, into: &mut String) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            _ = write!(into, "%{byte:02X}");
        }
    }
}

/// How many requests may run, and how fast.
pub(crate) struct Throttle {
    places: Semaphore,
    /// Requests a second, and how many may run ahead.
    rate: Option<(f64, f64)>,
    /// When the next request is due, if none ran ahead.
    due: Mutex<Option<Instant>>,
}

impl Throttle {
    pub(crate) fn new(qps: f32, burst: u32) -> Throttle {
        let places = burst.clamp(1, MAX_IN_FLIGHT) as usize;
        let rate = (qps > 0.0).then(|| (f64::from(qps), f64::from(burst.max(1))));
        Throttle { places: Semaphore::new(places), rate, due: Mutex::new(None) }
    }

    /// How many requests may be under way at once.
    pub(crate) fn places(&self) -> usize {
        self.places.available_permits().max(1)
    }

    async fn wait_for_rate(&self) {
        let Some((rate, burst)) = self.rate else { return };
        let step = Duration::from_secs_f64(1.0 / rate);
        let ahead = Duration::from_secs_f64((burst - 1.0).max(0.0) / rate);
        let due = {
            let now = Instant::now();
            let mut due = self.due.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let mine = due.map_or(now, |due| due.max(now));
            *due = Some(mine + step);
            mine.checked_sub(ahead).unwrap_or(now)
        };
        tokio::time::sleep_until(due).await;
    }
}

/// The client and what all requests share.
pub(crate) struct Transport {
    pub(crate) client: kube::Client,
    pub(crate) server: String,
    pub(crate) throttle: Throttle,
    pub(crate) timeout: Option<Duration>,
    pub(crate) warnings: Mutex<Vec<String>>,
    pub(crate) interrupt: Interrupt,
}

/// A part of an answer's body.
pub(crate) enum Part<'a> {
    /// It begins, maybe anew: what came before was cut off.
    Beginning,
    /// Some of it.
    Bytes(&'a [u8]),
}

/// How one attempt ended.
enum Attempt {
    Answered,
    Refused(ApiError),
    Cut(Error),
}

impl Transport {
    /// Sends a request and gives the answer's body.
    pub(crate) async fn send(&self, call: &Call) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        let mut take = |part: Part<'_>| {
            match part {
                Part::Beginning => body.clear(),
                Part::Bytes(bytes) => body.extend_from_slice(bytes),
            }
            Ok(())
        };
        self.receive(call, &mut take).await?;
        Ok(body)
    }

    /// Sends a request and hands the answer's body on as it arrives.
    pub(crate) async fn receive(
        &self,
        call: &Call,
        take: &mut impl FnMut(Part<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut retries = 0;
        loop {
            let attempt = {
                let _place = self.throttle.places.acquire().await;
                self.throttle.wait_for_rate().await;
                // What only reads may be broken off; of a write nobody would know whether it was done.
                match call.method {
                    Method::GET => self.unless_interrupted(self.attempt_in_time(call, take)).await??,
                    _ => self.attempt_in_time(call, take).await?,
                }
            };
            let (error, pause) = match attempt {
                Attempt::Answered => return Ok(()),
                Attempt::Cut(error) if call.method == Method::GET && retries < 2 => (error, Duration::from_millis(100)),
                Attempt::Cut(error) => return Err(error),
                Attempt::Refused(error) => {
                    let pause = pause_after(&error, retries);
                    (Error::Api(Box::new(error)), pause.unwrap_or(Duration::MAX))
                }
            };
            if pause == Duration::MAX || retries >= MAX_RETRIES {
                return Err(error);
            }
            retries += 1;
            self.unless_interrupted(tokio::time::sleep(pause)).await?;
        }
    }

    /// What may be broken off without harm.
    async fn unless_interrupted<T>(&self, future: impl Future<Output = T>) -> Result<T, Error> {
        match select(pin!(future), pin!(self.interrupt.raised())).await {
            Either::Left((output, _)) => Ok(output),
            Either::Right(_) => Err(Error::Interrupted),
        }
    }

    async fn attempt_in_time(
        &self,
        call: &Call,
        take: &mut impl FnMut(Part<'_>) -> Result<(), Error>,
    ) -> Result<Attempt, Error> {
        let Some(timeout) = self.timeout else { return self.attempt(call, take).await };
        tokio::time::timeout(timeout, self.attempt(call, take)).await.unwrap_or_else(|_| {
            let method = call.method.as_str();
            let verb = format!(
                "{}{}",
                method.get(..1).unwrap_or_default(),
                method.get(1..).unwrap_or_default().to_lowercase()
            );
            Err(Error::Connection(format!("{verb} \"{}{}\": context deadline exceeded", self.server, call.path)))
        })
    }

    async fn attempt(
        &self,
        call: &Call,
        take: &mut impl FnMut(Part<'_>) -> Result<(), Error>,
    ) -> Result<Attempt, Error> {
        let request = call.request()?.map(Body::from);
        let response = match self.client.send(request).await {
            Ok(response) => response,
            Err(error) => return self.failed(call, &error),
        };
        self.keep_warnings(response.headers());
        let status = response.status();
        let retry_after =
            response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let (mut body, mut refusal) = (response.into_body(), Vec::new());
        take(Part::Beginning)?;
        while let Some(frame) = body.frame().await {
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) => return self.failed(call, &error),
            };
            match frame.data_ref() {
                Some(bytes) if status.is_success() => take(Part::Bytes(bytes))?,
                Some(bytes) => refusal.extend_from_slice(bytes),
                None => {}
            }
        }
        if status.is_success() {
            return Ok(Attempt::Answered);
        }
        let mut error = ApiError::read(status.as_u16(), call.method.as_str(), &call.subject, &refusal);
        error.retry_after = retry_after;
        Ok(Attempt::Refused(error))
    }

    fn failed(&self, call: &Call, error: &kube::Error) -> Result<Attempt, Error> {
        let url = format!("{}{}", self.server, call.path);
        let failure = Error::Connection(connect::describe(&call.method, &url, error));
        if connect::was_cut(error) { Ok(Attempt::Cut(failure)) } else { Err(failure) }
    }

    /// Keeps the texts of `Warning: 299 - "…"` headers, each once.
    pub(crate) fn keep_warnings(&self, headers: &http::HeaderMap) {
        for value in headers.get_all(header::WARNING) {
            let Some(text) = value.to_str().ok().and_then(warning_text) else { continue };
            let mut warnings = self.warnings.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if !warnings.contains(&text) {
                warnings.push(text);
            }
        }
    }
}

/// How long to wait before asking again; none: do not. client-go asks again when a 429 or a server's fault says when;
/// Helm once more when etcd changed its leader. A 429 that does not say when is asked again after a second.
fn pause_after(error: &ApiError, retries: u32) -> Option<Duration> {
    let lost =
        error.message.ends_with("etcdserver: leader changed") || error.message.ends_with("raft proposal dropped");
    match (error.code, error.retry_after) {
        (429 | 500.., Some(seconds)) => Some(Duration::from_secs(seconds)),
        (429, None) => Some(Duration::from_secs(1)),
        (500.., None) if lost && retries == 0 => Some(Duration::ZERO),
        _ => None,
    }
}

/// The text of a warning header: `299 agent "text" ["date"]`.
fn warning_text(header: &str) -> Option<String> {
    let rest = header.strip_prefix("299 ")?;
    let quoted = rest.split_once('"')?.1;
    let mut text = String::new();
    let mut letters = quoted.chars();
    loop {
        match letters.next()? {
            '"' => return Some(text),
            '\\' => text.push(letters.next()?),
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Call, Throttle, pause_after, warning_text};
    use crate::ApiError;

    #[test]
    fn warnings_are_unquoted() {
        let text = warning_text(r#"299 - "unknown field \"spec.x\"""#);
        assert_eq!(text.as_deref(), Some(r#"unknown field "spec.x""#));
        assert_eq!(warning_text("199 - \"x\""), None);
        assert_eq!(warning_text("299 - \"x"), None);
    }

    #[test]
    fn queries_are_escaped() {
        let call = Call::get("/api").query("labelSelector", "owner=helm,name in (a b)").query("limit", "1");
        assert_eq!(call.path, "/api?labelSelector=owner%3Dhelm%2Cname%20in%20%28a%20b%29&limit=1");
    }

    #[test]
    fn the_server_says_when_to_ask_again() {
        let error = |code, retry_after, message: &str| ApiError {
            code,
            retry_after,
            message: message.into(),
            ..ApiError::default()
        };
        assert_eq!(pause_after(&error(429, Some(3), ""), 0), Some(Duration::from_secs(3)));
        assert_eq!(pause_after(&error(503, Some(0), ""), 0), Some(Duration::ZERO));
        assert_eq!(pause_after(&error(503, None, ""), 0), None);
        assert_eq!(pause_after(&error(500, None, "etcdserver: leader changed"), 0), Some(Duration::ZERO));
        assert_eq!(pause_after(&error(500, None, "etcdserver: leader changed"), 1), None);
        assert_eq!(pause_after(&error(409, Some(3), ""), 0), None);
    }

    #[test]
    fn requests_keep_to_the_rate() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let throttle = Throttle::new(100.0, 5);
        let start = std::time::Instant::now();
        runtime.block_on(async {
            for _ in 0..15 {
                throttle.wait_for_rate().await;
            }
        });
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(90) && took < Duration::from_secs(2), "{took:?}");
        assert_eq!(Throttle::new(0.0, 3).places(), 3);
        assert_eq!(Throttle::new(0.0, 0).places(), 1);
    }
}
