//! Messages of PostgreSQL's protocol, version 3: how they are written, and how answers are read.

use std::io::{self, BufReader, Read, Write};

use super::{failure::Refusal, stream::Stream};

/// An answer larger than this is not read: a record has a few mebibytes at the most.
const MAX_MESSAGE: usize = 1 << 28;

/// Version 3.0.
const PROTOCOL: u32 = 3 << 16;
/// Asks whether the server takes encryption.
const ENCRYPTION_REQUEST: u32 = 80_877_103;

/// A message on its way: a letter, its length, its content.
#[derive(Default)]
pub(super) struct Messages(Vec<u8>);

impl Messages {
    /// The first message, which has no letter: who connects to what.
    pub(super) fn startup(parameters: &[(&str, &str)]) -> Messages {
        let mut content = PROTOCOL.to_be_bytes().to_vec();
        for (name, value) in parameters {
            content.extend(terminated(name));
            content.extend(terminated(value));
        }
        content.push(0);
        Messages::default().bare(&content)
    }

    /// Asks whether the server takes encryption.
    pub(super) fn encryption_request() -> Messages {
        Messages::default().bare(&ENCRYPTION_REQUEST.to_be_bytes())
    }

    fn bare(mut self, content: &[u8]) -> Messages {
        self.0.extend(length(content.len() + 4).to_be_bytes());
        self.0.extend_from_slice(content);
        self
    }

    /// One more message.
    pub(super) fn with(mut self, letter: u8, content: &[u8]) -> Messages {
        self.0.push(letter);
        self.bare(content)
    }

    /// A statement with its values, all of them as texts.
    pub(super) fn statement(query: &str, values: &[&str]) -> Messages {
        let mut parse = vec![0];
        parse.extend(terminated(query));
        parse.extend([0, 0]);
        // No name for portal and statement, no formats: all are text.
        let mut bind = vec![0, 0, 0, 0];
        bind.extend(u16::try_from(values.len()).unwrap_or(u16::MAX).to_be_bytes());
        for value in values {
            bind.extend(length(value.len()).to_be_bytes());
            bind.extend_from_slice(value.as_bytes());
        }
        bind.extend([0, 0]);
        let messages = Messages::default().with(b'P', &parse).with(b'B', &bind);
        messages.with(b'E', &[0, 0, 0, 0, 0]).with(b'S', &[])
    }

    /// Statements without values, separated by semicolons.
    pub(super) fn script(statements: &str) -> Messages {
        Messages::default().with(b'Q', &terminated(statements))
    }

    pub(super) fn send(&self, stream: &mut impl Write) -> io::Result<()> {
        stream.write_all(&self.0)?;
        stream.flush()
    }
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A text and the zero behind it.
pub(super) fn terminated(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.bytes().filter(|byte| *byte != 0).collect();
    bytes.push(0);
    bytes
}

/// What the server says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// How it wants us to prove who we are, and what it says with that.
    Login(u32, Vec<u8>),
    /// The values of a row, as texts.
    Row(Vec<Option<String>>),
    /// It takes the next statement.
    Ready,
    /// It refused.
    Refused(Refusal),
    /// What we need not know.
    Other,
}

/// Reads one message.
pub(super) fn read(stream: &mut BufReader<Stream>) -> io::Result<Answer> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let [letter, length @ ..] = head;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX).checked_sub(4);
    let length = length.filter(|length| *length <= MAX_MESSAGE).ok_or_else(|| malformed("the length"))?;
    let mut content = vec![0; length];
    stream.read_exact(&mut content)?;
    answer(letter, &content)
}

fn answer(letter: u8, content: &[u8]) -> io::Result<Answer> {
    Ok(match letter {
        b'R' => {
            let (kind, rest) = content.split_first_chunk().ok_or_else(|| malformed("a login"))?;
            Answer::Login(u32::from_be_bytes(*kind), rest.to_vec())
        }
        b'D' => Answer::Row(row(content).ok_or_else(|| malformed("a row"))?),
        b'Z' => Answer::Ready,
        b'E' => Answer::Refused(Refusal::read(content)),
        _ => Answer::Other,
    })
}

fn row(content: &[u8]) -> Option<Vec<Option<String>>> {
    let (count, mut rest) = content.split_first_chunk()?;
    let mut values = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, behind) = rest.split_first_chunk()?;
        // -1 is no value.
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            values.push(None);
            rest = behind;
            continue;
        };
        let (value, behind) = behind.split_at_checked(length)?;
        values.push(Some(String::from_utf8_lossy(value).into_owned()));
        rest = behind;
    }
    Some(values)
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} of a message of the database makes no sense"))
}

#[cfg(test)]
mod tests {
    use super::{Answer, Messages, answer};

    #[test]
    fn messages_have_the_form_of_the_protocol() {
        let startup = Messages::startup(&[("user", "u")]);
        assert_eq!(startup.0, b"\0\0\0\x10\0\x03\0\0user\0u\0\0");
        let script = Messages::script("BEGIN");
        assert_eq!(script.0, b"Q\0\0\0\x0aBEGIN\0");
        let statement = Messages::statement("S", &["ab"]);
        assert_eq!(
            statement.0,
            b"P\0\0\0\x09\0S\0\0\0B\0\0\0\x12\0\0\0\0\0\x01\0\0\0\x02ab\0\0E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04"
        );
    }

    #[test]
    fn answers_are_read_and_never_trusted() {
        let row = answer(b'D', b"\0\x02\0\0\0\x01x\xff\xff\xff\xff").unwrap();
        assert_eq!(row, Answer::Row(vec![Some("x".into()), None]));
        assert_eq!(answer(b'R', b"\0\0\0\0").unwrap(), Answer::Login(0, Vec::new()));
        assert!(answer(b'D', b"\0\x02\0\0\0\x09x").is_err() && answer(b'R', b"\0").is_err());
    }
}
