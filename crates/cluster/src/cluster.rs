//! The door: one cluster, its client and the runtime that drives it.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{Request, Response};
use kube::client::Body;
use tokio::runtime::{Builder, Runtime};

use crate::{
    Error, Interrupt,
    client::client,
    connect,
    discovery::{Cache, Discovery},
    kubeconfig,
    options::ClusterOptions,
    request::{Throttle, Transport},
};

/// A cluster. Its methods block; it may be shared between threads, and a clone is the same cluster.
#[derive(Clone)]
pub struct Cluster {
    runtime: Arc<Runtime>,
    pub(crate) inner: Arc<Inner>,
}

/// What requests need, apart from the runtime.
pub(crate) struct Inner {
    pub(crate) transport: Transport,
    pub(crate) namespace: String,
    pub(crate) discovery: Mutex<Option<Arc<Discovery>>>,
    pub(crate) cache: Cache,
    pub(crate) clock: fn() -> std::time::SystemTime,
}

impl Cluster {
    /// Reads the configuration and makes a client. No request is made yet, but a program that hands out credentials runs.
    ///
    /// # Errors
    /// [`Error::Unreachable`] where files or flags name no usable server or user.
    pub fn connect(options: &ClusterOptions) -> Result<Cluster, Error> {
        let unreachable = |error| Error::Unreachable(Box::new(error));
        let runtime = runtime().map_err(unreachable)?;
        let loaded = runtime.block_on(async {
            let kubeconfig::Connection { server, namespace, mut config } = kubeconfig::load(options).await?;
            // Ours obeys Retry-After as client-go does; the client's own would wait for minutes on its own account.
            config.default_retry = false;
            let program = config.auth_info.exec.as_ref().and_then(|exec| exec.command.clone()).unwrap_or_default();
            let url = format!("{server}/version");
            let words = |error: &kube::Error| match error {
                kube::Error::Auth(error) => Error::Connection(connect::describe_credentials(&url, &program, error)),
                other => Error::Config(format!("invalid configuration: {other}")),
            };
            let client = client(config).map_err(|error| words(&error))?;
            Ok((client, server, namespace))
        });
        let (client, server, namespace) = loaded.map_err(unreachable)?;
        Ok(Cluster::assemble(runtime, client, Identity { server, namespace }, options))
    }

    /// A cluster whose server is a service in this process.
    ///
    /// # Errors
    /// The runtime cannot be started.
    pub fn over<S, B>(service: S, options: &ClusterOptions) -> Result<Cluster, Error>
    where
        S: tower::Service<Request<Body>, Response = Response<B>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<tower::BoxError>,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<tower::BoxError>,
    {
        let runtime = runtime()?;
        let namespace = options.namespace.clone().unwrap_or_else(|| "default".into());
        let client = runtime.block_on(async { kube::Client::new(service, namespace.clone()) });
        let identity = Identity { server: "http://in-process".into(), namespace };
        Ok(Cluster::assemble(runtime, client, identity, options))
    }

    fn assemble(runtime: Runtime, client: kube::Client, identity: Identity, options: &ClusterOptions) -> Cluster {
        let cache = Cache::new(options, &identity.server);
        let transport = Transport {
            client,
            server: identity.server,
            throttle: Throttle::new(options.qps, options.burst_limit),
            timeout: options.request_timeout,
            warnings: Mutex::default(),
            interrupt: Interrupt::default(),
        };
        let inner = Inner {
            transport,
            namespace: identity.namespace,
            discovery: Mutex::default(),
            cache,
            clock: options.clock,
        };
        Cluster { runtime: Arc::new(runtime), inner: Arc::new(inner) }
    }

    /// The namespace that commands work in.
    pub fn namespace(&self) -> &str {
        &self.inner.namespace
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        &self.inner.transport.server
    }

    /// Asks the server for its version, to see that it answers. Helm: `Client.IsReachable`.
    ///
    /// # Errors
    /// [`Error::Unreachable`]
    pub fn check_reachable(&self) -> Result<(), Error> {
        let version = self.block_on(self.inner.server_version());
        version.map(drop).map_err(|error| Error::Unreachable(Box::new(error)))
    }

    /// The texts of the `Warning:` headers since the last call, each once.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.inner.transport.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets time pass between two looks at something.
    ///
    /// # Errors
    /// [`Error::Interrupted`]: the operation is to stop.
    pub fn pause(&self, time: Duration) -> Result<(), Error> {
        let raised = self.interrupt().raised();
        let paused = async { tokio::time::timeout(time, raised).await };
        if self.block_on(paused).is_ok() { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// The wish to stop what is under way.
    pub fn interrupt(&self) -> &Interrupt {
        &self.inner.transport.interrupt
    }

    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}

impl Inner {
    /// The server's version: the fields of `/version`. client-go reads it raw, so refusals have its own words.
    pub(crate) async fn server_version(&self) -> Result<BTreeMap<String, serde_json::Value>, Error> {
        let body = self.transport.send(&crate::request::Call::get("/version")).await.map_err(generic)?;
        serde_json::from_slice(&body)
            .map_err(|error| Error::Answer(format!("unable to parse the server version: {error}")))
    }
}

/// The refusal in client-go's own words, whatever the server said: so it goes where answers are read raw.
pub(crate) fn generic(error: Error) -> Error {
    match error {
        Error::Api(mut error) => {
            error.message.clone_from(&error.generic);
            Error::Api(error)
        }
        other => other,
    }
}

struct Identity {
    server: String,
    namespace: String,
}

fn runtime() -> Result<Runtime, Error> {
    let failed = |error| Error::Connection(format!("starting the network runtime: {error}"));
    Builder::new_current_thread().enable_all().build().map_err(failed)
}
