//! The exporter on a cluster, with the rights that its chart gives it: a real Prometheus scrapes it, and the alerts of the
//! second document fire.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use testkit::{
    Outcome, Prometheus, TEST_HELM, TEST_PROMETHEUS, TEST_PROMTOOL, TestEnv, Testbed, exporter_address, needed_program,
};

const HELM: &str = env!("CARGO_BIN_EXE_helm");

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn helm(env: &TestEnv, line: &str) -> anyhow::Result<Outcome> {
    with(env, Path::new(HELM), line)
}

fn with(env: &TestEnv, program: &Path, line: &str) -> anyhow::Result<Outcome> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    env.run(program, &words, "")
}

/// What a command says that must succeed.
fn done(env: &TestEnv, line: &str) -> anyhow::Result<String> {
    let outcome = helm(env, line)?;
    ensure!(outcome.exit == 0, "helm {line}: {outcome:?}");
    Ok(outcome.stdout)
}

/// A chart whose Deployment has what `podLabels` asks for, and a ConfigMap that each upgrade changes.
fn chart(env: &TestEnv) -> anyhow::Result<()> {
    env.write("demo/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: \"7\"\n")?;
    env.write("demo/values.yaml", "v: 0\npods: true\nsimulate: \"\"\n")?;
    env.write(
        "demo/templates/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  v: {{ .Values.v | quote }}\n",
    )?;
    env.write(
        "demo/templates/deployment.yaml",
        "{{ if .Values.pods }}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  \
         selector:\n    matchLabels: {app: {{ .Release.Name }}}\n  template:\n    metadata:\n      labels:\n        app: \
         {{ .Release.Name }}\n        {{ with .Values.simulate }}simulate: {{ . }}{{ end }}\n    spec:\n      containers:\n      \
         - {name: x, image: \"x:{{ .Values.v }}\"}\n{{ end }}\n",
    )
}

/// A running exporter. It is told to end when it is dropped.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(env: &TestEnv, bed: &Testbed, line: &str) -> anyhow::Result<Running> {
        let mut child = Command::new(HELM)
            .args(line.split_whitespace())
            .env_clear()
            .env("HOME", env.home())
            .env("KUBECONFIG", bed.kubeconfig())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let address = exporter_address(&mut child)?;
        Ok(Running { child, address })
    }

    fn get(&self, path: &str) -> anyhow::Result<(String, String)> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: x\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer")?;
        Ok((head.lines().next().unwrap_or_default().to_owned(), body.to_owned()))
    }

    /// The value of a series of the release `name`.
    fn value(&self, metric: &str, name: &str) -> anyhow::Result<Option<f64>> {
        let (_, body) = self.get("/metrics")?;
        let start = format!("{metric}{{name=\"{name}\"");
        let line = body.lines().find(|line| line.starts_with(&start));
        line.and_then(|line| line.rsplit(' ').next()).map(|text| text.parse().context("a number")).transpose()
    }

    /// Asks it to end, and waits for that.
    fn end(mut self) -> anyhow::Result<i32> {
        let id = self.child.id().to_string();
        ensure!(Command::new("kill").args(["-TERM", &id]).status()?.success());
        Ok(self.child.wait()?.code().unwrap_or(-1))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so.
fn wait(what: &str, mut is: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(60);
    while !is()? {
        ensure!(Instant::now() < until, "it does not come about: {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn wait_for_alerts(prometheus: &Prometheus, group: &str, alerts: &[&str]) -> anyhow::Result<()> {
    wait(&format!("{alerts:?} of {group} fire"), || {
        let firing = prometheus.firing(group)?;
        Ok(alerts.iter().all(|alert| firing.iter().any(|name| name == alert)))
    })
}

fn series(prometheus: &Prometheus, query: &str) -> anyhow::Result<usize> {
    Ok(prometheus.query(query)?.get("result").and_then(|result| result.as_array()).map_or(0, Vec::len))
}

/// A Prometheus that scrapes and judges every second.
fn prometheus(env: &TestEnv, exporter: &Running) -> anyhow::Result<Option<Prometheus>> {
    let Some(program) = needed_program(TEST_PROMETHEUS, "the exporter")? else { return Ok(None) };
    let folder = env.work().join("prometheus");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("ours.yaml"), done(env, "exporter rules")?)?;
    fs::copy(root("tests/cases/exporter/document.yaml"), folder.join("document.yaml"))?;
    let config = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [ours.yaml, document.yaml]\n\
         scrape_configs:\n- job_name: helm\n  honor_labels: true\n  static_configs: [{{targets: [\"{}\"]}}]\n",
        exporter.address
    );
    Prometheus::start(&program, &folder, &config).map(Some)
}

#[test]
fn the_alerts_of_the_document_fire() -> anyhow::Result<()> {
    let Some(bed) = Testbed::open("watch-exporter")? else { return Ok(()) };
    let env = TestEnv::on(&bed)?;
    let namespace = bed.namespace();
    chart(&env)?;
    // The chart's rights are all that the exporter has.
    let chart = root("charts/helm-exporter");
    done(&env, &format!("install helm-exporter {} --set namespaces={{{namespace}}} --wait", chart.display()))?;
    let line = format!(
        "exporter --namespaces {namespace} --listen 127.0.0.1:0 --state {namespace}/helm-exporter-state --release-label \
         team --kube-as-user system:serviceaccount:{namespace}:helm-exporter"
    );
    let exporter = Running::start(&env, &bed, &line)?;
    wait("the exporter is ready", || Ok(exporter.get("/readyz")?.0.contains("200")))?;
    let Some(prometheus) = prometheus(&env, &exporter)? else { return Ok(()) };
    done(&env, "install atomic demo --labels team=x --wait")?;
    done(&env, "install plain demo --set pods=false")?;
    wait("both releases are known", || {
        Ok(series(&prometheus, "helm_release_info{owner=\"helm\",status=\"deployed\",label_team=\"x\"} == 1")? == 1
            && series(&prometheus, "helm_release_rollback_total{name=\"plain\"} == 0")? == 1)
    })?;
    for group in ["helm", "document"] {
        ensure!(prometheus.firing(group)?.is_empty(), "{:?}", prometheus.firing(group)?);
    }
    // An atomic upgrade fails and is rolled back.
    let failed = helm(&env, "upgrade atomic demo --set v=1,simulate=crashloop --rollback-on-failure --timeout 3s")?;
    ensure!(failed.exit == 1, "{failed:?}");
    wait_for_alerts(&prometheus, "document", &["HelmRollback", "HelmRollbackExecuted"])?;
    wait_for_alerts(&prometheus, "helm", &["HelmRollback", "HelmRollbackExecuted", "HelmReleaseFailed"])?;
    // One that is not rolled back leaves the release failed.
    let failed = helm(&env, "upgrade plain demo --set simulate=crashloop --wait --timeout 2s")?;
    ensure!(failed.exit == 1, "{failed:?}");
    wait_for_alerts(&prometheus, "document", &["HelmReleaseFailed"])?;
    done(&env, "rollback plain 1")?;
    for revision in 0..12 {
        done(&env, &format!("upgrade plain demo --set pods=false,v={revision} --history-max 20"))?;
    }
    for group in ["helm", "document"] {
        wait_for_alerts(&prometheus, group, &["HelmReleaseUnstable"])?;
    }
    // The document's other queries have answers.
    for query in [
        "sum(rate(helm_release_rollback_total[5m])) by (name, namespace) > 0",
        "sum(rate(helm_upgrade_failed_total[5m])) by (name, namespace) > 0",
        "time() - helm_release_last_deployed_timestamp{name=~\"atomic|plain\"} < 600",
    ] {
        wait(query, || Ok(series(&prometheus, query)? == 2))?;
    }
    check_metrics(&exporter)?;
    counters_outlive(&env, &bed, (exporter, &line))
}

/// promtool finds nothing wrong with what is served.
fn check_metrics(exporter: &Running) -> anyhow::Result<()> {
    let Some(promtool) = needed_program(TEST_PROMTOOL, "the exporter's metrics")? else { return Ok(()) };
    let (_, body) = exporter.get("/metrics")?;
    let mut child =
        Command::new(promtool).args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("its input")?.write_all(body.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Old revisions are pruned, the exporter is ended and started again: its counters are what they were.
fn counters_outlive(env: &TestEnv, bed: &Testbed, (exporter, line): (Running, &str)) -> anyhow::Result<()> {
    let counters = |exporter: &Running| -> anyhow::Result<[Option<f64>; 2]> {
        Ok([
            exporter.value("helm_release_rollback_total", "plain")?,
            exporter.value("helm_upgrade_failed_total", "plain")?,
        ])
    };
    ensure!(counters(&exporter)? == [Some(1.0), Some(1.0)]);
    done(env, "upgrade plain demo --set pods=false,v=end --history-max 2")?;
    wait("old revisions are gone", || Ok(exporter.value("helm_release_revisions", "plain")? == Some(2.0)))?;
    ensure!(counters(&exporter)? == [Some(1.0), Some(1.0)]);
    ensure!(exporter.end()? == 0);
    let again = Running::start(env, bed, line)?;
    wait("the exporter is ready", || Ok(again.get("/readyz")?.0.contains("200")))?;
    ensure!(counters(&again)? == [Some(1.0), Some(1.0)], "{:?}", again.get("/metrics")?);
    Ok(())
}

#[test]
fn rules_hold_what_promtool_asks() -> anyhow::Result<()> {
    let env = TestEnv::new()?;
    let rules = done(&env, "exporter rules")?;
    let shipped = fs::read_to_string(root("charts/helm-exporter/files/rules.yaml"))?;
    ensure!(rules == shipped, "charts/helm-exporter/files/rules.yaml is not what `helm exporter rules` prints");
    let Some(promtool) = needed_program(TEST_PROMTOOL, "the alert rules")? else { return Ok(()) };
    env.write("rules.yaml", &rules)?;
    env.write("rules-test.yaml", &fs::read_to_string(root("tests/cases/exporter/rules-test.yaml"))?)?;
    for arguments in ["check rules rules.yaml", "test rules rules-test.yaml"] {
        let outcome = with(&env, &promtool, arguments)?;
        ensure!(outcome.exit == 0, "promtool {arguments}: {outcome:?}");
    }
    Ok(())
}

#[test]
fn the_chart_renders_as_helm_renders_it() -> anyhow::Result<()> {
    let env = TestEnv::new()?;
    let chart = root("charts/helm-exporter");
    let lint = helm(&env, &format!("lint --strict {}", chart.display()))?;
    ensure!(lint.exit == 0, "{lint:?}");
    let real = needed_program(TEST_HELM, "the exporter's chart")?;
    for values in [
        "",
        " --set namespaces={a,b},drift.enabled=true,serviceMonitor.enabled=true,prometheusRule.enabled=true",
        " --set driver=configmap,helmExporterNames=true,releaseLabels={team},serviceMonitor.labels.release=x",
    ] {
        let line = format!("template watcher {}{values}", chart.display());
        let rendered = done(&env, &line)?;
        if let Some(real) = &real {
            ensure!(with(&env, real, &line)?.stdout == rendered, "{line}");
        }
    }
    done(&env, &format!("install watcher {} --sandbox --wait", chart.display()))?;
    let narrow = done(&env, &format!("template watcher {} --set namespaces={{a}}", chart.display()))?;
    ensure!(!narrow.contains("ClusterRole"), "{narrow}");
    Ok(())
}
