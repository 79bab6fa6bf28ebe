//! The sandbox under bad conditions: killed processes, several at once, a full disk, strangers on its port.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use testkit::{Outcome, TestEnv};

const HELM: &str = env!("CARGO_BIN_EXE_helm");

/// A chart with a Deployment, and configuration of so many bytes.
fn chart(env: &TestEnv, name: &str, bytes: usize) -> anyhow::Result<()> {
    env.write(&format!("{name}/Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"))?;
    for part in 0..bytes.div_ceil(200_000) {
        let text = "x".repeat(bytes.min(200_000));
        let object = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{{{ .Release.Name }}}}-{part}\ndata:\n  text: {text}\n"
        );
        env.write(&format!("{name}/templates/config-{part}.yaml"), &object)?;
    }
    env.write(
        &format!("{name}/templates/deployment.yaml"),
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  selector:\n    \
         matchLabels: {app: x}\n  template:\n    metadata:\n      labels: {app: x}\n    spec:\n      containers:\n      - \
         {name: x, image: x}\n",
    )
}

fn helm(env: &TestEnv, line: &str) -> anyhow::Result<Outcome> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    env.run(Path::new(HELM), &words, "")
}

/// Starts a command without waiting for it.
fn start(env: &TestEnv, line: &str) -> anyhow::Result<Child> {
    let mut command = Command::new(HELM);
    command.args(line.split_whitespace()).current_dir(env.work()).env_clear().env("HOME", env.home());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().context(line.to_owned())
}

#[test]
fn whoever_is_killed_leaves_whole_transactions() -> anyhow::Result<()> {
    let env = TestEnv::new()?;
    chart(&env, "web", 100)?;
    ensure!(helm(&env, "install first web --sandbox --wait")?.exit == 0);
    for round in 0..24_u64 {
        let mut child = start(&env, &format!("install web{round} web --sandbox --wait"))?;
        thread::sleep(Duration::from_millis(round * 9));
        child.kill()?;
        child.wait()?;
        let listed = helm(&env, "list --all --short --sandbox")?;
        ensure!(listed.exit == 0 && listed.stdout.contains("first"), "round {round}: {listed:?}");
        let status = helm(&env, "sandbox status")?;
        ensure!(status.exit == 0 && status.stdout.contains("deployments.apps"), "round {round}: {status:?}");
    }
    let next = helm(&env, "install last web --sandbox --wait")?;
    ensure!(next.exit == 0, "{next:?}");
    Ok(())
}

#[test]
fn several_processes_share_the_store() -> anyhow::Result<()> {
    let env = TestEnv::new()?;
    chart(&env, "web", 100)?;
    let others: Vec<Child> =
        (0..4).map(|number| start(&env, &format!("install web{number} web --sandbox"))).collect::<Result<_, _>>()?;
    let same: Vec<Child> = (0..3).map(|_| start(&env, "install same web --sandbox")).collect::<Result<_, _>>()?;
    for child in others {
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let mut won = 0;
    for child in same {
        let output = child.wait_with_output()?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            won += 1;
        } else {
            ensure!(told.contains("in progress") || told.contains("still in use") || told.contains("exists"), "{told}");
        }
    }
    ensure!(won == 1, "{won} of three that install one release succeed");
    let listed = helm(&env, "list --short --sandbox")?;
    assert_eq!(listed.stdout, "same\nweb0\nweb1\nweb2\nweb3\n");
    Ok(())
}

#[test]
fn a_full_disk_is_told() -> anyhow::Result<()> {
    let env = TestEnv::new()?;
    chart(&env, "small", 100)?;
    chart(&env, "large", 8_000_000)?;
    ensure!(helm(&env, "install first small --sandbox")?.exit == 0);
    // The shell limits files to what the store has by now, in blocks of 512 bytes, and has the signal ignored.
    let file = env.home().join(".local/share/helm/sandbox/store.redb");
    let blocks = std::fs::metadata(&file)?.len().div_ceil(512);
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {HELM} install large large --sandbox");
    let full = env.run(Path::new("/bin/sh"), &["-c".to_owned(), script], "")?;
    ensure!(full.exit == 1, "{full:?}");
    ensure!(full.stderr.contains("the disk has no room for the sandbox's store"), "{}", full.stderr);
    // What was there is there, and with room again work goes on.
    ensure!(helm(&env, "status first --sandbox")?.exit == 0);
    let next = helm(&env, "install second small --sandbox --wait")?;
    ensure!(next.exit == 0, "{next:?}");
    Ok(())
}

#[test]
fn failures_are_simulated_in_the_sandbox_only() -> anyhow::Result<()> {
    let env = TestEnv::new()?;
    chart(&env, "web", 100)?;
    ensure!(helm(&env, "install web web --sandbox --wait")?.exit == 0);
    let failed = helm(&env, "install bad web --sandbox --wait --timeout 1s --simulate deployment/bad=imagepull")?;
    ensure!(failed.exit == 1 && failed.stderr.contains("ImagePullBackOff"), "{failed:?}");
    let other = helm(&env, "install good web --sandbox --wait --timeout 5s --simulate bad=crashloop")?;
    ensure!(other.exit == 0, "{other:?}");
    let wrong = helm(&env, "install x web --sandbox --simulate x=explode")?;
    ensure!(wrong.exit == 1 && wrong.stderr.contains("pods fail, crashloop, imagepull or hang"), "{wrong:?}");
    let real = helm(&env, "install x web --simulate x=fail")?;
    ensure!(real.exit == 1 && real.stderr.contains("--simulate goes with --sandbox"), "{real:?}");
    Ok(())
}

/// A server that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

#[test]
fn who_serves_is_on_loopback_and_asks_for_the_token() -> anyhow::Result<()> {
    let env = TestEnv::new()?;
    let kubeconfig = env.work().join("kubeconfig");
    let mut server =
        Server(start(&env, &format!("sandbox serve --in-memory --write-kubeconfig {}", kubeconfig.display()))?);
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().context("it says where")?).read_line(&mut line)?;
    let port: u16 = line.trim().rsplit(':').next().and_then(|port| port.parse().ok()).context(line.clone())?;
    ensure!(line.contains("https://127.0.0.1:"), "{line}");
    let path = kubeconfig.display().to_string();
    ensure!(helm(&env, &format!("list --kubeconfig {path}"))?.exit == 0);
    for stranger in [format!("list --kubeconfig {path} --kube-token wrong"), {
        let text = std::fs::read_to_string(&kubeconfig)?;
        let bare: String = text.lines().filter(|line| !line.contains("\"token\"")).collect();
        env.write("bare", &bare)?;
        "list --kubeconfig bare".to_owned()
    }] {
        let refused = helm(&env, &stranger)?;
        ensure!(
            refused.exit == 1 && refused.stderr.contains("asked for the client to provide credentials"),
            "{stranger}: {refused:?}"
        );
    }
    #[cfg(unix)]
    ensure!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&kubeconfig)?.permissions()) & 0o077 == 0);
    listens_on_loopback_alone(port)
}

/// What the kernel says of who listens on a port.
fn listens_on_loopback_alone(port: u16) -> anyhow::Result<()> {
    let mut found = 0;
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let Ok(text) = std::fs::read_to_string(table) else { continue };
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, local, _, "0A", ..] = words.as_slice() else { continue };
            if local.ends_with(&format!(":{port:04X}")) {
                found += 1;
                ensure!(local.starts_with("0100007F:"), "{table}: {local}");
            }
        }
    }
    ensure!(found > 0 || !cfg!(target_os = "linux"), "nobody listens on {port}");
    Ok(())
}
