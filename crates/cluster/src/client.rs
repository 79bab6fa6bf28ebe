//! The client of a server: connections, credentials, compression.

use hyper_util::{
    client::legacy::{Builder, connect::HttpConnector},
    rt::TokioExecutor,
};
use kube::{
    Client, Config,
    client::{Body, ClientBuilder, ConfigExt as _},
};
use tower::{BoxError, Layer as _, ServiceExt as _, util::option_layer};
use tower_http::decompression::DecompressionLayer;

/// A client for a configuration. Like the one that the library makes, but that it sends small segments at once: what
/// follows a TLS handshake would else wait 40 ms for the server to confirm it.
///
/// Through a proxy it is the library's own.
pub(crate) fn client(config: Config) -> Result<Client, kube::Error> {
    if config.proxy_url.is_some() {
        return Ok(ClientBuilder::try_from(config)?.build());
    }
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(config.connect_timeout);
    let mut connector = hyper_timeout::TimeoutConnector::new(config.rustls_https_connector_with_connector(http)?);
    connector.set_connect_timeout(config.connect_timeout);
    connector.set_read_timeout(config.read_timeout);
    connector.set_write_timeout(config.write_timeout);
    connector.set_reset_reader_on_write(config.reset_reader_on_write);
    let connections = Builder::new(TokioExecutor::new()).build::<_, Body>(connector);
    let service = connections.map_err(BoxError::from);
    let service = config.extra_headers_layer()?.layer(service);
    let service = option_layer(config.auth_layer()?).layer(service);
    let unpacked = DecompressionLayer::new().gzip(!config.disable_compression).layer(service);
    Ok(Client::new(config.base_uri_layer().layer(unpacked), config.default_namespace))
}
