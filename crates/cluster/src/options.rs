//! What the caller says about the cluster: files, flags, limits. Nothing here reads the environment.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

/// How to reach a cluster, as Helm's global flags and variables say it.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// `--kubeconfig`: one file, which must exist.
    pub kubeconfig: Option<String>,
    /// The files of `KUBECONFIG`, or `~/.kube/config`: merged, the first one wins, missing ones are skipped.
    pub kubeconfig_paths: Vec<String>,
    /// `--kube-context`
    pub context: Option<String>,
    /// `--kube-apiserver`
    pub api_server: Option<String>,
    /// `--kube-as-user`
    pub as_user: Option<String>,
    /// `--kube-as-group`
    pub as_groups: Vec<String>,
    /// `--kube-ca-file`
    pub ca_file: Option<String>,
    /// `--kube-insecure-skip-tls-verify`
    pub insecure_skip_tls_verify: bool,
    /// `--kube-tls-server-name`
    pub tls_server_name: Option<String>,
    /// `--kube-token`
    pub token: Option<String>,
    /// `--namespace`, where it was given.
    pub namespace: Option<String>,
    /// `--qps`: requests a second; 0 is no such limit.
    pub qps: f32,
    /// `--burst-limit`: how many requests may be under way, and how many may run ahead of `qps`.
    pub burst_limit: u32,
    /// How long one request may take; watches and logs excepted.
    pub request_timeout: Option<Duration>,
    /// Where discovery is cached; none: it is not.
    pub cache_dir: Option<PathBuf>,
    /// How old a cached discovery may be.
    pub cache_ttl: Duration,
    /// What the environment says about proxies.
    pub proxies: Proxies,
    /// `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`: set inside a pod.
    pub in_cluster: Option<(String, String)>,
    /// `KUBERNETES_MASTER`: the server where no configuration names one.
    pub master: Option<String>,
    /// The clock that dates labels and caches.
    pub clock: fn() -> SystemTime,
}

impl Default for ClusterOptions {
    /// Helm's defaults: no configuration, a burst of 100, a cache of ten minutes without a folder.
    fn default() -> ClusterOptions {
        ClusterOptions {
            kubeconfig: None,
            kubeconfig_paths: Vec::new(),
            context: None,
            api_server: None,
            as_user: None,
            as_groups: Vec::new(),
            ca_file: None,
            insecure_skip_tls_verify: false,
            tls_server_name: None,
            token: None,
            namespace: None,
            qps: 0.0,
            burst_limit: 100,
            request_timeout: None,
            cache_dir: None,
            cache_ttl: Duration::from_secs(600),
            proxies: Proxies::default(),
            in_cluster: None,
            master: None,
            clock: SystemTime::now,
        }
    }
}

/// The proxy variables of the environment, in whichever case they were found.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// `HTTPS_PROXY`
    pub https: Option<String>,
    /// `HTTP_PROXY`
    pub http: Option<String>,
    /// `NO_PROXY`
    pub none: Option<String>,
}

impl Proxies {
    /// The proxy for a server, as Go's `http.ProxyFromEnvironment` picks it.
    pub(crate) fn for_server(&self, server: &http::Uri) -> Option<String> {
        let host = server.host()?.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let proxy = if server.scheme_str() == Some("https") { &self.https } else { &self.http };
        let proxy = proxy.as_deref().filter(|proxy| !proxy.is_empty())?;
        let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if loopback || self.excludes(&host, server.port_u16()) {
            return None;
        }
        Some(if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") })
    }

    /// Whether `NO_PROXY` names a host: `*`, an address, a range, a domain with its subdomains, each with or without port.
    fn excludes(&self, host: &str, port: Option<u16>) -> bool {
        let entries = self.none.as_deref().unwrap_or_default().split(',');
        entries.map(|entry| entry.trim().to_ascii_lowercase()).filter(|entry| !entry.is_empty()).any(|entry| {
            if entry == "*" {
                return true;
            }
            if let (Ok(ip), Some((network, bits))) = (host.parse::<std::net::IpAddr>(), entry.split_once('/')) {
                return in_network(ip, network, bits);
            }
            let (name, wanted) = match entry.rsplit_once(':') {
                Some((name, wanted)) if wanted.parse::<u16>().is_ok() && !name.contains(':') => {
                    (name, wanted.parse().ok())
                }
                _ => (entry.as_str(), None),
            };
            if wanted.is_some() && wanted != port {
                return false;
            }
            let domain = name.trim_start_matches("*.").trim_start_matches('.');
            let below = host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
            below || (host == domain && !name.starts_with('.') && !name.starts_with('*'))
        })
    }
}

/// Whether an address lies in `network/bits`.
fn in_network(ip: std::net::IpAddr, network: &str, bits: &str) -> bool {
    use std::net::IpAddr::{V4, V6};
    let (Ok(network), Ok(bits)) = (network.parse::<std::net::IpAddr>(), bits.parse::<u32>()) else { return false };
    match (ip, network) {
        (V4(ip), V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            ip.to_bits() & mask == network.to_bits() & mask
        }
        (V6(ip), V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            ip.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Proxies;

    #[test]
    fn proxies_are_picked_as_go_picks_them() {
        let proxies = Proxies {
            https: Some("proxy.corp:3128".into()),
            http: None,
            none: Some("10.0.0.0/8, .svc,example.com,other.org:8443".into()),
        };
        let pick = |server: &str| proxies.for_server(&server.parse().unwrap());
        assert_eq!(pick("https://api.corp").as_deref(), Some("http://proxy.corp:3128"));
        for server in [
            "https://10.1.2.3:6443",
            "https://kubernetes.default.svc",
            "https://example.com",
            "https://a.example.com",
            "https://other.org:8443",
            "https://localhost:6443",
            "https://127.0.0.1:6443",
            "http://api.corp",
        ] {
            assert_eq!(pick(server), None, "{server}");
        }
        assert!(
            pick("https://other.org").is_some() && pick("https://svc").is_some() && pick("https://11.0.0.1").is_some()
        );
    }
}
