//! A wish to stop that comes from outside of an operation, such as a signal.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tokio::sync::Notify;

use crate::Error;

/// Nobody would heed it: whoever has the wish ends the process.
const CLOSED: u8 = 0;
/// An operation is under way, and would heed it.
const OPEN: u8 = 1;
/// It has been raised, and the operation has not seen it yet.
const RAISED: u8 = 2;
/// The operation has seen it, and puts things in order; nothing stops that.
const HEEDED: u8 = 3;
/// The operation is about to note its success, and lets the first wish pass.
const ENDING: u8 = 4;

/// A wish to stop. A clone is the same wish.
///
/// An operation that writes records opens it, so that it is stopped where it can still say why; waits end at once.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    stage: AtomicU8,
    wake: Notify,
}

impl Interrupt {
    /// From now on an operation heeds it.
    pub fn open(&self) {
        self.step(CLOSED, OPEN);
    }

    /// Wishes the operation to stop. False where nobody heeds that: the process is to end then, as it is the second time.
    pub fn raise(&self) -> bool {
        if self.step(OPEN, RAISED) {
            self.0.wake.notify_waiters();
            return true;
        }
        self.step(ENDING, HEEDED)
    }

    /// Sees a wish that was raised. What follows is not stopped by it.
    pub fn heed(&self) {
        self.step(RAISED, HEEDED);
    }

    /// The operation has done its work: a wish comes too late.
    pub fn end(&self) {
        if !self.step(OPEN, ENDING) {
            self.step(RAISED, HEEDED);
        }
    }

    /// Whether it has been raised, and the operation has not seen it yet.
    pub fn is_raised(&self) -> bool {
        self.0.stage.load(Ordering::SeqCst) == RAISED
    }

    /// Whether it has been heeded.
    pub fn was_heeded(&self) -> bool {
        self.0.stage.load(Ordering::SeqCst) == HEEDED
    }

    /// Fails where it has been raised.
    ///
    /// # Errors
    /// [`Error::Interrupted`]
    pub fn check(&self) -> Result<(), Error> {
        if self.is_raised() { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// Waits until it is raised.
    pub(crate) async fn raised(&self) {
        loop {
            let mut woken = std::pin::pin!(self.0.wake.notified());
            // What is raised from here on is not missed.
            woken.as_mut().enable();
            if self.is_raised() {
                return;
            }
            woken.await;
        }
    }

    fn step(&self, from: u8, to: u8) -> bool {
        self.0.stage.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Interrupt;

    #[test]
    fn an_operation_is_stopped_once() {
        let interrupt = Interrupt::default();
        assert!(!interrupt.raise(), "nobody would heed it");
        interrupt.open();
        assert!(interrupt.check().is_ok() && interrupt.raise() && interrupt.is_raised());
        assert!(!interrupt.raise(), "the second time");
        assert_eq!(interrupt.check().unwrap_err().to_string(), "context canceled");
        interrupt.heed();
        assert!(interrupt.check().is_ok() && interrupt.was_heeded() && !interrupt.raise());
    }

    #[test]
    fn what_comes_too_late_passes_once() {
        let interrupt = Interrupt::default();
        interrupt.open();
        interrupt.end();
        assert!(interrupt.raise() && interrupt.check().is_ok());
        assert!(!interrupt.raise());
    }
}
