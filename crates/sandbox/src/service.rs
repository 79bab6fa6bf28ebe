//! The sandbox as a service that takes HTTP requests.

use std::{
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use futures::StreamExt as _;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyExt as _, Full, Limited, StreamBody, combinators::UnsyncBoxBody};
use serde_json::{Value, json};
use tower::Service;

use crate::{
    api::{Answer, Api},
    clock::Clock,
    controllers,
    discovery::VERSION,
    failure::Failure,
    fault::Fault,
    journal::{Writing, Written},
    object::{name_of, set},
    request::Options,
    store::{Store, StoreError, key},
};

/// A body larger than this is refused: etcd would refuse it too.
const MAX_BODY: usize = 3 << 20;
/// The namespaces and the node that every cluster has.
const NAMESPACES: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/// Where a sandbox keeps its objects, and whose time it takes.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// The file; in memory where there is none.
    pub file: Option<PathBuf>,
    /// The clock that dates objects.
    pub clock: fn() -> SystemTime,
    /// Whose pods are to fail.
    pub faults: Vec<Fault>,
    /// The version of Kubernetes that it tells, such as `v1.30.2`; its own where none is given.
    pub version: Option<String>,
    /// Whether it notes what is written.
    pub keeps_journal: bool,
}

impl SandboxOptions {
    /// A sandbox in a file, or in memory where there is none.
    pub fn new(file: Option<PathBuf>, clock: fn() -> SystemTime) -> SandboxOptions {
        SandboxOptions { file, clock, faults: Vec::new(), version: None, keeps_journal: false }
    }
}

/// A Kubernetes API in this process. Clones share their objects.
#[derive(Clone)]
pub struct Sandbox {
    store: Arc<Store>,
    clock: Clock,
    version: Arc<str>,
    journal: Option<Arc<Mutex<Vec<Written>>>>,
}

/// The body of an answer: whole, or as things happen.
pub type ReplyBody = UnsyncBoxBody<Bytes, std::convert::Infallible>;

impl Sandbox {
    /// Opens a sandbox, and gives it what every cluster has where that is missing.
    ///
    /// # Errors
    /// The file cannot be made, read or written.
    pub fn open(options: &SandboxOptions) -> Result<Sandbox, StoreError> {
        let store = Store::open(options.file.as_deref(), &options.faults)?;
        let sandbox = Sandbox {
            store: Arc::new(store),
            clock: Clock::new(options.clock),
            version: options.version.as_deref().unwrap_or(VERSION).into(),
            journal: options.keeps_journal.then(Arc::default),
        };
        let prepared = sandbox.prepare();
        prepared.map_err(|failure| StoreError::new(options.file.as_deref(), failure.message))?;
        Ok(sandbox)
    }

    /// How many objects of each resource there are, by name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn counts(&self) -> Result<Vec<(String, usize)>, StoreError> {
        let counted = self.store.read(|snapshot| snapshot.counts());
        counted.map_err(|failure| StoreError::new(None, failure.message))
    }

    /// Takes objects over from another cluster, as they live there; the controllers go on with them.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn adopt(&self, objects: &[Value]) -> Result<(), StoreError> {
        let adopted = self.store.write(|transaction| {
            crate::adopt::adopt(transaction, objects, self.clock)?;
            controllers::settle(transaction, &self.clock)
        });
        adopted.map_err(|failure| StoreError::new(None, failure.message))
    }

    /// Says whose new pods are to fail from now on.
    pub fn simulate(&self, faults: &[Fault]) {
        self.store.simulate(faults);
    }

    /// All objects, by resource, namespace and name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn objects(&self) -> Result<Vec<Value>, StoreError> {
        self.store.read(|snapshot| snapshot.list("")).map_err(|failure| StoreError::new(None, failure.message))
    }

    /// What was written since the last call, in its order, where a journal is kept.
    pub fn take_journal(&self) -> Vec<Written> {
        let journal = self.journal.as_ref().map(|journal| journal.lock().unwrap_or_else(PoisonError::into_inner));
        journal.map(|mut journal| std::mem::take(&mut *journal)).unwrap_or_default()
    }

    fn prepare(&self) -> Result<(), Failure> {
        if self.store.read(|snapshot| snapshot.get(&key("namespaces", "", "default")))?.is_some() {
            return Ok(());
        }
        self.store.write(|transaction| {
            for name in NAMESPACES {
                let mut namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
                crate::defaults::fill("", "Namespace", &mut namespace);
                self.seed(transaction, "namespaces", namespace)?;
            }
            let node = json!({
                "apiVersion": "v1", "kind": "Node", "metadata": {"name": "sandbox", "labels": {"kubernetes.io/hostname": "sandbox", "kubernetes.io/os": "linux"}},
                "status": {
                    "capacity": {"cpu": "512", "memory": "1Ti", "pods": "5000"},
                    "allocatable": {"cpu": "512", "memory": "1Ti", "pods": "5000"},
                    "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "ready"}],
                },
            });
            self.seed(transaction, "nodes", node)?;
            controllers::settle(transaction, &self.clock)
        })
    }

    fn seed(
        &self,
        transaction: &mut crate::store::Transaction,
        qualified: &str,
        mut object: Value,
    ) -> Result<(), Failure> {
        set(&mut object, &["metadata", "uid"], self.clock.uid(transaction.next("uid")?));
        set(&mut object, &["metadata", "creationTimestamp"], self.clock.text());
        let place = key(qualified, "", name_of(&object));
        transaction.put(&place, object).map(drop)
    }

    /// Answers one request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<ReplyBody>
    where
        B: http_body::Body<Data = Bytes>,
        B::Error: Into<tower::BoxError>,
    {
        let (parts, body) = request.into_parts();
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                let text = format!("the body of the request cannot be read: {error}");
                let failure = Failure::new(413, "RequestEntityTooLarge", text);
                return document(failure.code, &failure.status());
            }
        };
        let options = Options::of(&parts);
        let api = Api { store: &self.store, clock: self.clock, version: &self.version };
        let path = parts.uri.path();
        let writing = self.journal.as_ref().and_then(|journal| Some((journal, Writing::of(&api, path, &options)?)));
        let answer = api.answer(path, &options, &body);
        if let Some((journal, writing)) = writing {
            journal.lock().unwrap_or_else(PoisonError::into_inner).extend(writing.done(&answer));
        }
        match answer {
            Answer::Json(code, value) if value.get("kind").and_then(Value::as_str) == Some("APIGroupDiscoveryList") => {
                let form = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
                whole(code, form, value.to_string())
            }
            Answer::Json(code, value) => document(code, &value),
            Answer::Text(code, text) => whole(code, "text/plain", text),
            Answer::Watch(watch) => {
                let events = watch.events(Arc::clone(&self.store)).map(|bytes| Ok(Frame::data(bytes)));
                reply(200, "application/json", UnsyncBoxBody::new(StreamBody::new(events)))
            }
        }
    }
}

pub(crate) fn document(code: u16, value: &Value) -> Response<ReplyBody> {
    whole(code, "application/json", value.to_string())
}

fn whole(code: u16, form: &str, text: String) -> Response<ReplyBody> {
    reply(code, form, UnsyncBoxBody::new(Full::new(Bytes::from(text))))
}

fn reply(code: u16, form: &str, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(form) = http::HeaderValue::from_str(form) {
        response.headers_mut().insert(CONTENT_TYPE, form);
    }
    response
}

impl<B> Service<Request<B>> for Sandbox
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<tower::BoxError>,
{
    type Response = Response<ReplyBody>;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let sandbox = self.clone();
        Box::pin(async move { Ok(sandbox.answer(request).await) })
    }
}
