//! Downloads under way, as a line on a terminal; always on standard error, and only where they take a while.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use pintle::Downloading;

use crate::progress::terminal_size;

/// How long downloads may take before they are shown.
const QUIET: Duration = Duration::from_millis(500);
/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(100);
/// How many letters the bar has.
const BAR: u64 = 30;

/// Shows what is being downloaded.
#[derive(Default)]
pub(crate) struct Downloads(Mutex<Board>);

#[derive(Default)]
struct Board {
    running: BTreeMap<u64, Running>,
    /// Since when something has been running.
    since: Option<Instant>,
    drawn: Option<Instant>,
    on_screen: bool,
}

struct Running {
    name: String,
    received: u64,
    total: u64,
}

impl Downloads {
    /// Takes note of how far a download is.
    pub(crate) fn note(&self, download: &Downloading<'_>) {
        let mut board = self.lock();
        board.note(download);
        let now = Instant::now();
        let is_due = |moment: Option<Instant>, pause: Duration| moment.is_none_or(|moment| now - moment >= pause);
        if board.running.is_empty() {
            board.since = None;
            board.erase();
        } else if *board.since.get_or_insert(now) + QUIET <= now && is_due(board.drawn, TICK) {
            board.drawn = Some(now);
            let (columns, _) = terminal_size();
            // A line that wraps could not be erased.
            let line: String = board.line().chars().take(columns.saturating_sub(1)).collect();
            write(&format!("\r\u{1b}[K{line}"));
            board.on_screen = true;
        }
    }

    /// Makes room on the screen for something else.
    pub(crate) fn clear(&self) {
        self.lock().erase();
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    fn note(&mut self, download: &Downloading<'_>) {
        if download.over {
            self.running.remove(&download.number);
            return;
        }
        let Downloading { number, url, received, total, .. } = *download;
        let running = self.running.entry(number).or_insert_with(|| Running { name: name(url), received: 0, total: 0 });
        (running.received, running.total) = (received, total);
    }

    /// `downloading index.yaml [=====>    ] 9.5 of 19.0 MiB`
    fn line(&self) -> String {
        let what = match (self.running.len(), self.running.values().next()) {
            (1, Some(only)) => only.name.clone(),
            (count, _) => format!("{count} files"),
        };
        let received: u64 = self.running.values().map(|one| one.received).sum();
        let totals: Option<u64> = self.running.values().map(|one| (one.total > 0).then_some(one.total)).sum();
        match totals {
            Some(total) => {
                let full = (received.min(total) * BAR / total) as usize;
                let bar = format!("{}>", "=".repeat(full));
                format!("downloading {what} [{bar:<31}] {} of {} MiB", mebibytes(received), mebibytes(total))
            }
            None => format!("downloading {what}: {} MiB", mebibytes(received)),
        }
    }

    fn erase(&mut self) {
        if std::mem::take(&mut self.on_screen) {
            self.drawn = None;
            write("\r\u{1b}[K");
        }
    }
}

fn mebibytes(bytes: u64) -> String {
    let tenths = (bytes * 10) >> 20;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The last part of a URL; of a digest no more than tells it from others.
fn name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or_default();
    let length = if name.starts_with("sha256:") { 19 } else { 60 };
    name.chars().filter(|letter| !letter.is_control()).take(length).collect()
}

/// That standard error cannot be written to is nothing that could be told.
fn write(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(board: &mut Board, (number, url): (u64, &str), (received, total): (u64, u64)) {
        board.note(&Downloading { number, url, received, total, over: received == total });
    }

    #[test]
    fn one_line_tells_of_all_downloads() {
        let mut board = Board::default();
        note(&mut board, (0, "http://a/b/index.yaml?token=x"), (1 << 20, 3 << 20));
        assert_eq!(board.line(), format!("downloading index.yaml [{:<31}] 1.0 of 3.0 MiB", "==========>"));
        note(&mut board, (1, "http://a/v2/b/blobs/sha256:0123456789abcdef0123"), (5, 0));
        assert_eq!(board.line(), "downloading 2 files: 1.0 MiB");
        note(&mut board, (0, "http://a/b/index.yaml"), (3, 3));
        assert_eq!(board.line(), "downloading sha256:0123456789ab: 0.0 MiB");
        note(&mut board, (1, ""), (0, 0));
        assert!(board.running.is_empty());
    }
}
