//! A real PostgreSQL for tests: Debian's, run as a user of its own in a folder of its own, on loopback.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tempfile::TempDir;

/// The superuser and the password of the test's own server.
const USER: &str = "keeper";
const PASSWORD: &str = "pass word%";
/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who may come in how: by SCRAM, but for two users.
const RULES: &str = "local all all trust\nhost all plain 127.0.0.1/32 password\nhost all sums 127.0.0.1/32 md5\nhost all \
                     all 127.0.0.1/32 scram-sha-256\n";

/// On a server that encrypts: everybody must; by SCRAM, but for one user who shows a certificate.
const TLS_RULES: &str =
    "local all all trust\nhostssl all bearer 127.0.0.1/32 cert\nhostssl all all 127.0.0.1/32 scram-sha-256\n";

/// What a server needs that encrypts, all in PEM.
#[derive(Clone, Debug)]
pub struct PostgresTls {
    /// Its certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
    /// Whose certificates of clients it knows.
    pub clients: String,
}

/// A running server, which ends with it.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    owner: Option<(u32, u32)>,
    server: Child,
    port: u16,
}

impl Postgres {
    /// Starts a server. None where PostgreSQL is not installed: the test says so and passes; with `CI=true` it fails.
    ///
    /// Fails where it is installed and does not start.
    pub fn start(name: &str) -> anyhow::Result<Option<Postgres>> {
        Postgres::start_with(name, None)
    }

    /// Starts one that takes encrypted connections alone.
    ///
    /// Fails as [`Postgres::start`].
    pub fn start_encrypted(name: &str, tls: &PostgresTls) -> anyhow::Result<Option<Postgres>> {
        Postgres::start_with(name, Some(tls))
    }

    fn start_with(name: &str, tls: Option<&PostgresTls>) -> anyhow::Result<Option<Postgres>> {
        let Some(programs) = programs() else {
            let ci = std::env::var("CI").is_ok_and(|value| value == "true");
            anyhow::ensure!(!ci, "{name} needs PostgreSQL: apt-get install postgresql");
            eprintln!("skipped: {name}: PostgreSQL is not installed (apt-get install postgresql)");
            return Ok(None);
        };
        let folder = tempfile::Builder::new().prefix("pintle-postgres-").tempdir().context("making a folder")?;
        let owner = owner()?;
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let data = folder.path().join("data");
        let file = |name: &str, content: &str| -> anyhow::Result<PathBuf> {
            let path = folder.path().join(name);
            fs::write(&path, content)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            if let Some((user, group)) = owner {
                chown(&path, Some(user), Some(group))?;
            }
            Ok(path)
        };
        let password = file("password", PASSWORD)?;
        let mut init = as_owner(&programs.join("initdb"), owner);
        init.arg("--pgdata").arg(&data).arg("--pwfile").arg(&password);
        init.args(["--username", USER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"]);
        let made = init.current_dir(folder.path()).output().context("starting initdb")?;
        anyhow::ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        fs::write(data.join("pg_hba.conf"), if tls.is_some() { TLS_RULES } else { RULES })?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut server = as_owner(&programs.join("postgres"), owner);
        server.arg("-D").arg(&data).arg("-p").arg(port.to_string()).arg("-k").arg(folder.path());
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=40"]);
        if let Some(tls) = tls {
            let files = [("cert", &tls.certificate), ("key", &tls.key), ("ca", &tls.clients)];
            server.args(["-c", "ssl=on"]);
            for (name, content) in files {
                let path = file(&format!("{name}.pem"), content)?;
                server.arg("-c").arg(format!("ssl_{name}_file={}", path.display()));
            }
        }
        let log = fs::File::create(folder.path().join("log"))?;
        let server = server.current_dir(folder.path()).stdout(Stdio::null()).stderr(log).spawn()?;
        let mut postgres = Postgres { folder, programs, owner, server, port };
        postgres.wait()?;
        Ok(Some(postgres))
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let begin = Instant::now();
        while self.sql("postgres", "SELECT 1").is_err() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            anyhow::ensure!(self.server.try_wait()?.is_none(), "PostgreSQL ended: {}", log());
            anyhow::ensure!(begin.elapsed() < PATIENCE, "PostgreSQL does not answer: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Carries out statements as the superuser, through `psql`; gives the values, a row a line.
    ///
    /// Fails where the server refuses.
    pub fn sql(&self, database: &str, statements: &str) -> anyhow::Result<String> {
        let mut psql = as_owner(&self.programs.join("psql"), self.owner);
        psql.arg("-h").arg(self.folder.path()).args(["-p", &self.port.to_string(), "-U", USER, "-d", database]);
        let output = psql.args(["-v", "ON_ERROR_STOP=1", "-X", "-A", "-t", "-q", "-c", statements]).output()?;
        anyhow::ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Makes an empty database, and gives the connection string of its superuser.
    ///
    /// Fails where it is there already.
    pub fn database(&self, name: &str) -> anyhow::Result<String> {
        self.sql("postgres", &format!("CREATE DATABASE \"{name}\""))?;
        Ok(self.connection(name))
    }

    /// The connection string of a database's superuser.
    pub fn connection(&self, database: &str) -> String {
        let password = PASSWORD.replace('%', "%25").replace(' ', "%20");
        format!("postgres://{USER}:{password}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that its socket lies in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Nothing of it is needed any more.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

/// The folder of PostgreSQL's programs, of its newest version.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin"))).filter(|(_, programs)| programs.join("initdb").exists())
        })
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

/// Whom the server runs as: it refuses to be root.
fn owner() -> anyhow::Result<Option<(u32, u32)>> {
    let own = fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).unwrap_or(0);
    if own != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let fields = users.lines().find_map(|line| line.strip_prefix("postgres:")).context("there is no user postgres")?;
    let mut numbers = fields.split(':').skip(1).map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(user)), Some(Ok(group))) => Ok(Some((user, group))),
        _ => anyhow::bail!("the user postgres has no numbers"),
    }
}

fn as_owner(program: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C");
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}
