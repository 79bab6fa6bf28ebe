//! A real OCI registry on loopback: open, with a password, or with TLS.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

/// The variable that names the registry's program; `cargo xtask test` sets it.
pub const TEST_REGISTRY: &str = "PINTLE_TEST_REGISTRY";

/// The variable that names the real Helm; `cargo xtask test` sets it.
pub const TEST_HELM: &str = "PINTLE_TEST_HELM";

/// A program that a test needs. None where the variable does not name it: the test says so and passes.
///
/// Fails where `CI` is `true` and it is not named.
pub fn needed_program(variable: &str, test: &str) -> anyhow::Result<Option<PathBuf>> {
    if let Some(program) = std::env::var_os(variable).filter(|program| !program.is_empty()) {
        return Ok(Some(program.into()));
    }
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    anyhow::ensure!(!ci, "{test} needs {variable}: cargo xtask tools prints what to set");
    eprintln!("skipped: {test}: {variable} is not set (cargo xtask tools prints what to set)");
    Ok(None)
}

/// Who a registry lets in.
#[derive(Clone, Debug)]
pub enum RegistryKind {
    /// Everybody.
    Open,
    /// Whom this htpasswd file names.
    Password(String),
    /// Everybody, over TLS with this certificate and this key.
    Tls {
        /// The certificate, in PEM.
        certificate: String,
        /// The key, in PEM.
        key: String,
    },
}

/// A running registry. It ends when it is dropped.
#[derive(Debug)]
pub struct Registry {
    child: Child,
    address: String,
}

impl Registry {
    /// Starts one that keeps everything in a folder of its own.
    ///
    /// Fails where it does not answer within half a minute.
    pub fn start(program: &Path, folder: &Path, kind: &RegistryKind) -> anyhow::Result<Registry> {
        fs::create_dir_all(folder)?;
        // The port is free now; that nobody takes it before the registry does cannot be had for more.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let file = |name: &str, content: &str| -> anyhow::Result<String> {
            let path = folder.join(name);
            fs::write(&path, content)?;
            Ok(path.to_string_lossy().into_owned())
        };
        let more = match kind {
            RegistryKind::Open => String::new(),
            RegistryKind::Password(users) => {
                let path = file("htpasswd", users)?;
                format!("auth:\n  htpasswd:\n    realm: tests\n    path: {path}\n")
            }
            RegistryKind::Tls { certificate, key } => {
                let (certificate, key) = (file("cert.pem", certificate)?, file("key.pem", key)?);
                format!("  tls:\n    certificate: {certificate}\n    key: {key}\n")
            }
        };
        let storage = folder.join("storage");
        let config = format!(
            "version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {address}\n{more}",
            storage.display()
        );
        let config = file("config.yml", &config)?;
        let child = Command::new(program)
            .args(["serve", &config])
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let registry = Registry { child, address };
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(&registry.address).is_err() {
            anyhow::ensure!(Instant::now() < until, "the registry does not answer at {}", registry.address);
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(registry)
    }

    /// Where it is: `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Pushes a plugin's archive, and its signature, as `repository:tag`; to an open registry alone.
    pub fn push_plugin(&self, place: (&str, &str), name: &str, layers: &[(&str, &[u8])]) -> anyhow::Result<()> {
        let (repository, tag) = place;
        const ARTIFACT: &str = "application/vnd.helm.plugin.v1+json";
        let mut list = Vec::new();
        for (ending, content) in layers {
            let digest = self.push_blob(repository, content)?;
            list.push(serde_json::json!({
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": digest,
                "size": content.len(),
                "annotations": {"org.opencontainers.image.title": format!("{name}{ending}")},
            }));
        }
        let config = self.push_blob(repository, b"{}")?;
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "artifactType": ARTIFACT,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": config, "size": 2},
            "layers": list,
        });
        let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";
        let path = format!("/v2/{repository}/manifests/{tag}");
        self.ask(&format!("PUT {path}"), kind, manifest.to_string().as_bytes()).map(drop)
    }

    fn push_blob(&self, repository: &str, content: &[u8]) -> anyhow::Result<String> {
        let hex: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = format!("sha256:{hex}");
        let answer = self.ask(&format!("POST /v2/{repository}/blobs/uploads/"), "", b"")?;
        let location =
            answer.lines().find_map(|line| line.strip_prefix("Location: ")).context("a place to upload to")?;
        let path = location.split_once(&self.address).map_or(location, |(_, path)| path);
        let mark = if path.contains('?') { '&' } else { '?' };
        self.ask(&format!("PUT {path}{mark}digest={digest}"), "Content-Type: application/octet-stream\r\n", content)?;
        Ok(digest)
    }

    fn ask(&self, line: &str, headers: &str, body: &[u8]) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        let (address, length) = (&self.address, body.len());
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
        )?;
        stream.write_all(body)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        anyhow::ensure!(status.starts_with('2'), "{line}: {answer}");
        Ok(answer)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
