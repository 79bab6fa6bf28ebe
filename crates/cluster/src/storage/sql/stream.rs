//! What a connection goes through: TCP or a socket of this machine, encrypted or not.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Tcp {
        host: String,
        /// Instead of the one that the host's name has.
        address: Option<IpAddr>,
        port: u16,
    },
    Unix {
        folder: PathBuf,
        port: u16,
    },
}

/// A connection's bytes.
pub(super) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Place {
    /// Connects. The error is in the words of Go's net package.
    pub(super) fn dial(&self, timeout: Option<Duration>) -> Result<Stream, String> {
        match self {
            Place::Tcp { host, address, port } => dial_tcp(host, *address, *port, timeout),
            Place::Unix { folder, port } => dial_unix(&folder.join(format!(".s.PGSQL.{port}"))),
        }
    }

    /// The name that a certificate must have.
    pub(super) fn name(&self) -> &str {
        match self {
            Place::Tcp { host, .. } => host,
            Place::Unix { .. } => "",
        }
    }
}

fn dial_tcp(host: &str, address: Option<IpAddr>, port: u16, timeout: Option<Duration>) -> Result<Stream, String> {
    let addresses: Vec<SocketAddr> = match address {
        Some(address) => vec![SocketAddr::new(address, port)],
        None => (host, port).to_socket_addrs().map_err(|_| format!("dial tcp: lookup {host}: no such host"))?.collect(),
    };
    let mut last = format!("dial tcp: lookup {host}: no such host");
    for address in addresses {
        let connected = match timeout {
            Some(timeout) => TcpStream::connect_timeout(&address, timeout),
            None => TcpStream::connect(address),
        };
        match connected {
            Ok(stream) => {
                // Only speed depends on it.
                let _ = stream.set_nodelay(true);
                return Ok(Stream::Tcp(stream));
            }
            Err(error) => {
                let text = crate::connect::io_text(&error);
                let step = if text == "i/o timeout" { "" } else { "connect: " };
                last = format!("dial tcp {address}: {step}{text}");
            }
        }
    }
    Err(last)
}

#[cfg(unix)]
fn dial_unix(path: &std::path::Path) -> Result<Stream, String> {
    let connected = std::os::unix::net::UnixStream::connect(path);
    connected
        .map(Stream::Unix)
        .map_err(|error| format!("dial unix {}: connect: {}", path.display(), crate::connect::io_text(&error)))
}

#[cfg(not(unix))]
fn dial_unix(path: &std::path::Path) -> Result<Stream, String> {
    Err(format!("dial unix {}: there are no such sockets here", path.display()))
}

impl Stream {
    /// Encrypts what goes through it from here on.
    pub(super) fn encrypt(self, config: ClientConfig, name: &str) -> io::Result<Stream> {
        let Stream::Tcp(mut stream) = self else { return Ok(self) };
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        Ok(Stream::Tls(Box::new(StreamOwned::new(connection, stream))))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.read(buffer),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.write(buffer),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.write(buffer),
            Stream::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => stream.flush(),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}
