//! A real Prometheus on loopback, with what it scrapes and the rules that it judges by.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::Value;

/// The variable that names the program of Prometheus; `cargo xtask test` sets it.
pub const TEST_PROMETHEUS: &str = "PINTLE_TEST_PROMETHEUS";

/// The variable that names promtool; `cargo xtask test` sets it.
pub const TEST_PROMTOOL: &str = "PINTLE_TEST_PROMTOOL";

/// A running Prometheus. It ends when it is dropped.
#[derive(Debug)]
pub struct Prometheus {
    child: Child,
    address: String,
}

impl Prometheus {
    /// Starts one that keeps everything in a folder of its own, and takes `config`, the text of its configuration.
    ///
    /// Fails where it is not ready within half a minute.
    pub fn start(program: &Path, folder: &Path, config: &str) -> anyhow::Result<Prometheus> {
        fs::create_dir_all(folder)?;
        let file = folder.join("prometheus.yml");
        fs::write(&file, config)?;
        // The port is free now; that nobody takes it before Prometheus does cannot be had for more.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let child = Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .args(["--log.level=error", "--query.lookback-delta=1m"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let prometheus = Prometheus { child, address };
        let until = Instant::now() + Duration::from_secs(30);
        while !matches!(prometheus.get("/-/ready"), Ok((200, _))) {
            anyhow::ensure!(Instant::now() < until, "Prometheus is not ready at {}", prometheus.address);
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(prometheus)
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a query gives now: the field `data` of the answer.
    pub fn query(&self, query: &str) -> anyhow::Result<Value> {
        let escaped: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        self.data(&format!("/api/v1/query?query={escaped}"))
    }

    /// The names of the alerts of a group of rules that are firing.
    pub fn firing(&self, group: &str) -> anyhow::Result<Vec<String>> {
        let data = self.data("/api/v1/rules?type=alert")?;
        let groups = data.get("groups").and_then(Value::as_array).context("an answer with groups")?;
        let rules = groups.iter().filter(|known| known.get("name").is_some_and(|name| name == group));
        let rules = rules.filter_map(|group| group.get("rules")?.as_array()).flatten();
        let firing = rules.filter(|rule| rule.get("state").is_some_and(|state| state == "firing"));
        Ok(firing.filter_map(|rule| rule.get("name")?.as_str().map(str::to_owned)).collect())
    }

    /// Asks for JSON, and gives the field `data` of what came.
    pub fn data(&self, path: &str) -> anyhow::Result<Value> {
        let (status, body) = self.get(path)?;
        anyhow::ensure!(status == 200, "{path}: {status}: {body}");
        let mut answer: Value = serde_json::from_str(&body).with_context(|| format!("{path}: {body}"))?;
        Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
    }

    fn get(&self, path: &str) -> anyhow::Result<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address)?;
        // HTTP/1.0: the answer comes in one piece.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer of Prometheus")?;
        let status = head.split(' ').nth(1).context("a status of Prometheus")?.parse()?;
        Ok((status, body.to_owned()))
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
