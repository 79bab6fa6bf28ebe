//! One comparison: an operator and a version that may have wildcards.

use std::{cmp::Ordering, fmt};

use super::reason::Reason;
use crate::{Version, version::compare_pre};

/// An operator and the version it compares with.
#[derive(Clone, Debug)]
pub(super) struct Comparator {
    pub(super) operator: Operator,
    /// The version with a zero for each wildcard.
    pub(super) version: Version,
    pub(super) wildcard: Wildcard,
    /// The version as it was written.
    pub(super) written: String,
}

/// The first part that is a wildcard or absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wildcard {
    None,
    Major,
    Minor,
    Patch,
}

/// The operators, under each of their spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    None,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    EqualOrGreater,
    LessOrEqual,
    EqualOrLess,
    Tilde,
    TildeGreater,
    Caret,
}

impl Operator {
    /// Every operator with its spelling; of two that start alike the longer comes first.
    pub(super) const ALL: [(Operator, &'static str); 11] = [
        (Operator::NotEqual, "!="),
        (Operator::GreaterOrEqual, ">="),
        (Operator::EqualOrGreater, "=>"),
        (Operator::LessOrEqual, "<="),
        (Operator::EqualOrLess, "=<"),
        (Operator::TildeGreater, "~>"),
        (Operator::Equal, "="),
        (Operator::Greater, ">"),
        (Operator::Less, "<"),
        (Operator::Tilde, "~"),
        (Operator::Caret, "^"),
    ];

    fn text(self) -> &'static str {
        Operator::ALL.iter().find(|(operator, _)| *operator == self).map_or("", |(_, text)| text)
    }
}

impl Comparator {
    /// The version as it was written, which reasons name.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether the version satisfies the comparator; `with_pre` says that pre-releases may.
    pub(super) fn check(&self, version: &Version, with_pre: bool) -> Result<(), Reason> {
        if !version.pre.is_empty() && !with_pre {
            return Err(Reason::Prerelease);
        }
        match self.operator {
            Operator::None | Operator::Equal => self.equal(version),
            Operator::NotEqual => self.not_equal(version),
            Operator::Greater => self.greater(version),
            Operator::Less => unless(version.compare(&self.version).is_ge(), Reason::GreaterOrEqual),
            Operator::GreaterOrEqual | Operator::EqualOrGreater => {
                unless(version.compare(&self.version).is_lt(), Reason::Less)
            }
            Operator::LessOrEqual | Operator::EqualOrLess => self.less_or_equal(version),
            Operator::Tilde | Operator::TildeGreater => self.tilde(version),
            Operator::Caret => self.caret(version),
        }
    }

    fn equal(&self, version: &Version) -> Result<(), Reason> {
        if self.wildcard != Wildcard::None {
            return self.tilde(version);
        }
        unless(version.compare(&self.version).is_ne(), Reason::NotEqual)
    }

    fn not_equal(&self, version: &Version) -> Result<(), Reason> {
        let (other, wildcard) = (&self.version, self.wildcard);
        if wildcard != Wildcard::None {
            if other.major != version.major {
                return Ok(());
            }
            if wildcard == Wildcard::Minor {
                return Err(Reason::Equal);
            }
            if other.minor != version.minor {
                return Ok(());
            }
            if wildcard == Wildcard::Patch {
                let differs = compare_pre(&version.pre, &other.pre).is_ne();
                return unless(!differs, Reason::Equal);
            }
            // Under `!=*` the Go library compares the patch as if nothing were a wildcard.
            if other.patch != version.patch {
                return Ok(());
            }
        }
        unless(version.compare(other).is_eq(), Reason::Equal)
    }

    fn greater(&self, version: &Version) -> Result<(), Reason> {
        let other = &self.version;
        let greater = match (self.wildcard, version.major.cmp(&other.major)) {
            (Wildcard::None, _) => version.compare(other).is_gt(),
            (_, Ordering::Greater) => true,
            (_, Ordering::Less) => false,
            // 11.1.0 is not greater than 11, 12.0.0 is.
            (Wildcard::Minor, _) => false,
            (Wildcard::Patch, _) => version.minor > other.minor,
            (Wildcard::Major, _) => version.compare(other).is_gt(),
        };
        unless(!greater, Reason::LessOrEqual)
    }

    fn less_or_equal(&self, version: &Version) -> Result<(), Reason> {
        let other = &self.version;
        let greater = match self.wildcard {
            Wildcard::None => version.compare(other).is_gt(),
            Wildcard::Minor => version.major > other.major,
            Wildcard::Major | Wildcard::Patch => (version.major, version.minor) > (other.major, other.minor),
        };
        unless(greater, Reason::Greater)
    }

    fn tilde(&self, version: &Version) -> Result<(), Reason> {
        let other = &self.version;
        unless(version.compare(other).is_lt(), Reason::Less)?;
        // `~0.0.0` takes every version, as `~*` does.
        let zero = (other.major, other.minor, other.patch) == (0, 0, 0);
        if zero && !matches!(self.wildcard, Wildcard::Minor | Wildcard::Patch) {
            return Ok(());
        }
        unless(version.major != other.major, Reason::OtherMajor)?;
        unless(version.minor != other.minor && self.wildcard != Wildcard::Minor, Reason::OtherMajorOrMinor)
    }

    fn caret(&self, version: &Version) -> Result<(), Reason> {
        let other = &self.version;
        unless(version.compare(other).is_lt(), Reason::Less)?;
        if other.major > 0 || self.wildcard == Wildcard::Minor {
            return unless(version.major != other.major, Reason::OtherMajor);
        }
        unless(version.major > 0, Reason::OtherMajor)?;
        if other.minor > 0 || self.wildcard == Wildcard::Patch {
            return unless(version.minor != other.minor, Reason::OtherMinorOfZero);
        }
        unless(version.minor > 0, Reason::OtherMinor)?;
        unless(version.patch != other.patch, Reason::OtherPatchOfZero)
    }
}

impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operator.text())?;
        f.write_str(&self.written)
    }
}

fn unless(fails: bool, reason: Reason) -> Result<(), Reason> {
    if fails { Err(reason) } else { Ok(()) }
}
