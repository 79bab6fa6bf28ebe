//! Certificates for the HTTP client. Helm: internal/tlsutil/tls.go.

use std::{fs, sync::Once, time::Duration};

use reqwest::{
    Certificate, Identity,
    blocking::{Client, ClientBuilder},
    redirect,
};
use value::quote::quote;

use crate::{Access, Error, system};

/// The name that servers see. They tell Helm from other programs by its first word.
const USER_AGENT: &str = concat!("Helm/4.2.4 pintle/", env!("CARGO_PKG_VERSION"));

/// A connection that takes longer than this will not come.
const CONNECT: Duration = Duration::from_secs(30);

/// What every client has.
pub(super) fn builder(timeout: Option<Duration>) -> ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Another room may have installed the same one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(timeout)
        .tls_backend_rustls()
}

/// A client that will not be asked for TLS: reading the system's certificates takes longer than the request.
pub(super) fn without_certificates(builder: ClientBuilder) -> ClientBuilder {
    builder.tls_certs_only([])
}

/// A client with the certificates that the flags name.
pub(super) fn configured(mut builder: ClientBuilder, access: &Access) -> Result<ClientBuilder, Error> {
    let wrong = |text: String| Error::network(format!("can't create TLS config for client: {text}"));
    if !access.cert_file.is_empty() && !access.key_file.is_empty() {
        let certificate = read("unable to read cert file", &access.cert_file).map_err(wrong)?;
        let key = read("unable to read key file", &access.key_file).map_err(wrong)?;
        let pem = [certificate, b"\n".to_vec(), key].concat();
        let identity = Identity::from_pem(&pem)
            .map_err(|_| wrong("unable to load cert from key pair: tls: failed to find any PEM data".into()))?;
        builder = builder.identity(identity);
    }
    if access.insecure_skip_tls_verify {
        return Ok(builder.tls_danger_accept_invalid_certs(true));
    }
    if !access.ca_file.is_empty() {
        let bundle = read("can't read CA file", &access.ca_file).map_err(wrong)?;
        let bundle = Certificate::from_pem_bundle(&bundle).unwrap_or_default();
        if bundle.is_empty() {
            return Err(wrong("failed to append certificates from pem block".into()));
        }
        builder = builder.tls_certs_only(bundle);
    }
    Ok(builder)
}

fn read(what: &str, path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| {
        let reason = system::path_error(system::read_verb(&error), path, &error);
        format!("{what}: {}: {reason}", quote(path.as_bytes()))
    })
}
