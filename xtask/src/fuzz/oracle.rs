//! The Go program that answers what Go would.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::tools;

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

pub(crate) struct Oracle {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

#[derive(Serialize)]
struct Line<'a> {
    kind: &'a str,
    text: String,
    values: String,
    how: &'a str,
}

#[derive(Deserialize)]
struct Reply {
    output: Option<String>,
    error: String,
}

/// What the answer is to an input that ended the Go program: its stack overflowed, which nothing can catch.
pub(crate) const CRASH: &str = "the Go program ended";

impl Oracle {
    pub(crate) fn start() -> anyhow::Result<Oracle> {
        let binary = tools::fuzz_oracle()?;
        let mut child = Command::new(&binary)
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the Go oracle")?;
        let input = child.stdin.take().context("the oracle has a standard input")?;
        let output = BufReader::new(child.stdout.take().context("the oracle has a standard output")?);
        Ok(Oracle { child, input, output })
    }

    /// Every function that templates of Helm can call.
    pub(crate) fn functions(&mut self) -> anyhow::Result<Vec<String>> {
        let answers = self.ask(&[Request::new("functions", "")])?;
        let answer = answers.first().context("an answer")?;
        Ok(String::from_utf8_lossy(&answer.output).lines().map(str::to_owned).collect())
    }

    /// Asks a batch. Where an input ends the Go program, its answer is [`CRASH`], and another is started for the rest.
    pub(crate) fn ask(&mut self, requests: &[Request]) -> anyhow::Result<Vec<Answer>> {
        let mut answers = Vec::with_capacity(requests.len());
        while let Some(left) = requests.get(answers.len()..).filter(|left| !left.is_empty()) {
            self.ask_until_crash(left, &mut answers)?;
            if answers.len() < requests.len() {
                answers.push(Answer { error: CRASH.to_owned(), ..Answer::default() });
                *self = Oracle::start()?;
            }
        }
        Ok(answers)
    }

    /// The requests are written by a thread of their own, so that neither side waits for the other.
    fn ask_until_crash(&mut self, requests: &[Request], answers: &mut Vec<Answer>) -> anyhow::Result<()> {
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
                let reply: Reply = serde_json::from_str(&line)?;
                let output = STANDARD.decode(reply.output.unwrap_or_default())?;
                answers.push(Answer { output, error: reply.error });
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
