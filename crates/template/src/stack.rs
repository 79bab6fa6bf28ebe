//! Room on the stack for recursion that templates steer.

/// What must be left before a function of the engine, of sprig or of the caller runs.
const LEAST: usize = 256 << 10;
/// What is added where less is left.
const MORE: usize = 2 << 20;

/// Runs `work` with enough stack, on the heap where the thread's own does not suffice.
pub(crate) fn grow<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(LEAST, MORE, work)
}
