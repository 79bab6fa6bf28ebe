//! A few pages over HTTP, for machines that ask: metrics, and whether all is well.

use std::{io, net::TcpListener, sync::Arc, thread, time::Duration};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Semaphore;

/// So many connections at once; more wait.
const CONNECTIONS: usize = 64;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// A page.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Page {
    /// A line of text.
    pub(crate) fn line(status: StatusCode, line: &str) -> Page {
        Page { status, content_type: "text/plain; charset=utf-8", body: format!("{line}\n") }
    }
}

/// What gives the page of a path; none where there is no such page.
pub(crate) type Pages = dyn Fn(&str) -> Option<Page> + Send + Sync;

/// Serves pages in a thread of their own, until the process ends.
pub(crate) fn serve(listener: TcpListener, pages: Arc<Pages>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("pages".into()).spawn(move || {
        runtime.block_on(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            let places = Arc::new(Semaphore::new(CONNECTIONS));
            loop {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
                let Ok((stream, _)) = listener.accept().await else {
                    // Out of descriptors, mostly: some will be free in a moment.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let pages = Arc::clone(&pages);
                tokio::spawn(async move {
                    let service = service_fn(|request: Request<Incoming>| {
                        let response = answer(&request, pages.as_ref());
                        async move { Ok::<_, std::convert::Infallible>(response) }
                    });
                    let mut server = hyper::server::conn::http1::Builder::new();
                    server.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
                    // How a connection ends is told to the client, not to us.
                    _ = server.serve_connection(TokioIo::new(stream), service).await;
                    drop(place);
                });
            }
        });
    })?;
    Ok(())
}

fn answer(request: &Request<Incoming>, pages: &Pages) -> Response<Full<Bytes>> {
    let page = match *request.method() {
        Method::GET | Method::HEAD => {
            pages(request.uri().path()).unwrap_or_else(|| Page::line(StatusCode::NOT_FOUND, "there is no such page"))
        }
        _ => Page::line(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered"),
    };
    let mut response = Response::new(Full::new(Bytes::from(page.body)));
    *response.status_mut() = page.status;
    let content_type = header::HeaderValue::from_static(page.content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
