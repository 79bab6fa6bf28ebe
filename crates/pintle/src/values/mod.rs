//! Where values come from and who uses them: `helm values explain`, `--warn-unused`, and the warning of passwords.

mod explain;
mod layers;
mod secret_keys;
mod sensitive;
mod unused;
mod usage;

pub(crate) use self::usage::{Usage, leaves as leaves_of};
pub use self::{
    explain::{ExplainOptions, Explained, explain, explain_json, explain_release, explain_text},
    secret_keys::{is_secret_key, secret_keys},
    sensitive::{Hidden, Mask, covered, redacted, sensitive_paths},
    unused::{Unused, unused_in, unused_values},
};

/// A path into values as people write it.
pub(crate) fn path_text(path: &[String]) -> String {
    path.join(".")
}
