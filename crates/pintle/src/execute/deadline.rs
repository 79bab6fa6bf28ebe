//! When an operation must be over.

use std::time::Duration;

use cluster::WaitOptions;
use metrics::gate::Gate;
use release::Timestamp;
use value::duration;

use crate::{ChangeOptions, Session, operation::Operation};

/// The moment at which an operation must be over, hooks and waiting included; or none, and each wait has its own time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline(Option<i128>);

impl Deadline {
    /// So long from now; none where the time is 0.
    pub(crate) fn after(now: i128, time: Duration) -> Deadline {
        let end = i128::try_from(time.as_nanos()).ok().and_then(|time| now.checked_add(time));
        Deadline(end.filter(|_| !time.is_zero()))
    }

    /// That of an operation that is undone if it fails: it has its time, undoing it has its own, and both are told.
    /// Helm gives each hook and each wait all of the time again, and all of it once more to undo them.
    pub(crate) fn announced(
        session: &mut Session<'_>,
        operation: Operation,
        options: &ChangeOptions,
        gates: &[Gate],
    ) -> Deadline {
        if !options.rollback_on_failure {
            return Deadline::default();
        }
        let (now, time, undo) = (session.now(), options.wait.timeout, options.rollback_time());
        let gates = gates.iter().map(Gate::at_most).max().unwrap_or_default();
        let deadline = Deadline::after(now, time);
        if let Some(end) =
            Deadline::after(now, time.saturating_add(gates).saturating_add(undo)).0.filter(|_| deadline.0.is_some())
        {
            let latest = Timestamp { nanoseconds: end, offset: session.timestamp().offset }.ansic();
            let undoing = if operation == Operation::Install { "removing it again" } else { "the rollback" };
            let (time, undo) = (duration::format(time), duration::format(undo));
            let gates =
                if gates.is_zero() { String::new() } else { format!(", {} for gates", duration::format(gates)) };
            session.remark(format!(
                "time limit: {time}{gates}, and {undo} more for {undoing} if it fails; all is over by {latest}"
            ));
        }
        deadline
    }

    /// Waits no longer than is left.
    pub(crate) fn limit(self, now: i128, wait: WaitOptions) -> WaitOptions {
        let Some(end) = self.0 else { return wait };
        let left = u64::try_from(end.saturating_sub(now)).map_or(Duration::ZERO, Duration::from_nanos);
        // A time of 0 would be taken for the default.
        WaitOptions { timeout: wait.timeout.min(left).max(Duration::from_millis(1)), ..wait }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cluster::WaitOptions;

    use super::Deadline;

    #[test]
    fn a_deadline_shortens_waits() {
        let wait = WaitOptions::new(Duration::from_secs(10));
        let limited = |deadline: Deadline, now| deadline.limit(now, wait).timeout;
        let deadline = Deadline::after(5_000_000_000, Duration::from_secs(10));
        assert_eq!(limited(deadline, 5_000_000_000), Duration::from_secs(10));
        assert_eq!(limited(deadline, 12_000_000_000), Duration::from_secs(3));
        assert_eq!(limited(deadline, 99_000_000_000), Duration::from_millis(1));
        assert_eq!(limited(Deadline::after(0, Duration::ZERO), 99), Duration::from_secs(10));
        assert_eq!(limited(Deadline::default(), 99), Duration::from_secs(10));
    }
}
