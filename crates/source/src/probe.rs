//! A GET that is not for a chart: what gates ask Prometheus and other servers.

use std::time::Duration;

use crate::{
    Access, Error,
    http::{Http, Request},
};

/// How much of an answer is read.
const MAX_ANSWER: u64 = 16 << 20;

/// Asks a server once, and gives the status and what it sent. A status that tells of a failure is an answer.
///
/// # Errors
/// Where no answer comes within `timeout`, and where it is larger than 16 MiB.
pub fn probe(url: &str, timeout: Duration) -> Result<(u16, Vec<u8>), Error> {
    let http = Http::new(&Access::default(), Some(timeout));
    let answer = http.send(&Request { url, limit: MAX_ANSWER, ..Request::default() })?;
    Ok((answer.status, answer.body))
}
