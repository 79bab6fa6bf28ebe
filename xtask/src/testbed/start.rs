//! Starts the parts of the test cluster in their order, each on a free port of loopback.

use std::{
    fmt::Write as _,
    net::TcpListener,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use base64::Engine as _;

use super::{Tools, answers, process};
use crate::workspace;

/// How many nodes KWOK plays.
const NODES: usize = 16;

/// How long the cluster may take until it answers.
const PATIENCE: Duration = Duration::from_secs(90);

/// The users of `tests/testbed/tokens.csv`; each has a context of its name in the kubeconfig.
const USERS: [&str; 5] = ["admin", "counted", "reader", "worker", "nobody"];

/// Starts the whole cluster and waits until its nodes are ready.
pub(super) fn all(tools: &Tools, folder: &Path) -> anyhow::Result<()> {
    let begin = Instant::now();
    prepare(folder)?;
    let result = parts(tools, folder);
    if result.is_err() {
        let kept = folder.with_extension("failed");
        let _ = std::fs::remove_dir_all(&kept);
        process::end_all(folder)?;
        std::fs::rename(folder, &kept)?;
        eprintln!("the logs of the test cluster are in {}", kept.display());
    }
    result?;
    eprintln!("the test cluster is ready after {:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// An empty state folder with the files that the parts read.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for file in ["stages.yaml", "audit.yaml", "objects.yaml", "tokens.csv", "container.log"] {
        std::fs::copy(workspace::root().join("tests/testbed").join(file), folder.join(file))
            .with_context(|| format!("copying tests/testbed/{file}"))?;
    }
    std::fs::write(folder.join("nodes.yaml"), nodes())?;
    Ok(())
}

fn parts(tools: &Tools, folder: &Path) -> anyhow::Result<()> {
    let [client, peer, server, controllers, scheduler, kubelet] = ports()?;
    let etcd = format!("http://127.0.0.1:{client}");
    process::start(folder, "etcd", &mut self::etcd(tools, &etcd, peer))?;
    process::start(folder, "apiserver", &mut apiserver(tools, &etcd, server))?;
    let kubeconfig = folder.join("kubeconfig");
    until("kube-apiserver", folder, || {
        let Ok(certificate) = std::fs::read(folder.join("certs/apiserver.crt")) else { return Ok(false) };
        std::fs::write(&kubeconfig, self::kubeconfig(server, &certificate))?;
        Ok(answers(tools, &kubeconfig))
    })?;
    let port = controllers.to_string();
    let mut command = controller(tools, "kube-controller-manager", &port);
    command.args(["--service-account-private-key-file", "certs/apiserver.key"]);
    process::start(folder, "controller-manager", &mut command)?;
    process::start(folder, "scheduler", &mut controller(tools, "kube-scheduler", &scheduler.to_string()))?;
    process::start(folder, "kwok", &mut kwok(tools, kubelet))?;
    kubectl(tools, &["apply", "-f", "objects.yaml", "-f", "nodes.yaml"], folder)?;
    let wait = format!("--timeout={}s", PATIENCE.as_secs());
    kubectl(tools, &["wait", "--for=condition=Ready", "nodes", "--all", &wait], folder)?;
    until("the default service account", folder, || {
        Ok(kubectl(tools, &["get", "serviceaccount", "default", "--namespace=default"], folder).is_ok())
    })
}

/// Free ports; all are held until the last one is known, so that no two are the same.
fn ports() -> anyhow::Result<[u16; 6]> {
    let mut ports = [0; 6];
    let mut listeners = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("looking for a free port")?;
        *port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok(ports)
}

fn etcd(tools: &Tools, url: &str, peer: u16) -> Command {
    let peer = format!("http://127.0.0.1:{peer}");
    let mut command = Command::new(tools.program("server"));
    command
        .args(["--data-dir", "etcd", "--unsafe-no-fsync", "--listen-client-urls", url, "--advertise-client-urls", url])
        .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
        .args(["--initial-cluster", &format!("default={peer}")]);
    command
}

/// The server makes itself a certificate; its key signs the tokens of service accounts, too.
fn apiserver(tools: &Tools, etcd: &str, port: u16) -> Command {
    let mut command = Command::new(tools.program("kube-apiserver"));
    command
        .args(["--etcd-servers", etcd, "--bind-address", "127.0.0.1", "--secure-port", &port.to_string()])
        .args(["--cert-dir", "certs", "--service-cluster-ip-range", "10.96.0.0/16"])
        .args(["--service-account-key-file", "certs/apiserver.key"])
        .args(["--service-account-signing-key-file", "certs/apiserver.key"])
        .args(["--service-account-issuer", "https://kubernetes.default.svc"])
        .args(["--authorization-mode", "RBAC", "--token-auth-file", "tokens.csv"])
        .args(["--disable-admission-plugins", "ServiceAccount"])
        .args(["--audit-policy-file", "audit.yaml", "--audit-log-path", "audit.log", "--audit-log-mode", "blocking"]);
    command
}

fn controller(tools: &Tools, name: &str, port: &str) -> Command {
    let mut command = Command::new(tools.program(name));
    for flag in ["--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"] {
        command.args([flag, "kubeconfig"]);
    }
    command.args(["--leader-elect=false", "--bind-address", "127.0.0.1", "--secure-port", port]);
    command
}

fn kwok(tools: &Tools, port: u16) -> Command {
    let mut command = Command::new(tools.program("kwok"));
    command
        .args(["--kubeconfig", "kubeconfig", "--manage-all-nodes=true", "--config", "stages.yaml"])
        .args(["--node-ip", "127.0.0.1", "--node-port", &port.to_string()])
        .args(["--tls-cert-file", "certs/apiserver.crt", "--tls-private-key-file", "certs/apiserver.key"]);
    command
}

fn kubectl(tools: &Tools, arguments: &[&str], folder: &Path) -> anyhow::Result<()> {
    let output = Command::new(tools.kubectl())
        .args(["--kubeconfig", "kubeconfig"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .context("running kubectl")?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "kubectl {}: {}", arguments.join(" "), said.trim_end());
    Ok(())
}

fn until(what: &str, folder: &Path, mut ready: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let begin = Instant::now();
    while !ready()? {
        for name in ["etcd", "apiserver"] {
            anyhow::ensure!(process::runs(folder, name), "{name} has ended: see its log");
        }
        anyhow::ensure!(begin.elapsed() < PATIENCE, "{what} was not ready after {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn kubeconfig(port: u16, certificate: &[u8]) -> String {
    let certificate = base64::engine::general_purpose::STANDARD.encode(certificate);
    let mut text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: testbed\n  cluster:\n    server: https://127.0.0.1:{port}\n    \
         certificate-authority-data: {certificate}\ncurrent-context: admin\nusers:\n"
    );
    for user in USERS {
        let _ = writeln!(text, "- {{name: {user}, user: {{token: {user}-token}}}}");
    }
    text.push_str("contexts:\n");
    for user in USERS {
        let _ = writeln!(text, "- {{name: {user}, context: {{cluster: testbed, user: {user}, namespace: default}}}}");
    }
    text
}

fn nodes() -> String {
    let room = "{cpu: \"512\", memory: 1Ti, pods: \"5000\", ephemeral-storage: 10Ti, nvidia.com/gpu: \"64\"}";
    let mut text = String::new();
    for number in 0..NODES {
        let _ = write!(
            text,
            "---\napiVersion: v1\nkind: Node\nmetadata:\n  name: node-{number}\n  labels: {{kubernetes.io/os: linux, \
             kubernetes.io/arch: amd64, kubernetes.io/hostname: node-{number}}}\nstatus:\n  allocatable: {room}\n  \
             capacity: {room}\n"
        );
    }
    text
}
