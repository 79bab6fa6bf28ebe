//! Charts and plugins through a real OCI registry, with the real Helm on the other side: what one pushed and signed the
//! other pulls and verifies.
//!
//! `cargo xtask test` names both programs; without them the tests say that they were skipped.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use testkit::{Outcome, Registry, RegistryKind, TEST_HELM, TEST_REGISTRY, TestEnv, needed_program};

const OURS: &str = env!("CARGO_BIN_EXE_helm");

/// Makes a certificate authority, a certificate for loopback, and a line of an htpasswd file: `user` with `pw`.
const SECRETS: &str = r#"{{- $ca := genCA "tests" 365 -}}
{{- $leaf := genSignedCert "127.0.0.1" (list "127.0.0.1") nil 365 $ca -}}
ca: {{ $ca.Cert | quote }}
certificate: {{ $leaf.Cert | quote }}
key: {{ $leaf.Key | quote }}
users: {{ htpasswd "user" "pw" | quote }}
"#;

fn keys(name: &str) -> String {
    format!("{}/../../tests/registry/keys/{name}.gpg", env!("CARGO_MANIFEST_DIR"))
}

/// The programs, where both are there.
fn programs(test: &str) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
    Ok(needed_program(TEST_REGISTRY, test)?.zip(needed_program(TEST_HELM, test)?))
}

struct Run<'a> {
    env: &'a TestEnv,
    binary: &'a Path,
}

impl Run<'_> {
    fn answer(&self, line: &str) -> anyhow::Result<Outcome> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        self.env.run(self.binary, &words, "")
    }

    fn must(&self, line: &str) -> anyhow::Result<Outcome> {
        let outcome = self.answer(line)?;
        ensure!(outcome.exit == 0, "{} {line}: {outcome:?}", self.binary.display());
        Ok(outcome)
    }
}

fn chart(env: &TestEnv) -> anyhow::Result<()> {
    env.write("demo/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.2.3+build.5\ndescription: A chart\n")?;
    env.write("demo/templates/x.yaml", "kind: ConfigMap\nmetadata: {name: x}\n")
}

/// One of the secrets that [`SECRETS`] makes.
fn secrets(env: &TestEnv) -> anyhow::Result<impl Fn(&str) -> String + use<>> {
    env.write("secrets/Chart.yaml", "apiVersion: v2\nname: secrets\nversion: 0.1.0\n")?;
    env.write("secrets/templates/x.yaml", SECRETS)?;
    let made = Run { env, binary: Path::new(OURS) }.must("template secrets")?.stdout;
    let map = value::yaml::map_from_slice(made.as_bytes()).context("reading the secrets")?;
    Ok(move |name: &str| map.get(name).and_then(|text| Some(text.as_str()?.to_string())).unwrap_or_default())
}

/// Pushes with one program and pulls with the other; `flags` say how the registry is talked to.
fn there_and_back(registry: &Registry, helm: &Path, flags: &str, login: &str) -> anyhow::Result<()> {
    let (public, secret) = (keys("public"), keys("secret"));
    let ours = Path::new(OURS);
    for (pusher, puller) in [(ours, helm), (helm, ours), (ours, ours)] {
        let (one, other) = (TestEnv::new()?, TestEnv::new()?);
        let (push, pull) = (Run { env: &one, binary: pusher }, Run { env: &other, binary: puller });
        let address = registry.address();
        for (env, run) in [(&one, &push), (&other, &pull)] {
            env.write("ca.pem", &std::fs::read_to_string(ca_file())?)?;
            if !login.is_empty() {
                let _ = run.must(&format!("registry login {address} {login}"))?;
            }
        }
        chart(&one)?;
        let _ = push.must(&format!("package demo --sign --key Pintle --keyring {secret}"))?;
        let _ = push.must(&format!("push demo-1.2.3+build.5.tgz oci://{address}/charts {flags}"))?;
        let place = format!("oci://{address}/charts/demo");
        let _ = pull.must(&format!("pull {place} --version 1.2.3+build.5 --verify --keyring {public} {flags}"))?;
        let read = |env: &TestEnv| std::fs::read(env.work().join("demo-1.2.3+build.5.tgz"));
        ensure!(read(&one)? == read(&other)?, "the archive is another one");
        let _ = pull.must(&format!("verify demo-1.2.3+build.5.tgz --keyring {public}"))?;
        let ranged = pull.must(&format!("show chart {place} --version ^1.0 {flags}"))?;
        ensure!(ranged.stdout.contains("name: demo"), "{ranged:?}");
        let _ = pull.must(&format!("template {place} --version 1.2.3+build.5 {flags}"))?;
        let missing = pull.answer(&format!("pull {place} --version 9.9.9 {flags}"))?;
        ensure!(missing.exit == 1 && missing.stderr.contains("not found"), "{missing:?}");
    }
    Ok(())
}

fn ca_file() -> PathBuf {
    std::env::temp_dir().join(format!("pintle-registry-ca-{}.pem", std::process::id()))
}

#[test]
fn charts_go_there_and_back() -> anyhow::Result<()> {
    let Some((registry, helm)) = programs("charts through a registry")? else { return Ok(()) };
    let env = TestEnv::new()?;
    let secret = secrets(&env)?;
    std::fs::write(ca_file(), secret("ca"))?;
    let kinds = [
        (RegistryKind::Open, "--plain-http", ""),
        (RegistryKind::Password(secret("users")), "--plain-http", "--username user --password pw --plain-http"),
        (RegistryKind::Tls { certificate: secret("certificate"), key: secret("key") }, "--ca-file ca.pem", ""),
    ];
    for (at, (kind, flags, login)) in kinds.iter().enumerate() {
        let running = Registry::start(&registry, &env.work().join(format!("registry-{at}")), kind)?;
        there_and_back(&running, &helm, flags, login).with_context(|| format!("{kind:?}"))?;
        // Without what it wants nobody gets in.
        let stranger = TestEnv::new()?;
        if !matches!(kind, RegistryKind::Open) {
            let place = format!("pull oci://{}/charts/demo --version 1.2.3+build.5", running.address());
            let plain = if login.is_empty() { "" } else { "--plain-http" };
            for binary in [Path::new(OURS), &helm] {
                let refused = Run { env: &stranger, binary }.answer(&format!("{place} {plain}"))?;
                ensure!(refused.exit == 1, "{refused:?}");
            }
        }
    }
    let _ = std::fs::remove_file(ca_file());
    Ok(())
}

/// Files that flags name come from registries too: archives and signatures, which is all that Helm fetches there.
#[test]
fn values_come_from_a_registry() -> anyhow::Result<()> {
    let Some((registry, helm)) = programs("values from a registry")? else { return Ok(()) };
    let (maker, mut env) = (TestEnv::new()?, TestEnv::new()?);
    let secret = secrets(&maker)?;
    let kind = RegistryKind::Tls { certificate: secret("certificate"), key: secret("key") };
    let running = Registry::start(&registry, &env.work().join("registry"), &kind)?;
    env.write("ca.pem", &secret("ca"))?;
    chart(&env)?;
    let address = running.address().to_owned();
    let push = Run { env: &env, binary: Path::new(OURS) };
    let _ = push.must(&format!("package demo --sign --key Pintle --keyring {}", keys("secret")))?;
    let _ = push.must(&format!("push demo-1.2.3+build.5.tgz oci://{address}/charts --ca-file ca.pem"))?;
    env.write("show/Chart.yaml", "apiVersion: v2\nname: show\nversion: 0.1.0\n")?;
    env.write("show/templates/x.yaml", "a: {{ .Values.file | sha256sum }}\n")?;
    // Flags for certificates do not count for values: the system's are asked for.
    let ca = env.work().join("ca.pem").to_string_lossy().into_owned();
    env.set("SSL_CERT_FILE", &ca);
    let place = format!("oci://{address}/charts/demo:1.2.3+build.5");
    for line in [
        format!("template show --set-file file={place}"),
        format!("template show --set-file file={place}.prov"),
        format!("template show -f {place}"),
        format!("template show -f {place}.prov"),
        format!("template show -f oci://{address}/charts/nothing:1.0.0"),
    ] {
        let wanted = Run { env: &env, binary: &helm }.answer(&line)?;
        let given = Run { env: &env, binary: Path::new(OURS) }.answer(&line)?;
        let same = (wanted.exit, &wanted.stdout) == (given.exit, &given.stdout);
        ensure!(same && given.stderr.starts_with(&wanted.stderr), "{line}\n  want {wanted:?}\n  have {given:?}");
    }
    Ok(())
}

#[test]
fn plugins_come_from_a_registry() -> anyhow::Result<()> {
    let Some((registry, helm)) = programs("plugins from a registry")? else { return Ok(()) };
    let env = TestEnv::new()?;
    env.write("hello/plugin.yaml", "name: hello\nversion: 0.1.0\nusage: greets\ncommand: echo hello\n")?;
    let pack = Run { env: &env, binary: &helm };
    let _ = pack.must(&format!("plugin package hello --key Pintle --keyring {}", keys("secret")))?;
    let running = Registry::start(&registry, &env.work().join("registry"), &RegistryKind::Open)?;
    let read = |name: &str| std::fs::read(env.work().join(name));
    let (archive, signature) = (read("hello-0.1.0.tgz")?, read("hello-0.1.0.tgz.prov")?);
    running.push_plugin(("plugins/hello", "0.1.0"), "hello-0.1.0", &[(".tgz", &archive), (".tgz.prov", &signature)])?;
    running.push_plugin(("unsigned/hello", "0.1.0"), "hello-0.1.0", &[(".tgz", &archive)])?;
    let public = keys("public");
    let lines = [
        format!("plugin install oci://ADDRESS/plugins/hello:0.1.0 --plain-http --keyring {public}"),
        "plugin list".to_owned(),
        "hello there".to_owned(),
        "plugin uninstall hello".to_owned(),
        // CVE-2026-35205: without a signature the check fails.
        format!("plugin install oci://ADDRESS/unsigned/hello:0.1.0 --plain-http --keyring {public}"),
        "plugin list".to_owned(),
        "plugin install oci://ADDRESS/unsigned/hello:0.1.0 --plain-http --verify=false".to_owned(),
        "plugin list".to_owned(),
        "plugin install oci://ADDRESS/nothing/here:0.1.0 --plain-http --verify=false".to_owned(),
    ];
    let mut answers = Vec::new();
    for binary in [helm.as_path(), Path::new(OURS)] {
        let env = TestEnv::new()?;
        let run = Run { env: &env, binary };
        let said: Vec<Outcome> = lines
            .iter()
            .map(|line| run.answer(&line.replace("ADDRESS", running.address())))
            .collect::<anyhow::Result<_>>()?;
        answers.push(said);
    }
    let (wanted, given) = (answers.first().context("helm's")?, answers.last().context("ours")?);
    for ((line, wanted), given) in lines.iter().zip(wanted).zip(given) {
        let same = (wanted.exit, &wanted.stdout) == (given.exit, &given.stdout);
        ensure!(same && given.stderr.starts_with(&wanted.stderr), "{line}\n  want {wanted:?}\n  have {given:?}");
    }
    Ok(())
}
