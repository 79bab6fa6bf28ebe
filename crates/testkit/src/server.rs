//! A web server on loopback: the files of a folder, and the faults that chart repositories have.
//!
//! What a path begins with says what happens to the rest of it: `/auth/` wants the user `user` with the password `pw`,
//! `/redirect/` sends on to the other server, `/cut/` breaks off before the end, `/broken/` does so and sends the rest
//! to who asks for it, `/changing/` is another file by then, `/endless/` never ends, `/huge/` says that it is a terabyte,
//! `/slow/` sends a byte now and then, `/realm/` wants a token from the other server, `/post/` takes what is sent.
//! Everything else is a file, with an `ETag`. A registry's paths have the word behind `/v2/`.

use std::{
    collections::HashMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// The words that say what happens.
const FAULTS: [&str; 10] =
    ["auth", "redirect", "cut", "broken", "changing", "endless", "huge", "slow", "realm", "post"];

/// What goes before the credentials `user:pw`, encoded.
const CREDENTIALS: &str = "Basic dXNlcjpwdw==";

/// Two servers with the same files, of which one sends on to the other. They end with the test's process.
#[derive(Debug)]
pub struct Servers {
    addresses: [String; 2],
    requests: Arc<Mutex<Vec<String>>>,
}

impl Servers {
    /// Starts both.
    ///
    /// Fails where no port can be had.
    pub fn start(folder: PathBuf) -> io::Result<Servers> {
        let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
        let mut addresses = [String::new(), String::new()];
        for (address, listener) in addresses.iter_mut().zip(&listeners) {
            *address = format!("http://{}", listener.local_addr()?);
        }
        let requests = Arc::new(Mutex::new(Vec::new()));
        for (listener, (name, other)) in listeners.into_iter().zip([("first", 1), ("second", 0)]) {
            let site = Site {
                name,
                folder: folder.clone(),
                other: addresses.get(other).cloned().unwrap_or_default(),
                requests: Arc::clone(&requests),
            };
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let site = site.clone();
                    thread::spawn(move || site.serve(stream));
                }
            });
        }
        Ok(Servers { addresses, requests })
    }

    /// Where they are: `http://127.0.0.1:PORT` each.
    pub fn addresses(&self) -> &[String; 2] {
        &self.addresses
    }

    /// What was asked of them since the last call: `first GET /path`, with `+credentials` where some came along.
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Clone)]
struct Site {
    name: &'static str,
    folder: PathBuf,
    other: String,
    requests: Arc<Mutex<Vec<String>>>,
}

struct Asked {
    method: String,
    path: String,
    headers: HashMap<String, String>,
}

impl Site {
    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some(asked) = read_request(&mut reader) {
            let credentials = if asked.headers.contains_key("authorization") { " +credentials" } else { "" };
            let range = if asked.headers.contains_key("range") { " +range" } else { "" };
            let line = format!("{} {} {}{credentials}{range}", self.name, asked.method, asked.path);
            self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            if self.answer(&asked, reader.get_mut()).is_err() {
                return;
            }
        }
    }

    fn answer(&self, asked: &Asked, out: &mut TcpStream) -> io::Result<()> {
        let path = asked.path.split('?').next().unwrap_or_default();
        let path = path.trim_start_matches('/');
        let (registry, path) = path.strip_prefix("v2/").map_or(("", path), |path| ("v2/", path));
        let (fault, rest) = match path.split_once('/') {
            Some((fault, rest)) if FAULTS.contains(&fault) => (fault, rest),
            _ => ("", path),
        };
        if fault == "auth" && asked.headers.get("authorization").is_none_or(|given| given != CREDENTIALS) {
            return respond(out, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", b"who are you");
        }
        if fault == "realm" {
            let header = format!("WWW-Authenticate: Bearer realm=\"{}/token\",service=\"x\"\r\n", self.other);
            return respond(out, "401 Unauthorized", &header, b"who are you");
        }
        if fault == "redirect" {
            return respond(out, "302 Found", &format!("Location: {}/{registry}{rest}\r\n", self.other), b"");
        }
        if fault == "post" {
            return respond(out, "201 Created", "", b"{\"saved\":true}");
        }
        if matches!(fault, "endless" | "slow") {
            let (size, pause) =
                if fault == "slow" { (1, Duration::from_millis(50)) } else { (0x10000, Duration::ZERO) };
            out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            let chunk = format!("{size:x}\r\n{}\r\n", "x".repeat(size));
            loop {
                out.write_all(chunk.as_bytes())?;
                thread::sleep(pause);
            }
        }
        if fault == "huge" {
            write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 1_u64 << 40)?;
            return Err(io::Error::other("nobody reads it"));
        }
        let inside = Path::new(rest).components().all(|part| matches!(part, Component::Normal(_)));
        let Some(body) = inside.then(|| fs::read(self.folder.join(registry).join(rest)).ok()).flatten() else {
            return respond(out, "404 Not Found", "", b"not here");
        };
        if fault == "cut" {
            write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len() + 10)?;
            out.write_all(&body)?;
            return Err(io::Error::other("cut"));
        }
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let etag = format!("\"{:x}\"", hasher.finish());
        if matches!(fault, "broken" | "changing") {
            return broken(asked, out, (&body, &etag), fault == "changing");
        }
        if asked.headers.get("if-none-match") == Some(&etag) {
            return respond(out, "304 Not Modified", "", b"");
        }
        let kind =
            if registry.is_empty() { "" } else { "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n" };
        respond(out, "200 OK", &format!("ETag: {etag}\r\n{kind}"), &body)
    }
}

/// Sends half of a file; the rest to who asks for it, or all of it where it is another file by then.
fn broken(asked: &Asked, out: &mut TcpStream, (body, etag): (&[u8], &str), changing: bool) -> io::Result<()> {
    let range = asked.headers.get("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
    let Some(at) = range.and_then(|at| at.parse::<usize>().ok()) else {
        let half = body.get(..body.len() / 2).unwrap_or_default();
        write!(out, "HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {}\r\n\r\n", body.len())?;
        out.write_all(half)?;
        return Err(io::Error::other("cut"));
    };
    if changing || asked.headers.get("if-range").is_none_or(|tag| tag != etag) {
        return respond(out, "200 OK", "", body);
    }
    let header = format!("Content-Range: bytes {at}-{}/{}\r\n", body.len().saturating_sub(1), body.len());
    respond(out, "206 Partial Content", &header, body.get(at..).unwrap_or_default())
}

fn respond(out: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    write!(out, "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len())?;
    out.write_all(body)
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let length: u64 = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    io::copy(&mut reader.take(length), &mut io::sink()).ok()?;
    Some(Asked { method, path, headers })
}
