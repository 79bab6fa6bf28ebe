//! The sandbox for other programs: HTTPS on the loopback interface, for whoever has the token.

use std::{net::SocketAddr, sync::Arc};

use http::{HeaderMap, Request, Response, header::AUTHORIZATION};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use crate::{ReplyBody, Sandbox, failure::Failure, service};

/// Where a sandbox is served, and what a client needs to know.
#[derive(Clone, Debug)]
pub struct Served {
    /// The address, on the loopback interface.
    pub address: SocketAddr,
    /// A kubeconfig with the server's certificate and the token, as JSON, which is YAML too.
    pub kubeconfig: String,
}

/// Why a sandbox cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("serving the sandbox: {0}")]
pub struct ServeError(String);

/// Serves a sandbox on a port of the loopback interface (0 picks a free one) until the process ends. `ready` is told
/// where, once requests are answered.
///
/// # Errors
/// The port is taken, or no certificate can be made.
pub fn serve(sandbox: &Sandbox, port: u16, token: &str, ready: impl FnOnce(&Served)) -> Result<(), ServeError> {
    let failed = |error: &dyn std::fmt::Display| ServeError(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| failed(&error))?;
    runtime.block_on(async {
        let identity = Identity::new().map_err(|error| failed(&error))?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        ready(&Served { address, kubeconfig: kubeconfig(address, &identity.certificate, token) });
        let acceptor = TlsAcceptor::from(Arc::new(identity.config));
        let token: Arc<str> = token.into();
        loop {
            // A client that is gone before it was greeted is none of our concern.
            let Ok((stream, _)) = listener.accept().await else { continue };
            tokio::spawn(connection(sandbox.clone(), stream, acceptor.clone(), Arc::clone(&token)));
        }
    })
}

async fn connection(sandbox: Sandbox, stream: TcpStream, acceptor: TlsAcceptor, token: Arc<str>) {
    _ = stream.set_nodelay(true);
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let service = service_fn(|request: Request<Incoming>| {
        let (sandbox, token) = (sandbox.clone(), Arc::clone(&token));
        async move { Ok::<Response<ReplyBody>, std::convert::Infallible>(answer(&sandbox, request, &token).await) }
    });
    // How a connection ends is told to the client, not to us.
    _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(sandbox: &Sandbox, request: Request<Incoming>, token: &str) -> Response<ReplyBody> {
    if !is_allowed(request.headers(), token) {
        let failure = Failure::new(401, "Unauthorized", "Unauthorized");
        return service::document(failure.code, &failure.status());
    }
    sandbox.answer(request).await
}

/// Whether a request carries the token. All of it is compared, so that the time taken tells nothing.
fn is_allowed(headers: &HeaderMap, token: &str) -> bool {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let Some(sent) = sent else { return false };
    let differences = sent.bytes().zip(token.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    sent.len() == token.len() && differences == 0
}

/// A certificate of our own, for this run.
struct Identity {
    certificate: String,
    config: ServerConfig,
}

impl Identity {
    fn new() -> Result<Identity, Box<dyn std::error::Error + Send + Sync>> {
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names)?;
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        Ok(Identity { certificate: made.cert.pem(), config })
    }
}

fn kubeconfig(address: SocketAddr, certificate: &str, token: &str) -> String {
    let authority = crate::defaults::base64(certificate.as_bytes());
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "sandbox", "cluster": {
            "server": format!("https://{address}"), "certificate-authority-data": authority,
        }}],
        "users": [{"name": "sandbox", "user": {"token": token}}],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "sandbox", "namespace": "default"}}],
        "current-context": "sandbox",
    });
    format!("{config:#}\n")
}
