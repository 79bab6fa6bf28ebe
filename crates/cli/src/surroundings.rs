//! The clock, the randomness and the names of this machine, as templates see them.

use std::net::{IpAddr, ToSocketAddrs as _};

use pintle::Surroundings;

use crate::env::Environment;

/// This machine.
pub(crate) struct Machine<'a> {
    environment: &'a Environment,
    /// `--enable-dns`
    resolves: bool,
}

impl Machine<'_> {
    /// This machine, where host names are looked up if `resolves`.
    pub(crate) fn new(environment: &Environment, resolves: bool) -> Machine<'_> {
        Machine { environment, resolves }
    }
}

impl Surroundings for Machine<'_> {
    fn now(&self) -> i128 {
        self.environment.now()
    }

    fn time_zone(&self) -> String {
        self.environment.time_zone()
    }

    fn utc_offset(&self) -> i32 {
        self.environment.utc_offset()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        // Keys must not be made of anything weaker: without the system's randomness there is nothing to go on with.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }

    fn resolve_host(&self, name: &str) -> Option<String> {
        if !self.resolves {
            return None;
        }
        let addresses = (name, 0).to_socket_addrs().ok()?;
        let mut addresses: Vec<IpAddr> = addresses.map(|address| address.ip()).collect();
        addresses.sort_by_key(|address| address.is_ipv6());
        addresses.first().map(IpAddr::to_string)
    }
}
