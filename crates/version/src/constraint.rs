//! Constraints: `>=1.2.3-0 <2 || ^3`.

mod comparator;
mod parse;
mod reason;

use std::fmt;

use self::{comparator::Comparator, reason::Reason};
use crate::{Error, Version};

/// A constraint such as `>=1.2.3-0 <2 || ^3`: groups of which one must hold.
#[derive(Clone, Debug)]
pub struct Constraint {
    groups: Vec<Group>,
}

/// Comparators that must all hold.
#[derive(Clone, Debug)]
struct Group {
    comparators: Vec<Comparator>,
    /// Whether one of them names a pre-release; only then can a pre-release version satisfy the group.
    names_pre: bool,
}

impl Constraint {
    /// Reads a constraint as `semver.NewConstraint` does.
    ///
    /// Fails with `improper constraint: "…"` and the library's other texts.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Constraint, Error> {
        parse::groups(text.as_ref()).map(|groups| Constraint { groups })
    }

    /// Whether the version satisfies the constraint.
    pub fn check(&self, version: &Version) -> bool {
        self.groups
            .iter()
            .any(|group| group.comparators.iter().all(|comparator| comparator.check(version, group.names_pre).is_ok()))
    }

    /// Whether the version satisfies the constraint, and if not, every reason in the Go library's words.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        let mut pre_named = false;
        for group in &self.groups {
            let mut holds = true;
            for comparator in &group.comparators {
                let outcome = comparator.check(version, group.names_pre);
                let Err(reason) = outcome else { continue };
                holds = false;
                // That pre-releases are not looked for is said once.
                let repeated = reason == Reason::Prerelease && std::mem::replace(&mut pre_named, true);
                if !repeated {
                    reasons.push(reason.text(version, comparator.written()));
                }
            }
            if holds {
                return Ok(());
            }
        }
        Err(reasons)
    }
}

/// The constraint in the Go library's `String()` form.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.groups.iter().enumerate() {
            if index > 0 {
                f.write_str(" || ")?;
            }
            for (index, comparator) in group.comparators.iter().enumerate() {
                if index > 0 {
                    f.write_str(" ")?;
                }
                write!(f, "{comparator}")?;
            }
        }
        Ok(())
    }
}
