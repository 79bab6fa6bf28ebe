//! A server between helm and the cluster that answers some requests itself, or hangs up, and notes them all.
//!
//! `kubectl proxy` behind it speaks to the cluster, so that any kubeconfig does. One request a connection.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use anyhow::Context as _;
use serde_json::json;

use super::{run::Stage, scenario::Fault};

/// The server; it ends with its handle.
pub(super) struct Proxy {
    port: u16,
    ended: Arc<AtomicBool>,
    behind: Child,
    shared: Arc<Shared>,
}

/// What all connections share.
struct Shared {
    faults: Vec<(Fault, AtomicUsize)>,
    behind: u16,
    asked: Mutex<Vec<String>>,
}

struct Request {
    method: String,
    path: String,
    /// The head's lines without the one on the connection.
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Proxy {
    pub(super) fn start(stage: &Stage, faults: &[Fault]) -> anyhow::Result<Proxy> {
        let mut behind = Command::new(&stage.kubectl)
            .arg("--kubeconfig")
            .arg(&stage.kubeconfig)
            .args(["proxy", "--port=0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting kubectl proxy")?;
        let mut line = String::new();
        let stdout = behind.stdout.take().context("kubectl proxy says where it is")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let port = line.trim_end().rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.with_context(|| format!("kubectl proxy says {line:?}"))?;
        let faults = faults.iter().map(|fault| (fault.clone(), AtomicUsize::new(0))).collect();
        let shared = Arc::new(Shared { faults, behind: port, asked: Mutex::default() });
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let ended = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ended);
        let known = Arc::clone(&shared);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&shared);
                // Whoever hangs up has seen what it wanted to see.
                std::thread::spawn(move || _ = shared.serve(connection));
            }
        });
        Ok(Proxy { port, ended, behind, shared: known })
    }

    /// Method and path of every request so far.
    pub(super) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes a kubeconfig that leads here.
    pub(super) fn kubeconfig(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let file = folder.join("faulty-kubeconfig");
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: \"http://127.0.0.1:{}\"}}}}]\nusers: \
             [{{name: u, user: {{}}}}]\ncontexts: [{{name: c, context: {{cluster: c, user: u}}}}]\ncurrent-context: c\n",
            self.port
        );
        std::fs::write(&file, text)?;
        Ok(file)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        let _ = self.behind.kill();
        let _ = self.behind.wait();
    }
}

impl Shared {
    fn serve(&self, client: TcpStream) -> anyhow::Result<()> {
        let request = read(&client)?;
        let line = format!("{} {}", request.method, request.path);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        match self.fault(&request) {
            None => self.forward(&request, &mut &client)?,
            Some(0) => {}
            Some(1) => self.forward(&request, &mut std::io::sink())?,
            Some(status) => refuse(&client, status)?,
        }
        client.shutdown(Shutdown::Both)?;
        Ok(())
    }

    /// The status of the first fault that this request meets.
    fn fault(&self, request: &Request) -> Option<u16> {
        let met = |(fault, count): &&(Fault, AtomicUsize)| {
            let matches =
                (fault.method.is_empty() || fault.method == request.method) && request.path.contains(&fault.path);
            matches && {
                let number = count.fetch_add(1, Ordering::Relaxed) + 1;
                (fault.first..fault.first + fault.times).contains(&number)
            }
        };
        self.faults.iter().find(met).map(|(fault, _)| fault.status)
    }

    fn forward(&self, request: &Request, client: &mut impl std::io::Write) -> anyhow::Result<()> {
        let mut server = TcpStream::connect(("127.0.0.1", self.behind))?;
        server.write_all(&request.head)?;
        server.write_all(&request.body)?;
        let mut buffer = [0; 16 * 1024];
        loop {
            match server.read(&mut buffer)? {
                0 => return Ok(()),
                count => client.write_all(buffer.get(..count).unwrap_or_default())?,
            }
        }
    }
}

/// Reads a request to its end.
fn read(client: &TcpStream) -> anyhow::Result<Request> {
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut head = line.clone().into_bytes();
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        anyhow::ensure!(reader.read_line(&mut line)? > 0, "half a request");
        let lower = line.to_ascii_lowercase();
        if line == "\r\n" {
            break;
        } else if let Some(number) = lower.strip_prefix("content-length:") {
            length = number.trim().parse()?;
        } else if lower.starts_with("transfer-encoding:") {
            chunked = true;
        }
        if !lower.starts_with("connection:") {
            head.extend_from_slice(line.as_bytes());
        }
    }
    head.extend_from_slice(b"Connection: close\r\n\r\n");
    let mut body = Vec::new();
    if chunked {
        read_chunks(&mut reader, &mut body)?;
    } else {
        reader.take(length).read_to_end(&mut body)?;
    }
    Ok(Request { method, path, head, body })
}

/// Reads a chunked body as it came, framing and all.
fn read_chunks(reader: &mut BufReader<&TcpStream>, body: &mut Vec<u8>) -> anyhow::Result<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim_end().split(';').next().unwrap_or_default(), 16)?;
        body.extend_from_slice(line.as_bytes());
        reader.by_ref().take(length + 2).read_to_end(body)?;
        if length == 0 {
            return Ok(());
        }
    }
}

fn refuse(mut client: &TcpStream, status: u16) -> anyhow::Result<()> {
    let (reason, message) = match status {
        429 => ("TooManyRequests", "too many requests, please try again later"),
        503 => ("ServiceUnavailable", "the server is shutting down"),
        _ => ("InternalError", "an internal error of the test's own"),
    };
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": reason,
        "message": message, "code": status})
    .to_string();
    let wait = if status == 429 { "Retry-After: 1\r\n" } else { "" };
    write!(
        client,
        "HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\n{wait}Content-Length: {}\r\nConnection: \
         close\r\n\r\n{body}",
        body.len()
    )?;
    Ok(())
}
