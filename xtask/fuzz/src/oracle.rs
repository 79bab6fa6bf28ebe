//! The Go program that answers what Go would.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// One input.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `template`, `yaml`, `set` or `semver`.
    pub(crate) kind: &'static str,
    pub(crate) text: Vec<u8>,
    /// The values of a template, as YAML.
    pub(crate) values: Vec<u8>,
    /// Which `--set`; the version that is compared.
    pub(crate) how: String,
}

impl Request {
    pub(crate) fn new(kind: &'static str, text: impl Into<Vec<u8>>) -> Request {
        Request { kind, text: text.into(), values: Vec::new(), how: String::new() }
    }
}

/// The output, or the error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) output: Vec<u8>,
    pub(crate) error: String,
}

impl Answer {
    pub(crate) fn show(&self) -> String {
        match self.error.as_str() {
            "" => format!("{:?}", String::from_utf8_lossy(&self.output)),
            error => format!("error {error:?}"),
        }
    }
}

/// What Go said, and what that took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    /// How many bytes were allocated on the way, whether they were freed again or not.
    pub(crate) allocated: u64,
    /// The functions at both ends of the stack, where it overflowed and ended the program.
    pub(crate) overflowed: Option<Vec<String>>,
}

pub(crate) struct Oracle {
    binary: PathBuf,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What the program says when it ends.
    log: File,
}

#[derive(Serialize)]
struct Line<'a> {
    kind: &'a str,
    text: String,
    values: String,
    how: &'a str,
}

#[derive(Deserialize)]
struct Said {
    output: Option<String>,
    error: String,
    allocated: u64,
}

impl Oracle {
    /// Starts the program.
    pub(crate) fn start(binary: &Path) -> anyhow::Result<Oracle> {
        let log = tempfile::tempfile()?;
        let mut child = Command::new(binary)
            .env("TZ", "UTC")
            .env("GOTRACEBACK", "single")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.try_clone()?)
            .spawn()
            .context("starting the Go oracle")?;
        let input = child.stdin.take().context("the oracle has a standard input")?;
        let output = BufReader::new(child.stdout.take().context("the oracle has a standard output")?);
        Ok(Oracle { binary: binary.to_owned(), child, input, output, log })
    }

    /// Every function that templates of Helm can call.
    pub(crate) fn functions(&mut self) -> anyhow::Result<Vec<String>> {
        let answers = self.ask(&[Request::new("functions", "")])?;
        let reply = answers.first().context("an answer")?;
        Ok(String::from_utf8_lossy(&reply.answer.output).lines().map(str::to_owned).collect())
    }

    /// Asks a batch. Where an input ends the program, another is started for the rest.
    pub(crate) fn ask(&mut self, requests: &[Request]) -> anyhow::Result<Vec<Reply>> {
        let mut replies = Vec::with_capacity(requests.len());
        while let Some(left) = requests.get(replies.len()..).filter(|left| !left.is_empty()) {
            self.ask_until_end(left, &mut replies)?;
            if replies.len() < requests.len() {
                replies.push(self.last_words()?);
                *self = Oracle::start(&self.binary)?;
            }
        }
        Ok(replies)
    }

    /// What becomes the reply to the input that ended the program.
    fn last_words(&mut self) -> anyhow::Result<Reply> {
        self.child.wait()?;
        let mut log = String::new();
        self.log.rewind()?;
        self.log.read_to_string(&mut log)?;
        let why = log.lines().find(|line| line.starts_with("fatal error: ")).unwrap_or("it ended").to_owned();
        // A line of the stack that is not indented is a function with what it was given.
        let functions = || log.lines().filter_map(|line| Some(line.get(..line.rfind('(')?)?.to_owned()));
        let overflowed = (why == "fatal error: stack overflow").then(|| {
            functions().filter(|name| !name.starts_with(['\t', ' ']) && !name.starts_with("runtime.")).collect()
        });
        Ok(Reply { answer: Answer { output: Vec::new(), error: why }, overflowed, ..Reply::default() })
    }

    /// The requests are written by a thread of their own, so that neither side waits for the other.
    fn ask_until_end(&mut self, requests: &[Request], replies: &mut Vec<Reply>) -> anyhow::Result<()> {
        let mut text = Vec::new();
        for request in requests {
            let line = Line {
                kind: request.kind,
                text: STANDARD.encode(&request.text),
                values: STANDARD.encode(&request.values),
                how: &request.how,
            };
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
        }
        let input = &mut self.input;
        let output = &mut self.output;
        std::thread::scope(|scope| {
            // Writing fails where the program ended, which reading sees too.
            let writer = scope.spawn(move || input.write_all(&text).and_then(|()| input.flush()).is_ok());
            for _ in requests {
                let mut line = String::new();
                if output.read_line(&mut line)? == 0 {
                    break;
                }
                let said: Said = serde_json::from_str(&line)?;
                let output = STANDARD.decode(said.output.unwrap_or_default())?;
                let answer = Answer { output, error: said.error };
                replies.push(Reply { answer, allocated: said.allocated, overflowed: None });
            }
            writer.join().map_err(|_| anyhow::anyhow!("writing to the Go oracle"))?;
            Ok(())
        })
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
