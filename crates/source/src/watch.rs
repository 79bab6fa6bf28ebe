//! Who watches downloads: how much of a body has come, while it comes.

use std::{fmt, sync::Arc};

/// A download under way.
#[derive(Clone, Copy, Debug)]
pub struct Downloading<'a> {
    /// A number of its own.
    pub number: u64,
    /// Where it comes from.
    pub url: &'a str,
    /// How many bytes are here.
    pub received: u64,
    /// How many there will be; 0 where the server does not say.
    pub total: u64,
    /// Whether nothing more will come of it, be it whole or not.
    pub over: bool,
}

/// Told of every piece of every download, from any thread.
type Watcher = dyn Fn(&Downloading<'_>) + Send + Sync;

/// Somebody who watches, or nobody.
#[derive(Clone, Default)]
pub struct Watch(Option<Arc<Watcher>>);

impl Watch {
    /// Somebody who watches.
    pub fn new(watcher: Arc<Watcher>) -> Watch {
        Watch(Some(watcher))
    }

    pub(crate) fn tell(&self, downloading: &Downloading<'_>) {
        if let Some(watcher) = &self.0 {
            watcher(downloading);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "somebody" } else { "nobody" })
    }
}

impl PartialEq for Watch {
    fn eq(&self, other: &Watch) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Eq for Watch {}
