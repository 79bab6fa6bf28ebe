//! Why a version does not satisfy a comparator, in the Go library's words.

use crate::Version;

/// A reason; its text names the version and the comparator's version as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Prerelease,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    OtherMajor,
    OtherMajorOrMinor,
    OtherMinor,
    OtherMinorOfZero,
    OtherPatchOfZero,
}

impl Reason {
    pub(super) fn text(self, version: &Version, written: &str) -> String {
        let (relation, remark) = match self {
            Reason::Prerelease => {
                return format!(
                    "\"{version}\" is a prerelease version and the constraint is only looking for release versions"
                );
            }
            Reason::Equal => ("is equal to", ""),
            Reason::NotEqual => ("is not equal to", ""),
            Reason::Less => ("is less than", ""),
            Reason::LessOrEqual => ("is less than or equal to", ""),
            Reason::Greater => ("is greater than", ""),
            Reason::GreaterOrEqual => ("is greater than or equal to", ""),
            Reason::OtherMajor => ("does not have same major version as", ""),
            Reason::OtherMajorOrMinor => ("does not have same major and minor version as", ""),
            Reason::OtherMinor => ("does not have same minor version as", ""),
            Reason::OtherMinorOfZero => (
                "does not have same minor version as",
                ". Expected minor versions to match when constraint major version is 0",
            ),
            Reason::OtherPatchOfZero => {
                ("does not equal", ". Expect version and constraint to equal when major and minor versions are 0")
            }
        };
        format!("\"{version}\" {relation} \"{written}\"{remark}")
    }
}
