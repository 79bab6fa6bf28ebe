//! How long requests take while the sandbox fills: a line of JSON for each size, in microseconds per operation.
//! `cargo xtask bench sandbox` runs it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt as _;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};

const SIZES: [usize; 6] = [100, 1000, 2000, 3000, 4000, 5000];
/// How many operations each figure is the median of.
const TRIES: usize = 101;
/// The same for a list of all objects, which takes longer.
const WHOLE_TRIES: usize = 11;
const PATH: &str = "/api/v1/namespaces/default/configmaps";

type Failed = Box<dyn std::error::Error>;

fn request(method: Method, path: &str, body: &Value) -> Result<Request<Full<Bytes>>, http::Error> {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    Request::builder().method(method).uri(path).header("content-type", "application/json").body(Full::new(body))
}

/// Sends a request and reads the answer to its end; gives how long that took.
async fn send(sandbox: &Sandbox, method: Method, path: &str, body: &Value) -> Result<Duration, Failed> {
    let request = request(method, path, body)?;
    let start = Instant::now();
    let answer = sandbox.answer(request).await;
    let status = answer.status();
    answer.into_body().collect().await?;
    let took = start.elapsed();
    if status.is_success() { Ok(took) } else { Err(format!("{path}: {status}").into()) }
}

fn object(number: usize) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": format!("object-{number:05}"), "labels": {"app": format!("app-{}", number % 50)}},
        "data": {"text": "some words that a configuration may have ".repeat(10)}})
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

async fn measure(sandbox: &Sandbox, from: usize, to: usize) -> Result<Value, Failed> {
    let (mut creates, mut gets, mut pages, mut watches) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let watch = format!("{PATH}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true");
    let mut events = sandbox.answer(request(Method::GET, &watch, &Value::Null)?).await.into_body().into_data_stream();
    events.next().await;
    for number in from..to {
        let took = send(sandbox, Method::POST, PATH, &object(number)).await?;
        if number + TRIES >= to {
            creates.push(took);
        }
    }
    // All that was made until now is one piece of the stream.
    events.next().await;
    for number in 0..TRIES {
        let place = format!("{PATH}/object-{:05}", number * to / TRIES);
        gets.push(send(sandbox, Method::GET, &place, &Value::Null).await?);
        let page = format!("{PATH}?limit=50&continue=default/object-{:05}", number * (to - 51).max(1) / TRIES);
        pages.push(send(sandbox, Method::GET, &page, &Value::Null).await? / 50);
        let patch = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"number": number.to_string(), "size": to.to_string()}});
        let start = Instant::now();
        send(sandbox, Method::PATCH, &place, &patch).await?;
        events.next().await;
        watches.push(start.elapsed());
    }
    let mut wholes = Vec::new();
    for _ in 0..WHOLE_TRIES {
        wholes.push(send(sandbox, Method::GET, PATH, &Value::Null).await? / to as u32);
    }
    Ok(json!({"objects": to, "create": median(creates), "get": median(gets), "listPerObject": median(pages),
        "wholeListPerObject": median(wholes), "patchAndWatch": median(watches)}))
}

fn main() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let options = SandboxOptions::new(Some(folder.path().join("store.redb")), std::time::SystemTime::now);
    let sandbox = Sandbox::open(&options)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut from = 0;
    for size in SIZES {
        println!("{}", runtime.block_on(measure(&sandbox, from, size))?);
        from = size;
    }
    Ok(())
}
