//! What templates may ask of the world: the clock, randomness, names.

/// The world as templates see it; given by the caller, so that a render can be repeated.
pub trait Surroundings {
    /// Nanoseconds since 1970-01-01 UTC.
    fn now(&self) -> i128;

    /// The name of the local time zone in the tz database, `UTC` where it is not known.
    fn time_zone(&self) -> String {
        "UTC".into()
    }

    /// How many seconds local time is ahead of UTC now.
    fn utc_offset(&self) -> i32 {
        0
    }

    /// Fills `bytes` with randomness fit for keys.
    fn fill_random(&self, bytes: &mut [u8]);

    /// The first address of a host name; nothing where looking it up is off or fails.
    fn resolve_host(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

/// Surroundings that never change: a fixed time, and bytes of a simple sequence. For tests and reproducible renders.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fixed {
    /// What [`Surroundings::now`] gives.
    pub now: i128,
}

impl Surroundings for Fixed {
    fn now(&self) -> i128 {
        self.now
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        let mut state = 0x9e37_79b9_u32;
        for byte in bytes {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            *byte = state.to_le_bytes()[0];
        }
    }
}
