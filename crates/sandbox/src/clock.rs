//! The time, and identities that are made from it.

use std::time::{SystemTime, UNIX_EPOCH};

use release::Timestamp;

/// The caller's clock.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    now: fn() -> SystemTime,
}

impl Clock {
    pub(crate) fn new(now: fn() -> SystemTime) -> Clock {
        Clock { now }
    }

    /// The time in RFC 3339, to the second, in UTC.
    pub(crate) fn text(self) -> String {
        text((self.now)().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// An identity that no other object of this store has: the counter makes it so.
    pub(crate) fn uid(self, counter: u64) -> String {
        let nanoseconds = (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let mixed = u64::try_from(nanoseconds & u128::from(u64::MAX)).unwrap_or(0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let high = (mixed >> 32) & 0xffff_ffff;
        let low = (mixed >> 16) & 0xffff;
        format!(
            "{high:08x}-{low:04x}-4{:03x}-8{:03x}-{:012x}",
            mixed & 0xfff,
            (mixed >> 12) & 0xfff,
            counter & 0xffff_ffff_ffff
        )
    }
}

/// A time in seconds since 1970 in RFC 3339, in UTC.
pub(crate) fn text(seconds: u64) -> String {
    Timestamp { nanoseconds: i128::from(seconds) * 1_000_000_000, offset: 0 }.to_string()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Clock;

    #[test]
    fn times_are_written_as_kubernetes_writes_them() {
        let clock = Clock::new(|| UNIX_EPOCH + Duration::from_secs(1_795_262_399));
        assert_eq!(clock.text(), "2026-11-21T11:59:59Z");
        assert_ne!(clock.uid(1), clock.uid(2));
    }
}
