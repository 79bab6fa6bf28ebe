//! Keeps what was counted over a restart: in a ConfigMap, written rarely, by compare-and-swap.

use cluster::{Note, Notebook};
use metrics::exporter::Tallies;

use super::Exporter;
use crate::{Error, ErrorKind, Session};

/// What changed is written after so many seconds, together with what changes until then.
const DELAY: i128 = 5;
/// No two writes are closer together than this many seconds.
const REST: i128 = 60;
/// How often two exporters may get into each other's way.
const TRIES: u32 = 5;
const NANOSECONDS: i128 = 1_000_000_000;

pub(super) struct Keeper<'a> {
    notebook: Notebook<'a>,
    note: Note,
    /// What the note says.
    kept: Tallies,
    /// When it is looked at next whether anything changed.
    due: i128,
    /// How often it was written.
    pub(super) writes: u64,
}

impl<'a> Keeper<'a> {
    /// Reads what was counted.
    pub(super) fn open(session: &Session<'a>, namespace: &str, name: &str) -> Result<(Keeper<'a>, Tallies), Error> {
        let notebook = Notebook::new(session.cluster, namespace, name);
        let note = notebook.read().map_err(Error::from)?;
        let kept = Tallies::parse(&note.text).map_err(|error| {
            let text = format!("{notebook} does not hold the counters of an exporter: {error}");
            Error::new(ErrorKind::Usage, text).hinted("delete it, or name another one with --state")
        })?;
        Ok((Keeper { notebook, note, kept: kept.clone(), due: 0, writes: 0 }, kept))
    }

    /// Writes what was counted, where something was, and the last time is not too close.
    pub(super) fn save_when_due(&mut self, exporter: &Exporter, session: &mut Session<'_>) {
        let now = session.now();
        if now < self.due {
            return;
        }
        self.due = now + DELAY * NANOSECONDS;
        if self.save(exporter, session) {
            self.due = now + REST * NANOSECONDS;
        }
    }

    /// Writes what was counted, where something was; tells whether it did. What cannot be written is tried again.
    pub(super) fn save(&mut self, exporter: &Exporter, session: &mut Session<'_>) -> bool {
        for _ in 0..TRIES {
            let tallies = exporter.lock().board.tallies();
            if !tallies.counts_otherwise(&self.kept) {
                return false;
            }
            match self.write(&tallies) {
                Ok(true) => {
                    self.kept = tallies;
                    self.writes += 1;
                    return true;
                }
                // Somebody else has written: what they counted is not lost.
                Ok(false) => match self.notebook.read() {
                    Ok(note) => {
                        exporter.lock().board.merge(&Tallies::parse(&note.text).unwrap_or_default());
                        self.note = note;
                        self.kept = Tallies::default();
                    }
                    Err(error) => return self.failed(session, &error),
                },
                Err(error) => return self.failed(session, &error),
            }
        }
        session.remark(format!("{} changes all the time: the counters are written later", self.notebook));
        true
    }

    fn write(&mut self, tallies: &Tallies) -> Result<bool, cluster::Error> {
        match self.notebook.write(&tallies.text(), &self.note)? {
            Some(note) => {
                self.note = note;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn failed(&self, session: &mut Session<'_>, error: &cluster::Error) -> bool {
        session.remark(format!("keeping the counters: {error}"));
        // Tried again, and not at once.
        true
    }
}
