//! How wide the terminal is, and whether it has colours.

use std::io::{IsTerminal as _, stdout};

use pintle::Page;

use super::Paint;
use crate::{env::Environment, parse::FlagSet};

/// So wide is a page where nobody says otherwise.
const WIDTH: usize = 100;

/// The page that reports are laid out for: COLUMNS, or the terminal.
pub(crate) fn page(flags: &FlagSet<'_>, environment: &Environment) -> Page {
    let told = environment.text("COLUMNS").parse().ok();
    let width = told.or_else(|| stdout().is_terminal().then(terminal_width).flatten()).unwrap_or(WIDTH);
    Page { width: width.max(40), colored: Paint::of(flags, environment).is_on() }
}

#[cfg(unix)]
fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|width| *width > 0)
}

#[cfg(not(unix))]
fn terminal_width() -> Option<usize> {
    None
}
