//! The sandbox as a client sees it: requests in this process, answers as an API server gives them.

use bytes::Bytes;
use futures::StreamExt as _;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};

struct Client {
    sandbox: Sandbox,
    runtime: tokio::runtime::Runtime,
}

impl Client {
    fn new() -> Client {
        let options = SandboxOptions::new(None, std::time::SystemTime::now);
        Client::over(Sandbox::open(&options).unwrap())
    }

    fn over(sandbox: Sandbox) -> Client {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Client { sandbox, runtime }
    }

    fn send(&self, method: Method, path: &str, form: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request =
            Request::builder().method(method).uri(path).header("content-type", form).body(Full::new(body)).unwrap();
        self.runtime.block_on(async {
            let answer = self.sandbox.answer(request).await;
            let code = answer.status().as_u16();
            let bytes = answer.into_body().collect().await.unwrap().to_bytes();
            (code, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }

    fn get(&self, path: &str) -> Value {
        let (code, value) = self.send(Method::GET, path, "", &Value::Null);
        assert_eq!(code, 200, "{path}: {value}");
        value
    }

    fn create(&self, path: &str, object: &Value) -> Value {
        let (code, value) = self.send(Method::POST, path, "application/json", object);
        assert_eq!(code, 201, "{path}: {value}");
        value
    }

    fn apply(&self, path: &str, object: &Value) -> (u16, Value) {
        self.send(Method::PATCH, &format!("{path}?fieldManager=helm"), "application/apply-patch+yaml", object)
    }
}

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";
const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn deployment(labels: &Value) -> Value {
    let mut pod =
        json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "nginx:1"}]}});
    for (name, value) in labels.as_object().into_iter().flatten() {
        pod["metadata"]["labels"][name] = value.clone();
    }
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": pod}})
}

#[test]
fn a_deployment_becomes_ready_with_its_pods_and_goes_with_them() {
    let client = Client::new();
    let made = client.create(DEPLOYMENTS, &deployment(&json!({})));
    assert_eq!(made["spec"]["strategy"]["rollingUpdate"]["maxSurge"], "25%");
    let live = client.get(&format!("{DEPLOYMENTS}/web"));
    assert_eq!((&live["status"]["readyReplicas"], &live["status"]["observedGeneration"]), (&json!(2), &json!(1)));
    let pods = client.get("/api/v1/namespaces/default/pods?labelSelector=app%3Dweb");
    assert_eq!(pods["items"].as_array().unwrap().len(), 2);
    let (code, _) = client.send(Method::DELETE, &format!("{DEPLOYMENTS}/web"), "", &Value::Null);
    assert_eq!(code, 200);
    assert!(client.get("/api/v1/namespaces/default/pods")["items"].as_array().unwrap().is_empty());
}

#[test]
fn a_label_makes_pods_fail() {
    let client = Client::new();
    client.create(DEPLOYMENTS, &deployment(&json!({"simulate": "crashloop"})));
    let live = client.get(&format!("{DEPLOYMENTS}/web"));
    assert_eq!((live["status"].get("readyReplicas"), &live["status"]["unavailableReplicas"]), (None, &json!(2)));
    let job = |name: &str, labels: Value| {
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": {
            "metadata": {"labels": labels}, "spec": {"restartPolicy": "Never", "containers": [{"name": "j", "image": "x"}]}}}})
    };
    let jobs = "/apis/batch/v1/namespaces/default/jobs";
    for (name, labels, condition) in [("good", json!({}), "Complete"), ("bad", json!({"simulate": "fail"}), "Failed")] {
        client.create(jobs, &job(name, labels));
        let live = client.get(&format!("{jobs}/{name}"));
        let conditions = live["status"]["conditions"].as_array().unwrap();
        assert!(conditions.iter().any(|known| known["type"] == condition), "{live}");
    }
}

#[test]
fn applied_fields_have_owners() {
    let client = Client::new();
    let path = format!("{CONFIG_MAPS}/x");
    let config =
        |data: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data});
    assert_eq!(client.apply(&path, &config(json!({"a": "1", "b": "1"}))).0, 201);
    let patch = json!({"data": {"a": "hand"}});
    let by = format!("{path}?fieldManager=kubectl-patch");
    assert_eq!(client.send(Method::PATCH, &by, "application/strategic-merge-patch+json", &patch).0, 200);
    let (code, refused) = client.apply(&path, &config(json!({"a": "2"})));
    let text = "Apply failed with 1 conflict: conflict with \"kubectl-patch\" using v1: .data.a";
    assert_eq!((code, refused["message"].as_str().unwrap()), (409, text));
    let (code, unknown) =
        client.apply(&path, &json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {}, "spec": {}}));
    let text =
        "failed to create typed patch object (default/x; /v1, Kind=ConfigMap): .spec: field not declared in schema";
    assert_eq!((code, unknown["message"].as_str().unwrap()), (500, text));
}

#[test]
fn refusals_are_worded_as_an_api_server_words_them() {
    let client = Client::new();
    let refusal = |method: Method, path: &str, object: Value| {
        let (code, status) = client.send(method, path, "application/json", &object);
        (code, status["message"].as_str().unwrap_or_default().to_owned())
    };
    let named = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    assert_eq!(
        refusal(Method::GET, &format!("{CONFIG_MAPS}/x"), Value::Null),
        (404, "configmaps \"x\" not found".into())
    );
    let elsewhere = "/api/v1/namespaces/none/configmaps";
    assert_eq!(refusal(Method::POST, elsewhere, named("x")), (404, "namespaces \"none\" not found".into()));
    client.create(CONFIG_MAPS, &named("x"));
    assert_eq!(refusal(Method::POST, CONFIG_MAPS, named("x")), (409, "configmaps \"x\" already exists".into()));
    let (code, text) = refusal(Method::POST, CONFIG_MAPS, named("Bad_Name"));
    assert!(code == 422 && text.starts_with("ConfigMap \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain"), "{text}");
    let mut bad = deployment(&json!({}));
    bad["spec"]["replicas"] = json!("two");
    let (code, text) = refusal(Method::POST, DEPLOYMENTS, bad);
    assert!(
        code == 400
            && text.contains("cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"),
        "{text}"
    );
    client.create(DEPLOYMENTS, &deployment(&json!({})));
    let mut other = deployment(&json!({}));
    other["spec"]["selector"]["matchLabels"] = json!({"app": "other"});
    other["spec"]["template"]["metadata"]["labels"] = json!({"app": "other"});
    let (code, text) = refusal(Method::PUT, &format!("{DEPLOYMENTS}/web"), other);
    assert!(
        code == 422 && text.contains("spec.selector: Invalid value") && text.ends_with("field is immutable"),
        "{text}"
    );
    let (code, text) = refusal(Method::GET, "/api/v1/namespaces/default/pods/x/log", Value::Null);
    assert!(code == 400 && text.starts_with("the sandbox runs no containers"), "{text}");
}

#[test]
fn who_watches_is_told() {
    let client = Client::new();
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": {"a": "b"}}});
    client.create(CONFIG_MAPS, &object);
    let path = format!("{CONFIG_MAPS}?watch=true&labelSelector=a%3Db&sendInitialEvents=true&allowWatchBookmarks=true");
    let request = Request::builder().uri(path).body(Full::<Bytes>::default()).unwrap();
    client.runtime.block_on(async {
        let mut body = client.sandbox.answer(request).await.into_body().into_data_stream();
        let first = String::from_utf8(body.next().await.unwrap().unwrap().to_vec()).unwrap();
        let lines: Vec<Value> = first.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["ADDED", "BOOKMARK"]);
        let delete =
            Request::builder().method(Method::DELETE).uri(format!("{CONFIG_MAPS}/x")).body(Full::<Bytes>::default());
        client.sandbox.answer(delete.unwrap()).await;
        let second = String::from_utf8(body.next().await.unwrap().unwrap().to_vec()).unwrap();
        assert!(second.starts_with("{\"object\":") && second.contains("\"type\":\"DELETED\""), "{second}");
    });
}

#[test]
fn custom_resources_are_served_once_they_are_defined() {
    let client = Client::new();
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object",
                "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}}}]}});
    client.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &definition);
    let widgets = "/apis/example.com/v1/namespaces/default/widgets";
    let widget = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 1, "no": 2}});
    assert_eq!(client.create(widgets, &widget)["spec"], json!({"size": 1}));
    assert_eq!(client.get("/apis/example.com/v1")["resources"][0]["kind"], "Widget");
}

#[test]
fn a_dry_run_keeps_nothing_and_a_namespace_takes_all_with_it() {
    let client = Client::new();
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}});
    client.create("/api/v1/namespaces", &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}));
    client.create("/api/v1/namespaces/n/configmaps?dryRun=All", &object);
    assert_eq!(client.send(Method::GET, "/api/v1/namespaces/n/configmaps/x", "", &Value::Null).0, 404);
    client.create("/api/v1/namespaces/n/configmaps", &object);
    assert_eq!(client.send(Method::DELETE, "/api/v1/namespaces/n", "", &Value::Null).0, 200);
    assert!(
        client.get("/api/v1/configmaps?fieldSelector=metadata.namespace%3Dn")["items"].as_array().unwrap().is_empty()
    );
}

#[test]
fn two_that_open_one_file_see_the_same_objects() {
    let folder = tempfile::tempdir().unwrap();
    let options = SandboxOptions::new(Some(folder.path().join("a/store.redb")), std::time::SystemTime::now);
    let first = Client::over(Sandbox::open(&options).unwrap());
    let second = Client::over(Sandbox::open(&options).unwrap());
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"k": "v"}});
    first.create(CONFIG_MAPS, &object);
    assert_eq!(second.get(&format!("{CONFIG_MAPS}/x"))["data"], json!({"k": "v"}));
    drop((first, second));
    let third = Client::over(Sandbox::open(&options).unwrap());
    assert_eq!(third.get(&format!("{CONFIG_MAPS}/x"))["data"], json!({"k": "v"}));
}
