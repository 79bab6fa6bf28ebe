//! Why no answer came, in the words of Go's net/http.

use std::{error::Error as _, io};

use reqwest::{Method, Url};

use crate::{Error, system};

/// `Get "http://host/path": reason`, without a password.
pub(super) fn of(method: &Method, url: &Url, reason: &str) -> Error {
    let mut shown = url.clone();
    if shown.password().is_some() {
        let _ = shown.set_password(Some("***"));
    }
    let mut verb = method.as_str().to_ascii_lowercase();
    if let Some(first) = verb.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Error::network(format!("{verb} {}: {reason}", value::quote::quote(shown.as_str().as_bytes())))
}

/// What went wrong, from the innermost cause that says something.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let error_url = error.url();
    let host = error_url.and_then(Url::host_str).unwrap_or_default();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    let mut deepest = String::new();
    while let Some(error) = cause {
        let inner = error.downcast_ref::<io::Error>();
        if let Some(tls) = find_tls(error) {
            return tls_reason(tls, host);
        }
        deepest = error.to_string();
        match inner {
            Some(inner) if inner.raw_os_error().is_some() => return connection(inner, &address(error_url)),
            Some(inner) if inner.kind() == io::ErrorKind::UnexpectedEof => return "EOF".into(),
            _ => {}
        }
        cause = error.source();
    }
    if error.is_timeout() {
        return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)".into();
    }
    if deepest.contains("failed to lookup address information") {
        return format!("dial tcp: lookup {host}: no such host");
    }
    if deepest.contains("connection closed before message completed") {
        return "EOF".into();
    }
    deepest
}

/// `host:port`: Go shows the address that was tried last.
fn address(url: Option<&Url>) -> String {
    let addresses = url.and_then(|url| url.socket_addrs(|| None).ok()).unwrap_or_default();
    match (addresses.last(), url) {
        (Some(address), _) => address.to_string(),
        (None, Some(url)) => url.host_str().unwrap_or_default().to_owned(),
        (None, None) => String::new(),
    }
}

/// The TLS error in an error, which I/O errors may be wrapped around.
fn find_tls<'a>(mut error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    loop {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        error = error.downcast_ref::<io::Error>()?.get_ref()?;
    }
}

fn connection(error: &io::Error, host: &str) -> String {
    let text = match error.kind() {
        io::ErrorKind::ConnectionRefused => "connect: connection refused",
        io::ErrorKind::ConnectionReset => return "read: connection reset by peer".into(),
        io::ErrorKind::HostUnreachable => "connect: no route to host",
        io::ErrorKind::NetworkUnreachable => "connect: network is unreachable",
        io::ErrorKind::TimedOut => "i/o timeout",
        _ => return system::error_text(error),
    };
    format!("dial tcp {host}: {text}")
}

/// Go's words for what a server complains of.
fn alert_text(alert: rustls::AlertDescription) -> String {
    use rustls::AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => "certificate required".into(),
        Alert::HandshakeFailure => "handshake failure".into(),
        Alert::BadCertificate => "bad certificate".into(),
        Alert::UnknownCA => "unknown certificate authority".into(),
        Alert::ProtocolVersion => "protocol version not supported".into(),
        Alert::CertificateExpired => "expired certificate".into(),
        Alert::CertificateUnknown => "unknown certificate".into(),
        Alert::AccessDenied => "access denied".into(),
        Alert::UnrecognisedName => "unrecognized name".into(),
        other => format!("{other:?}"),
    }
}

fn tls_reason(error: &rustls::Error, host: &str) -> String {
    use rustls::{CertificateError as Bad, Error as Tls};
    let x509 = match error {
        Tls::InvalidCertificate(Bad::UnknownIssuer) => "certificate signed by unknown authority".into(),
        Tls::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
            "certificate has expired or is not yet valid".into()
        }
        Tls::InvalidCertificate(Bad::NotValidForName) => format!("certificate is not valid for {host}"),
        Tls::InvalidCertificate(Bad::NotValidForNameContext { presented, .. }) => {
            format!("certificate is valid for {}, not {host}", presented.join(", "))
        }
        Tls::InvalidCertificate(other) => other.to_string(),
        Tls::InvalidMessage(rustls::InvalidMessage::InvalidContentType) => {
            return "http: server gave HTTP response to HTTPS client".into();
        }
        Tls::AlertReceived(alert) => return format!("remote error: tls: {}", alert_text(*alert)),
        other => return format!("tls: {other}"),
    };
    format!("tls: failed to verify certificate: x509: {x509}")
}

/// A client that cannot be made: a certificate or a key that rustls does not take.
pub(super) fn client(error: &reqwest::Error) -> Error {
    let mut deepest = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        deepest = error.to_string();
        cause = error.source();
    }
    Error::network(format!("can't create TLS config for client: {deepest}"))
}

/// A body that ended too early or came too late.
pub(super) fn cut(is_late: bool) -> Error {
    let text = if is_late {
        "context deadline exceeded (Client.Timeout or context cancellation while reading body)"
    } else {
        "unexpected EOF"
    };
    Error::network(text)
}

/// `404 Not Found`, as Go shows a status.
pub(crate) fn status_text(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    format!("{status} {}", reason.unwrap_or_default())
}
