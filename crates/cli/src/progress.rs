//! What is being waited for: a live table on a terminal, a line for each change elsewhere; always on standard error.
//!
//! Nothing is shown of a wait that is over at once.

use std::{
    collections::HashMap,
    io::{self, IsTerminal as _, Write as _},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use pintle::{ObjectId, ObjectStatus, Readiness};

/// How long a wait may take before it is shown.
const QUIET: Duration = Duration::from_secs(1);
/// How often the table is drawn.
const TICK: Duration = Duration::from_millis(250);
/// No more rows than this are drawn.
const MAX_ROWS: usize = 16;

/// Shows what is being waited for.
pub(crate) struct Progress {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared {
    board: Mutex<Board>,
    stop: Condvar,
}

/// What is known of a wait.
struct Board {
    rows: Vec<Row>,
    places: HashMap<ObjectId, usize>,
    /// Whether anything has had to be waited for, and since when.
    waited: bool,
    started: Instant,
    form: Form,
    stopped: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A table that is drawn anew; so many lines of it are on the screen.
    Table { lines: usize },
    /// A line for each change.
    Lines,
}

struct Row {
    id: ObjectId,
    status: ObjectStatus,
    /// Whether the last change has been told.
    told: bool,
}

impl Row {
    fn is_done(&self) -> bool {
        matches!(self.status.readiness, Readiness::Current | Readiness::NotFound)
    }
}

impl Progress {
    /// One that shows nothing yet. `dumb`: the terminal cannot move its cursor.
    pub(crate) fn new(dumb: bool) -> Progress {
        let form = if !dumb && io::stderr().is_terminal() { Form::Table { lines: 0 } } else { Form::Lines };
        let board = Board::new(form);
        Progress { shared: Arc::new(Shared { board: Mutex::new(board), stop: Condvar::new() }), ticker: None }
    }

    /// Takes note of what an object has become.
    pub(crate) fn note(&mut self, id: &ObjectId, status: &ObjectStatus) {
        let mut board = self.shared.lock();
        board.note(id, status);
        let waits = board.rows.iter().any(|row| !row.is_done());
        board.show();
        drop(board);
        if waits && self.ticker.is_none() {
            let shared = Arc::clone(&self.shared);
            // Without a thread the table changes only when an object does.
            self.ticker = std::thread::Builder::new().spawn(move || shared.tick()).ok();
        }
    }

    /// Makes room on the screen for something else.
    pub(crate) fn clear(&mut self) {
        let mut board = self.shared.lock();
        let text = board.erasure();
        write(&text);
        if board.rows.iter().all(Row::is_done) {
            board.begin();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let mut board = self.shared.lock();
        board.stopped = true;
        let text = board.erasure();
        write(&text);
        drop(board);
        self.shared.stop.notify_all();
        if let Some(ticker) = self.ticker.take() {
            // A ticker that panicked has nothing more to show.
            let _ = ticker.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) {
        let mut board = self.lock();
        while !board.stopped {
            board = self.stop.wait_timeout(board, TICK).unwrap_or_else(PoisonError::into_inner).0;
            if !board.stopped {
                board.show();
            }
        }
    }
}

impl Board {
    fn new(form: Form) -> Board {
        Board { rows: Vec::new(), places: HashMap::new(), waited: false, started: Instant::now(), form, stopped: false }
    }

    fn begin(&mut self) {
        self.rows.clear();
        self.places.clear();
        self.waited = false;
    }

    fn note(&mut self, id: &ObjectId, status: &ObjectStatus) {
        let known = self.places.contains_key(id);
        if !known && self.waited && self.rows.iter().all(Row::is_done) {
            // A new wait: what was waited for before is there.
            self.show();
            self.begin();
        }
        let place = *self.places.entry(id.clone()).or_insert(self.rows.len());
        match self.rows.get_mut(place) {
            Some(row) => {
                let was_told = row.told;
                row.status = status.clone();
                // What has never been told as unready need not be told as ready.
                row.told = row.is_done() && !was_told;
            }
            None => {
                let mut row = Row { id: id.clone(), status: status.clone(), told: false };
                row.told = row.is_done();
                self.rows.push(row);
            }
        }
        if !self.waited && self.rows.iter().any(|row| !row.is_done()) {
            self.waited = true;
            self.started = Instant::now();
        }
    }

    fn show(&mut self) {
        if !self.waited || self.started.elapsed() < QUIET {
            return;
        }
        match self.form {
            Form::Lines => self.tell(),
            Form::Table { .. } => self.draw(),
        }
    }

    /// Writes a line for each change that has not been told.
    fn tell(&mut self) {
        let mut text = String::new();
        for row in self.rows.iter_mut().filter(|row| !row.told) {
            row.told = true;
            text.push_str(&format!("waiting: {}\n", line(row)));
        }
        write(&text);
    }

    fn draw(&mut self) {
        let (width, height) = terminal_size();
        let waiting: Vec<&Row> = self.rows.iter().filter(|row| !row.is_done()).collect();
        let mut lines = Vec::new();
        if !waiting.is_empty() {
            let ready = self.rows.len() - waiting.len();
            let seconds = self.started.elapsed().as_secs();
            lines.push(format!("waiting for {seconds}s, {ready} of {} done", self.rows.len()));
            let rows = MAX_ROWS.min(height.saturating_sub(3)).max(1);
            lines.extend(waiting.iter().take(rows).map(|row| format!("  {}", line(row))));
            if waiting.len() > rows {
                lines.push(format!("  and {} more", waiting.len() - rows));
            }
        }
        let mut text = self.erasure();
        for line in &lines {
            // A line that wraps would count as two when the table is erased.
            text.extend(line.chars().take(width.saturating_sub(1)));
            text.push('\n');
        }
        self.form = Form::Table { lines: lines.len() };
        write(&text);
    }

    /// What takes the table from the screen.
    fn erasure(&mut self) -> String {
        match &mut self.form {
            Form::Table { lines } if *lines > 0 => {
                let count = std::mem::take(lines);
                format!("\u{1b}[{count}A\r\u{1b}[J")
            }
            _ => String::new(),
        }
    }
}

/// `Deployment demo/web: InProgress, Available: 0/1`
fn line(row: &Row) -> String {
    let ObjectId { kind, namespace, name, .. } = &row.id;
    let place = if namespace.is_empty() { name.clone() } else { format!("{namespace}/{name}") };
    let message: String =
        row.status.message.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let comma = if message.is_empty() { "" } else { ", " };
    format!("{kind} {place}: {}{comma}{message}", row.status.readiness)
}

/// That standard error cannot be written to is nothing that could be told.
fn write(text: &str) {
    if !text.is_empty() {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Columns and lines of the terminal.
#[cfg(unix)]
pub(crate) fn terminal_size() -> (usize, usize) {
    match rustix::termios::tcgetwinsize(io::stderr()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
        _ => (80, 24),
    }
}

#[cfg(not(unix))]
pub(crate) fn terminal_size() -> (usize, usize) {
    (80, 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> ObjectId {
        ObjectId { api_version: "v1".into(), kind: "Pod".into(), namespace: "n".into(), name: name.into() }
    }

    fn status(readiness: Readiness, message: &str) -> ObjectStatus {
        ObjectStatus { readiness, message: message.into() }
    }

    fn untold(board: &Board) -> Vec<String> {
        board.rows.iter().filter(|row| !row.told).map(line).collect()
    }

    #[test]
    fn only_what_was_waited_for_is_told() {
        let mut board = Board::new(Form::Lines);
        board.note(&id("a"), &status(Readiness::Current, "Pod is Ready"));
        board.note(&id("b"), &status(Readiness::InProgress, "Pod is in the Pending phase"));
        assert_eq!(untold(&board), ["Pod n/b: InProgress, Pod is in the Pending phase"]);
        board.note(&id("b"), &status(Readiness::Current, ""));
        assert_eq!(untold(&board), [""; 0]);
        board.note(&id("b"), &status(Readiness::InProgress, ""));
        board.rows.iter_mut().for_each(|row| row.told = true);
        board.note(&id("b"), &status(Readiness::Current, ""));
        assert_eq!(untold(&board), ["Pod n/b: Current"]);
        board.rows.iter_mut().for_each(|row| row.told = true);
        board.note(&id("c"), &status(Readiness::Failed, "x"));
        assert_eq!((untold(&board).len(), board.rows.len()), (1, 1));
    }

    #[test]
    fn a_table_is_erased_line_by_line() {
        let mut board = Board::new(Form::Table { lines: 3 });
        assert_eq!(board.erasure(), "\u{1b}[3A\r\u{1b}[J");
        assert_eq!(board.erasure(), "");
    }
}
