//! Measures over the network and with commands.

use std::time::Duration;

use metrics::{
    gate::{Instruments, Probe},
    prometheus,
};
use value::url::{Encoding, escape};

use crate::progress::without_user;

/// How long one measurement may take.
const ASK_WITHIN: Duration = Duration::from_secs(15);

/// The world outside.
pub(crate) struct Network;

impl Instruments for Network {
    fn measure(&mut self, probe: &Probe) -> Result<Vec<f64>, String> {
        match probe {
            Probe::Prometheus { address, query } => {
                let query = escape(query.as_bytes(), Encoding::QueryComponent);
                let query = String::from_utf8_lossy(&query);
                let url = format!("{}{}?query={query}", address.trim_end_matches('/'), prometheus::QUERY_PATH);
                let (status, body) = source::probe(&url, ASK_WITHIN).map_err(|error| error.to_string())?;
                prometheus::numbers(&body).map_err(|error| match status {
                    // Prometheus tells of bad queries with these, and says why.
                    200 | 400 | 422 | 503 => error.to_string(),
                    status => format!("{} answers {status}", without_user(address)),
                })
            }
            Probe::Http { url } => {
                let (status, _) = source::probe(url, ASK_WITHIN).map_err(|error| error.to_string())?;
                Ok(vec![f64::from(status)])
            }
            Probe::Exec { command } => {
                let exit = plugin::run_within("sh", &["-c", command], ASK_WITHIN).map_err(|error| error.to_string())?;
                Ok(vec![f64::from(exit)])
            }
        }
    }
}
