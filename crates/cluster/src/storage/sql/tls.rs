//! Whose certificates are trusted, and which of ours is shown.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _},
};

use super::ssl::Ssl;
use crate::connect;

/// The complaints of the encryption in Go's words.
pub(super) fn words(text: &str) -> String {
    connect::tls(text).unwrap_or_else(|| text.to_owned())
}

/// How to speak to a server.
pub(super) fn client_config(ssl: &Ssl) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let builder = if ssl.verifies_host {
        builder.with_root_certificates(roots(ssl)?)
    } else {
        let issuers = if ssl.verifies {
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(ssl)?), Arc::clone(&provider));
            Some(verifier.build().map_err(|error| error.to_string())?)
        } else {
            None
        };
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyHost { issuers, provider }))
    };
    let mut config = match &ssl.identity {
        Some((certificate, key)) => {
            let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(certificate).collect();
            let chain = chain.map_err(|error| format!("pq: reading sslcert: {error}"))?;
            let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("pq: reading sslkey: {error}"))?;
            builder.with_client_auth_cert(chain, key).map_err(|error| error.to_string())?
        }
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = ssl.sni;
    Ok(config)
}

fn roots(ssl: &Ssl) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    let Some(pem) = &ssl.roots else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(store);
    };
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem).flatten().collect();
    if store.add_parsable_certificates(certificates).0 == 0 {
        return Err("pq: couldn't parse pem from sslrootcert".into());
    }
    Ok(store)
}

/// Takes a certificate for any host: from known issuers where there are some, else from anybody, as `sslmode=require` says.
#[derive(Debug)]
struct AnyHost {
    issuers: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyHost {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use rustls::CertificateError::{NotValidForName, NotValidForNameContext};
        let Some(issuers) = &self.issuers else { return Ok(ServerCertVerified::assertion()) };
        match issuers.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is looked at last, when all else was found to be right.
            Err(rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
