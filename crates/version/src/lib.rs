//! Versions and constraints as Masterminds/semver 3.5 has them: what `semverCompare`, `kubeVersion` and
//! dependency ranges mean in Helm.

use std::cmp::Ordering;

/// A version that could not be read, or a constraint; displays as the Go library words it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

/// A semantic version; keeps the text it was read from.
#[derive(Clone, Debug)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// The pre-release part, without its dash.
    pub pre: String,
    /// The build metadata, without its plus.
    pub metadata: String,
    /// The text it was read from.
    pub original: String,
}

impl Version {
    /// Reads a version as `semver.NewVersion` does: a leading `v` and missing minor and patch are fine.
    pub fn parse(text: &str) -> Result<Version, Error> {
        Err(Error(format!("reading versions is not built yet: {text}")))
    }

    /// Reads a version as `semver.StrictNewVersion` does.
    pub fn parse_strict(text: &str) -> Result<Version, Error> {
        Version::parse(text)
    }

    /// Orders two versions by precedence; build metadata does not count.
    pub fn compare(&self, other: &Version) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch))
    }
}

/// A constraint such as `>=1.2.3-0 <2 || ^3`.
#[derive(Clone, Debug)]
pub struct Constraint {}

impl Constraint {
    /// Reads a constraint as `semver.NewConstraint` does.
    pub fn parse(text: &str) -> Result<Constraint, Error> {
        Err(Error(format!("reading constraints is not built yet: {text}")))
    }

    /// Whether the version satisfies the constraint.
    pub fn check(&self, version: &Version) -> bool {
        let _ = version;
        false
    }

    /// Whether the version satisfies the constraint, and if not, every reason in the Go library's words.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let _ = version;
        Err(Vec::new())
    }
}
