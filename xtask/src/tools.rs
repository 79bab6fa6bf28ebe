//! Tools that tests need and that are not on a new machine: built once, kept in a cache keyed by what pins them.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    process::Command,
};

use anyhow::Context as _;

use crate::{process, workspace};

/// The Go modules below `tests` whose `tool` lines name programs.
pub(crate) const GO_MODULES: [&str; 3] = ["prometheus", "registry", "testbed"];

/// The version of cargo-deny that judges licences and bans.
const CARGO_DENY: &str = "0.20.2";

/// Go build tags: Prometheus is built without its discovery of services on clouds, which no test needs and which takes
/// most of the time.
const TAGS: &str = "remove_all_sd";

/// The real Helm in both majors, as `tests/oracle/VERSIONS` pins them.
pub(crate) struct Helms {
    pub(crate) helm4: PathBuf,
    pub(crate) helm3: PathBuf,
}

/// Builds the real Helm with the Go toolchain, unless the cache has it.
pub(crate) fn helms() -> anyhow::Result<Helms> {
    let pins = std::fs::read_to_string(workspace::root().join("tests/oracle/VERSIONS")).context("reading the pins")?;
    let version = |name: &str| -> anyhow::Result<String> {
        let line = pins.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.with_context(|| format!("tests/oracle/VERSIONS does not pin {name}"))?.trim().to_owned())
    };
    let folder = cache_folder("helm", &pins)?;
    let build = |major: u32, version: &str| -> anyhow::Result<PathBuf> {
        let binary = folder.join(format!("helm{major}"));
        if binary.is_file() {
            return Ok(binary);
        }
        eprintln!("building the real Helm {version}");
        let scratch = tempfile::tempdir_in(&folder)?;
        let status = Command::new("go")
            .args(["install", "-ldflags"])
            .arg(format!("-s -w -X helm.sh/helm/v{major}/internal/version.version={version}"))
            .arg(format!("helm.sh/helm/v{major}/cmd/helm@{version}"))
            .env("GOBIN", scratch.path())
            .env("GOFLAGS", "")
            .status()
            .context("running go")?;
        anyhow::ensure!(status.success(), "building Helm {version}");
        std::fs::rename(scratch.path().join("helm"), &binary)?;
        Ok(binary)
    };
    Ok(Helms { helm4: build(4, &version("helm4")?)?, helm3: build(3, &version("helm3")?)? })
}

/// Installs PostgreSQL with the system's package manager, unless it is there. False where that is not ours to do.
pub(crate) fn postgres() -> anyhow::Result<bool> {
    let is_there = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        versions.into_iter().any(|version| version.path().join("bin/initdb").is_file())
    };
    if is_there() {
        return Ok(true);
    }
    let apt = PathBuf::from("/usr/bin/apt-get");
    if !apt.is_file() {
        return Ok(false);
    }
    eprintln!("installing PostgreSQL");
    for arguments in
        [&["update", "--quiet"][..], &["install", "--yes", "--quiet", "--no-install-recommends", "postgresql"]]
    {
        // Who is not root may not; the tests that need it say that they were skipped.
        let status = Command::new(&apt).args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status()?;
        if !status.success() {
            return Ok(false);
        }
    }
    Ok(is_there())
}

/// Builds the Go program that answers what Go would, unless the cache has it.
pub(crate) fn fuzz_oracle() -> anyhow::Result<PathBuf> {
    go_program("fuzz")
}

/// Builds the Go program that answers what Kubernetes' libraries would, unless the cache has it.
pub(crate) fn kubernetes_oracle() -> anyhow::Result<PathBuf> {
    go_program("kubernetes")
}

fn go_program(name: &str) -> anyhow::Result<PathBuf> {
    let source = workspace::root().join("tests/oracle").join(name);
    let mut pins = String::new();
    for file in ["go.mod", "go.sum", "main.go"] {
        pins.push_str(&std::fs::read_to_string(source.join(file))?);
    }
    let binary = cache_folder(&format!("{name}-oracle"), &pins)?.join("oracle");
    if !binary.is_file() {
        eprintln!("building the Go oracle tests/oracle/{name}");
        let status = Command::new("go")
            .args(["build", "-ldflags", "-X helm.sh/helm/v4/internal/version.version=v4.2.4", "-o"])
            .arg(&binary)
            .arg(".")
            .env("GOFLAGS", "")
            .current_dir(&source)
            .status()
            .context("running go")?;
        anyhow::ensure!(status.success(), "building the Go oracle tests/oracle/{name}");
    }
    Ok(binary)
}

/// Builds the OCI registry that tests run against, unless the cache has it.
pub(crate) fn registry() -> anyhow::Result<PathBuf> {
    Ok(go_tools("registry", &["registry"])?.join("registry"))
}

/// The Prometheus that tests run against.
pub(crate) struct Prometheus {
    pub(crate) server: PathBuf,
    pub(crate) promtool: PathBuf,
}

/// Builds Prometheus and promtool, unless the cache has them.
pub(crate) fn prometheus() -> anyhow::Result<Prometheus> {
    let folder = go_tools("prometheus", &["prometheus", "promtool"])?;
    Ok(Prometheus { server: folder.join("prometheus"), promtool: folder.join("promtool") })
}

/// Builds the programs that the `tool` lines of the Go module `tests/MODULE` name, unless the cache has them, and gives
/// their folder.
pub(crate) fn go_tools(module: &str, programs: &[&str]) -> anyhow::Result<PathBuf> {
    let source = workspace::root().join("tests").join(module);
    let mut pins = String::new();
    for file in ["go.mod", "go.sum"] {
        pins.push_str(&std::fs::read_to_string(source.join(file)).with_context(|| format!("reading {file}"))?);
    }
    let folder = cache_folder(module, &pins)?;
    if programs.iter().all(|name| folder.join(name).is_file()) {
        return Ok(folder);
    }
    eprintln!("building the programs of tests/{module}: {}", programs.join(", "));
    let scratch = tempfile::tempdir_in(&folder)?;
    let status = Command::new("go")
        .args(["install", "-tags", TAGS, "-ldflags=-s -w", "tool"])
        .env("GOBIN", scratch.path())
        .env("GOFLAGS", "")
        .current_dir(&source)
        .status()
        .context("running go")?;
    anyhow::ensure!(status.success(), "building the programs of tests/{module}");
    for name in programs {
        std::fs::rename(scratch.path().join(name), folder.join(name)).with_context(|| format!("keeping {name}"))?;
    }
    Ok(folder)
}

/// Judges licences, bans and sources of all dependencies by `deny.toml`.
pub(crate) fn deny() -> anyhow::Result<bool> {
    let folder = cache_folder("cargo-deny", CARGO_DENY)?;
    let binary = folder.join("bin").join("cargo-deny");
    if !binary.is_file() {
        eprintln!("building cargo-deny {CARGO_DENY}");
        let root = folder.to_string_lossy().into_owned();
        let arguments = ["install", "cargo-deny", "--version", CARGO_DENY, "--locked", "--quiet", "--root", &root];
        let installed = process::cargo().args(arguments).current_dir(&folder).status()?.success();
        anyhow::ensure!(installed, "installing cargo-deny");
    }
    // Advisories need a database that is fetched from elsewhere; they are checked where releases are made.
    process::shown(binary, &["--log-level", "warn", "check", "licenses", "bans", "sources"], &workspace::root())
}

/// Builds every tool and prints where it is.
pub(crate) fn print() -> anyhow::Result<bool> {
    let helms = helms()?;
    println!("helm4 {}\nhelm3 {}", helms.helm4.display(), helms.helm3.display());
    println!("registry {}", registry()?.display());
    let prometheus = prometheus()?;
    println!("prometheus {}\npromtool {}", prometheus.server.display(), prometheus.promtool.display());
    Ok(true)
}

/// The folder of a tool: outside the checkout, so that a new clone finds it, and named by what pins its content.
pub(crate) fn cache_folder(tool: &str, pins: &str) -> anyhow::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    pins.hash(&mut hasher);
    let cache = std::env::var_os("PINTLE_TOOLS").map(PathBuf::from);
    let cache = cache
        .or_else(|| std::env::var_os("XDG_CACHE_HOME").map(|home| PathBuf::from(home).join("pintle-tools")))
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache").join("pintle-tools")))
        .context("no folder for built tools: set PINTLE_TOOLS")?;
    let folder = cache.join(format!("{tool}-{:016x}", hasher.finish()));
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}
