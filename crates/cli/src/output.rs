//! The streams that commands print to.

use std::{
    io::{self, BufWriter, IsTerminal as _, Stdout, Write},
    sync::Arc,
};

use pintle::{Event, Level, LogLine, Watch};

use crate::{downloads::Downloads, env::Environment, error::Failure, exit::Exit, follow::Follow, log::log_line};

/// Standard output, buffered until the end, and standard error.
pub(crate) struct Output {
    out: BufWriter<Stdout>,
    debug: bool,
    dumb: bool,
    /// Downloads, where they are shown.
    downloads: Option<Arc<Downloads>>,
    /// Who follows the operation that runs.
    pub(crate) follow: Option<Follow>,
}

impl Output {
    /// The streams of this process.
    pub(crate) fn of_process() -> Output {
        Output {
            out: BufWriter::with_capacity(1 << 16, io::stdout()),
            debug: false,
            dumb: false,
            downloads: None,
            follow: None,
        }
    }

    /// Sets whether debug lines are shown.
    pub(crate) fn set_debug(&mut self, debug: bool) {
        self.debug = debug;
    }

    /// Sets what the environment says of the terminal: whether it can do no more than print, and whether downloads are
    /// shown.
    pub(crate) fn set_terminal(&mut self, environment: &Environment) {
        self.dumb = environment.text("TERM") == "dumb";
        let plain = ["NO_COLOR", "CI"].iter().any(|name| !environment.text(name).is_empty());
        let shown = !self.dumb && !plain && io::stderr().is_terminal();
        self.downloads = shown.then(Arc::default);
    }

    /// Who watches downloads.
    pub(crate) fn watch(&self) -> Watch {
        match &self.downloads {
            Some(downloads) => {
                let downloads = Arc::clone(downloads);
                Watch::new(Arc::new(move |download| downloads.note(download)))
            }
            None => Watch::default(),
        }
    }

    /// Whether the terminal can do no more than print.
    pub(crate) fn is_dumb(&self) -> bool {
        self.dumb
    }

    /// Prints to standard output.
    ///
    /// Where events are written there, it goes to standard error.
    pub(crate) fn print(&mut self, text: impl AsRef<[u8]>) -> Result<(), Failure> {
        if self.follow.as_ref().is_some_and(Follow::has_stdout) {
            self.complain(&String::from_utf8_lossy(text.as_ref()));
            return Ok(());
        }
        self.out.write_all(text.as_ref()).map_err(|error| failed(&error))
    }

    /// Prints to standard error, after what was printed to standard output. That it cannot be written to is nothing
    /// that could be told.
    pub(crate) fn complain(&mut self, text: &str) {
        self.clear_downloads();
        let _ = self.out.flush();
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Prints lines to standard error, if there are any.
    pub(crate) fn complain_lines(&mut self, lines: &[String]) {
        if !lines.is_empty() {
            self.complain(&format!("{}\n", lines.join("\n")));
        }
    }

    /// Shows an event to whoever follows.
    pub(crate) fn note(&mut self, event: &Event<'_>) {
        if let Some(follow) = &mut self.follow {
            let text = follow.note(event);
            if !text.is_empty() {
                self.complain(&text);
            }
        }
    }

    /// The report of what was done, as JSON, where one is wanted.
    pub(crate) fn report(&self) -> Option<String> {
        self.follow.as_ref()?.report()
    }

    /// Whether a line of the log is loud enough.
    pub(crate) fn shows(&self, line: &LogLine) -> bool {
        line.level != Level::Debug || self.debug
    }

    /// Writes a line to the log.
    pub(crate) fn log(&mut self, line: &LogLine) {
        if line.level == Level::Output {
            // That nobody reads any more is found out when the rest is printed.
            drop(self.print(&line.message));
        } else if self.shows(line) {
            self.complain(&log_line(line));
        }
    }

    fn clear_downloads(&self) {
        self.downloads.iter().for_each(|downloads| downloads.clear());
    }

    /// Writes what is left in the buffer.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.clear_downloads();
        self.out.flush().map_err(|error| failed(&error))
    }
}

/// That nobody reads any more is no error to be told; anything else is.
fn failed(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure { exit: Exit::BrokenPipe, ..Failure::logged() };
    }
    Failure::new(pintle::path_error("write", "/dev/stdout", error))
}
