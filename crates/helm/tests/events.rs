//! Those who follow an operation: events, reports, annotations of pipelines. In the sandbox.

use std::path::Path;

use serde_json::Value;
use testkit::{Outcome, TestEnv};

const HELM: &str = env!("CARGO_BIN_EXE_helm");

/// A chart with a hook, a workload and a setting.
fn stage() -> TestEnv {
    let env = TestEnv::new().unwrap();
    env.write("demo/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 0.1.0\n").unwrap();
    env.write("demo/values.yaml", "v: 1\nsimulate: none\n").unwrap();
    let setting =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: setting}\ndata: {version: {{ .Values.v | quote }}}\n";
    env.write("demo/templates/setting.yaml", setting).unwrap();
    let hook = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hook, annotations: {helm.sh/hook: pre-upgrade}}\n";
    env.write("demo/templates/hook.yaml", hook).unwrap();
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
               template:\n    metadata: {labels: {app: web, simulate: {{ .Values.simulate }}}}\n    spec: {containers: \
               [{name: c, image: example.com/x}]}\n";
    env.write("demo/templates/web.yaml", web).unwrap();
    env
}

fn helm(env: &TestEnv, line: &str) -> Outcome {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    env.run(Path::new(HELM), &words, "").unwrap()
}

/// Runs what is to succeed.
fn done(env: &TestEnv, line: &str) {
    let outcome = helm(env, line);
    assert_eq!(outcome.exit, 0, "{line}: {}", outcome.stderr);
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(json).collect()
}

/// The event, and what tells it from others of its kind.
fn titles(events: &[Value]) -> Vec<String> {
    let text = |event: &Value, key: &str| event[key].as_str().map(|text| format!(" {text}")).unwrap_or_default();
    let title = |event: &Value| {
        let keys = ["operation", "phase", "do", "kind", "name", "state", "gate", "judged", "verdict"];
        let more: String = keys.into_iter().map(|key| text(event, key)).collect();
        let status = if event["event"] == "ended" { text(event, "status") } else { String::new() };
        format!("{}{more}{status}", event["event"].as_str().unwrap())
    };
    events
        .iter()
        .filter(|event| !["status", "remark", "log"].contains(&event["event"].as_str().unwrap()))
        .map(title)
        .collect()
}

#[test]
fn events_are_lines_of_json() {
    let env = stage();
    let install = helm(&env, "install demo demo --sandbox --wait --events events.jsonl");
    assert_eq!(install.exit, 0, "{}", install.stderr);
    let plain = helm(&env, "install other demo --sandbox --wait --namespace other --create-namespace");
    assert_eq!(install.stdout.lines().count(), plain.stdout.lines().count());
    let events = lines(&std::fs::read_to_string(env.work().join("events.jsonl")).unwrap());
    assert_eq!(
        titles(&events),
        [
            "begun install",
            "planned install",
            "phase install hooks before",
            "phase install objects",
            "written install create ConfigMap setting",
            "written install create Deployment web",
            "phase install wait",
            "phase install hooks after",
            "ended install deployed",
            "done",
        ]
    );
    let begun = &events[0];
    assert_eq!(
        (&begun["release"], &begun["namespace"], &begun["revision"]),
        (&json("\"demo\""), &json("\"default\""), &json("1"))
    );
    assert!(begun["time"].as_str().unwrap().ends_with('Z'), "{begun}");
    assert!(events.iter().any(|event| event["event"] == "status" && event["status"] == "Current"));
    assert_eq!(events.last().unwrap()["succeeded"], true);
    // Where standard output belongs to the events, Helm's output is on the other.
    let upgrade =
        "upgrade demo demo --sandbox --set v=2,simulate=crashloop --rollback-on-failure --timeout 3s --events -";
    let upgrade = helm(&env, upgrade);
    assert_eq!(upgrade.exit, 1);
    let events = lines(&upgrade.stdout);
    let titles = titles(&events);
    assert!(titles.contains(&"hook upgrade ConfigMap hook succeeded".to_owned()), "{titles:?}");
    let place =
        |title: &str| titles.iter().position(|known| known == title).unwrap_or_else(|| panic!("{title}: {titles:?}"));
    let order = [
        "begun upgrade",
        "phase upgrade wait",
        "failed upgrade",
        "begun rollback",
        "ended rollback deployed",
        "ended upgrade failed",
        "done",
    ];
    assert!(order.map(place).is_sorted(), "{titles:?}");
    let failed = events.iter().find(|event| event["event"] == "failed").unwrap();
    assert!(failed["reason"].as_str().unwrap().contains("Deployment"), "{failed}");
    let done = events.last().unwrap();
    assert_eq!(done["succeeded"], false);
    assert!(
        done["error"].as_str().unwrap().starts_with("UPGRADE FAILED: release demo failed, and has been rolled back")
    );
    // What goes wrong before anything is begun is told too.
    let bad = helm(&env, "upgrade demo no-such-chart --sandbox --events -");
    assert_eq!(lines(&bad.stdout).len(), 1, "{}", bad.stdout);
    let gone = helm(&env, "uninstall demo --sandbox --events -");
    assert!(gone.stderr.contains("release \"demo\" uninstalled\n"), "{}", gone.stderr);
    assert!(gone.stdout.contains("\"event\":\"ended\""), "{}", gone.stdout);
    let unwritable = helm(&env, "uninstall other --sandbox --namespace other --events no/such/folder");
    assert_eq!((unwritable.exit, unwritable.stdout.as_str()), (1, ""));
}

#[test]
fn reports_stand_behind_the_fields_of_helm() {
    let env = stage();
    let plain = helm(&env, "install demo demo --sandbox -o json");
    assert!(json(&plain.stdout).get("operation").is_none(), "{}", plain.stdout);
    let upgrade = helm(&env, "upgrade demo demo --sandbox --set v=2 --wait -o json --report");
    let document = json(&upgrade.stdout);
    assert_eq!(document["version"], 2);
    let operation = &document["operation"];
    assert_eq!((&operation["operation"], &operation["status"]), (&json("\"upgrade\""), &json("\"deployed\"")));
    let objects = operation["objects"].as_array().unwrap();
    let object = |name: &str| objects.iter().find(|object| object["name"] == name).unwrap();
    assert_eq!((&object("setting")["do"], &object("setting")["result"]), (&json("\"change\""), &json("\"done\"")));
    assert!(object("setting")["seconds"].is_number() && object("setting")["readySeconds"].is_number(), "{operation}");
    assert_eq!(object("web")["do"], "nothing");
    assert_eq!(operation["hooks"][0]["hook"], "pre-upgrade");
    assert_eq!(operation["phases"].as_array().unwrap().len(), 4);
    // Gates ask for it as well; what undid a failed upgrade lies within it.
    let failed = helm(&env, "upgrade demo demo --sandbox --set v=3 -o yaml --gate-for 0s --gate-query exec:false");
    assert_eq!(failed.exit, 1, "{}", failed.stderr);
    let shown = &failed.stdout;
    assert!(shown.starts_with("operation:\n"), "{shown}");
    for part in ["verdict: failed", "operation: rollback", "status: failed"] {
        assert!(shown.contains(part), "{shown}");
    }
    let back = helm(&env, "rollback demo 1 --sandbox -o json");
    let operation = &json(&back.stdout)["operation"];
    assert_eq!((&operation["operation"], &operation["revision"]), (&json("\"rollback\""), &json("5")));
}

/// What Helm has no form for has one that is the report's alone; what is printed otherwise stands on the other stream.
#[test]
fn uninstall_and_test_have_reports_too() {
    let env = stage();
    let more = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: before, annotations: {helm.sh/hook: pre-delete}}\n---\n\
                apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, annotations: {helm.sh/resource-policy: keep}}\n---\n\
                apiVersion: v1\nkind: Pod\nmetadata: {name: check, annotations: {helm.sh/hook: test}, labels: {simulate: {{ \
                .Values.check | default \"none\" }}}}\nspec: {restartPolicy: Never, containers: [{name: c, image: example.com/x}]}\n";
    env.write("demo/templates/more.yaml", more).unwrap();
    done(&env, "install demo demo --sandbox");
    let tested = helm(&env, "test demo --sandbox -o json");
    assert_eq!(tested.exit, 0, "{}", tested.stderr);
    let operation = &json(&tested.stdout)["operation"];
    assert_eq!(
        (&operation["operation"], &operation["status"], &operation["revision"]),
        (&json("\"test\""), &json("\"succeeded\""), &json("1"))
    );
    let hook = &operation["hooks"][0];
    assert_eq!((&hook["hook"], &hook["name"]), (&json("\"test\""), &json("\"check\"")));
    assert_eq!((&hook["result"], &operation["phases"][0]["phase"]), (&json("\"done\""), &json("\"tests\"")));
    assert!(tested.stderr.contains("TEST SUITE:     check"), "{}", tested.stderr);
    assert!(helm(&env, "test demo --sandbox").stdout.contains("TEST SUITE:     check"));

    done(&env, "install bad demo --sandbox --namespace bad --create-namespace --set check=fail");
    let failed = helm(&env, "test bad --sandbox --namespace bad -o yaml --timeout 3s");
    assert_eq!(failed.exit, 1, "{}", failed.stderr);
    for part in ["operation:\n", "status: failed", "result: failed", "failure:"] {
        assert!(failed.stdout.contains(part), "{}", failed.stdout);
    }

    let gone = helm(&env, "uninstall demo --sandbox --wait -o json");
    let operation = &json(&gone.stdout)["operation"];
    assert_eq!(gone.stderr.lines().filter(|line| line.starts_with("release \"demo\" uninstalled")).count(), 1);
    assert_eq!((&operation["operation"], &operation["status"]), (&json("\"uninstall\""), &json("\"uninstalled\"")));
    let objects = operation["objects"].as_array().unwrap();
    let object = |name: &str| objects.iter().find(|object| object["name"] == name).unwrap();
    assert_eq!((&object("setting")["do"], &object("setting")["result"]), (&json("\"delete\""), &json("\"done\"")));
    assert!(object("web")["seconds"].is_number() && object("web")["readySeconds"].is_number(), "{operation}");
    assert_eq!((&object("kept")["do"], object("kept").get("result")), (&json("\"keep\""), None));
    assert_eq!(operation["hooks"][0]["hook"], "pre-delete");
    let phases: Vec<&str> =
        operation["phases"].as_array().unwrap().iter().map(|phase| phase["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["hooks before", "objects", "wait", "hooks after"]);
    // One that is not there.
    let missing = helm(&env, "uninstall demo --sandbox -o json");
    assert_eq!((missing.exit, missing.stdout.as_str()), (1, ""));
    let ignored = helm(&env, "uninstall demo --sandbox -o json --ignore-not-found");
    assert_eq!((ignored.exit, ignored.stdout.as_str()), (0, "{\"operation\":null}\n"));
    // Several are a list, one that is known only from its history among them.
    done(&env, "install a demo --sandbox --namespace a --create-namespace");
    done(&env, "uninstall a --sandbox --namespace a --keep-history");
    done(&env, "install b demo --sandbox --namespace a --take-ownership");
    let both = helm(&env, "uninstall a b --sandbox --namespace a -o json");
    let operations = &json(&both.stdout)["operations"];
    assert_eq!((&operations[0]["release"], &operations[1]["release"]), (&json("\"a\""), &json("\"b\"")));
    assert_eq!(operations[0]["status"], "uninstalled");
}

#[test]
fn pipelines_are_told_in_their_own_way() {
    let mut env = stage();
    env.set("GITHUB_ACTIONS", "true");
    let gate = "metrics: [{name: smoke, exec: 'true', count: 1}]\n";
    env.write("gates.yaml", gate).unwrap();
    let install = helm(&env, "install demo demo --sandbox --gate gates.yaml");
    assert_eq!(install.exit, 0, "{}", install.stderr);
    assert!(install.stderr.contains("::notice title=gate smoke passed::0\n"), "{}", install.stderr);
    let upgrade = helm(&env, "upgrade demo demo --sandbox --set v=2 --gate-for 0s --gate-query exec:false");
    let error =
        "::error title=helm upgrade demo::gate exec failed: 1 of 1 samples are bad, the last is 1; wanted: result == 0";
    assert!(upgrade.stderr.contains(error), "{}", upgrade.stderr);
    assert!(upgrade.stderr.contains("::warning title=helm rollback demo::it is deployed\n"), "{}", upgrade.stderr);
    let bad = helm(&env, "upgrade demo no-such-chart --sandbox");
    assert!(bad.stderr.contains("::error title=helm::"), "{}", bad.stderr);
    assert!(!helm(&env, "status no-such-release --sandbox").stderr.contains("::error"));
    env.unset("GITHUB_ACTIONS");
    env.set("GITLAB_CI", "true");
    let upgrade = helm(&env, "upgrade demo demo --sandbox --set v=4");
    assert!(upgrade.stderr.contains("section_start:"), "{}", upgrade.stderr);
    assert!(
        upgrade.stderr.contains(":helm_upgrade_default_demo_4\r\u{1b}[0Khelm upgrade demo: revision 4\n"),
        "{}",
        upgrade.stderr
    );
    assert!(upgrade.stderr.contains("section_end:"), "{}", upgrade.stderr);
}
