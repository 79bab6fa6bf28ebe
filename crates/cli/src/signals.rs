//! SIGINT and SIGTERM: the first stops an operation where it can still say why, the second ends the process.

#[cfg(unix)]
use std::{
    io::{self, Write as _},
    thread,
    time::Duration,
};

use pintle::Interrupt;
#[cfg(unix)]
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
    low_level::emulate_default_handler,
};

/// How long an operation may take to see that it is to stop, before the user is told that it has been told.
#[cfg(unix)]
const UNSEEN: Duration = Duration::from_secs(1);

/// Passes signals on to an operation. Where nobody heeds them they end the process, as they do without this.
#[cfg(unix)]
pub(crate) fn listen(interrupt: &Interrupt) {
    // Without a handler signals end the process at once, which is what is left to do.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let interrupt = interrupt.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            if interrupt.raise() {
                let interrupt = interrupt.clone();
                thread::spawn(move || tell_unseen(&interrupt));
            } else if emulate_default_handler(signal).is_err() {
                std::process::exit(128 + signal);
            }
        }
    });
}

/// A request may be under way whose answer decides how things stand.
#[cfg(unix)]
fn tell_unseen(interrupt: &Interrupt) {
    thread::sleep(UNSEEN);
    if interrupt.is_raised() {
        // That standard error cannot be written to is nothing that could be told.
        let _ = io::stderr().write_all(b"stopping, once the server has answered; another signal ends this at once\n");
    }
}

/// Elsewhere the system ends the process.
#[cfg(not(unix))]
pub(crate) fn listen(_: &Interrupt) {}
