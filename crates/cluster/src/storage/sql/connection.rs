//! A connection to a database: who we are, and one statement after the other.
//!
//! Records need nothing but texts and a few statements, which this speaks itself.

use std::io::{BufReader, Read as _};

use super::{
    failure::Failure,
    login::{Scram, md5_password},
    settings::{Encryption, Settings, Wanted},
    stream::{Place, Stream},
    tls,
    wire::{self, Answer, Messages, terminated},
};

/// The values of a row.
pub(super) struct Row(Vec<Option<String>>);

impl Row {
    /// A value; empty where there is none.
    pub(super) fn text(&self, column: usize) -> String {
        self.0.get(column).cloned().flatten().unwrap_or_default()
    }

    /// A number; 0 where there is none.
    pub(super) fn number(&self, column: usize) -> i64 {
        self.text(column).parse().unwrap_or(0)
    }
}

/// A connection that takes statements.
pub(super) struct Connection {
    stream: BufReader<Stream>,
}

impl Connection {
    /// Connects to the first of the hosts that answers and is what is wanted.
    pub(super) fn open(settings: &Settings) -> Result<Connection, Failure> {
        let mut failures = Vec::new();
        for place in &settings.places {
            match Connection::open_at(settings, place) {
                Ok(connection) => return Ok(connection),
                Err(failure) => failures.push((place, failure)),
            }
        }
        if failures.len() > 1 {
            let told = failures.iter().map(|(place, failure)| match place {
                Place::Tcp { host, port, .. } => format!("connecting to {host}:{port}: {failure}"),
                Place::Unix { folder, port } => format!("connecting to {}:{port}: {failure}", folder.display()),
            });
            let told: Vec<String> = told.collect();
            return Err(Failure::Text(format!("pq: could not connect to any of the hosts:\n{}", told.join("\n"))));
        }
        Err(failures.pop().map_or_else(|| Failure::Text("pq: no host".into()), |(_, failure)| failure))
    }

    fn open_at(settings: &Settings, place: &Place) -> Result<Connection, Failure> {
        let stream = place.dial(settings.timeout).map_err(Failure::Text)?;
        let stream = encrypted(settings, place, stream)?;
        let mut connection = Connection { stream: BufReader::new(stream) };
        connection.log_in(settings)?;
        let read_only = match settings.wanted {
            Wanted::Any => return Ok(connection),
            Wanted::ReadWrite | Wanted::ReadOnly => {
                let rows = connection.query("SHOW transaction_read_only", &[])?;
                rows.first().is_some_and(|row| row.text(0) == "on")
            }
        };
        match (settings.wanted, read_only) {
            (Wanted::ReadWrite, true) => Err(Failure::Text("session is read-only".into())),
            (Wanted::ReadOnly, false) => Err(Failure::Text("session is not read-only".into())),
            _ => Ok(connection),
        }
    }

    fn log_in(&mut self, settings: &Settings) -> Result<(), Failure> {
        let parameters = settings.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.send(&Messages::startup(&parameters.collect::<Vec<_>>()))?;
        let mut scram = Scram::new(&settings.password, random()?);
        loop {
            let (kind, content) = match wire::read(&mut self.stream)? {
                Answer::Login(kind, content) => (kind, content),
                Answer::Ready => return Ok(()),
                Answer::Refused(refusal) => return Err(Failure::Refused(refusal)),
                Answer::Row(_) | Answer::Other => continue,
            };
            let content_text = String::from_utf8_lossy(&content);
            let wrong = |text: &str| Failure::Text(format!("pq: SCRAM-SHA-256 error: {text}"));
            match kind {
                0 => {}
                3 => self.send(&password(&settings.password))?,
                5 => self.send(&password(&md5_password(&settings.user, &settings.password, &content)))?,
                10 if content_text.split('\0').any(|known| known == "SCRAM-SHA-256") => {
                    let first = scram.first();
                    let mut message = terminated("SCRAM-SHA-256");
                    message.extend(u32::try_from(first.len()).unwrap_or(0).to_be_bytes());
                    message.extend_from_slice(first.as_bytes());
                    self.send(&Messages::default().with(b'p', &message))?;
                }
                11 => {
                    let answer = scram.answer(&content_text).map_err(wrong)?;
                    self.send(&Messages::default().with(b'p', answer.as_bytes()))?;
                }
                12 => scram.verify(&content_text).map_err(wrong)?,
                other => {
                    return Err(Failure::Text(format!("pq: unsupported authentication method: {other}")));
                }
            }
        }
    }

    /// Carries out a statement, whose values are texts.
    pub(super) fn query(&mut self, query: &str, values: &[&str]) -> Result<Vec<Row>, Failure> {
        self.send(&Messages::statement(query, values))?;
        self.rows(query)
    }

    /// Carries out statements without values.
    pub(super) fn script(&mut self, statements: &str) -> Result<(), Failure> {
        self.send(&Messages::script(statements))?;
        self.rows(statements).map(drop)
    }

    /// Carries out all of something or nothing.
    pub(super) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.script("BEGIN")?;
        match work(self).and_then(|value| self.script("COMMIT").map(|()| value)) {
            Ok(value) => Ok(value),
            Err(failure) => {
                // The first failure is the one to be told.
                let _ = self.script("ROLLBACK");
                Err(failure)
            }
        }
    }

    fn send(&mut self, messages: &Messages) -> Result<(), Failure> {
        Ok(messages.send(self.stream.get_mut())?)
    }

    /// The rows until the server takes the next statement.
    fn rows(&mut self, query: &str) -> Result<Vec<Row>, Failure> {
        let mut outcome = Ok(Vec::new());
        loop {
            match wire::read(&mut self.stream)? {
                Answer::Row(values) => {
                    if let Ok(rows) = &mut outcome {
                        rows.push(Row(values));
                    }
                }
                Answer::Refused(refusal) => outcome = Err(Failure::Refused(refusal.of(query))),
                Answer::Ready => return outcome,
                Answer::Login(..) | Answer::Other => {}
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // A server that is gone need not be told goodbye.
        let _ = Messages::default().with(b'X', &[]).send(self.stream.get_mut());
    }
}

fn password(text: &str) -> Messages {
    Messages::default().with(b'p', &terminated(text))
}

fn random() -> Result<[u8; 18], Failure> {
    let mut bytes = [0; 18];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Text(format!("no random numbers: {error}")))?;
    Ok(bytes)
}

/// Encrypts a connection as far as that is wanted and can be had.
fn encrypted(settings: &Settings, place: &Place, mut stream: Stream) -> Result<Stream, Failure> {
    if settings.encryption == Encryption::Never || !matches!(stream, Stream::Tcp(_)) {
        return Ok(stream);
    }
    if !settings.ssl.direct {
        Messages::encryption_request().send(&mut stream)?;
        let mut answer = [0];
        // No more than this one byte, which is not encrypted, is read.
        stream.read_exact(&mut answer)?;
        match (answer, settings.encryption) {
            ([b'S'], _) => {}
            (_, Encryption::Preferred) => return Ok(stream),
            _ => return Err(Failure::Text("pq: SSL is not enabled on the server".into())),
        }
    }
    let config = tls::client_config(&settings.ssl).map_err(Failure::Text)?;
    stream.encrypt(config, place.name()).map_err(|error| match error.get_ref() {
        Some(cause) => {
            let words = tls::words(&cause.to_string());
            // Without a host to verify lib/pq looks at the certificate itself, behind Go's handshake.
            let bare =
                words.strip_prefix("tls: failed to verify certificate: ").filter(|_| !settings.ssl.verifies_host);
            Failure::Text(bare.unwrap_or(&words).to_owned())
        }
        None => Failure::Broken(error),
    })
}
