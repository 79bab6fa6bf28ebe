//! Who follows an operation: a file of events, a report for `--output json`, the annotations of a pipeline.

use std::{
    fs::File,
    io::{self, Write as _},
    time::SystemTime,
};

use pintle::{Event, Follower, Timestamp};

use crate::{
    error::Failure,
    invocation::Invocation,
    pipeline::Annotations,
    print::{Format, json_line, yaml_of},
};

/// Follows an operation.
pub(crate) struct Follow {
    follower: Follower,
    events: Option<Events>,
    annotations: Option<Annotations>,
    reports: Reports,
}

/// Which reports are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reports {
    None,
    /// Within Helm's document.
    Within,
    /// Alone on standard output.
    Alone,
    /// Alone, as a list: several releases were named.
    List,
}

impl Reports {
    /// Whether they are all that stands on standard output.
    fn stand_alone(self) -> bool {
        matches!(self, Reports::Alone | Reports::List)
    }
}

/// Where events are written to.
enum Events {
    Stdout,
    File { path: String, file: File, error: Option<io::Error> },
}

impl Events {
    fn open(path: &str) -> Result<Option<Events>, Failure> {
        match path {
            "" => Ok(None),
            "-" => Ok(Some(Events::Stdout)),
            path => {
                let opened = File::create(path);
                let file = opened.map_err(|error| Failure::new(pintle::path_error("open", path, &error)))?;
                Ok(Some(Events::File { path: path.to_owned(), file, error: None }))
            }
        }
    }

    /// Writes a line at once: whoever follows wants to see it now.
    fn write(&mut self, line: &str) {
        match self {
            Events::Stdout => {
                let mut out = io::stdout().lock();
                // That nobody reads any more must not stop the operation.
                let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
            }
            Events::File { file, error, .. } => {
                if let Err(failed) = file.write_all(line.as_bytes()) {
                    error.get_or_insert(failed);
                }
            }
        }
    }
}

impl Follow {
    /// Whether standard output belongs to the events, or to the report.
    pub(crate) fn has_stdout(&self) -> bool {
        self.writes_to_stdout() || self.reports.stand_alone()
    }

    fn writes_to_stdout(&self) -> bool {
        matches!(self.events, Some(Events::Stdout))
    }

    /// Takes note of an event. Gives what a pipeline is told.
    pub(crate) fn note(&mut self, event: &Event<'_>) -> String {
        let now = now();
        if let (Some(value), Some(events)) = (self.follower.note(event, now.nanoseconds), &mut self.events) {
            events.write(&format!("{value}\n"));
        }
        match (event, &mut self.annotations) {
            (Event::Progress(progress), Some(annotations)) => annotations.note(progress, now.seconds()),
            _ => String::new(),
        }
    }

    /// The command is over. Gives what is told on standard error.
    fn done(&mut self, failure: Option<&Failure>) -> String {
        let line = failure.map(|failure| failure.told.line.as_str());
        let hints = failure.map(|failure| failure.told.hints.as_slice()).unwrap_or_default();
        let value = self.follower.done(line, hints, now().nanoseconds);
        let mut text = self.annotations.as_mut().map(|annotations| annotations.done(line)).unwrap_or_default();
        if let Some(events) = &mut self.events {
            events.write(&format!("{value}\n"));
            if let Events::File { path, error: Some(error), .. } = events {
                text.push_str(&format!("warning: {}\n", pintle::path_error("write", path, error)));
            }
        }
        text
    }

    /// The report of the operation as JSON, where one is wanted.
    pub(crate) fn report(&self) -> Option<String> {
        (self.reports != Reports::None).then(|| self.one())
    }

    fn one(&self) -> String {
        self.follower.report().map_or_else(|| "null".to_owned(), ToString::to_string)
    }

    /// The report as a document of its own.
    fn document(&self) -> String {
        if self.reports != Reports::List {
            return format!("{{\"operation\":{}}}", self.one());
        }
        let reports: Vec<String> = self.follower.reports().iter().map(ToString::to_string).collect();
        format!("{{\"operations\":[{}]}}", reports.join(","))
    }
}

fn now() -> Timestamp {
    Timestamp::from_system_time(SystemTime::now()).unwrap_or(Timestamp { nanoseconds: 0, offset: 0 })
}

impl Invocation<'_> {
    /// Runs an operation that others may follow: with `--events`, `--report`, in a pipeline.
    pub(crate) fn followed(&mut self, run: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Result<(), Failure> {
        self.followed_as(self.wanted_reports(), run)
    }

    /// Runs an operation on each of several releases, that others may follow.
    pub(crate) fn followed_each(
        &mut self,
        releases: usize,
        run: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let reports = match self.wanted_reports() {
            Reports::Alone if releases > 1 => Reports::List,
            reports => reports,
        };
        self.followed_as(reports, run)
    }

    fn followed_as(
        &mut self,
        reports: Reports,
        run: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let events = Events::open(self.flags.text("events"))?;
        let annotations = self.environment.pipeline().map(Annotations::new);
        if events.is_some() || annotations.is_some() || reports != Reports::None {
            let follower = Follower::default();
            self.output.follow = Some(Follow { follower, events, annotations, reports });
        }
        let outcome = run(self);
        let Some(mut follow) = self.output.follow.take() else { return outcome };
        if outcome.is_err() && follow.reports != Reports::None && follow.follower.report().is_some() {
            self.print_operation(&follow)?;
        }
        let told = follow.done(outcome.as_ref().err());
        self.output.complain(&told);
        outcome
    }

    /// Whether the output has the report: where it has any other form than Helm's text, and is asked for it, or for
    /// gates. A command whose `--output` is ours alone has nothing else to say.
    fn wanted_reports(&self) -> Reports {
        let flags = &self.flags;
        if flags.slot("output").is_none() || Format::of(flags) == Format::Table {
            return Reports::None;
        }
        if flags.slot("report").is_none() {
            return Reports::Alone;
        }
        let gates = || ["gate", "gate-query"].iter().any(|name| !flags.list(name).is_empty());
        let wanted = flags.bool("report") || flags.bool("chart-gates") || gates();
        if wanted { Reports::Within } else { Reports::None }
    }

    /// Prints the report where it is to stand alone.
    pub(crate) fn print_report(&mut self) -> Result<(), Failure> {
        let Some(follow) = self.output.follow.take_if(|follow| follow.reports.stand_alone()) else { return Ok(()) };
        let printed = self.print_operation(&follow);
        self.output.follow = Some(follow);
        printed
    }

    fn print_operation(&mut self, follow: &Follow) -> Result<(), Failure> {
        let json = follow.document().into_bytes();
        let text = if Format::of(&self.flags) == Format::Yaml { yaml_of(&json)? } else { json_line(json) };
        if follow.writes_to_stdout() {
            self.output.complain(&String::from_utf8_lossy(&text));
            return Ok(());
        }
        self.output.print(text)
    }
}
