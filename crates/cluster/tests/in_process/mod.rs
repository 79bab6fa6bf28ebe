//! A service in the place of a server: what is asked, how often, and what is made of the answers.

mod watch;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use cluster::{Action, Body, Cluster, ClusterOptions, Error, ObjectId, Secrets, Storage, WaitOptions, Write};
use http::{Request, Response};
use http_body_util::Full;
use release::{Record, Status};
use serde_json::{Value, json};

/// One answer: status, header, body.
#[derive(Clone)]
struct Answer(u16, &'static [(&'static str, &'static str)], Value);

/// Answers by `METHOD path`, the query left out; the last one of each stays.
#[derive(Clone, Default)]
struct Server {
    answers: Arc<Mutex<BTreeMap<String, VecDeque<Answer>>>>,
    asked: Arc<Mutex<Vec<String>>>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
}

impl Server {
    fn with_discovery() -> Server {
        let server = Server::default();
        let resource =
            |name: &str, kind: &str| json!({"resource": name, "responseKind": {"kind": kind}, "scope": "Namespaced"});
        let core = json!({"kind": "APIGroupDiscoveryList", "items": [{"metadata": {}, "versions": [{"version": "v1",
            "resources": [resource("configmaps", "ConfigMap"), resource("secrets", "Secret"), resource("pods", "Pod")]}]}]});
        let groups = json!({"kind": "APIGroupDiscoveryList", "items": [{"metadata": {"name": "apps"}, "versions":
            [{"version": "v1", "resources": [resource("deployments", "Deployment")]}]}]});
        server.on("GET /api", Answer(200, &[], core));
        server.on("GET /apis", Answer(200, &[], groups));
        server
    }

    fn on(&self, what: &str, answer: Answer) {
        self.answers.lock().unwrap().entry(what.to_owned()).or_default().push_back(answer);
    }

    fn asked(&self, what: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.starts_with(what)).count()
    }

    fn cluster(&self, options: &ClusterOptions) -> Cluster {
        let server = self.clone();
        let answer = move |request: Request<Body>| {
            let server = server.clone();
            let request = request.map(|_| ());
            async move { server.answer(&request).await }
        };
        Cluster::over(tower::service_fn(answer), options).unwrap()
    }

    async fn answer(&self, request: &Request<()>) -> Result<Response<Full<Bytes>>, std::io::Error> {
        let running = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(running, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        let what = format!("{} {}", request.method(), request.uri().path());
        let query = request.uri().query().unwrap_or_default();
        self.asked.lock().unwrap().push(format!("{what} {query}"));
        let mut answers = self.answers.lock().unwrap();
        let missing =
            Answer(404, &[], json!({"kind": "Status", "reason": "NotFound", "message": format!("no {what}")}));
        let Answer(status, headers, body) = match answers.get_mut(&what) {
            Some(queue) if queue.len() > 1 => queue.pop_front().unwrap(),
            Some(queue) => queue.front().unwrap().clone(),
            None => missing,
        };
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Ok(response.body(Full::new(Bytes::from(body.to_string()))).unwrap())
    }
}

fn config_map(name: &str) -> ObjectId {
    ObjectId { api_version: "v1".into(), kind: "ConfigMap".into(), namespace: "n".into(), name: name.into() }
}

const PATH: &str = "/api/v1/namespaces/n/configmaps";

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    let server = Server::with_discovery();
    let busy = json!({"kind": "Status", "reason": "TooManyRequests", "message": "slow down"});
    let what = format!("GET {PATH}/x");
    server.on(&what, Answer(429, &[("retry-after", "0")], busy.clone()));
    server.on(&what, Answer(503, &[("retry-after", "0")], busy.clone()));
    server.on(&what, Answer(200, &[("warning", "299 - \"old api\"")], json!({"metadata": {"name": "x"}})));
    let cluster = server.cluster(&ClusterOptions::default());
    assert!(cluster.get(&config_map("x")).unwrap().is_some());
    assert_eq!(server.asked(&what), 3);
    cluster.get(&config_map("x")).unwrap();
    assert_eq!((cluster.take_warnings(), cluster.take_warnings()), (vec!["old api".to_owned()], Vec::new()));
    server.on(&format!("GET {PATH}/y"), Answer(429, &[("retry-after", "0")], busy));
    assert_eq!(cluster.get(&config_map("y")).unwrap_err().to_string(), "slow down");
    assert_eq!(server.asked(&format!("GET {PATH}/y")), 11);
}

#[test]
fn who_is_stopped_waits_no_longer() {
    let server = Server::with_discovery();
    let busy = json!({"kind": "Status", "reason": "TooManyRequests", "message": "slow down"});
    server.on(&format!("GET {PATH}/x"), Answer(429, &[("retry-after", "100")], busy.clone()));
    server.on(&format!("POST {PATH}"), Answer(429, &[("retry-after", "100")], busy));
    let list = json!({"kind": "PodList", "metadata": {"resourceVersion": "1"}, "items": []});
    server.on("GET /api/v1/namespaces/n/pods", Answer(200, &[], list));
    let pod = ObjectId { kind: "Pod".into(), ..config_map("p") };
    let create = Write::new(config_map("x"), Action::Create(json!({"metadata": {"name": "x"}})));
    type Asked<'a> = &'a dyn Fn(&Cluster) -> Result<(), Error>;
    let wait = WaitOptions::new(Duration::from_secs(100));
    let calls: [Asked<'_>; 3] =
        [&|cluster| cluster.get(&config_map("x")).map(drop), &|cluster| cluster.write(&create).map(drop), &|cluster| {
            cluster.wait(std::slice::from_ref(&pod), &wait, &mut |_, _| ())
        }];
    for call in calls {
        let cluster = server.cluster(&ClusterOptions::default());
        let interrupt = cluster.interrupt().clone();
        assert!(!interrupt.raise());
        interrupt.open();
        let raise = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            interrupt.raise()
        });
        assert_eq!(call(&cluster).unwrap_err().to_string(), "context canceled");
        assert!(raise.join().unwrap() && !cluster.interrupt().raise());
        cluster.interrupt().heed();
        assert!(cluster.lookup("v1", "Pod", "n", "").is_ok());
    }
}

#[test]
fn discovery_is_asked_once_and_again_for_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let options = ClusterOptions { cache_dir: Some(folder.path().into()), ..ClusterOptions::default() };
    let server = Server::with_discovery();
    for _ in 0..2 {
        let cluster = server.cluster(&options);
        assert_eq!(cluster.get(&config_map("gone")).unwrap(), None);
        assert_eq!(cluster.mapping("apps/v1", "Deployment").unwrap().resource, "deployments");
    }
    assert_eq!(server.asked("GET /apis "), 1);
    let cluster = server.cluster(&options);
    let missing =
        ObjectId { api_version: "x.io/v1".into(), kind: "Foo".into(), name: "f".into(), ..ObjectId::default() };
    let error = cluster.locate(&missing, "n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "resource mapping not found for name: \"f\" namespace: \"\" from \"\": no matches for kind \"Foo\" in version \
         \"x.io/v1\"\nensure CRDs are installed first"
    );
    assert!(error.is_no_match());
    cluster.locate(&missing, "n").unwrap_err();
    assert_eq!(server.asked("GET /apis "), 2);
    let error = cluster.lookup("x.io/v1", "Foo", "", "").unwrap_err();
    assert_eq!(
        error.to_string(),
        "unable to get apiresource from unstructured: x.io/v1, Kind=Foo: the server could not find the requested resource"
    );
    assert_eq!(cluster.lookup("v1", "Nonsense", "", "x").unwrap(), json!({}));
    assert_eq!(cluster.lookup("v1", "ConfigMap", "n", "gone").unwrap(), json!({}));
}

#[test]
fn older_servers_are_discovered_version_by_version() {
    let server = Server::default();
    server.on("GET /api", Answer(200, &[], json!({"kind": "APIVersions", "versions": ["v1"]})));
    let groups =
        json!({"kind": "APIGroupList", "groups": [{"name": "dead.io", "versions": [{"groupVersion": "dead.io/v1"}]}]});
    server.on("GET /apis", Answer(200, &[], groups));
    let resources = json!({"resources": [{"name": "configmaps", "kind": "ConfigMap", "namespaced": true}]});
    server.on("GET /api/v1", Answer(200, &[], resources));
    server.on("GET /apis/dead.io/v1", Answer(503, &[], json!({})));
    server.on("GET /version", Answer(200, &[], json!({"gitVersion": "v1.30.1+x", "major": "1", "minor": "30"})));
    let cluster = server.cluster(&ClusterOptions::default());
    let capabilities = cluster.capabilities().unwrap();
    assert_eq!(capabilities.api_versions.0, ["dead.io/v1", "v1", "v1/ConfigMap"]);
    assert_eq!(capabilities.kube_version.to_string(), "v1.30.1+x");
    assert_eq!(cluster.orphaned_api_versions(), ["dead.io/v1"]);
}

#[test]
fn many_objects_are_read_with_one_list() {
    let server = Server::with_discovery();
    let items: Vec<Value> = (0..9).map(|number| json!({"metadata": {"name": format!("x{number}")}})).collect();
    server.on(
        &format!("GET {PATH}"),
        Answer(200, &[], json!({"apiVersion": "v1", "kind": "ConfigMapList", "items": items})),
    );
    let cluster = server.cluster(&ClusterOptions::default());
    let ids: Vec<ObjectId> = (0..10).map(|number| config_map(&format!("x{number}"))).collect();
    let objects: Vec<Option<Value>> = cluster.get_all(&ids).into_iter().map(Result::unwrap).collect();
    assert_eq!(objects.iter().flatten().count(), 9);
    assert_eq!(objects[3].as_ref().unwrap()["kind"], "ConfigMap");
    assert!(objects[9].is_none());
    assert_eq!((server.asked(&format!("GET {PATH} ")), server.asked(&format!("GET {PATH}/"))), (1, 0));
    let forbidden = json!({"kind": "Status", "reason": "Forbidden", "message": "no"});
    server.on("GET /api/v1/namespaces/n/secrets", Answer(403, &[], forbidden));
    let ids: Vec<ObjectId> = ids.iter().map(|id| ObjectId { kind: "Secret".into(), ..id.clone() }).collect();
    assert!(cluster.get_all(&ids).into_iter().all(|read| read.unwrap().is_none()));
    assert_eq!(server.asked("GET /api/v1/namespaces/n/secrets/"), 10);
}

#[test]
fn few_objects_are_not_looked_for_in_many_pages() {
    let server = Server::with_discovery();
    let page = |names: std::ops::Range<usize>, next: &str| {
        let items: Vec<Value> = names.map(|number| json!({"metadata": {"name": format!("x{number}")}})).collect();
        let metadata = json!({"continue": next});
        Answer(200, &[], json!({"apiVersion": "v1", "kind": "ConfigMapList", "metadata": metadata, "items": items}))
    };
    for answer in [page(0..3, "more"), page(0..3, "more"), page(3..30, "")] {
        server.on(&format!("GET {PATH}"), answer);
    }
    let one = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x4"}});
    server.on(&format!("GET {PATH}/x4"), Answer(200, &[], one));
    let cluster = server.cluster(&ClusterOptions::default());
    let read = |count: usize| {
        let ids: Vec<ObjectId> = (0..count).map(|number| config_map(&format!("x{number}"))).collect();
        let names = cluster.get_all(&ids).into_iter().map(|read| Some(read.unwrap()?["metadata"]["name"].clone()));
        names.map(|name| name.is_some()).collect::<Vec<bool>>()
    };
    assert_eq!(read(6), [true, true, true, false, true, false]);
    assert_eq!((server.asked(&format!("GET {PATH} ")), server.asked(&format!("GET {PATH}/"))), (1, 3));
    assert_eq!(read(40).iter().filter(|there| **there).count(), 30);
    assert_eq!((server.asked(&format!("GET {PATH} ")), server.asked(&format!("GET {PATH}/"))), (3, 3));
}

#[test]
fn writes_run_at_once_up_to_the_limit() {
    let server = Server::with_discovery();
    let options = ClusterOptions { burst_limit: 3, ..ClusterOptions::default() };
    let cluster = server.cluster(&options);
    let writes: Vec<Write> = (0..20)
        .map(|number| {
            let id = config_map(&format!("x{number}"));
            server.on(&format!("PATCH {PATH}/{}", id.name), Answer(200, &[], json!({"n": number})));
            Write::new(id, Action::Apply { object: json!({}), force_conflicts: false })
        })
        .collect();
    let written: Vec<Value> =
        cluster.write_all(&writes).into_iter().map(|write| write.unwrap().unwrap()["n"].clone()).collect();
    assert_eq!(written, (0..20).map(Value::from).collect::<Vec<_>>());
    assert_eq!(server.most_at_once.load(Ordering::SeqCst), 3);
    let query = "fieldManager=helm&fieldValidation=Strict&force=false";
    assert_eq!(server.asked(&format!("PATCH {PATH}/x7 {query}")), 1);
}

#[test]
fn refusals_are_worded_as_helm_words_them() {
    let server = Server::with_discovery();
    let refused = |reason: &str, message: &str| json!({"kind": "Status", "reason": reason, "message": message});
    let cluster = server.cluster(&ClusterOptions::default());
    let write = |action| cluster.write(&Write::new(config_map("x"), action)).unwrap_err().to_string();
    let apply = || Action::Apply { object: json!({}), force_conflicts: false };
    let what = format!("PATCH {PATH}/x");
    server.on(&what, Answer(409, &[], refused("Conflict", "Apply failed with 1 conflict: x")));
    server.on(&what, Answer(422, &[], refused("Invalid", "bad")));
    server.on(&what, Answer(415, &[], json!("no such patch")));
    assert_eq!(
        write(apply()),
        "conflict occurred while applying object n/x /v1, Kind=ConfigMap: Apply failed with 1 conflict: x"
    );
    assert_eq!(write(apply()), "server-side apply failed for object n/x /v1, Kind=ConfigMap: bad");
    assert!(write(apply()).starts_with("server-side apply not available on the server: "));
    server.on(&format!("PUT {PATH}/x"), Answer(422, &[], refused("Invalid", "field is immutable")));
    assert_eq!(write(Action::Replace(json!({"metadata": {}}))), "failed to replace object: field is immutable");
    server.on(&format!("POST {PATH}"), Answer(409, &[], refused("AlreadyExists", "configmaps \"x\" already exists")));
    assert_eq!(write(Action::Create(json!({}))), "configmaps \"x\" already exists");
    let deleted = cluster.write(&Write::new(config_map("x"), Action::Delete(cluster::Propagation::Background)));
    assert_eq!(deleted.unwrap(), None);
}

#[test]
fn a_quota_that_moved_is_tried_again() {
    let server = Server::with_discovery();
    let moved = "Operation cannot be fulfilled on resourcequotas \"q\": the object has been modified; please apply";
    let conflict = json!({"kind": "Status", "reason": "Conflict", "message": moved});
    let what = format!("PATCH {PATH}/x");
    server.on(&what, Answer(409, &[], conflict));
    server.on(&what, Answer(200, &[], json!({})));
    let cluster = server.cluster(&ClusterOptions::default());
    let apply = Action::Apply { object: json!({}), force_conflicts: false };
    cluster.write(&Write::new(config_map("x"), apply)).unwrap();
    assert_eq!(server.asked(&what), 2);
}

#[test]
fn the_second_of_two_creators_is_told() {
    let server = Server::with_discovery();
    let exists = json!({"kind": "Status", "reason": "AlreadyExists", "message": "secrets \"s\" already exists"});
    server.on("POST /api/v1/namespaces/n/secrets", Answer(201, &[], json!({})));
    server.on("POST /api/v1/namespaces/n/secrets", Answer(409, &[], exists));
    let cluster = server.cluster(&ClusterOptions::default());
    let storage = Secrets::new(&cluster, "n");
    let mut record = Record { name: "a".into(), namespace: "n".into(), revision: 1, ..Record::default() };
    record.info.status = Status::PendingInstall;
    storage.create(&record).unwrap();
    assert!(matches!(storage.create(&record), Err(Error::ReleaseExists)));
    assert!(matches!(storage.get("a", 2), Err(Error::ReleaseNotFound)));
    server.on(
        "GET /api/v1/namespaces/n/secrets",
        Answer(403, &[], json!({"kind": "Status", "reason": "Forbidden", "message": "secrets is forbidden: x"})),
    );
    assert_eq!(storage.entries("").unwrap_err().to_string(), "list: failed to list: secrets is forbidden: x");
    assert_eq!(
        storage.history("a").unwrap_err().to_string(),
        "query: failed to query with labels: secrets is forbidden: x"
    );
}

#[test]
fn nobody_at_home_is_said_as_helm_says_it() {
    let options = ClusterOptions { api_server: Some("http://127.0.0.1:1".into()), ..ClusterOptions::default() };
    let error = Cluster::connect(&options).unwrap().check_reachable().unwrap_err();
    assert_eq!(
        error.to_string(),
        "kubernetes cluster unreachable: Get \"http://127.0.0.1:1/version\": dial tcp 127.0.0.1:1: connect: connection \
         refused"
    );
    let options = ClusterOptions { context: Some("nope".into()), ..ClusterOptions::default() };
    let error = Cluster::connect(&options).err().unwrap();
    assert_eq!(error.to_string(), "kubernetes cluster unreachable: context \"nope\" does not exist");
}

fn deployment(ready: u64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "n", "generation": 1, "resourceVersion": "5"},
        "spec": {"replicas": 1, "progressDeadlineSeconds": 600},
        "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": ready,
            "availableReplicas": ready, "conditions": [
                {"type": "Available", "status": if ready == 1 { "True" } else { "False" }},
                {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}]},
    })
}

#[test]
fn waiting_ends_with_what_is_missing() {
    let server = Server::with_discovery();
    let path = "GET /apis/apps/v1/namespaces/n/deployments";
    let list = |items: Vec<Value>| json!({"kind": "DeploymentList", "apiVersion": "apps/v1", "metadata": {"resourceVersion": "5"}, "items": items});
    server.on(path, Answer(200, &[], list(vec![deployment(0)])));
    let cluster = server.cluster(&ClusterOptions::default());
    let id =
        ObjectId { api_version: "apps/v1".into(), kind: "Deployment".into(), namespace: "n".into(), name: "d".into() };
    let mut seen = Vec::new();
    let options = WaitOptions::new(Duration::from_millis(300));
    let error = cluster
        .wait(std::slice::from_ref(&id), &options, &mut |_, status| seen.push(status.message.clone()))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "resource Deployment/n/d not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded"
    );
    assert_eq!(seen, ["Available: 0/1"]);
    let server = Server::with_discovery();
    server.on(path, Answer(200, &[], list(vec![deployment(1)])));
    let cluster = server.cluster(&ClusterOptions::default());
    cluster.wait(&[id], &options, &mut |_, _| ()).unwrap();
    assert_eq!(server.asked(path), 1);
}

#[test]
fn a_change_ends_the_wait() {
    let server = Server::with_discovery();
    let path = "GET /apis/apps/v1/namespaces/n/deployments";
    let list = json!({"kind": "DeploymentList", "apiVersion": "apps/v1", "metadata": {"resourceVersion": "5"}, "items": [deployment(0)]});
    server.on(path, Answer(200, &[], list));
    server.on(path, Answer(200, &[], json!({"type": "MODIFIED", "object": deployment(1)})));
    let cluster = server.cluster(&ClusterOptions::default());
    let id =
        ObjectId { api_version: "apps/v1".into(), kind: "Deployment".into(), namespace: "n".into(), name: "d".into() };
    let mut seen = Vec::new();
    let options = WaitOptions::new(Duration::from_secs(20));
    cluster.wait(&[id], &options, &mut |_, status| seen.push(status.message.clone())).unwrap();
    assert_eq!(seen, ["Available: 0/1", "Deployment is available. Replicas: 1"]);
}
