//! Words for requests that got no answer, as Go's net package has them.

use std::net::ToSocketAddrs as _;

/// What went wrong with a file or socket, in Go's words.
pub(crate) fn io_text(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::ConnectionRefused => "connection refused".into(),
        ErrorKind::ConnectionReset => "connection reset by peer".into(),
        ErrorKind::BrokenPipe => "broken pipe".into(),
        ErrorKind::HostUnreachable => "no route to host".into(),
        ErrorKind::NetworkUnreachable => "network is unreachable".into(),
        ErrorKind::TimedOut => "i/o timeout".into(),
        ErrorKind::UnexpectedEof => "EOF".into(),
        ErrorKind::IsADirectory => "is a directory".into(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_owned()
        }
    }
}

/// The error of a request, such as `Get "http://localhost:8080/version": dial tcp 127.0.0.1:8080: connect: …`.
pub(crate) fn describe(method: &http::Method, url: &str, error: &kube::Error) -> String {
    let mut verb = method.as_str().to_ascii_lowercase();
    if let Some(first) = verb.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{verb} {url:?}: {}", cause(url, error))
}

/// Whether the connection broke after it stood, so that asking again makes sense.
pub(crate) fn was_cut(error: &kube::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let texts = chain(error);
    let cut = |error: &std::io::Error| {
        matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
    };
    find_io(error).is_some_and(cut)
        || texts.iter().any(|text| text.contains("connection closed before message completed"))
}

fn cause(url: &str, error: &kube::Error) -> String {
    let texts = chain(error);
    if let Some(text) = texts.iter().find_map(|text| tls(text)) {
        return text;
    }
    if texts.iter().any(|text| text.contains("dns error") || text.contains("failed to lookup address")) {
        return lookup(url);
    }
    if texts.iter().any(|text| text.contains("connection closed before message completed")) {
        return "EOF".into();
    }
    match find_io(error) {
        Some(io) if texts.iter().any(|text| text.contains("tcp connect error")) || is_dial(io) => {
            let text = io_text(io);
            let step = if text == "i/o timeout" { "" } else { "connect: " };
            format!("dial tcp {}: {step}{text}", address(url))
        }
        Some(io) => io_text(io),
        None => texts.last().cloned().unwrap_or_default(),
    }
}

fn is_dial(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
    matches!(error.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable | TimedOut)
}

/// Why a program gave no credentials: the error of the request that wanted them.
pub(crate) fn describe_credentials(url: &str, program: &str, error: &kube::client::AuthError) -> String {
    use kube::client::AuthError;
    let text = match error {
        AuthError::AuthExecStart(error) if program.contains('/') => {
            format!("exec: fork/exec {program}: {}", io_text(error))
        }
        AuthError::AuthExecStart(_) => format!("exec: executable {program} not found"),
        AuthError::AuthExecRun { out, .. } => {
            format!("exec: executable {program} failed with exit code {}", out.status.code().unwrap_or(-1))
        }
        AuthError::ExecPluginFailed => "exec plugin didn't return a status field".into(),
        other => other.to_string(),
    };
    format!("Get {url:?}: getting credentials: {text}")
}

/// rustls' complaints in the words of crypto/x509.
pub(crate) fn tls(text: &str) -> Option<String> {
    let x509 = |text: &str| Some(format!("tls: failed to verify certificate: x509: {text}"));
    if text.contains("UnknownIssuer") || text.contains("CaUsedAsEndEntity") {
        return x509("certificate signed by unknown authority");
    }
    if text.contains("certificate expired") || text.contains("certificate not valid yet") || text.contains("Expired") {
        return x509("certificate has expired or is not yet valid");
    }
    if let Some((_, rest)) = text.split_once("certificate not valid for name ") {
        let (name, valid) = rest.split_once("; certificate is only valid for ").unwrap_or((rest, ""));
        let names: Vec<&str> = valid.split('"').skip(1).step_by(2).collect();
        let name = name.trim_matches('"');
        return if names.is_empty() {
            x509(&format!("certificate is not valid for any names, but wanted to match {name}"))
        } else {
            x509(&format!("certificate is valid for {}, not {name}", names.join(", ")))
        };
    }
    if text.contains("InvalidContentType") {
        return Some("http: server gave HTTP response to HTTPS client".into());
    }
    None
}

/// Go's words for a name that does not resolve.
fn lookup(url: &str) -> String {
    let host = url.parse::<http::Uri>().ok().and_then(|url| url.host().map(str::to_owned)).unwrap_or_default();
    let server = std::fs::read_to_string("/etc/resolv.conf").ok().and_then(|file| {
        file.lines().find_map(|line| line.strip_prefix("nameserver ")).map(|server| format!(" on {}:53", server.trim()))
    });
    format!("dial tcp: lookup {host}{}: no such host", server.unwrap_or_default())
}

/// The address that was dialled, the name resolved.
fn address(url: &str) -> String {
    let Ok(url) = url.parse::<http::Uri>() else { return String::new() };
    let host = url.host().unwrap_or_default();
    let port = url.port_u16().unwrap_or(if url.scheme_str() == Some("https") { 443 } else { 80 });
    let resolved = (host.trim_start_matches('[').trim_end_matches(']'), port).to_socket_addrs();
    match resolved.ok().and_then(|mut all| all.next()) {
        Some(address) => address.to_string(),
        None => format!("{host}:{port}"),
    }
}

/// The texts of an error and its causes.
fn chain(error: &kube::Error) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next.filter(|_| texts.len() < 16) {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}

/// The innermost socket error.
fn find_io(error: &kube::Error) -> Option<&std::io::Error> {
    let mut found = None;
    let mut next: Option<&dyn std::error::Error> = Some(error);
    for _ in 0..16 {
        let Some(error) = next else { break };
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            found = Some(io);
        }
        next = error.source();
    }
    found
}
