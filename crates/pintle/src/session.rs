//! What an operation on releases works with: a cluster, its records, a namespace, and somebody who is told.

use cluster::{Cluster, ObjectId, ObjectStatus, Storage};
use release::Timestamp;

use crate::{Level, LogLine, Progress, World};

/// One operation's connection to the world. The operation borrows it, and reports as it goes.
pub struct Session<'a> {
    /// The cluster. Nothing has been asked of it yet.
    pub cluster: &'a Cluster,
    /// Where records are kept, of `namespace` alone; of all namespaces where that is empty.
    pub storage: &'a dyn Storage,
    /// The namespace to work in; empty for all, which only reading may ask for.
    pub namespace: String,
    /// Clock, randomness, standard input.
    pub world: World<'a>,
    /// Who is told what happens, while it happens.
    pub observer: &'a mut dyn Observer,
}

impl Session<'_> {
    /// Tells a line of the log.
    pub fn log(&mut self, line: LogLine) {
        self.observer.event(Event::Log(line));
    }

    /// Tells lines of the log, and empties the list.
    pub fn log_all(&mut self, lines: &mut Vec<LogLine>) {
        for line in lines.drain(..) {
            self.log(line);
        }
    }

    /// Tells something that only debugging wants to know.
    pub fn debug(&mut self, message: impl Into<String>) {
        self.log(LogLine::new(Level::Debug, message));
    }

    /// Tells what Helm does not tell: a line for people, on standard error.
    pub fn remark(&mut self, text: impl Into<String>) {
        self.observer.event(Event::Remark(text.into()));
    }

    /// The time now.
    pub fn now(&self) -> i128 {
        self.world.surroundings.now()
    }

    /// The time now, as records have it: local.
    pub fn timestamp(&self) -> Timestamp {
        Timestamp { nanoseconds: self.now(), offset: self.world.surroundings.utc_offset() }
    }

    /// Prints what Helm prints, as it comes.
    pub fn print(&mut self, text: impl AsRef<[u8]>) {
        self.observer.event(Event::Output(text.as_ref()));
    }
}

/// What happens while an operation runs.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A line of Helm's log.
    Log(LogLine),
    /// Bytes that Helm prints on standard output as they come, such as the logs of hooks.
    Output(&'a [u8]),
    /// A line that Helm does not print: it belongs on standard error. Without a newline at its end.
    Remark(String),
    /// What was printed so far must be seen now: another program is about to print.
    Flush,
    /// What an object has become, while it is waited for.
    Status {
        /// Which object.
        id: &'a ObjectId,
        /// What it has become.
        status: &'a ObjectStatus,
    },
    /// What the operation does.
    Progress(Progress<'a>),
}

/// Somebody who is told what happens while an operation runs; the command line prints it.
pub trait Observer {
    /// Takes note of an event.
    fn event(&mut self, event: Event<'_>);
}

/// Nobody.
impl Observer for () {
    fn event(&mut self, _: Event<'_>) {}
}
